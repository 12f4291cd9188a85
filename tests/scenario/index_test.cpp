// The index of the transcripts: it names all of them, and for every line of Algorithm 1 and every mistake of
// docs/protocol.md section 11 where it shows.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <regex>
#include <set>
#include <sstream>

namespace lucid::test {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = LUCID_SOURCE_DIR;

struct NamedTest {
  std::string suite;
  std::string name;
  std::string file;
};

struct IndexRow {
  std::string rule;  // "34-35" or "P-11.7"
  std::vector<std::string> transcripts;
  std::vector<NamedTest> tests;
};

std::string whole_file(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream rest(text);
  for (std::string part; std::getline(rest, part, at);) parts.push_back(part);
  return parts;
}

std::vector<std::string> spaced_words(const std::string& text) {
  std::istringstream rest(text);
  std::vector<std::string> words;
  for (std::string word; rest >> word;) words.push_back(word);
  return words;
}

IndexRow read_row(const std::string& line) {
  const auto columns = split(line, '|');
  EXPECT_EQ(columns.size(), 3U) << line;
  EXPECT_FALSE(spaced_words(columns.at(1)).empty()) << "says nothing: " << line;
  IndexRow row;
  row.rule = spaced_words(columns.at(0)).at(0);
  const auto shown_by = split(columns.at(2), ',');
  row.transcripts = spaced_words(shown_by.at(0));
  EXPECT_FALSE(row.transcripts.empty()) << "no transcript: " << line;
  for (std::size_t i = 1; i < shown_by.size(); ++i) {
    const auto words = spaced_words(shown_by[i]);
    const auto dot = words.at(0).find('.');
    EXPECT_EQ(words.at(1), "in") << line;
    row.tests.push_back({words[0].substr(0, dot), words[0].substr(dot + 1), words.at(2)});
  }
  return row;
}

const std::vector<IndexRow>& index_rows() {
  static const auto kRows = [] {
    std::vector<IndexRow> rows;
    std::istringstream lines(whole_file(kRoot / "tests/scenario/index.txt"));
    for (std::string line; std::getline(lines, line);)
      if (!line.empty() && line[0] != '#') rows.push_back(read_row(line));
    return rows;
  }();
  return kRows;
}

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
  for (const IndexRow& row : index_rows())
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
  for (const IndexRow& row : index_rows()) {
    if (!lines_of(row).empty()) continue;
    EXPECT_TRUE(rules.contains(row.rule)) << row.rule << " is no rule of docs/protocol.md";
    EXPECT_TRUE(named.insert(row.rule).second) << row.rule << " twice";
  }
  for (const std::string& mistake : mistakes) EXPECT_TRUE(named.contains(mistake)) << mistake << " is not in the index";
}

TEST(ScenarioIndex, NamesEveryTranscriptAndNoOther) {
  std::set<std::string> named;
  for (const IndexRow& row : index_rows()) named.insert(row.transcripts.begin(), row.transcripts.end());
  std::set<std::string> there;
  for (const auto& entry : fs::directory_iterator(kRoot / "tests/scenario"))
    if (entry.path().extension() == ".txt" && entry.path().stem() != "index") there.insert(entry.path().stem());
  EXPECT_EQ(named, there);
}

TEST(ScenarioIndex, NamesTestsThatThereAre) {
  std::size_t tests = 0;
  for (const IndexRow& row : index_rows())
    for (const NamedTest& test : row.tests) {
      const std::regex written("\\nTEST(_F|_P)?\\(" + test.suite + ", " + test.name + "\\) \\{");
      EXPECT_TRUE(std::regex_search(whole_file(kRoot / test.file), written))
          << test.suite << "." << test.name << " is not in " << test.file;
      ++tests;
    }
  EXPECT_GE(tests, 5U);
}

}  // namespace
}  // namespace lucid::test
