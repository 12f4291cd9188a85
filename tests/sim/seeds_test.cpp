// Many seeds over clusters of all sizes, with every number of liars that they bear: nothing may be found.
//
// LUCID_TEST_SIM_SEEDS (56: what fits the test command; a seed of 16 nodes with 5 liars takes seconds) says how many
// seeds in all, LUCID_TEST_SIM_FIRST (1) with which they begin,
// LUCID_TEST_SIM_THREADS (0: one a core) how many at a time. A failure names the command that shows it again.
#include <cstdlib>
#include <gtest/gtest.h>
#include <iostream>

#include "tools/lucid-sim/report.hpp"

namespace lucid::sim {
namespace {

std::uint64_t number_of(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

struct Size {
  std::uint32_t nodes = 1;
  std::uint32_t byzantine = 0;
};

std::vector<Size> sizes() {
  std::vector<Size> out;
  for (const std::uint32_t n : {1U, 2U, 3U, 4U, 5U, 7U, 10U, 13U, 16U})
    for (std::uint32_t f = 0; f <= (n - 1) / 3; ++f) out.push_back({n, f});
  return out;
}

TEST(SimSeeds, FindNothingInClustersOfAllSizes) {
  const std::uint64_t wanted = number_of("LUCID_TEST_SIM_SEEDS", 56);
  const std::uint64_t first = number_of("LUCID_TEST_SIM_FIRST", 1);
  const auto threads = static_cast<unsigned>(number_of("LUCID_TEST_SIM_THREADS", 0));
  const auto all = sizes();
  std::uint64_t seeds = 0, blocks = 0, rounds = 0, epochs = 0, changes = 0;
  FaultCounts faults{};
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::uint64_t count = wanted / all.size() + (i < wanted % all.size() ? 1 : 0);
    if (count == 0) continue;
    Arguments arguments;
    arguments.wanted.nodes = all[i].nodes;
    arguments.wanted.byzantine = all[i].byzantine;
    const Totals totals = run_seeds({first + seeds, first + seeds + count - 1}, arguments.wanted, threads, true);
    for (const SeedResult& failed : totals.failed)
      ADD_FAILURE() << failed.violation->invariant << ": " << failed.violation->words << "\n"
                    << replay_command(arguments, failed.seed);
    seeds += totals.seeds;
    blocks += totals.blocks;
    rounds += totals.rounds_above_0;
    epochs += totals.epoch_ends;
    changes += totals.set_changes;
    for (std::size_t kind = 0; kind < kFaultKinds; ++kind) faults[kind] += totals.faults[kind];
    if (HasFailure()) break;
  }
  std::cout << seeds << " seeds, " << blocks << " heights, " << rounds << " rounds above 0, " << epochs
            << " epoch ends, " << changes << " set changes\n";
  ASSERT_FALSE(HasFailure());
  EXPECT_EQ(seeds, wanted);
  EXPECT_GE(blocks, 60 * wanted);
  if (wanted < kSeedsForEveryFault) return;
  for (std::size_t kind = 0; kind < kFaultKinds; ++kind)
    EXPECT_GT(faults[kind], 0U) << fault_name(static_cast<FaultKind>(kind)) << " never happened";
}

}  // namespace
}  // namespace lucid::sim
