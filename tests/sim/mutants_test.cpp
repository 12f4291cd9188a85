// Every planted bug is caught within its budget, replays, and is in no program that people run.
#include "tools/lucid-sim/mutants.hpp"

#include <gtest/gtest.h>
#include <set>
#include <vector>

#include "tests/sim/planted_bug_runs.hpp"
#include "tests/sim/ran.hpp"
#include "tools/lucid-sim/runner.hpp"
#include "tools/lucid-sim/scenarios.hpp"

namespace lucid::sim {
namespace {

TEST(Mutants, NoProgramThatPeopleRunHoldsThem) {
  // The function that each hook asks, as the linker knows it.
  const std::string asked = "is_planted";
  EXPECT_TRUE(holds("lucid-sim-mutants", asked)) << "this test would not see them";
  EXPECT_FALSE(holds("lucidd", asked));
  EXPECT_FALSE(holds("lucid-sim", asked));
  for (const PlantedBug& bug : planted_bugs()) EXPECT_FALSE(holds("lucidd", std::string(bug.name))) << bug.name;
}

TEST(Mutants, EachHasANameASentenceAndABudget) {
  std::set<std::string_view> names;
  for (const PlantedBug& bug : planted_bugs()) {
    EXPECT_TRUE(names.insert(bug.name).second) << bug.name;
    EXPECT_FALSE(bug.sentence.empty()) << bug.name;
    EXPECT_LE(bug.byzantine, (bug.nodes - 1) / 3) << bug.name;
    if (bug.scenario.empty())
      EXPECT_LE(bug.seeds.last - bug.seeds.first, 5'000U) << bug.name;
    else
      EXPECT_NE(find_scenario(bug.scenario), nullptr) << bug.name;
  }
}

TEST(Mutants, AScenarioAloneFindsNothing) {
  for (const Scenario& scenario : scenarios()) {
    const SeedResult result = run_seed(1, wanted_by(scenario), nullptr);
    EXPECT_FALSE(result.violation) << scenario.name << ": " << result.violation->invariant << ": "
                                   << result.violation->words;
    EXPECT_GE(result.blocks, wanted_by(scenario).heights) << scenario.name;
  }
}

TEST(Mutants, AWrongNameIsAUsageError) {
  EXPECT_EQ(run_sim("--mutant nothing --until-caught").status, 2);
  EXPECT_EQ(run_sim("--until-caught").status, 2);
  EXPECT_EQ(run_sim("--scenario nothing").status, 2);
}

class EachMutant : public testing::TestWithParam<PlantedBug> {
 protected:
  static void TearDownTestSuite() { report_run("planted-bugs caught=" + std::to_string(caught_)); }
  static inline std::size_t caught_ = 0;
};

TEST_P(EachMutant, IsCaughtWithinItsBudgetAndReplays) {
  expect_caught_and_replayed(GetParam());
  if (!HasFailure()) ++caught_;
}

/// Those of the actors are tested where actors are (tests/actors_sim).
std::vector<PlantedBug> bugs_of_the_core() {
  std::vector<PlantedBug> out;
  for (const PlantedBug& bug : planted_bugs())
    if (!bug.actors) out.push_back(bug);
  return out;
}

INSTANTIATE_TEST_SUITE_P(All, EachMutant, testing::ValuesIn(bugs_of_the_core()),
                         [](const auto& bug) { return std::string(bug.param.name); });

}  // namespace
}  // namespace lucid::sim
