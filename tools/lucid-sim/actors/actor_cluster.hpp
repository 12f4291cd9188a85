// The simulated cluster once more, with the real actors under CAF's deterministic scheduler: one thread, virtual time,
// and one seed that decides everything. Seed plans, faults, clients, sightings and checkers are those of the cluster of
// bare cores; liars, restored disks, slow disks and set changes are that one's alone.
//
// Thread-safety: run_actor_seed() may run on several threads, each with its own cluster.
#pragma once

#include <ostream>

#include "tools/lucid-sim/runner.hpp"

namespace lucid::sim {

/// One seed, with all checkers. `trace`: null, or where each event goes as a line.
SeedResult run_actor_seed(std::uint64_t seed, const Wanted& wanted, std::ostream* trace);

}  // namespace lucid::sim
