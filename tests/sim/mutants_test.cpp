// Every planted bug is caught within its budget, replays, and is in no program that people run.
#include "tools/lucid-sim/mutants.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <iostream>
#include <set>
#include <sys/wait.h>

#include "tests/sim/ran.hpp"
#include "tools/lucid-sim/runner.hpp"
#include "tools/lucid-sim/scenarios.hpp"

namespace lucid::sim {
namespace {

struct Ran {
  int status = -1;
  std::string out;
};
Ran run_sim(const std::string& arguments) {
  Ran ran;
  FILE* pipe = popen((std::string(LUCID_BINARY_DIR) + "/lucid-sim " + arguments + " 2>&1").c_str(), "r");
  std::array<char, 4096> part{};
  while (const std::size_t size = fread(part.data(), 1, part.size(), pipe)) ran.out.append(part.data(), size);
  const int ended = pclose(pipe);
  ran.status = WIFEXITED(ended) ? WEXITSTATUS(ended) : -1;
  return ran;
}

bool holds(const std::string& program, const std::string& text) {
  std::ifstream in(std::string(LUCID_BINARY_DIR) + "/" + program, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  EXPECT_GT(bytes.size(), 100'000U) << program;
  return bytes.find(text) != std::string::npos;
}

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
  const PlantedBug& bug = GetParam();
  const Ran caught = run_sim("--threads 1 --mutant " + std::string(bug.name) + " --until-caught");
  ASSERT_EQ(caught.status, 0) << caught.out;
  const std::string marker = "replay: lucid-sim ";
  const auto at = caught.out.find(marker);
  ASSERT_NE(at, std::string::npos) << caught.out;
  const auto from = at + marker.size();
  const Ran replayed = run_sim(caught.out.substr(from, caught.out.find('\n', from) - from));
  EXPECT_GE(replayed.status, 10) << replayed.out;
  EXPECT_LE(replayed.status, 12);
  const std::string words = caught.out.substr(caught.out.find(": ") + 2, at - caught.out.find(": ") - 5);
  EXPECT_NE(replayed.out.find(words), std::string::npos) << "the replay shows another violation than " << words;
  std::cout << caught.out;
  ++caught_;
}

INSTANTIATE_TEST_SUITE_P(All, EachMutant, testing::ValuesIn(planted_bugs().begin(), planted_bugs().end()),
                         [](const auto& bug) { return std::string(bug.param.name); });

}  // namespace
}  // namespace lucid::sim
