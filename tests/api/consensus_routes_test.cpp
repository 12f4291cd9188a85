// Agreement, as REST shows it.
#include "tests/api/served_node.hpp"

namespace lucid::test {
namespace {

using nlohmann::json;
using ConsensusRoutes = ServedNode;

json cause_of(const json& body, const std::string& code) {
  for (const auto& cause : body["causes"])
    if (cause["code"] == code) return cause;
  ADD_FAILURE() << code << " is not among " << body["causes"];
  return {};
}

TEST_F(ConsensusRoutes, StatusHasEveryPromisedField) {
  const json body = get("/api/v1/consensus/status");
  EXPECT_EQ(body["status"], "voting");
  EXPECT_EQ(body["consensus_state"], "voting");
  EXPECT_EQ(body["consensus_timeout"], 0.5);
  EXPECT_EQ(body["participants"], json::parse(R"(["pi-1","pi-2","pi-3","pi-4"])"));
  EXPECT_EQ(body["current_round"], 0);
  EXPECT_EQ(body["participants_count"], 4);
  EXPECT_EQ(body["min_participants"], 1);
  EXPECT_EQ(body["voting_threshold"], 3);
  EXPECT_EQ(body["approval_threshold"], 0.75);
  EXPECT_EQ(body["last_consensus_time"], "2026-01-02T03:04:09.678Z");
  EXPECT_EQ(body["consensus_algorithm"], "PoOT");
  EXPECT_EQ(body["active_consensus"], true);
  EXPECT_EQ(body["slot"], 5);
  EXPECT_EQ(body["epoch"], 1);
  EXPECT_EQ(body["leader"], "pi-2");
}

TEST_F(ConsensusRoutes, WhileItMovesItSaysSoAndWhatIsNotWellAllTheSame) {
  const json body = get("/api/v1/consensus/status");
  EXPECT_EQ(body["moving"], true);
  EXPECT_EQ(body["pace"], "voting");
  EXPECT_EQ(body["summary"], "the chain moves: height 5, round 0, waits for prevotes: 2 of at least 3 are here");
  ASSERT_EQ(body["causes"].size(), 1U);
  const json cause = cause_of(body, "peer_disk_slow");
  EXPECT_EQ(cause["validators"], json::parse(R"([{"node_id":"pi-4","ms":240,"detail":""}])"));
  EXPECT_EQ(body["quorum_rule"], "strict");
  EXPECT_EQ(body["signing"], "this node signs as pi-1");
}

TEST_F(ConsensusRoutes, AStallIsAnErrorWithItsCausesInWordsAndItsRule) {
  node_.chain_moves = false;
  const json body = get("/api/v1/consensus/status");
  EXPECT_EQ(body["status"], "error");
  EXPECT_EQ(body["moving"], false);
  EXPECT_EQ(body["validators_here"], 2);
  EXPECT_EQ(body["quorum"], 3);
  const json cause = cause_of(body, "too_few_validators");
  EXPECT_EQ(cause["sentence"],
            "of 4 validators 2 are here, and 3 must sign; missing: pi-3 (silent for 12 s) and pi-4 (silent for 13 s)");
  EXPECT_EQ(cause["rule"], "P-3.4: a block is final when 3 of 4 validators have signed it in one round");
  EXPECT_EQ(cause["validators"][1]["node_id"], "pi-4");
  EXPECT_EQ(cause["validators"][1]["ms"], 13'000);
  EXPECT_EQ(body["summary"], "the chain does not move at height 5: " + cause["sentence"].get<std::string>());
}

TEST_F(ConsensusRoutes, TheVotesAreATableOfRoundsAndValidators) {
  const json votes = get("/api/v1/consensus/status")["votes"];
  ASSERT_EQ(votes.size(), 4U);
  EXPECT_EQ(votes[3], json::parse(R"({"round":0,"leader":"pi-2","proposed":true,"node_id":"pi-4",)"
                                  R"("address":"0x0404040404040404040404040404040404040404",)"
                                  R"("prevote":"approve","precommit":"none"})"));
}

TEST_F(ConsensusRoutes, ClocksAndDisksOfThoseThatAreHereAreShown) {
  const json body = get("/api/v1/consensus/status");
  EXPECT_EQ(body["clock"]["tolerance_ms"], 500);
  EXPECT_EQ(body["clock"]["offsets"][2], json::parse(R"({"node_id":"pi-4","offset_ms":4})"));
  EXPECT_EQ(body["disk"]["state"], "fine");
  EXPECT_EQ(body["disk"]["write_ms"], 3);
  EXPECT_EQ(body["disk"]["slow_from_ms"], 50);
  EXPECT_EQ(body["disk"]["others"][2], json::parse(R"({"node_id":"pi-4","state":"slow","write_ms":240})"));
  node_.chain_moves = false;
  EXPECT_EQ(get("/api/v1/consensus/status")["clock"]["offsets"].size(), 1U) << "of silent ones nothing is known";
}

TEST_F(ConsensusRoutes, ParticipantsSayWhoIsHereAndWhenTheOthersWereSeen) {
  const json body = get("/api/v1/consensus/participants");
  EXPECT_EQ(body["total_participants"], 2);
  EXPECT_EQ(body["active_participants"], 1);
  EXPECT_EQ(body["participants"][0],
            json::parse(R"({"node_id":"alone","address":"0x4444444444444444444444444444444444444444",)"
                        R"("voting_power":1,"last_vote":"approve","participation_rate":0.75,"is_active":true,)"
                        R"("last_seen":"2026-01-02T03:04:05.678Z"})"));
  EXPECT_EQ(body["participants"][1]["is_active"], false);
  EXPECT_EQ(body["participants"][1]["last_seen"], nullptr) << "never since the node started";
}

TEST_F(ConsensusRoutes, HistoryHasAnEventForEachHeightNewestFirst) {
  const json body = get("/api/v1/consensus/history");
  ASSERT_EQ(body["history"].size(), 4U);
  EXPECT_EQ(body["history"][2],
            json::parse(R"({"event_id":"consensus_2","event_type":"block_validation",)"
                        R"("target_id":"block_2_1767323047","round_number":1,"result":"approved",)"
                        R"("participants":["pi-1","pi-2","pi-4"],"participants_count":3,"approval_percentage":75.0,)"
                        R"("started_at":"2026-01-02T03:04:06.678Z","completed_at":"2026-01-02T03:04:07.678Z",)"
                        R"("timestamp":"2026-01-02T03:04:07.678Z"})"));
  EXPECT_EQ(body["pagination"], json::parse(R"({"limit":20,"offset":0,"total":4})"));
}

TEST_F(ConsensusRoutes, HistoryComesInPages) {
  const json body = get("/api/v1/consensus/history?limit=1&offset=3");
  EXPECT_EQ(node_.history_page->limit, 1U);
  EXPECT_EQ(node_.history_page->offset, 3U);
  ASSERT_EQ(body["history"].size(), 1U);
  EXPECT_EQ(body["history"][0]["event_id"], "consensus_1");
  EXPECT_EQ(get("/api/v1/consensus/history?limit=100&offset=4")["history"].size(), 0U);
  for (const char* query : {"limit=0", "limit=101", "limit=x", "limit=-1"}) {
    get(std::string("/api/v1/consensus/history?") + query, 400);
    expect_field_error("limit");
  }
  for (const char* query : {"offset=-1", "offset=1.5", "offset=99999999999999999999"}) {
    get(std::string("/api/v1/consensus/history?") + query, 400);
    expect_field_error("offset");
  }
}

TEST_F(ConsensusRoutes, TheScheduleShowsThePastAndWhatIsDeterminedOfTheFuture) {
  const json body = get("/api/v1/consensus/schedule?from=2&to=7");
  EXPECT_EQ(body["open_slot"], 6);
  const json rows = body["schedule"];
  ASSERT_EQ(rows.size(), 6U);
  EXPECT_EQ(rows[0]["state"], "before");
  EXPECT_EQ(rows[0]["primary"], nullptr);
  EXPECT_EQ(rows[1]["slot"], 3);
  EXPECT_EQ(rows[1]["starts_at"], "2026-01-02T03:04:41.678Z");
  EXPECT_EQ(rows[1]["primary"], "pi-1");
  EXPECT_EQ(rows[1]["fallbacks"], json::parse(R"(["pi-2","pi-3","pi-4"])"));
  EXPECT_EQ(rows[1]["cooldown"], json::parse(R"(["pi-4"])"));
  EXPECT_EQ(rows[1]["result"], json::parse(R"({"winner":"pi-1","reason":"success",)"
                                           R"("sentence":"the primary made a block, at height 3","first_height":3})"));
  EXPECT_EQ(rows[2]["result"]["reason"], "fallback_success");
  EXPECT_EQ(rows[2]["result"]["sentence"],
            "pi-1 got no block through; in round 1 pi-2 made an empty block, at height 4");
  EXPECT_EQ(rows[3]["result"]["reason"], "missed");
  EXPECT_EQ(rows[3]["result"]["winner"], nullptr);
  EXPECT_EQ(rows[3]["result"]["first_height"], nullptr);
  EXPECT_EQ(rows[4]["result"]["reason"], "open");
  EXPECT_EQ(rows[4]["primary"], "pi-3");
  EXPECT_EQ(rows[5]["result"]["reason"], "undetermined");
  EXPECT_EQ(rows[5]["fallbacks"], json::array());
}

TEST_F(ConsensusRoutes, WithoutANumberTheScheduleIsThatAroundTheSlotToCome) {
  const json rows = get("/api/v1/consensus/schedule")["schedule"];
  EXPECT_EQ(rows.front()["slot"], 0) << "at most twelve of the past";
  EXPECT_EQ(rows.back()["slot"], 9);
  const json one = get("/api/v1/consensus/schedule?slot=4")["schedule"];
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0]["result"]["winner"], "pi-2");
  EXPECT_EQ(get("/api/v1/consensus/schedule?to=30")["schedule"].front()["slot"], 18);
  EXPECT_EQ(get("/api/v1/consensus/schedule?from=40")["schedule"].back()["slot"], 43);
}

TEST_F(ConsensusRoutes, SlotsThatAreNoneAreNamed) {
  const std::pair<const char*, const char*> wrong[] = {{"from=5&to=4", "from"},
                                                       {"from=0&to=500", "to"},
                                                       {"slot=x", "slot"},
                                                       {"slot=-1", "slot"},
                                                       {"slot=3&from=3", "slot"},
                                                       {"slot=18446744073709551615", "slot"},
                                                       {"from=99999999999999999", "from"},
                                                       {"to=1.5", "to"}};
  for (const auto& [query, field] : wrong) {
    SCOPED_TRACE(query);
    get(std::string("/api/v1/consensus/schedule?") + query, 400);
    expect_field_error(field);
  }
  EXPECT_EQ(get("/api/v1/consensus/schedule?from=0&to=499")["schedule"].size(), 500U);
}

TEST_F(ConsensusRoutes, WhatTheNodeCannotSayIsAnErrorOfTheOneShape) {
  node_.fail_with = Error{Fault::no_answer, "validator", {}, {}};
  for (const char* path : {"status", "participants", "history", "schedule"}) {
    get(std::string("/api/v1/consensus/") + path, 504);
    EXPECT_EQ(error_of(last)["code"], "LUCID_ERR_5011") << path;
  }
}

}  // namespace
}  // namespace lucid::test
