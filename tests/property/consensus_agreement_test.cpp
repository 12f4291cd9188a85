// Agreement and progress on many seeds (protocol.md section 8). A failure names its seed: the run is the same again.
#include <gtest/gtest.h>
#include <iostream>

#include "tests/property/consensus_network.hpp"

namespace lucid::test {
namespace {

struct Totals {
  std::uint64_t seeds = 0;
  std::uint64_t evidence = 0;
  Round highest_round = 0;
};

Totals run_seeds(const std::string& members, std::uint64_t first, std::uint64_t count, const Trouble& trouble,
                 Height height, TimeMs limit_ms) {
  Totals totals;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    Network network(members, seed, trouble);
    const bool decided = network.run_until(height, limit_ms);
    EXPECT_TRUE(network.broken().empty())
        << "seed " << seed << ": " << network.broken().front() << " " << network.where();
    EXPECT_TRUE(decided) << "seed " << seed << " stands still " << network.where();
    if (testing::Test::HasFailure()) return totals;
    ++totals.seeds;
    totals.evidence += network.evidence_count();
    totals.highest_round = std::max(totals.highest_round, network.highest_round());
  }
  std::cout << totals.seeds << " seeds, highest round " << totals.highest_round << ", " << totals.evidence
            << " pieces of evidence\n";
  return totals;
}

TEST(ConsensusAgreement, FourNodesDecideOnAGoodNetworkInRoundZero) {
  const auto totals = run_seeds("abcd", 1, 50, Trouble{}, 6, 120'000);
  EXPECT_EQ(totals.seeds, 50U);
  EXPECT_EQ(totals.highest_round, 0U);
  EXPECT_EQ(totals.evidence, 0U);
}

TEST(ConsensusAgreement, FourNodesAgreeWhileAThirdOfAllMessagesIsLost) {
  Trouble trouble;
  trouble.loss_percent = 35;
  trouble.delay_ms = 3'000;
  const auto totals = run_seeds("abcd", 1000, 200, trouble, 8, 400'000);
  EXPECT_EQ(totals.seeds, 200U);
  EXPECT_GT(totals.highest_round, 0U) << "the losses did nothing";
  EXPECT_EQ(totals.evidence, 0U);
}

TEST(ConsensusAgreement, MessagesSlowerThanTheTimeoutsSplitNobody) {
  Trouble trouble;
  trouble.loss_percent = 30;
  trouble.delay_ms = 9'000;
  trouble.offer_every_ms = 20'000;
  trouble.liar = true;  // its votes go to one node and not to the other
  trouble.healed_after = 300'000;
  const auto totals = run_seeds("abcd", 7000, 60, trouble, 12, 600'000);
  EXPECT_EQ(totals.seeds, 60U);
  EXPECT_GT(totals.highest_round, 3U) << "the timeouts were never too short";
}

TEST(ConsensusAgreement, NearlyDeafNodesAgreeOnceTheyHearAgain) {
  Trouble trouble;
  trouble.loss_percent = 90;
  trouble.delay_ms = 2'000;
  const auto totals = run_seeds("abcd", 2000, 60, trouble, 6, 400'000);
  EXPECT_EQ(totals.seeds, 60U);
}

TEST(ConsensusAgreement, NodesCrashAnywhereAndNothingIsSignedTwice) {
  Trouble trouble;
  trouble.loss_percent = 20;
  trouble.delay_ms = 1'500;
  trouble.crashes = 12;
  const auto totals = run_seeds("abcd", 3000, 200, trouble, 8, 400'000);
  EXPECT_EQ(totals.seeds, 200U);
  EXPECT_EQ(totals.evidence, 0U);
}

TEST(ConsensusAgreement, PowerCutsOfAllNodesDoNotStallTheChain) {
  Trouble trouble;
  trouble.delay_ms = 1'500;
  trouble.power_cuts = 8;
  const auto totals = run_seeds("abcd", 4000, 200, trouble, 8, 400'000);
  EXPECT_EQ(totals.seeds, 200U);
  EXPECT_EQ(totals.evidence, 0U);
}

TEST(ConsensusAgreement, OneLiarOfFourNeitherSplitsNorStopsTheOthers) {
  Trouble trouble;
  trouble.liar = true;
  trouble.loss_percent = 10;
  const auto totals = run_seeds("abcd", 5000, 100, trouble, 6, 600'000);
  EXPECT_EQ(totals.seeds, 100U);
  EXPECT_GT(totals.evidence, 0U) << "the liar was never caught";
}

TEST(ConsensusAgreement, OtherSizesAgreeToo) {
  Trouble trouble;
  trouble.loss_percent = 20;
  trouble.delay_ms = 1'500;
  trouble.crashes = 6;
  for (const char* members : {"a", "ab", "abc", "abcde", "abcdefg"}) {
    const auto totals = run_seeds(members, 6000, 25, trouble, 6, 500'000);
    EXPECT_EQ(totals.seeds, 25U) << members;
  }
}

TEST(ConsensusAgreement, TheSameSeedGivesTheSameRun) {
  Trouble trouble;
  trouble.loss_percent = 35;
  trouble.crashes = 5;
  Network one("abcd", 77, trouble);
  Network other("abcd", 77, trouble);
  EXPECT_TRUE(one.run_until(5, 300'000));
  EXPECT_TRUE(other.run_until(5, 300'000));
  EXPECT_EQ(one.where(), other.where());
}

}  // namespace
}  // namespace lucid::test
