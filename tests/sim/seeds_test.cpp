// Many seeds over clusters of all sizes, with every number of liars that they bear: nothing may be found.
//
// LUCID_TEST_SIM_SEEDS (1500) says how many seeds in all, LUCID_TEST_SIM_FIRST (1) with which each size begins,
// LUCID_TEST_SIM_THREADS (1: CTest runs the sizes beside each other; 0: one a core) how many at a time. A failure names
// the command that shows it again.
#include <cstdlib>
#include <gtest/gtest.h>
#include <iostream>

#include "tests/sim/ran.hpp"
#include "tools/lucid-sim/report.hpp"

namespace lucid::sim {
namespace {

std::uint64_t number_of(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

/// Large clusters take many times longer for a seed, so they get fewer of them.
struct Size {
  std::uint32_t nodes = 1;
  std::uint32_t byzantine = 0;
  std::uint64_t share = 0;  // of kShares
};
constexpr Size kSizes[] = {
    {1, 0, 180}, {2, 0, 190}, {3, 0, 200}, {4, 0, 342}, {4, 1, 240}, {5, 0, 110}, {5, 1, 80}, {7, 0, 48}, {7, 1, 25},
    {7, 2, 20},  {10, 0, 20}, {10, 1, 6},  {10, 2, 5},  {10, 3, 4},  {13, 0, 8},  {13, 1, 3}, {13, 2, 2}, {13, 3, 2},
    {13, 4, 1},  {16, 0, 6},  {16, 1, 2},  {16, 2, 2},  {16, 3, 2},  {16, 4, 1},  {16, 5, 1},
};
constexpr std::uint64_t kShares = 1'500;

/// Of `wanted` seeds those before a size's, rounded down, so that the sizes' counts add up to all that are wanted.
std::uint64_t seeds_before(std::size_t index, std::uint64_t wanted) {
  std::uint64_t shares = 0;
  for (std::size_t i = 0; i < index; ++i) shares += kSizes[i].share;
  return wanted * shares / kShares;
}

class SimSeeds : public testing::TestWithParam<std::size_t> {
 protected:
  static void TearDownTestSuite() {
    report_run("simulated seeds=" + std::to_string(all_.seeds) + " heights=" + std::to_string(all_.blocks) +
               " rounds-above-0=" + std::to_string(all_.rounds_above_0) +
               " epoch-ends=" + std::to_string(all_.epoch_ends) + " set-changes=" + std::to_string(all_.set_changes));
    if (all_.seeds < kSeedsForEveryFault) return;
    for (std::size_t kind = 0; kind < kFaultKinds; ++kind)
      EXPECT_GT(all_.faults[kind], 0U) << fault_name(static_cast<FaultKind>(kind)) << " never happened";
  }
  inline static Totals all_;
};

TEST_P(SimSeeds, FindNothing) {
  const Size size = kSizes[GetParam()];
  const std::uint64_t wanted = number_of("LUCID_TEST_SIM_SEEDS", kShares);
  const std::uint64_t first = number_of("LUCID_TEST_SIM_FIRST", 1);
  const auto threads = static_cast<unsigned>(number_of("LUCID_TEST_SIM_THREADS", 1));
  const std::uint64_t count = seeds_before(GetParam() + 1, wanted) - seeds_before(GetParam(), wanted);
  if (count == 0) return;
  Arguments arguments;
  arguments.wanted.nodes = size.nodes;
  arguments.wanted.byzantine = size.byzantine;
  const Totals totals = run_seeds({first, first + count - 1}, arguments.wanted, threads, true);
  for (const SeedResult& failed : totals.failed)
    ADD_FAILURE() << failed.violation->invariant << ": " << failed.violation->words << "\n"
                  << replay_command(arguments, failed.seed);
  all_.seeds += totals.seeds;
  all_.blocks += totals.blocks;
  all_.rounds_above_0 += totals.rounds_above_0;
  all_.epoch_ends += totals.epoch_ends;
  all_.set_changes += totals.set_changes;
  for (std::size_t kind = 0; kind < kFaultKinds; ++kind) all_.faults[kind] += totals.faults[kind];
  ASSERT_FALSE(HasFailure());
  EXPECT_EQ(totals.seeds, count);
  EXPECT_GE(totals.blocks, 60 * count);
}

TEST(SimSizes, SharesAddUp) {
  EXPECT_EQ(seeds_before(std::size(kSizes), 1'500), 1'500U);
  EXPECT_EQ(seeds_before(std::size(kSizes), 5'000), 5'000U);
}

INSTANTIATE_TEST_SUITE_P(All, SimSeeds, testing::Range(std::size_t{0}, std::size(kSizes)), [](const auto& size) {
  return "Of" + std::to_string(kSizes[size.param].nodes) + "With" + std::to_string(kSizes[size.param].byzantine) +
         "Liars";
});

}  // namespace
}  // namespace lucid::sim
