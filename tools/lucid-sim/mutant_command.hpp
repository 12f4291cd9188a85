// --list-mutants and --mutant NAME --until-caught.
//
// Thread-safety: called by main() alone.
#pragma once

#include <ostream>

#include "tools/lucid-sim/arguments.hpp"

namespace lucid::sim {

inline constexpr int kNotCaught = 1;

/// One line each.
void list_planted_bugs(std::ostream& out);

/// Runs the budget of the bug that is planted, until the first violation, and says what was found and how to see it
/// again. 0 where it was caught, else kNotCaught.
int catch_planted_bug(std::ostream& out, const PlantedBug& bug, unsigned threads, SeedRun run);

}  // namespace lucid::sim
