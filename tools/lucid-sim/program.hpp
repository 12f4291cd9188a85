// What lucid-sim does, as all its programs share it. Real actors take long to link, and planted bugs must not be where
// they are not asked for: so each has a program of its own, which lies beside lucid-sim and is started by it.
//
// Thread-safety: called by main() alone.
#pragma once

#include "tools/lucid-sim/runner.hpp"

namespace lucid::sim {

/// The exit status. `run_actors`: what runs a seed of the cluster of actors; null in a program without them.
int run_program(int count, char** values, SeedRun run_actors);

}  // namespace lucid::sim
