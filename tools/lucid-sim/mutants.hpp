// The bugs that are planted on purpose: what each one is, in which cluster it shows and how it is found
// (docs/simulation.md). The hooks stand in core (core/base/mutant.hpp).
//
// Thread-safety: constants.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/base/mutant.hpp"

namespace lucid::sim {

struct SeedRange {
  std::uint64_t first = 1;
  std::uint64_t last = 1;
};

struct PlantedBug {
  Mutant mutant = Mutant::one_voting_phase;
  std::string_view name = "";
  std::uint32_t nodes = 4;
  std::uint32_t byzantine = 0;
  /// The budget: it is found by the checkers within these seeds; or, where a name stands, in that scenario.
  SeedRange seeds = {};
  std::string_view scenario = "";
  bool actors = false;  // it stands with the actors, and is found in their cluster (--actors)
  std::string_view sentence = "";
};

/// All that are known to be found, in the order of core/base/mutant.hpp.
std::span<const PlantedBug> planted_bugs();
/// Null where there is none of that name.
const PlantedBug* find_planted_bug(std::string_view name);

/// The line of --list-mutants: name, n and F, how it is caught, and a sentence.
std::string line_of(const PlantedBug& bug);

}  // namespace lucid::sim
