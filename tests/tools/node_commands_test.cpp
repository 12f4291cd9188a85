// The commands that talk to a node, as processes against a stand-in that may misbehave.
#include <gtest/gtest.h>

#include "config/genesis_file.hpp"
#include "tests/fixtures/noise.hpp"
#include "tests/fixtures/temporary_directory.hpp"
#include "tests/tools/fake_node.hpp"
#include "tests/tools/run_lucid.hpp"

namespace lucid::tools {
namespace {

constexpr const char* kSession = "01234567-89ab-4def-8123-456789abcdef";

class NodeCommands : public testing::Test {
 protected:
  test::Outcome lucid(const std::string& arguments) const {
    return test::run_lucid(arguments + " --node " + node_.url(), home_.path().string());
  }
  test::Outcome anchor(const std::string& more = "") const {
    return lucid("anchor video.bin log.txt --session " + std::string(kSession) + " " + more);
  }
  void SetUp() override {
    home_.write("video.bin", video_);
    home_.write("log.txt", as_bytes("a line of the log\n"));
  }

  test::TemporaryDirectory home_;
  test::FakeNode node_;
  Bytes video_ = test::noise(3 << 20, 8);
};

TEST_F(NodeCommands, AnchoringUploadsChunksWaitsAndWritesAProofThatVerifies) {
  const auto outcome = anchor("--bundle");
  ASSERT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_TRUE(outcome.says("The bytes go up as they are")) << outcome.output;
  EXPECT_TRUE(outcome.says("final     height 12")) << outcome.output;
  EXPECT_TRUE(outcome.says(std::string(kSession) + ".lucid")) << outcome.output;
  const auto verified = test::run_lucid(
      "verify " + std::string(kSession) + ".lucid video.bin log.txt --genesis " + to_hex(node_.genesis_hash()),
      home_.path().string());
  EXPECT_EQ(verified.status, 0) << verified.output;
  EXPECT_TRUE(verified.says("verified: session " + std::string(kSession))) << verified.output;
}

TEST_F(NodeCommands, ChunksThatTheNodeHasAreNotSentAgain) {
  ASSERT_EQ(anchor().status, 0);
  const std::size_t sent = node_.chunk_posts;
  EXPECT_GE(sent, 3u);
  EXPECT_EQ(node_.chunk_count(), sent);
  const auto again = lucid("anchor video.bin log.txt");
  EXPECT_EQ(again.status, 0) << again.output;
  EXPECT_TRUE(again.says("0 (0 bytes) were new to the node")) << again.output;
  EXPECT_EQ(node_.chunk_posts, sent);
}

TEST_F(NodeCommands, AChunkThatComesTwiceIsSentOnce) {
  home_.write("copy.bin", video_);
  ASSERT_EQ(lucid("anchor video.bin copy.bin").status, 0);
  EXPECT_EQ(node_.chunk_posts, node_.chunk_count());
}

TEST_F(NodeCommands, JsonSaysWhatHappened) {
  const auto answer = nlohmann::json::parse(anchor("--json --bundle").output);
  EXPECT_EQ(answer.at("session_id"), kSession);
  EXPECT_EQ(answer.at("status"), "confirmed");
  EXPECT_EQ(answer.at("block_height"), 12);
  EXPECT_EQ(answer.at("bundle"), std::string(kSession) + ".lucid");
}

TEST_F(NodeCommands, WithoutWaitingItEndsOnceAccepted) {
  node_.fails_anchors = true;
  const auto outcome = anchor("--no-wait");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_TRUE(outcome.says("accepted  2026-01-01T00:00:00.000Z")) << outcome.output;
}

TEST_F(NodeCommands, ABusyNodeIsAskedAgain) {
  node_.busy_answers = 3;
  EXPECT_EQ(anchor().status, 0);
  node_.busy_answers = 1'000;
  const auto outcome = anchor();
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(outcome.says("the node refused; got HTTP 503")) << outcome.output;
}

TEST_F(NodeCommands, ANodeThatStoresOtherBytesIsFoundOut) {
  node_.wrong_hash = true;
  const auto outcome = anchor();
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(outcome.says("the bytes have another hash")) << outcome.output;
}

TEST_F(NodeCommands, AnAnchorThatFailsEndsWith1) {
  node_.fails_anchors = true;
  const auto outcome = anchor();
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(outcome.says("failed")) << outcome.output;
}

TEST_F(NodeCommands, AFalseProofIsNotWritten) {
  node_.foreign_proof = true;
  const auto outcome = anchor("--bundle");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(outcome.says("the bundle's certificate does not hold")) << outcome.output;
  EXPECT_FALSE(std::filesystem::exists(home_.path() / (std::string(kSession) + ".lucid")));
}

TEST_F(NodeCommands, TheOwnerIsNamedOrSigns) {
  ASSERT_EQ(anchor("--owner 0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf").status, 0);
  EXPECT_EQ(node_.owner_seen, "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf");
  const auto key = home_.write("owner.key", as_bytes(std::string(63, '0') + "1\n"));
  std::filesystem::permissions(key, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  home_.write("genesis.json", as_bytes(config::genesis_to_json({node_.genesis(), {}})));
  const auto signed_one = anchor("--owner-key owner.key --genesis genesis.json");
  EXPECT_EQ(signed_one.status, 0) << signed_one.output;
  EXPECT_EQ(node_.owner_seen, "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf");
  EXPECT_TRUE(node_.user_signature_holds);
}

TEST_F(NodeCommands, WrongArgumentsAreRefusedBeforeAnythingIsSent) {
  EXPECT_EQ(lucid("anchor").status, 2);
  EXPECT_EQ(anchor("--owner-key k").status, 2) << "needs --genesis";
  EXPECT_EQ(anchor("--no-wait --bundle").status, 2);
  EXPECT_EQ(anchor("--owner 0x12").status, 1);
  EXPECT_EQ(lucid("anchor nothing.txt").status, 1);
  EXPECT_EQ(lucid("anchor log.txt --session 12").status, 1);
  EXPECT_EQ(node_.chunk_posts, 0u);
}

TEST_F(NodeCommands, FetchingBringsTheFilesBack) {
  ASSERT_EQ(anchor().status, 0);
  const auto outcome =
      lucid("session fetch " + std::string(kSession) + " back --genesis " + to_hex(node_.genesis_hash()));
  ASSERT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_EQ(test::content_of(home_.path() / "back/video.bin"), video_);
  EXPECT_EQ(test::content_of(home_.path() / "back/log.txt"), to_bytes(as_bytes("a line of the log\n")));
  EXPECT_EQ(lucid("session fetch " + std::string(kSession) + " back").status, 1) << "the directory has files in it";
}

TEST_F(NodeCommands, FetchingTrustsNoChunkAndNoChain) {
  ASSERT_EQ(anchor().status, 0);
  const auto foreign = lucid("session fetch " + std::string(kSession) + " a --genesis " + std::string(64, '1'));
  EXPECT_EQ(foreign.status, 1);
  EXPECT_TRUE(foreign.says("belongs to another chain")) << foreign.output;
  node_.damages_chunks = true;
  const auto damaged = lucid("session fetch " + std::string(kSession) + " b");
  EXPECT_EQ(damaged.status, 1);
  EXPECT_TRUE(damaged.says("the bytes have another hash")) << damaged.output;
  EXPECT_TRUE(std::filesystem::is_empty(home_.path() / "b"));
}

TEST_F(NodeCommands, ShowingASessionListsItsFiles) {
  ASSERT_EQ(anchor().status, 0);
  const auto outcome = lucid("session show " + std::string(kSession));
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_TRUE(outcome.says("video.bin")) << outcome.output;
  const auto missing = lucid("session show 11111111-1111-4111-8111-111111111111");
  EXPECT_EQ(missing.status, 1);
  EXPECT_TRUE(missing.says("LUCID_ERR_6001")) << missing.output;
}

TEST_F(NodeCommands, StatusEndsWith0OnlyWhereTheNodeIsWell) {
  const auto well = lucid("status");
  EXPECT_EQ(well.status, 0) << well.output;
  EXPECT_TRUE(well.says("current_height  12")) << well.output;
  node_.healthy = false;
  EXPECT_EQ(lucid("status").status, 1);
  EXPECT_EQ(nlohmann::json::parse(lucid("status --json").output).at("chain").at("current_height"), 12);
}

TEST_F(NodeCommands, AChainThatMovesIsSaidToMoveWithWhatIsNotWellAllTheSame) {
  const auto outcome = lucid("why-stalled");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_TRUE(outcome.says("The chain moves: height 13, round 0, waits for a block.\n")) << outcome.output;
  EXPECT_TRUE(outcome.says("led by pi-2; 4 of 4 validators are here, and 3 must sign.")) << outcome.output;
  EXPECT_TRUE(outcome.says("Not well all the same:\n  - the disk of pi-4 is slow\n")) << outcome.output;
  EXPECT_TRUE(outcome.says("Clocks, less this node's: pi-2 -3 ms (500 ms is what the chain bears).")) << outcome.output;
  EXPECT_TRUE(outcome.says("pi-4's slow, 180 ms a synced write")) << outcome.output;
  EXPECT_FALSE(outcome.says("Why:")) << outcome.output;
}

TEST_F(NodeCommands, AStalledChainEndsWith1AndSaysWhyByWhichRuleAndWhoVotedWhat) {
  node_.moves = false;
  const auto outcome = lucid("why-stalled");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(outcome.says("The chain does not move at height 13: too few.\n")) << outcome.output;
  EXPECT_TRUE(outcome.says("Why:\n  - of 4 validators 2 are here\n    rule P-3.4: a block is final when\n"))
      << outcome.output;
  EXPECT_TRUE(
      outcome.says("ROUND  LEADER  PROPOSED  VALIDATOR  PREVOTE  PRECOMMIT\n"
                   "7      pi-3    no        pi-1       abstain  none\n"))
      << outcome.output;
  EXPECT_FALSE(outcome.says("\x1b")) << "what comes over the network commands no terminal";
  const auto json = lucid("why-stalled --json");
  EXPECT_EQ(json.status, 1);
  EXPECT_EQ(nlohmann::json::parse(json.output).at("causes").at(0).at("code"), "too_few_validators");
}

TEST_F(NodeCommands, WhereNobodyAnswersItSaysSoAndEndsWith1) {
  const auto outcome = test::run_lucid("why-stalled --node http://127.0.0.1:1");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(outcome.output.starts_with("lucid: ")) << outcome.output;
  node_.busy_answers = 1'000;
  EXPECT_EQ(lucid("why-stalled").status, 1);
}

TEST_F(NodeCommands, TheScheduleIsATableOfSlots) {
  const auto outcome = lucid("schedule --from 6 --to 8");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_EQ(node_.schedule_asked, "/api/v1/consensus/schedule?from=6&to=8");
  EXPECT_TRUE(
      outcome.says("SLOT  BEGINS                    PRIMARY  FALLBACKS  COOLING  WINNER  RESULT\n"
                   "6     2026-01-01T00:00:00.000Z  pi-1     pi-2 pi-3  pi-1     pi-2    fallback_success: pi-1 "
                   "got no block through\n"
                   "8     2026-01-01T00:00:24.000Z  -        -          -        -       undetermined: the "
                   "order hangs on blocks before it\n"))
      << outcome.output;
  EXPECT_EQ(nlohmann::json::parse(lucid("schedule --json").output).at("open_slot"), 7);
  EXPECT_EQ(node_.schedule_asked, "/api/v1/consensus/schedule");
  EXPECT_EQ(lucid("schedule --from x").status, 2);
}

TEST_F(NodeCommands, BlocksAndTransactionsAreShownOrRefusedInWords) {
  EXPECT_TRUE(lucid("block").says("height        12"));
  const auto missing = lucid("block 99");
  EXPECT_EQ(missing.status, 1);
  EXPECT_TRUE(missing.says("LUCID_ERR_4001")) << missing.output;
  const auto garbled = lucid("tx " + std::string(64, 'a'));
  EXPECT_EQ(garbled.status, 1);
  EXPECT_TRUE(garbled.says("another form than promised")) << garbled.output;
}

}  // namespace
}  // namespace lucid::tools
