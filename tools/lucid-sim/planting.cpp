#include "tools/lucid-sim/planting.hpp"

namespace lucid::sim {

#ifdef LUCID_WITH_MUTANTS

bool can_plant() {
  return true;
}

void plant(Mutant mutant) {
  mutant::plant(mutant);
}

#else

bool can_plant() {
  return false;
}

void plant(Mutant) {}

#endif

}  // namespace lucid::sim
