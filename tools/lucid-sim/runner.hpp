// Runs seeds, several at a time, and sums up what they showed. What comes out does not depend on how many threads
// there were.
//
// Thread-safety: run_seeds() uses threads of its own; each cluster has one.
#pragma once

#include <ostream>

#include "tools/lucid-sim/checkers/findings.hpp"
#include "tools/lucid-sim/mutants.hpp"
#include "tools/lucid-sim/seed_plan.hpp"

namespace lucid::sim {

/// What one seed showed.
struct SeedResult {
  std::uint64_t seed = 0;
  bool real_signatures = false;
  Height blocks = 0;                 // of the longest chain
  std::uint64_t rounds_above_0 = 0;  // blocks decided in one
  std::uint64_t epoch_ends = 0;
  std::uint64_t set_changes = 0;
  FaultCounts faults{};
  std::vector<Recovery> recoveries;
  bool mainnet_timing = false;
  std::optional<Violation> violation;
  Hash256 digest;
};

/// One seed, with all checkers. `trace`: null, or where each event goes as a line.
SeedResult run_seed(std::uint64_t seed, const Wanted& wanted, std::ostream* trace);

/// What runs one seed: run_seed, or that of another cluster.
using SeedRun = SeedResult (*)(std::uint64_t seed, const Wanted& wanted, std::ostream* trace);

struct Totals {
  std::uint64_t seeds = 0;
  std::uint64_t real_seeds = 0;
  std::uint64_t blocks = 0;
  std::uint64_t rounds_above_0 = 0;
  std::uint64_t epoch_ends = 0;
  std::uint64_t set_changes = 0;
  FaultCounts faults{};
  std::vector<std::uint64_t> recoveries_ms;   // sorted, all
  std::vector<std::int64_t> over_promise_ms;  // sorted, of mainnet's timing: against 25 s + 10 s a dead leader
  std::vector<SeedResult> failed;             // by seed
  Hash256 digest;                             // over the digests of all seeds in their order
};

/// One seed with a line for each event; the same totals as of a range of this one.
Totals run_traced(std::uint64_t seed, const Wanted& wanted, std::ostream& trace, SeedRun run = run_seed);

/// `threads` 0: one for each core. `stop_at_failure`: seeds after the first that fails are not begun.
Totals run_seeds(const SeedRange& range, const Wanted& wanted, unsigned threads, bool stop_at_failure,
                 SeedRun run = run_seed);

/// The seeds under way, for a signal handler: nothing is allocated or locked. 0 where a thread has none.
inline constexpr std::size_t kMaxThreads = 64;
std::uint64_t seed_under_way(std::size_t thread);

}  // namespace lucid::sim
