#include "tests/lint/checks.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <regex>
#include <sstream>

namespace lucid::lint {
namespace {

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  std::istringstream in{std::string(text)};
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// The first part of a path: "core" of "core/base/bytes.hpp".
std::string folder_of(std::string_view path) {
  return std::string(path.substr(0, path.find('/')));
}

bool is_header(const SourceFile& file) {
  return file.path.ends_with(".hpp");
}

bool contains(const std::vector<std::string>& list, const std::string& entry) {
  return std::find(list.begin(), list.end(), entry) != list.end();
}

// ---- who may include what (docs/architecture.md)

/// The folders whose headers a folder may include, besides its own. api may also see one header of actors.
const std::map<std::string, std::vector<std::string>>& folder_rules() {
  static const std::map<std::string, std::vector<std::string>> rules{
      {"core", {}},
      {"storage", {"core"}},
      {"net", {"core"}},
      {"config", {"core"}},
      {"actors", {"core", "storage", "net", "config"}},
      {"api", {"core"}},
      {"tools", {"core", "storage", "net", "config", "actors", "api"}},
      {"tests", {"core", "storage", "net", "config", "actors", "api", "tools"}},
  };
  return rules;
}
constexpr std::string_view kFacade = "actors/node_facade.hpp";

/// Levels inside core, from the bottom; a folder sees its own level and those below.
const std::map<std::string, int>& core_levels() {
  static const std::map<std::string, int> levels{
      {"base", 0},  {"types", 1},   {"crypto", 2},    {"codec", 2},   {"merkle", 3}, {"params", 3},
      {"slots", 3}, {"credits", 4}, {"anchoring", 4}, {"mempool", 4}, {"ledger", 4}, {"consensus", 5}, {"sync", 5},
  };
  return levels;
}

/// A library that only some folders may see. Tests see what the code that they test sees.
struct LibraryRule {
  std::string_view begins;  // of the included path
  std::vector<std::string> folders;
};
const std::vector<LibraryRule>& library_rules() {
  static const std::vector<LibraryRule> rules{
      {"lmdb.h", {"storage", "tests"}},
      {"caf/", {"actors", "tests"}},
      {"httplib.h", {"api", "tests"}},
      {"prometheus/", {"api", "tests"}},
      {"nlohmann/", {"api", "config", "tools", "tests"}},
      {"simdjson", {"api", "tests"}},
      {"CLI/", {"config", "tools", "tests"}},
      {"gtest/", {"tests"}},
      {"gmock/", {"tests"}},
      {"benchmark/", {"tools", "tests"}},
      {"zstd", {"tools", "tests"}},
      {"spdlog/", {"actors", "api", "tools", "tests"}},
      {"openssl/ssl", {"net", "actors", "tests"}},
      {"sys/socket.h", {"net", "actors", "api", "tests"}},
      {"netinet/", {"net", "actors", "api", "tests"}},
      {"arpa/", {"net", "actors", "api", "tests"}},
      {"netdb.h", {"net", "actors", "tests"}},
  };
  return rules;
}

struct Include {
  std::size_t line;
  std::string path;
  bool quoted;
};

std::vector<Include> includes_of(const SourceFile& file) {
  static const std::regex form(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  std::vector<Include> includes;
  const auto lines = lines_of(without_comments(file.text, false));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::smatch match;
    if (std::regex_search(lines[i], match, form)) includes.push_back({i + 1, match[2].str(), match[1].str() == "\""});
  }
  return includes;
}

std::optional<std::string> core_level_broken(const std::string& from, const std::string& to) {
  const auto level = [](const std::string& path) -> std::optional<int> {
    const auto found = core_levels().find(folder_of(std::string_view(path).substr(std::string_view("core/").size())));
    if (found == core_levels().end()) return std::nullopt;
    return found->second;
  };
  const auto above = level(from), below = level(to);
  if (!above || !below) return "has no level in core: give it one in docs/architecture.md and here";
  if (*below > *above) return "stands above in core";
  return std::nullopt;
}

std::optional<std::string> folder_broken(const std::string& from, const std::string& to) {
  const std::string own = folder_of(from), other = folder_of(to);
  if (own == "core" && other == "core") return core_level_broken(from, to);
  const auto rule = folder_rules().find(own);
  if (rule == folder_rules().end()) return "is included from a folder that the house does not have";
  if (own == other || (own == "api" && to == kFacade) || contains(rule->second, other)) return std::nullopt;
  return own + " may not include " + other;
}

std::optional<std::string> library_broken(const std::string& folder, const std::string& path) {
  for (const auto& rule : library_rules())
    if (path.starts_with(rule.begins) && !contains(rule.folders, folder))
      return folder + " may not see " + std::string(rule.begins);
  return std::nullopt;
}

std::optional<std::string> include_broken(const SourceFile& file, const Include& include) {
  if (!include.quoted) return library_broken(folder_of(file.path), include.path);
  const bool from_root =
      include.path.find('/') != std::string::npos && folder_rules().contains(folder_of(include.path));
  if (!from_root) return "is not named from the root";
  return folder_broken(file.path, include.path);
}

/// One finding for each line that matches, with the word found.
Findings find_words(const SourceFile& file, std::string_view text, const std::regex& word, const std::string& says) {
  Findings findings;
  const auto lines = lines_of(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::smatch match;
    if (std::regex_search(lines[i], match, word)) findings.push_back({file.path, i + 1, says + ": " + match[0].str()});
  }
  return findings;
}

}  // namespace

Findings check_includes(const SourceFile& file) {
  Findings findings;
  for (const auto& include : includes_of(file))
    if (const auto broken = include_broken(file, include))
      findings.push_back({file.path, include.line, include.path + " " + *broken});
  return findings;
}

Findings check_core_purity(const SourceFile& file) {
  if (folder_of(file.path) != "core") return {};
  static const std::regex banned(
      R"(\b(float|double|unordered_\w+|system_clock|steady_clock|high_resolution_clock|random_device|mt19937\w*|)"
      R"(srand|gettimeofday|clock_gettime|jthread|mutex|sleep_for|throw|getenv|RAND_\w+)\b|)"
      R"(\b(rand|time|exit|_exit)\s*\(|std::(thread|async)\b|)"
      R"(<(thread|mutex|atomic|chrono|random|future|condition_variable|fstream|iostream|unordered_map|unordered_set)>)");
  return find_words(file, without_comments(file.text, true), banned, "core is pure");
}

Findings check_mutant_hooks(const SourceFile& file) {
  if (file.path == "core/base/mutant.hpp") return {};
  const bool may = folder_of(file.path) == "core" && !is_header(file);
  if (may) return {};
  static const std::regex hook(R"(\bLUCID_MUTANT\s*\()");
  return find_words(file, without_comments(file.text, true), hook, "a planted bug stands in a source of core only");
}

Findings check_payment_words(const SourceFile& file) {
  // Spelled in halves, or this file would be the first finding.
  static const std::regex words(
      "\\b(tr"
      "on|tr"
      "c20|us"
      "dt|tr"
      "x)\\b",
      std::regex::icase);
  return find_words(file, file.text, words, "payment is another program's business");
}

Findings check_unfinished(const SourceFile& file) {
  static const std::regex notes(
      "\\b(TO"
      "DO|FIX"
      "ME|X"
      "XX|HA"
      "CK)\\b");
  return find_words(file, file.text, notes, "work that is not done");
}

Findings check_header_form(const SourceFile& file) {
  if (!is_header(file)) return {};
  Findings findings;
  if (!file.text.starts_with("// ")) findings.push_back({file.path, 1, "does not begin with what it is for"});
  const auto lines = lines_of(file.text);
  if (std::count(lines.begin(), lines.end(), "#pragma once") != 1)
    findings.push_back({file.path, 1, "has no #pragma once of its own"});
  return findings;
}

Findings check_length(const SourceFile& file) {
  constexpr std::size_t kHeaderLines = 150;
  constexpr std::size_t kSourceLines = 400;
  constexpr std::size_t kTooLong = 3;
  // A test program is as long as its stories are many.
  if (folder_of(file.path) == "tests") return {};
  const std::size_t aim = is_header(file) ? kHeaderLines : kSourceLines;
  const std::size_t lines = lines_of(file.text).size();
  if (lines <= kTooLong * aim) return {};
  return {{file.path, lines, std::to_string(lines) + " lines where " + std::to_string(aim) + " are aimed at"}};
}

Findings check_own_header_first(const SourceFile& file, bool has_header) {
  if (!has_header || !file.path.ends_with(".cpp")) return {};
  const std::string own = file.path.substr(0, file.path.size() - 4) + ".hpp";
  const auto includes = includes_of(file);
  if (!includes.empty() && includes.front().path == own) return {};
  return {{file.path, includes.empty() ? 1 : includes.front().line, "does not include " + own + " first"}};
}

}  // namespace lucid::lint
