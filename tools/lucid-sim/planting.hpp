// Whether this program holds core with hooks for planted bugs. lucid-sim does not; lucid-sim-mutants, which is built of
// the same sources and started by lucid-sim, does.
//
// Thread-safety: plant() before the first thread that calls core.
#pragma once

#include "core/base/mutant.hpp"

namespace lucid::sim {

bool can_plant();
/// Only where can_plant().
void plant(Mutant mutant);

}  // namespace lucid::sim
