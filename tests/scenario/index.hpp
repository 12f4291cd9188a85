// The index of the transcripts (index.txt): which rule shows in which of them.
//
// A row reads RULE | what it says | TRANSCRIPT …, Suite.Name in FILE, … : RULE is a line of Algorithm 1 or a range of
// them, a number of docs/protocol.md, or the name of a planted bug (core/base/mutant.hpp). Thread-safety: values.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace lucid::test {

struct NamedTest {
  std::string suite;
  std::string name;
  std::string file;
};

struct IndexRow {
  std::string rule;
  std::vector<std::string> transcripts;
  std::vector<NamedTest> tests;

  bool is_of_protocol() const { return rule.rfind("P-", 0) == 0; }
  bool is_of_algorithm() const { return rule[0] >= '0' && rule[0] <= '9'; }
  bool is_planted_bug() const { return !is_of_protocol() && !is_of_algorithm(); }
};

/// Throws std::runtime_error where a line does not read.
std::vector<IndexRow> read_index();

/// Where the transcripts are.
std::filesystem::path scenario_folder();
std::string whole_file(const std::filesystem::path& path);

}  // namespace lucid::test
