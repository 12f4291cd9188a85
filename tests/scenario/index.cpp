#include "tests/scenario/index.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace lucid::test {
namespace {

std::vector<std::string> columns_of(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream rest(text);
  for (std::string part; std::getline(rest, part, at);) parts.push_back(part);
  return parts;
}

std::vector<std::string> words_in(const std::string& text) {
  std::istringstream rest(text);
  std::vector<std::string> words;
  for (std::string word; rest >> word;) words.push_back(word);
  return words;
}

IndexRow row_of(const std::string& line) {
  const auto must = [&](bool holds) {
    if (!holds) throw std::runtime_error("not a row of the index: " + line);
  };
  const auto columns = columns_of(line, '|');
  must(columns.size() == 3 && !words_in(columns[1]).empty());
  const auto rule = words_in(columns[0]);
  must(rule.size() == 1);
  const auto shown_by = columns_of(columns[2], ',');
  IndexRow row{rule[0], words_in(shown_by.at(0)), {}};
  must(!row.transcripts.empty());
  for (std::size_t i = 1; i < shown_by.size(); ++i) {
    const auto words = words_in(shown_by[i]);
    must(words.size() == 3 && words[1] == "in");
    const auto dot = words[0].find('.');
    must(dot != std::string::npos);
    row.tests.push_back({words[0].substr(0, dot), words[0].substr(dot + 1), words[2]});
  }
  return row;
}

}  // namespace

std::filesystem::path scenario_folder() {
  return std::filesystem::path(LUCID_SOURCE_DIR) / "tests/scenario";
}

std::string whole_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

std::vector<IndexRow> read_index() {
  std::vector<IndexRow> rows;
  std::istringstream lines(whole_file(scenario_folder() / "index.txt"));
  for (std::string line; std::getline(lines, line);)
    if (!line.empty() && line[0] != '#') rows.push_back(row_of(line));
  return rows;
}

}  // namespace lucid::test
