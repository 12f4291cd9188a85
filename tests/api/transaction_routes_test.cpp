// Transactions, by REST.
#include "core/codec/codec.hpp"
#include "tests/api/served_node.hpp"

namespace lucid::test {
namespace {

using nlohmann::json;
using TransactionRoutes = ServedNode;

const std::string kHash(64, 'a');
const std::string kSignature(130, 'b');

json anchoring_body() {
  return {{"type", "session_anchor"},
          {"signature", kSignature},
          {"fee", 0},
          {"timestamp", "2026-01-02T03:04:05Z"},
          {"data",
           {{"session_id", kSession},
            {"manifest_hash", kHash},
            {"started_at", "2026-01-02T03:04:05.678Z"},
            {"owner_address", kOwner},
            {"merkle_root", kHash},
            {"chunk_count", 2},
            {"total_size", 3000},
            {"nonce", 7},
            {"valid_until_height", 100}}}};
}

json system_body(std::uint64_t nonce) {
  return {{"type", "system"},
          {"signature", kSignature},
          {"data", {{"name", "note"}, {"bytes", "00ff"}, {"nonce", nonce}, {"valid_until_height", 100}}}};
}

Transaction submitted(const FakeNode& node) {
  return *codec::decode<Transaction>(node.submitted.back());
}

TEST_F(TransactionRoutes, AnAnchorInPartsBecomesTheEncodedTransaction) {
  const json body = post("/api/v1/transactions", anchoring_body(), 202);
  const Transaction txn = submitted(node_);
  EXPECT_EQ(txn.chain_id, 1337U);
  EXPECT_EQ(txn.nonce, 7U);
  EXPECT_EQ(txn.valid_until_height, 100U);
  EXPECT_EQ(to_hex(txn.signature), kSignature);
  const auto& anchor = std::get<AnchorSession>(txn.operation);
  EXPECT_EQ(to_text(anchor.session), kSession);
  EXPECT_EQ(anchor.started_at, kGenesisTime);
  EXPECT_EQ(anchor.chunk_count, 2U);
  EXPECT_FALSE(anchor.user_signature);
  EXPECT_EQ(body["status"], "pending");
  EXPECT_EQ(body["submitted_at"], "2026-01-02T03:04:05.678Z");
  EXPECT_EQ(body["confirmation_time"], "2026-01-02T03:04:08.178Z");
  EXPECT_EQ(body["block_height"], nullptr);
  EXPECT_EQ(body["tx_id"].get<std::string>().size(), 64U);
}

TEST_F(TransactionRoutes, ChunkMetadataAndDataInPartsDoToo) {
  json body = system_body(1);
  post("/api/v1/transactions", body, 202);
  const Transaction txn = submitted(node_);
  const auto& data = std::get<Data>(txn.operation);
  EXPECT_EQ(data.name, "note");
  EXPECT_EQ(data.bytes, (Bytes{0x00, 0xff}));
  body = {{"type", "data_storage"},
          {"signature", "0x" + kSignature},
          {"data",
           {{"session_id", kSession},
            {"index", 1},
            {"ciphertext_hash", kHash},
            {"size", 5},
            {"nonce", 2},
            {"valid_until_height", 9}}}};
  post("/api/v1/transactions", body, 202);
  const Transaction second = submitted(node_);
  const auto& chunk = std::get<StoreChunkMetadata>(second.operation);
  EXPECT_EQ(chunk.index, 1U);
  EXPECT_EQ(chunk.size, 5U);
}

TEST_F(TransactionRoutes, ARawTransactionIsHandedOnAsItIs) {
  post("/api/v1/transactions", anchoring_body(), 202);
  const std::string raw = to_hex(node_.submitted.back());
  node_.submitted.clear();
  post("/api/v1/transactions", {{"raw", raw}}, 202);
  EXPECT_EQ(to_hex(node_.submitted.back()), raw);
  post("/api/v1/transactions", {{"raw", "0x" + raw}}, 409);
  EXPECT_EQ(error_of(last)["code"], "LUCID_ERR_5010");
  post("/api/v1/transactions", {{"raw", raw + "00"}}, 400);
  EXPECT_EQ(error_of(last)["code"], "LUCID_ERR_5002");
}

TEST_F(TransactionRoutes, EveryMissingFieldIsNamedAtOnce) {
  post("/api/v1/transactions", {{"type", "session_anchor"}, {"data", json::object()}}, 422);
  for (const char* field :
       {"data.session_id", "data.manifest_hash", "data.started_at", "data.owner_address", "data.merkle_root",
        "data.chunk_count", "data.total_size", "data.nonce", "data.valid_until_height", "signature"})
    expect_field_error(field);
  EXPECT_TRUE(node_.submitted.empty());
}

TEST_F(TransactionRoutes, WrongFieldsAreNamed) {
  const auto field_error = [&](const json& patch, const std::string& field) {
    SCOPED_TRACE(patch.dump());
    json body = anchoring_body();
    body.merge_patch(patch);
    post("/api/v1/transactions", body, 422);
    expect_field_error(field);
  };
  field_error({{"type", "payment"}}, "type");
  field_error({{"type", 7}}, "type");
  field_error({{"type", "consensus_vote"}}, "type");
  field_error({{"signature", kSignature.substr(1)}}, "signature");
  field_error({{"fee", -1}}, "fee");
  field_error({{"timestamp", "yesterday"}}, "timestamp");
  field_error({{"data", {{"session_id", "3f2504e0"}}}}, "data.session_id");
  field_error({{"data", {{"chunk_count", 0}}}}, "data.chunk_count");
  field_error({{"data", {{"chunk_count", 1048577}}}}, "data.chunk_count");
  field_error({{"data", {{"user_signature", "00"}}}}, "data.user_signature");
  field_error({{"data", {{"merkle_root", std::string(63, 'a')}}}}, "data.merkle_root");
  json body = system_body(1);
  body["data"]["name"] = std::string(65, 'x');
  post("/api/v1/transactions", body, 422);
  expect_field_error("data.name");
  body = system_body(1);
  body["data"]["bytes"] = std::string(2 * 4097, '0');
  post("/api/v1/transactions", body, 422);
  expect_field_error("data.bytes");
}

TEST_F(TransactionRoutes, AVoteIsToldItsRoute) {
  json body = system_body(1);
  body["type"] = "consensus_vote";
  post("/api/v1/transactions", body, 422);
  EXPECT_NE(last.body.find("/api/v1/consensus/vote"), std::string::npos);
}

TEST_F(TransactionRoutes, AFeeIsRefusedByItsOwnCode) {
  json body = anchoring_body();
  body["fee"] = 1;
  post("/api/v1/transactions", body, 422);
  EXPECT_EQ(error_of(last)["code"], "LUCID_ERR_5004");
}

TEST_F(TransactionRoutes, ABatchIsJudgedOneByOne) {
  json bad = system_body(3);
  bad["signature"] = "zz";
  const json body =
      post("/api/v1/transactions/batch",
           {{"transactions", {system_body(1), bad, system_body(2), system_body(1), {{"raw", "00"}}}}}, 202);
  EXPECT_EQ(body["submitted_count"], 2);
  EXPECT_EQ(body["failed_count"], 3);
  EXPECT_EQ(body["transaction_ids"].size(), 2U);
  ASSERT_EQ(body["errors"].size(), 3U);
  EXPECT_EQ(body["errors"][0]["index"], 1);
  EXPECT_EQ(body["errors"][0]["field"], "transactions[1].signature");
  EXPECT_EQ(body["errors"][0]["code"], "LUCID_ERR_1001");
  EXPECT_EQ(body["errors"][1]["code"], "LUCID_ERR_5010");
  EXPECT_EQ(body["errors"][2]["index"], 4);
  EXPECT_EQ(body["errors"][2]["code"], "LUCID_ERR_5002");
  EXPECT_TRUE(body["batch_id"].get<std::string>().starts_with("batch_"));
}

TEST_F(TransactionRoutes, ABatchHasOneToAHundredTransactions) {
  json list = json::array();
  post("/api/v1/transactions/batch", {{"transactions", list}}, 422);
  expect_field_error("transactions");
  for (std::uint64_t i = 0; i < 100; ++i) list.push_back(system_body(i));
  EXPECT_EQ(post("/api/v1/transactions/batch", {{"transactions", list}}, 202)["submitted_count"], 100);
  list.push_back(system_body(100));
  post("/api/v1/transactions/batch", {{"transactions", list}}, 422);
  expect_field_error("transactions");
  post("/api/v1/transactions/batch", {{"transactions", "none"}}, 422);
  expect_field_error("transactions");
}

TEST_F(TransactionRoutes, ATransactionIsShownWhole) {
  const json body = get("/api/v1/transactions/" + to_hex(node_.anchor_transaction()));
  EXPECT_EQ(body["type"], "session_anchor");
  EXPECT_EQ(body["status"], "confirmed");
  EXPECT_EQ(body["data"]["session_id"], kSession);
  EXPECT_EQ(body["data"]["owner_address"], kOwner);
  EXPECT_EQ(body["fee"], 0);
  EXPECT_EQ(body["block_height"], 3);
  EXPECT_EQ(body["block_hash"], to_hex(node_.block_view(3).hash));
  EXPECT_EQ(body["transaction_index"], 0);
  EXPECT_EQ(body["submitted_at"], "2026-01-02T03:04:05.678Z");
  EXPECT_EQ(body["confirmed_at"], "2026-01-02T03:04:08.678Z");
  EXPECT_EQ(body["signature"].get<std::string>().size(), 130U);
}

TEST_F(TransactionRoutes, ItsProofIsTheBundle) {
  get("/api/v1/transactions/" + to_hex(node_.anchor_transaction()) + "/proof");
  EXPECT_EQ(last.body, "a bundle");
  EXPECT_EQ(last.header("content-type"), "application/octet-stream");
}

TEST_F(TransactionRoutes, UnknownAndMalformedIdsAreErrors) {
  for (const char* tail : {"", "/proof"}) {
    get("/api/v1/transactions/" + kHash + tail, 404);
    EXPECT_EQ(error_of(last)["code"], "LUCID_ERR_5001");
    get("/api/v1/transactions/" + kHash.substr(1) + tail, 400);
    expect_field_error("tx_id");
  }
}

TEST_F(TransactionRoutes, ListsAreFilteredByTypeAndStatus) {
  const json body = get("/api/v1/transactions?type=session_anchor&status=confirmed&limit=5&page=2");
  EXPECT_EQ(body["transactions"][0]["type"], "session_anchor");
  EXPECT_EQ(body["pagination"]["limit"], 5);
  ASSERT_TRUE(node_.transaction_query);
  EXPECT_EQ(node_.transaction_query->operation, "anchor_session");
  EXPECT_EQ(node_.transaction_query->status, actors::TransactionStatus::confirmed);
  EXPECT_EQ(node_.transaction_query->page.offset, 5U);
  EXPECT_EQ(get("/api/v1/transactions/pending")["transactions"].size(), 0U);
  const std::pair<const char*, const char*> wrong[] = {
      {"type=payment", "type"}, {"status=lost", "status"}, {"limit=101", "limit"}};
  for (const auto& [query, field] : wrong) {
    get(std::string("/api/v1/transactions?") + query, 400);
    expect_field_error(field);
  }
  get("/api/v1/transactions/pending?limit=0", 400);
  expect_field_error("limit");
}

}  // namespace
}  // namespace lucid::test
