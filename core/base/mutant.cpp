#include "core/base/mutant.hpp"

#include <optional>

#ifdef LUCID_WITH_MUTANTS

namespace lucid::mutant {
namespace {

std::optional<Mutant>& planted() {
  static std::optional<Mutant> mutant;
  return mutant;
}

}  // namespace

void plant(Mutant mutant) {
  planted() = mutant;
}

bool is_planted(Mutant mutant) {
  return planted() == mutant;
}

}  // namespace lucid::mutant

#endif
