// The index of the transcripts names all of them, and for every line of Algorithm 1 and every mistake of
// docs/protocol.md section 11 where it shows; and a planted bug shows where it says.
#include "tests/scenario/index.hpp"

#include <gtest/gtest.h>
#include <map>
#include <regex>
#include <set>

#include "core/base/mutant.hpp"
#include "tests/scenario/transcript.hpp"

namespace lucid::test {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = LUCID_SOURCE_DIR;

/// "34-35" is lines 34 and 35; of another rule, none.
std::set<int> lines_of(const IndexRow& row) {
  std::set<int> lines;
  std::smatch range;
  if (!std::regex_match(row.rule, range, std::regex("(\\d+)(-(\\d+))?"))) return lines;
  const int first = std::stoi(range[1]);
  const int last = range[3].matched ? std::stoi(range[3]) : first;
  for (int line = first; line <= last; ++line) lines.insert(line);
  return lines;
}

TEST(ScenarioIndex, HasEveryLineOfAlgorithm1Once) {
  std::set<int> covered;
  for (const IndexRow& row : read_index())
    for (const int line : lines_of(row)) EXPECT_TRUE(covered.insert(line).second) << "line " << line << " twice";
  std::set<int> wanted;
  for (int line = 11; line <= 67; ++line) wanted.insert(line);
  EXPECT_EQ(covered, wanted);
}

TEST(ScenarioIndex, HasEveryMistakeAndNoRuleThatIsNone) {
  std::set<std::string> rules;
  std::set<std::string> mistakes;
  const std::string protocol = whole_file(kRoot / "docs/protocol.md");
  const std::regex numbered("\\*\\*(P-(\\d+)\\.\\d+)\\*?\\*\\*");
  for (std::sregex_iterator found(protocol.begin(), protocol.end(), numbered), end; found != end; ++found) {
    rules.insert((*found)[1]);
    if ((*found)[2] == "11") mistakes.insert((*found)[1]);
  }
  EXPECT_EQ(mistakes.size(), 23U) << "those of section 11";
  std::set<std::string> named;
  for (const IndexRow& row : read_index()) {
    if (!row.is_of_protocol()) continue;
    EXPECT_TRUE(rules.contains(row.rule)) << row.rule << " is no rule of docs/protocol.md";
    EXPECT_TRUE(named.insert(row.rule).second) << row.rule << " twice";
  }
  for (const std::string& mistake : mistakes) EXPECT_TRUE(named.contains(mistake)) << mistake << " is not in the index";
}

TEST(ScenarioIndex, NamesEveryTranscriptAndNoOther) {
  std::set<std::string> named;
  for (const IndexRow& row : read_index()) named.insert(row.transcripts.begin(), row.transcripts.end());
  std::set<std::string> there;
  for (const auto& entry : fs::directory_iterator(scenario_folder()))
    if (entry.path().extension() == ".txt" && entry.path().stem() != "index") there.insert(entry.path().stem());
  EXPECT_EQ(named, there);
}

TEST(ScenarioIndex, NamesTestsThatThereAre) {
  std::size_t tests = 0;
  for (const IndexRow& row : read_index())
    for (const NamedTest& test : row.tests) {
      const std::regex written("\\nTEST(_F|_P)?\\(" + test.suite + ", " + test.name + "\\) \\{");
      EXPECT_TRUE(std::regex_search(whole_file(kRoot / test.file), written))
          << test.suite << "." << test.name << " is not in " << test.file;
      ++tests;
    }
  EXPECT_GE(tests, 5U);
}

/// Takes the bug out again.
class Planted {
 public:
  explicit Planted(Mutant bug) { mutant::plant(bug); }
  Planted(const Planted&) = delete;
  Planted& operator=(const Planted&) = delete;
  ~Planted() { mutant::plant(kNone); }

 private:
  static constexpr auto kNone = static_cast<Mutant>(UINT8_MAX);
};

/// Empty where the bug makes an input impossible.
std::string play_with(Mutant bug, const std::string& transcript) {
  const Planted planted(bug);
  try {
    return play(transcript);
  } catch (const std::exception&) {
    return {};
  }
}

TEST(ScenarioIndex, APlantedBugShowsInEachTranscriptThatItsRowNames) {
  const std::map<std::string, Mutant> bugs{
#define LUCID_NAMED_BUG(name) {#name, Mutant::name},
      LUCID_MUTANTS(LUCID_NAMED_BUG)
#undef LUCID_NAMED_BUG
  };
  std::set<std::string> shown;
  for (const IndexRow& row : read_index()) {
    if (!row.is_planted_bug()) continue;
    ASSERT_TRUE(bugs.contains(row.rule)) << row.rule << " is no planted bug";
    EXPECT_TRUE(shown.insert(row.rule).second) << row.rule << " twice";
    for (const std::string& name : row.transcripts) {
      const std::string written = whole_file(scenario_folder() / (name + ".txt"));
      EXPECT_NE(play_with(bugs.at(row.rule), written), written) << name << " does not notice " << row.rule;
      EXPECT_EQ(play(written), written) << name << " after " << row.rule << " was taken out";
    }
  }
  EXPECT_GE(shown.size(), 20U);
}

}  // namespace
}  // namespace lucid::test
