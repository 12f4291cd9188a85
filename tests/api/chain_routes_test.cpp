// Chain and blocks.
#include "core/codec/codec.hpp"
#include "tests/api/served_node.hpp"

namespace lucid::test {
namespace {

using nlohmann::json;
using ChainRoutes = ServedNode;

TEST_F(ChainRoutes, InfoHasEveryPromisedField) {
  const json body = get("/api/v1/chain/info");
  EXPECT_EQ(body["network_name"], "lucid_blocks");
  EXPECT_EQ(body["consensus_algorithm"], "PoOT");
  EXPECT_EQ(body["block_time_seconds"], 2.5);
  EXPECT_EQ(body["current_height"], 4);
  EXPECT_EQ(body["height"], 4);
  EXPECT_EQ(body["genesis_block"], to_hex(node_.block_view(0).hash));
  EXPECT_EQ(body["total_transactions"], 1);
  EXPECT_EQ(body["chain_id"], 1337);
  EXPECT_EQ(body["state"], "running");
  EXPECT_EQ(body["last_updated"], "2026-01-02T03:04:09.678Z");
  for (const char* name : {"version", "network_difficulty", "difficulty"}) EXPECT_TRUE(body.contains(name)) << name;
}

TEST_F(ChainRoutes, StatusSaysWhetherTheChainMoves) {
  json body = get("/api/v1/chain/status");
  EXPECT_EQ(body["status"], "healthy");
  EXPECT_EQ(body["is_running"], true);
  EXPECT_EQ(body["latest_block_id"], "block_4_1767323049");
  EXPECT_EQ(body["latest_block_hash"], to_hex(node_.block_view(4).hash));
  EXPECT_EQ(body["sync_percentage"], 100);
  EXPECT_EQ(body["consensus_status"], "the chain moves");
  for (const char* name : {"current_height", "network_height", "last_block_time", "peer_count",
                           "consensus_participants", "block_production_rate", "pending_transactions"})
    EXPECT_TRUE(body.contains(name)) << name;
  node_.chain_moves = false;
  EXPECT_EQ(get("/api/v1/chain/status")["status"], "error");
}

TEST_F(ChainRoutes, WhileOthersClaimMoreTheNodeIsSyncing) {
  node_.others_height = 100;
  const json body = get("/api/v1/chain/status");
  EXPECT_EQ(body["status"], "syncing");
  EXPECT_EQ(body["network_height"], 100);
  EXPECT_EQ(body["sync_percentage"], 4);
  EXPECT_EQ(body["peer_count"], 2);
}

TEST_F(ChainRoutes, HeightIsShort) {
  EXPECT_EQ(get("/api/v1/chain/height"), json::parse(R"({"height":4,"timestamp":"2026-01-02T03:04:09.678Z"})"));
}

TEST_F(ChainRoutes, NetworkListsPeersAndTheMembersAndHowOftenTheySigned) {
  const json body = get("/api/v1/chain/network");
  EXPECT_EQ(body["peer_count"], 2);
  ASSERT_EQ(body["connected_peers"].size(), 2U);
  EXPECT_EQ(body["connected_peers"][0]["name"], "pi-2");
  EXPECT_EQ(body["connected_peers"][0]["address"], "10.0.0.2:8090");
  EXPECT_EQ(body["connected_peers"][0]["latency_ms"], 4);
  EXPECT_EQ(body["connected_peers"][0]["block_height"], 4);
  EXPECT_TRUE(body["connected_peers"][0].contains("last_seen"));
  EXPECT_EQ(body["connected_peers"][0]["clock_offset_ms"], -12);
  EXPECT_EQ(body["connected_peers"][0]["disk"], "slow");
  EXPECT_EQ(body["connected_peers"][0]["disk_write_ms"], 180);
  EXPECT_EQ(body["connected_peers"][1]["clock_offset_ms"], nullptr) << "it has not answered a ping yet";
  EXPECT_EQ(body["network_latency_avg"], 5.5);
  EXPECT_EQ(body["network_throughput"], 4'096);
  ASSERT_EQ(body["missing_peers"].size(), 1U);
  EXPECT_EQ(body["missing_peers"][0]["name"], "pi-4");
  EXPECT_EQ(body["missing_peers"][0]["reason"], "no answer within 2000 ms");
  EXPECT_TRUE(body["missing_peers"][0]["last_seen"].is_string());
  EXPECT_EQ(body["turned_away"], 3);
  ASSERT_EQ(body["consensus_participants"].size(), 2U);
  EXPECT_EQ(body["consensus_participants"][0],
            json::parse(R"({"node_id":"alone","address":"0x4444444444444444444444444444444444444444",)"
                        R"("voting_power":1,"last_vote":"approve","participation_rate":0.75})"));
}

TEST_F(ChainRoutes, BlocksComeInPagesNewestFirst) {
  const json body = get("/api/v1/blocks?page=2&limit=2");
  ASSERT_EQ(body["blocks"].size(), 2U);
  EXPECT_EQ(body["blocks"][0]["height"], 2);
  EXPECT_EQ(body["blocks"][0]["block_id"], "block_2_1767323047");
  EXPECT_EQ(body["blocks"][0]["transaction_count"], 0);
  EXPECT_EQ(body["blocks"][0]["validator"], "0x" + std::string(40, '4'));
  EXPECT_EQ(body["pagination"], json::parse(R"({"page":2,"limit":2,"total":5,"pages":3})"));
  EXPECT_EQ(get("/api/v1/chain?limit=1")["blocks"][0]["height"], 4);
}

TEST_F(ChainRoutes, BlocksAreFilteredAndSorted) {
  const json body = get("/api/v1/blocks?height_from=1&height_to=3&sort=height_asc");
  ASSERT_EQ(body["blocks"].size(), 3U);
  EXPECT_EQ(body["blocks"][0]["height"], 1);
  EXPECT_EQ(get("/api/v1/blocks?sort=timestamp_asc")["blocks"][0]["height"], 0);
  EXPECT_EQ(get("/api/v1/blocks?sort=timestamp_desc")["blocks"][0]["height"], 4);
  EXPECT_EQ(get("/api/v1/blocks?page=99")["blocks"].size(), 0U);
}

TEST_F(ChainRoutes, WrongPagesAndFiltersAreNamed) {
  const std::pair<const char*, const char*> wrong[] = {{"page=0", "page"},
                                                       {"page=-1", "page"},
                                                       {"page=x", "page"},
                                                       {"page=99999999999999999999", "page"},
                                                       {"limit=0", "limit"},
                                                       {"limit=101", "limit"},
                                                       {"limit=", "limit"},
                                                       {"limit=1.5", "limit"},
                                                       {"sort=upwards", "sort"},
                                                       {"height_from=a", "height_from"},
                                                       {"height_from=3&height_to=1", "height_from"},
                                                       {"page=1&page=2", "page"}};
  for (const auto& [query, field] : wrong) {
    SCOPED_TRACE(query);
    get(std::string("/api/v1/blocks?") + query, 400);
    expect_field_error(field);
  }
}

TEST_F(ChainRoutes, ABlockIsFoundByIdHashAndHeight) {
  const std::string hash = to_hex(node_.block_view(2).hash);
  const json by_id = get("/api/v1/blocks/block_2_1767323047");
  EXPECT_EQ(by_id["hash"], hash);
  for (const std::string& id : {std::string("2"), hash, std::string("height/2")})
    EXPECT_EQ(get("/api/v1/blocks/" + id), by_id) << id;
  EXPECT_EQ(get("/api/v1/blocks/latest")["height"], 4);
}

TEST_F(ChainRoutes, ABlockHasEveryPromisedField) {
  const json body = get("/api/v1/blocks/3");
  EXPECT_EQ(body["block_id"], "block_3_1767323048");
  EXPECT_EQ(body["previous_hash"], to_hex(node_.block_view(2).hash));
  EXPECT_EQ(body["merkle_root"], std::string(64, '3'));
  EXPECT_EQ(body["timestamp"], "2026-01-02T03:04:08.678Z");
  EXPECT_EQ(body["nonce"], 0);
  EXPECT_EQ(body["difficulty"], 1.0);
  EXPECT_EQ(body["signature"], "");
  EXPECT_EQ(body["status"], "final");
  EXPECT_EQ(body["slot"], 3);
  ASSERT_EQ(body["transactions"].size(), 1U);
  EXPECT_EQ(body["transactions"][0]["tx_id"], to_hex(node_.anchor_transaction()));
  EXPECT_EQ(body["transactions"][0]["type"], "session_anchor");
  EXPECT_EQ(body["transactions"][0]["fee"], 0);
  EXPECT_EQ(body["header"]["chain_id"], 1337);
  EXPECT_EQ(body["header"]["time"], kGenesisTime + 3000);
  EXPECT_EQ(body["header"]["vrf_proof"], nullptr);
  EXPECT_EQ(body["header"].size(), kFieldCount<Header>);
  EXPECT_FALSE(body.contains("raw"));
  EXPECT_EQ(get("/api/v1/blocks/2")["signature"], to_hex(filled<Signature>(0x55)));
}

TEST_F(ChainRoutes, TheRawBlockIsItsEncoding) {
  for (const char* path : {"/api/v1/blocks/3?raw=1", "/api/v1/blocks/height/3?raw=true"}) {
    const json body = get(path);
    EXPECT_EQ(body["raw"], to_hex(codec::encode(*node_.block_view(3).block)));
    EXPECT_EQ(body["transactions"][0]["raw"], to_hex(node_.block_view(3).block->transactions[0]));
  }
  EXPECT_FALSE(get("/api/v1/blocks/3?raw=0").contains("raw"));
  get("/api/v1/blocks/3?raw=yes", 400);
  expect_field_error("raw");
}

TEST_F(ChainRoutes, BlocksThatAreNotThereAre404) {
  for (const std::string& id : {std::string("5"), std::string("18446744073709551615"), std::string(64, 'a'),
                                std::string(64, '1'), std::string("block_2_1"), std::string("height/5")}) {
    get("/api/v1/blocks/" + id, 404);
    EXPECT_EQ(error_of(last)["code"], "LUCID_ERR_4001") << id;
  }
}

TEST_F(ChainRoutes, IdsThatAreNoneAre400AndNamed) {
  for (const std::string& id : {std::string(63, 'a'), std::string(65, 'a'), std::string(63, '1'), std::string(64, 'g'),
                                std::string("block_"), std::string("block_2"), std::string("block_x_1"),
                                std::string("block_2_"), std::string("block_99999999999999999999_1"), std::string("-1"),
                                std::string("18446744073709551616"), std::string("1e3"), std::string("%00")}) {
    SCOPED_TRACE(id);
    get("/api/v1/blocks/" + id, 400);
    expect_field_error("block_id");
  }
  for (const char* height : {"x", "-1", "1.5", "0x1", "99999999999999999999999"}) {
    SCOPED_TRACE(height);
    get(std::string("/api/v1/blocks/height/") + height, 400);
    expect_field_error("height");
  }
}

TEST_F(ChainRoutes, MaintenanceIsStartedAndAskedFor) {
  EXPECT_EQ(post_text("/api/v1/chain/maintenance", "", 202)["running"], true);
  const json body = get("/api/v1/chain/maintenance");
  EXPECT_EQ(body["blocks_checked"], 5);
  EXPECT_EQ(body["faults"], 1);
  EXPECT_NE(body["first_fault"].get<std::string>().find("blocks[3]"), std::string::npos);
}

// ---- judging

TEST_F(ChainRoutes, TheRulesAreDescribed) {
  const json body = get("/api/v1/validation/rules");
  ASSERT_EQ(body["rules"].size(), 6U);
  EXPECT_EQ(body["rules"][0]["rule"], "block_structure");
  EXPECT_EQ(body["rules"][5]["rule"], "transactions");
  for (const auto& rule : body["rules"]) EXPECT_FALSE(rule["description"].get<std::string>().empty());
}

TEST_F(ChainRoutes, ARawBlockIsJudgedAtEachOfItsRoutes) {
  const std::string raw = get("/api/v1/blocks/3?raw=1")["raw"];
  for (const char* path : {"/api/v1/blocks/validate", "/api/v1/validation/block", "/validate-block"}) {
    const json body = post(path, {{"block_data", {{"raw", raw}}}}, 200);
    EXPECT_EQ(body["valid"], true);
    EXPECT_EQ(body["validation_results"],
              json::parse(R"({"structure_valid":true,"signature_valid":true,"merkle_root_valid":true,
                              "timestamp_valid":true,"transactions_valid":true})"));
    EXPECT_EQ(body["results"].size(), 6U);
    EXPECT_TRUE(body["errors"].empty());
    EXPECT_EQ(body["validated_at"], "2026-01-02T03:04:05.678Z");
    EXPECT_EQ(body["validation_time_ms"], 1.5);
  }
  ASSERT_EQ(node_.validated.size(), 3U);
  EXPECT_EQ(node_.validated[0], *node_.block_view(3).block);
  EXPECT_EQ(node_.claimed_hash, std::nullopt);
}

TEST_F(ChainRoutes, ABlockAsItIsShownIsJudgedAsTheSameBlock) {
  json block = get("/api/v1/blocks/3?raw=1");
  block.erase("raw");
  post("/api/v1/blocks/validate", {{"block_data", block}}, 200);
  ASSERT_EQ(node_.validated.size(), 1U);
  EXPECT_EQ(node_.validated[0], *node_.block_view(3).block);
  EXPECT_EQ(node_.claimed_hash, node_.block_view(3).hash);

  json flat = block["header"];
  flat["transactions"] = block["transactions"];
  flat["last_commit"] = block["last_commit"];
  post("/api/v1/blocks/validate", {{"block_data", flat}}, 200);
  EXPECT_EQ(node_.validated[1], *node_.block_view(3).block);
}

TEST_F(ChainRoutes, AVerdictShowsTheDetailsOfEachRule) {
  node_.validation_answer.valid = false;
  auto& timestamp = node_.validation_answer.results[4];
  timestamp.passed = false;
  timestamp.error = Error{Fault::block_timestamp, "header.time", "after the parent's", "before it"};
  timestamp.details = {{"block_time", "1767323045678"}, {"time_diff_seconds", "-3"}};
  node_.validation_answer.results[0].details = {{"missing_fields", ""}, {"required_fields", "version, chain_id"}};
  node_.validation_answer.results[2].details = {{"is_genesis", "false"}};
  const std::string raw = get("/api/v1/blocks/3?raw=1")["raw"];
  const json body = post("/api/v1/blocks/validate", {{"block_data", {{"raw", raw}}}}, 200);
  EXPECT_EQ(body["valid"], false);
  EXPECT_EQ(body["validation_results"]["timestamp_valid"], false);
  EXPECT_EQ(body["results"][4]["details"]["block_time"], "2026-01-02T03:04:05.678Z");
  EXPECT_EQ(body["results"][4]["details"]["time_diff_seconds"], -3);
  EXPECT_EQ(body["results"][0]["details"]["missing_fields"], json::array());
  EXPECT_EQ(body["results"][0]["details"]["required_fields"], json::parse(R"(["version","chain_id"])"));
  EXPECT_EQ(body["results"][2]["details"]["is_genesis"], false);
  ASSERT_EQ(body["errors"].size(), 1U);
  EXPECT_TRUE(body["errors"][0].get<std::string>().starts_with("timestamp: "));
}

TEST_F(ChainRoutes, WithLessThanAWholeBlockEveryRuleFailsAndNamesWhatIsMissing) {
  json block = get("/api/v1/blocks/3?raw=1");
  block.erase("raw");
  block["header"].erase("state_digest");
  block["transactions"][0].erase("raw");
  block.erase("last_commit");
  const json body = post("/api/v1/blocks/validate", {{"block_data", block}}, 200);
  EXPECT_EQ(body["valid"], false);
  ASSERT_EQ(body["results"].size(), 6U);
  for (const auto& rule : body["results"]) {
    EXPECT_EQ(rule["passed"], false);
    EXPECT_EQ(
        rule["details"]["missing_fields"],
        json::parse(R"(["block_data.header.state_digest","block_data.last_commit","block_data.transactions[0].raw"])"));
  }
  EXPECT_TRUE(node_.validated.empty());
}

TEST_F(ChainRoutes, MalformedBlocksAreRefusedByField) {
  const auto field_error = [&](const json& block_data, const std::string& field) {
    SCOPED_TRACE(field);
    post("/api/v1/blocks/validate", {{"block_data", block_data}}, 422);
    expect_field_error(field);
  };
  field_error(7, "block_data");
  field_error({{"raw", "xyz"}}, "block_data.raw");
  field_error({{"raw", 5}}, "block_data.raw");
  field_error({{"hash", std::string(63, 'a')}}, "block_data.hash");
  field_error({{"header", {{"height", -1}}}}, "block_data.header.height");
  field_error({{"header", {{"round", 4294967296}}}}, "block_data.header.round");
  field_error({{"header", json::array()}}, "block_data.header");
  field_error({{"transactions", {{{"raw", "0g"}}}}}, "block_data.transactions[0].raw");
  field_error({{"transactions", {7}}}, "block_data.transactions[0]");
  field_error(
      {{"last_commit",
        {{"height", 1}, {"round", 0}, {"block", std::string(64, 'a')}, {"signatures", {{{"validator", 500}}}}}}},
      "block_data.last_commit.signatures[0].validator");
  post("/api/v1/blocks/validate", json::object(), 422);
  expect_field_error("block_data");
  post("/api/v1/blocks/validate", {{"block_data", {{"raw", "00"}}}}, 400);
  EXPECT_EQ(error_of(last)["code"], "LUCID_ERR_5002");
}

}  // namespace
}  // namespace lucid::test
