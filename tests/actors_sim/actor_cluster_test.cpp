// The production actors as a cluster, under the faults that four Pis in a cupboard meet: whole engines, one seed
// decides everything, and the checkers of the simulator judge what they do.
#include "tools/lucid-sim/actors/actor_cluster.hpp"

#include <chrono>
#include <cstdlib>
#include <gtest/gtest.h>
#include <iostream>

namespace lucid::sim {
namespace {

struct Share {
  std::uint32_t nodes = 0;
  std::uint64_t seeds = 0;
  Height heights = 0;
};

Wanted wanted(const Share& share, bool faults = true) {
  Wanted out;
  out.nodes = share.nodes;
  out.heights = share.heights;
  out.faults = faults;
  out.signatures = Signatures::stand_in;
  return out;
}

class ActorClusterTest : public ::testing::TestWithParam<Share> {};

TEST_P(ActorClusterTest, AgreesAndGoesOnUnderAllFaults) {
  const Share share = GetParam();
  const auto began = std::chrono::steady_clock::now();
  std::uint64_t blocks = 0, rounds = 0, epochs = 0, recoveries = 0;
  FaultCounts faults{};
  for (std::uint64_t seed = 1; seed <= share.seeds; ++seed) {
    const auto result = run_actor_seed(seed, wanted(share), nullptr);
    ASSERT_FALSE(result.violation) << "seed " << seed << ": " << result.violation->invariant << ": "
                                   << result.violation->words;
    EXPECT_GE(result.blocks, share.heights);
    blocks += result.blocks;
    rounds += result.rounds_above_0;
    epochs += result.epoch_ends;
    recoveries += result.recoveries.size();
    for (std::size_t i = 0; i < kFaultKinds; ++i) faults[i] += result.faults[i];
  }
  const auto took = std::chrono::steady_clock::now() - began;
  std::cout << "n = " << share.nodes << ": " << share.seeds << " seeds, " << blocks << " blocks decided, " << rounds
            << " in rounds above 0, " << recoveries << " recoveries, " << epochs << " epoch ends, "
            << std::chrono::duration_cast<std::chrono::milliseconds>(took).count() << " ms; faults:";
  for (std::size_t i = 0; i < kFaultKinds; ++i)
    if (faults[i] > 0) std::cout << " " << fault_name(static_cast<FaultKind>(i)) << " " << faults[i];
  std::cout << "\n";
  EXPECT_GT(faults[static_cast<std::size_t>(FaultKind::crash)], 0u);
  EXPECT_GT(faults[static_cast<std::size_t>(FaultKind::power_cut)], 0u);
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

}  // namespace
}  // namespace lucid::sim
