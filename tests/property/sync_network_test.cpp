// A node reaches the honest tip and joins, whatever its peers do, on many seeds. A failure names its seed: the run is
// the same again.
#include "tests/property/sync_network.hpp"

#include <gtest/gtest.h>
#include <iostream>

namespace lucid::test {
namespace {

struct SyncTotals {
  std::uint64_t seeds = 0;
  std::uint64_t executed = 0;
  std::uint64_t decided = 0;
  std::uint64_t dropped = 0;
  std::uint64_t latest_ms = 0;  // after the chain's last block
};

/// The chain's last block comes after ten minutes at the latest; `limit_ms` counts from the node's start.
SyncTotals run_sync_seeds(const SyncTrouble& trouble, std::uint64_t first, std::uint64_t count,
                          std::uint64_t limit_ms) {
  SyncTotals totals;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const SyncRun run = run_sync(trouble, seed, limit_ms);
    EXPECT_TRUE(run.broken.empty()) << "seed " << seed << ": " << run.broken.front();
    EXPECT_TRUE(run.agrees) << "seed " << seed << " stands at " << run.tip << " of " << trouble.length;
    if (testing::Test::HasFailure()) return totals;
    ++totals.seeds;
    totals.executed += run.executed;
    totals.decided += run.decided;
    totals.dropped += run.dropped;
    totals.latest_ms = std::max(totals.latest_ms, run.late_ms);
  }
  std::cout << totals.seeds << " seeds, " << totals.executed << " blocks executed, " << totals.decided
            << " given to consensus, " << totals.dropped << " times dropped, at the latest " << totals.latest_ms
            << " ms after the last block\n";
  return totals;
}

TEST(SyncNetwork, AmongHonestPeersANodeReachesTheTipAndJoins) {
  const auto totals = run_sync_seeds({}, 1, 60, 700'000);
  EXPECT_EQ(totals.seeds, 60U);
  EXPECT_GT(totals.executed, 0U);
  EXPECT_GT(totals.decided, 0U) << "consensus never needed help";
  EXPECT_LE(totals.latest_ms, 30'000U);
}

TEST(SyncNetwork, LiarsNeitherMisleadNorStopIt) {
  for (const auto& [members, bad] : {std::pair{"abcd", 1U}, {"abcdefg", 2U}, {"abcdefghij", 3U}}) {
    const auto totals = run_sync_seeds({.members = members, .successors = members, .bad = bad}, 1'000, 40, 900'000);
    EXPECT_EQ(totals.seeds, 40U) << members;
    EXPECT_GT(totals.dropped, 0U) << members;
    EXPECT_LE(totals.latest_ms, 30'000U) << members;
  }
}

TEST(SyncNetwork, LossAndSlownessOnlyDelayIt) {
  const auto totals = run_sync_seeds({.loss_percent = 35, .delay_ms = 3'000}, 2'000, 60, 1'200'000);
  EXPECT_EQ(totals.seeds, 60U);
  EXPECT_GT(totals.dropped, 0U) << "nobody was ever slow";
}

TEST(SyncNetwork, ItGoesOnAfterRestarts) {
  const auto totals = run_sync_seeds({.bad = 1, .loss_percent = 10, .restarts = 6}, 3'000, 60, 1'200'000);
  EXPECT_EQ(totals.seeds, 60U);
}

TEST(SyncNetwork, SetsThatAreReplacedOnTheWayAreFollowed) {
  for (const Height after : {1, 17, 40, 59}) {
    const auto totals = run_sync_seeds({.handover_after = after, .successors = "aefg", .bad = 1, .loss_percent = 5},
                                       4'000, 15, 1'200'000);
    EXPECT_EQ(totals.seeds, 15U) << after;
  }
}

TEST(SyncNetwork, ANodeOfTwoOrThreeCatchesUpToo) {
  EXPECT_EQ(run_sync_seeds({.members = "ab", .successors = "ab"}, 5'000, 20, 1'000'000).seeds, 20U);
  EXPECT_EQ(run_sync_seeds({.members = "abc", .successors = "abc"}, 6'000, 20, 1'000'000).seeds, 20U);
}

TEST(SyncNetwork, TheSameSeedGivesTheSameRun) {
  const SyncTrouble trouble{.bad = 1, .loss_percent = 20, .restarts = 3};
  const SyncRun one = run_sync(trouble, 77, 1'200'000);
  const SyncRun other = run_sync(trouble, 77, 1'200'000);
  EXPECT_EQ(one.took_ms, other.took_ms);
  EXPECT_EQ(one.executed, other.executed);
  EXPECT_EQ(one.most_held_bytes, other.most_held_bytes);
}

}  // namespace
}  // namespace lucid::test
