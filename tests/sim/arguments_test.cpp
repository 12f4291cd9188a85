// The command line: what is refused, with which status, and the command that shows a seed again.
#include "tools/lucid-sim/arguments.hpp"

#include <gtest/gtest.h>
#include <sstream>

namespace lucid::sim {
namespace {

struct Read {
  Parsed parsed;
  std::string out, err;
};

Read say(std::vector<const char*> words) {
  words.insert(words.begin(), "lucid-sim");
  std::ostringstream out, err;
  Parsed parsed = parse_arguments(static_cast<int>(words.size()), words.data(), out, err);
  return {std::move(parsed), out.str(), err.str()};
}

TEST(SimArguments, ReadRangesOfSeeds) {
  const auto range = parse_seeds("3..70");
  ASSERT_TRUE(range);
  EXPECT_EQ(range->first, 3U);
  EXPECT_EQ(range->last, 70U);
  const auto one = parse_seeds("12");
  ASSERT_TRUE(one);
  EXPECT_EQ(one->first, 12U);
  EXPECT_EQ(one->last, 12U);
}

TEST(SimArguments, RefuseRangesThatAreNone) {
  for (const char* text : {"", "..", "0..3", "1..", "..2", "5..4", "a..b", "1...2", "-1..2", "1..99999999999", " 1..2",
                           "18446744073709551616"}) {
    const auto range = parse_seeds(text);
    ASSERT_FALSE(range) << text;
    EXPECT_EQ(range.error().fault, Fault::number_range) << text;
  }
}

TEST(SimArguments, TakeAWholeLine) {
  const Read said = say({"--nodes", "7", "--byzantine", "2", "--seeds", "1..9", "--heights", "20", "--profile",
                         "mainnet", "--threads", "1"});
  ASSERT_TRUE(said.parsed.arguments) << said.err;
  const Arguments& arguments = *said.parsed.arguments;
  EXPECT_EQ(arguments.wanted.nodes, 7U);
  EXPECT_EQ(arguments.wanted.byzantine, 2U);
  EXPECT_EQ(arguments.wanted.heights, 20U);
  EXPECT_EQ(arguments.wanted.profile, Profile::mainnet);
  EXPECT_TRUE(arguments.wanted.faults);
  EXPECT_EQ(arguments.threads, 1U);
}

TEST(SimArguments, EndWithStatusTwoWhereTheyMakeNoSense) {
  const std::vector<std::vector<const char*>> wrong = {
      {},
      {"--nodes", "4"},
      {"--seeds", "1..2"},
      {"--nodes", "0", "--seeds", "1..2"},
      {"--nodes", "41", "--seeds", "1..2"},
      {"--nodes", "4", "--byzantine", "2", "--seeds", "1..2"},
      {"--nodes", "4", "--seeds", "2..1"},
      {"--nodes", "4", "--seeds", "1..2", "--profile", "moonnet"},
      {"--nodes", "4", "--seeds", "1..2", "--faults", "some"},
      {"--nodes", "4", "--seeds", "1..2", "--trace"},
      {"--nodes", "4", "--seeds", "1..2", "--height", "6"},
      {"--nodes", "4", "--seeds", "1..2", "--plot", "plot.svg"},
      {"--plot", "plot.svg", "--seeds", "1", "--trace"},
      {"--plot", "plot.svg", "--seeds", "1..2", "--byzantine", "2"},
      {"--plot", "plot.svg"},
      {"--plot", "plot.svg", "--seeds", "1..2", "--actors"},
      {"--nodes", "4", "--byzantine", "1", "--seeds", "1..2", "--actors"},
      {"--scenario", "left_behind", "--actors"},
  };
  for (const auto& words : wrong) {
    const Read said = say(words);
    EXPECT_FALSE(said.parsed.arguments) << words.size();
    EXPECT_EQ(said.parsed.status, 2);
    EXPECT_NE(said.err, "");
  }
}

TEST(SimArguments, APlotHasItsOwnSizes) {
  const Read said = say({"--plot", "plot.svg", "--seeds", "1..40", "--byzantine", "1"});
  ASSERT_TRUE(said.parsed.arguments) << said.err;
  EXPECT_EQ(said.parsed.arguments->plot, "plot.svg");
  EXPECT_EQ(said.parsed.arguments->wanted.byzantine, 1U);
}

TEST(SimArguments, HelpIsNoError) {
  const Read said = say({"--help"});
  EXPECT_FALSE(said.parsed.arguments);
  EXPECT_EQ(said.parsed.status, 0);
  EXPECT_NE(said.out.find("--seeds"), std::string::npos);
}

TEST(SimArguments, ReplayIsOneCommandThatIsReadBack) {
  const Read said = say({"--nodes", "7", "--byzantine", "2", "--seeds", "1..900", "--profile", "dev"});
  ASSERT_TRUE(said.parsed.arguments);
  EXPECT_EQ(replay_command(*said.parsed.arguments, 77),
            "lucid-sim --nodes 7 --byzantine 2 --seeds 77..77 --heights 60 --profile dev --trace");
}

TEST(SimArguments, ReplayOfTheActorsIsTheirs) {
  const Read said = say({"--actors", "--nodes", "4", "--seeds", "1..200", "--heights", "30"});
  ASSERT_TRUE(said.parsed.arguments) << said.err;
  EXPECT_TRUE(said.parsed.arguments->actors);
  EXPECT_EQ(replay_command(*said.parsed.arguments, 9),
            "lucid-sim --actors --nodes 4 --byzantine 0 --seeds 9..9 --heights 30 --trace");
}

TEST(SimArguments, APlantedBugKnowsWhereItIsFound) {
  const Read said = say({"--mutant", "timers_without_generation", "--until-caught"});
  ASSERT_TRUE(said.parsed.arguments) << said.err;
  EXPECT_TRUE(said.parsed.arguments->actors);
}

}  // namespace
}  // namespace lucid::sim
