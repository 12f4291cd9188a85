// The production actors as a cluster, under the faults that four Pis in a cupboard meet: whole engines, one seed
// decides everything, and the checkers of the simulator judge what they do.
#include "tools/lucid-sim/actors/actor_cluster.hpp"

#include <gtest/gtest.h>
#include <iostream>

#include "core/crypto/sha256.hpp"
#include "tests/sim/planted_bug_runs.hpp"
#include "tests/sim/ran.hpp"
#include "tools/lucid-sim/report.hpp"

namespace lucid::sim {
namespace {

struct Share {
  std::uint32_t nodes = 0;
  std::uint64_t seeds = 0;
  Height heights = 0;
};

Arguments arguments_of(const Share& share, bool faults = true) {
  Arguments out;
  out.actors = true;
  out.wanted.nodes = share.nodes;
  out.wanted.heights = share.heights;
  out.wanted.faults = faults;
  out.seeds = {1, share.seeds};
  return out;
}
Wanted wanted(const Share& share, bool faults = true) {
  return arguments_of(share, faults).wanted;
}

class ActorClusterTest : public ::testing::TestWithParam<Share> {
 protected:
  static void TearDownTestSuite() {
    report_run("simulated-with-actors seeds=" + std::to_string(all_.seeds) + " heights=" + std::to_string(all_.blocks) +
               " rounds-above-0=" + std::to_string(all_.rounds_above_0) +
               " epoch-ends=" + std::to_string(all_.epoch_ends));
  }
  inline static Totals all_;
};

TEST_P(ActorClusterTest, AgreesAndGoesOnUnderAllFaults) {
  const Share share = GetParam();
  Totals totals;
  std::cout << "n = " << share.nodes << "\n";
  Arguments arguments = arguments_of(share);
  arguments.threads = 1;
  EXPECT_EQ(run_and_report(std::cout, arguments, totals, run_actor_seed), 0) << "the report says how to see it again";
  EXPECT_EQ(totals.seeds, share.seeds);
  EXPECT_GE(totals.blocks, share.seeds * share.heights);
  EXPECT_GT(totals.faults[static_cast<std::size_t>(FaultKind::crash)], 0u);
  EXPECT_GT(totals.faults[static_cast<std::size_t>(FaultKind::power_cut)], 0u);
  all_.seeds += totals.seeds;
  all_.blocks += totals.blocks;
  all_.rounds_above_0 += totals.rounds_above_0;
  all_.epoch_ends += totals.epoch_ends;
}

INSTANTIATE_TEST_SUITE_P(Nodes, ActorClusterTest,
                         ::testing::Values(Share{1, 60, 30}, Share{4, 100, 30}, Share{7, 40, 20}),
                         [](const auto& share) { return "Of" + std::to_string(share.param.nodes); });

TEST(ActorCluster, TheSameSeedGivesTheSameDigestAndAnotherGivesAnother) {
  const Share share{4, 1, 15};
  const auto first = run_actor_seed(7, wanted(share), nullptr);
  const auto again = run_actor_seed(7, wanted(share), nullptr);
  const auto other = run_actor_seed(8, wanted(share), nullptr);
  EXPECT_EQ(first.digest, again.digest);
  EXPECT_NE(first.digest, other.digest);
}

TEST(ActorCluster, OnAGoodNetworkNoRoundIsLost) {
  const auto result = run_actor_seed(3, wanted({4, 1, 30}, false), nullptr);
  ASSERT_FALSE(result.violation) << result.violation->words;
  EXPECT_GE(result.blocks, 30u);
  EXPECT_EQ(result.rounds_above_0, 0u);
}

TEST(ActorCluster, RunsFromTheCommandLineAsItRunsHere) {
  const auto here = run_actor_seed(7, wanted({4, 1, 15}), nullptr);
  const Ran ran = run_sim("--actors --nodes 4 --seeds 7..7 --heights 15 --trace");
  EXPECT_EQ(ran.status, 0) << ran.out;
  EXPECT_NE(ran.out.find("pi-0 plans height 15"), std::string::npos) << ran.out.substr(0, 2'000);
  EXPECT_NE(ran.out.find("\ndigest " + to_hex(crypto::sha256(here.digest.data))), std::string::npos)
      << ran.out.substr(ran.out.rfind("digest"));
}

TEST(ActorMutants, TheyAreInNoProgramWhereNobodyAsksForThem) {
  EXPECT_TRUE(holds("lucid-sim-actors-mutants", "is_planted")) << "this test would not see them";
  EXPECT_FALSE(holds("lucid-sim-actors", "is_planted"));
}

TEST(ActorMutants, EachIsCaughtWithinItsBudgetAndReplays) {
  std::size_t found = 0;
  for (const PlantedBug& bug : planted_bugs())
    if (bug.actors) {
      ++found;
      expect_caught_and_replayed(bug);
    }
  EXPECT_GE(found, 1U);
  if (!HasFailure()) report_run("planted-bugs caught=" + std::to_string(found));
}

}  // namespace
}  // namespace lucid::sim
