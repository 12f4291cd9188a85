// Worlds that are arranged by hand: who is cut off when, and what the liar says. Run by the same cluster as a seed and
// judged by the same checkers alone; a scenario asserts nothing of its own. They are for planted bugs that chance does
// not find soon; without a planted bug nothing is found in them.
//
// Thread-safety: constants and pure functions.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "tools/lucid-sim/liar.hpp"
#include "tools/lucid-sim/seed_plan.hpp"

namespace lucid::sim {

struct Scenario {
  std::string_view name = "";
  std::string_view sentence = "";
  std::uint32_t nodes = 4;
  /// Changes the plan of a good world. Members that it makes lie get their liar below.
  void (*arrange)(SeedPlan& plan) = nullptr;
  std::unique_ptr<Liar> (*liar)(LiarDeps deps) = nullptr;
};

std::span<const Scenario> scenarios();
/// Null where there is none of that name.
const Scenario* find_scenario(std::string_view name);

/// All their names, for people.
std::string scenario_names();

/// What is asked of a run of it, and the plan that this gives; the seed decides what is left to chance: delays, keys.
Wanted wanted_by(const Scenario& scenario);
SeedPlan plan_of(const Scenario& scenario, std::uint64_t seed);

}  // namespace lucid::sim
