// What a run of seeds says at its end, and with which status it ends.
//
// Thread-safety: pure functions, but for run_and_report(): called by main() alone.
#pragma once

#include <ostream>

#include "tools/lucid-sim/arguments.hpp"

namespace lucid::sim {

/// From so many seeds on every kind of fault must have happened.
inline constexpr std::uint64_t kSeedsForEveryFault = 500;
/// From so many recoveries on the 99th of a hundred is held to its promise.
inline constexpr std::size_t kRecoveriesForPromise = 1'000;

/// 0 nothing found, 10 crash, 11 safety, 12 liveness.
int status_of(ViolationKind kind);

/// Prints all of it; the last line is the digest. The exit status: of the first seed that failed, or 12 where the
/// promise of recovery was not kept, or 10 where a fault never happened.
int report(std::ostream& out, const Arguments& arguments, const Totals& totals, std::uint64_t took_ms);

/// Runs what the arguments say, with its trace where they ask for it, and reports it.
int run_and_report(std::ostream& out, const Arguments& arguments, Totals& totals, SeedRun run = run_seed);

}  // namespace lucid::sim
