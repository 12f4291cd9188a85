#include "config/toml_values.hpp"

#include <algorithm>
#include <cstdio>

namespace lucid::config {
namespace {

bool is_key_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

class Reader {
 public:
  Reader(std::string_view text, std::string_view source) : text_(text), source_(source) {}

  Result<std::vector<TomlEntry>> read() {
    std::vector<TomlEntry> entries;
    while (skip_to_content(), !at_end()) {
      LUCID_TRY_ASSIGN(TomlEntry entry, read_entry());
      const auto same_key = [&](const TomlEntry& other) { return other.key == entry.key; };
      if (std::any_of(entries.begin(), entries.end(), same_key)) return refused("each key once", entry.key + " again");
      entries.push_back(std::move(entry));
    }
    return entries;
  }

 private:
  bool at_end() const { return position_ == text_.size(); }
  char here() const { return at_end() ? '\0' : text_[position_]; }
  void next() {
    if (here() == '\n') ++line_;
    ++position_;
  }

  void skip_blanks() {
    while (here() == ' ' || here() == '\t') next();
  }
  void skip_comment() {
    if (here() != '#') return;
    while (!at_end() && here() != '\n') next();
  }
  void skip_to_content() {
    for (;;) {
      skip_blanks();
      skip_comment();
      if (here() != '\n' && here() != '\r') return;
      next();
    }
  }

  tl::unexpected<Error> refused(std::string expected, std::string actual) const {
    return fail(Fault::file_form, std::string(source_) + " line " + std::to_string(line_), std::move(expected),
                std::move(actual));
  }
  std::string seen() const {
    if (at_end()) return "the end of the file";
    if (here() == '\n' || here() == '\r') return "the end of the line";
    return "\"" + std::string(1, here()) + "\"";
  }

  Result<TomlEntry> read_entry() {
    TomlEntry entry;
    entry.line = line_;
    if (here() == '[') return refused("settings at the top level", "a table");
    while (is_key_character(here())) {
      entry.key += here();
      next();
    }
    if (entry.key.empty()) return refused("a key", seen());
    skip_blanks();
    if (here() != '=') return refused("= after " + entry.key, seen());
    next();
    skip_blanks();
    LUCID_TRY_ASSIGN(entry.value, read_value());
    skip_blanks();
    skip_comment();
    if (here() == '\r') next();
    if (!at_end() && here() != '\n') return refused("the end of the line after the value of " + entry.key, seen());
    return entry;
  }

  Result<TomlValue> read_value() {
    if (here() == '"' || here() == '\'') {
      LUCID_TRY_ASSIGN(std::string text, read_string());
      return TomlValue{TomlValue::Kind::text, std::move(text), {}};
    }
    if (here() == '[') return read_list();
    std::string word;
    while (is_key_character(here()) || here() == '+' || here() == '.') {
      word += here();
      next();
    }
    if (word == "true" || word == "false") return TomlValue{TomlValue::Kind::boolean, word, {}};
    const bool number = !word.empty() && word.find_first_not_of("+-0123456789._") == std::string::npos &&
                        word.find_first_of("0123456789") != std::string::npos;
    if (!number) return refused("a value (text in quotes)", word.empty() ? seen() : word);
    std::erase(word, '_');
    return TomlValue{TomlValue::Kind::number, word, {}};
  }

  Result<TomlValue> read_list() {
    TomlValue value{TomlValue::Kind::list, {}, {}};
    next();
    for (;;) {
      skip_to_content();
      if (here() == ']') break;
      if (here() != '"' && here() != '\'') return refused("a string in the array, or ]", seen());
      LUCID_TRY_ASSIGN(std::string text, read_string());
      value.list.push_back(std::move(text));
      skip_to_content();
      if (here() == ',') {
        next();
      } else if (here() != ']') {
        return refused(", or ] in the array", seen());
      }
    }
    next();
    return value;
  }

  Result<std::string> read_string() {
    const char quote = here();
    next();
    std::string text;
    while (here() != quote) {
      if (at_end() || here() == '\n' || here() == '\r') return refused("a closing " + std::string(1, quote), seen());
      if (here() == '\\' && quote == '"') {
        next();
        LUCID_TRY_ASSIGN(const char escaped, read_escape());
        text += escaped;
      } else {
        text += here();
        next();
      }
    }
    next();
    return text;
  }

  Result<char> read_escape() {
    static constexpr std::string_view kLetters = "\"\\ntr";
    static constexpr std::string_view kMeant = "\"\\\n\t\r";
    const auto found = kLetters.find(here());
    if (at_end() || found == std::string_view::npos) return refused("one of \\\" \\\\ \\n \\t \\r", "\\" + seen());
    next();
    return kMeant[found];
  }

  std::string_view text_;
  std::string_view source_;
  std::size_t position_ = 0;
  std::size_t line_ = 1;
};

}  // namespace

Result<std::vector<TomlEntry>> parse_toml(std::string_view text, std::string_view source) {
  return Reader(text, source).read();
}

std::string toml_text(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        quoted += "\\\"";
        break;
      case '\\':
        quoted += "\\\\";
        break;
      case '\n':
        quoted += "\\n";
        break;
      case '\t':
        quoted += "\\t";
        break;
      case '\r':
        quoted += "\\r";
        break;
      default:
        quoted += c;
    }
  }
  return quoted + "\"";
}

std::string toml_list(const std::vector<std::string>& list) {
  std::string text = "[";
  for (const auto& entry : list) text += (text.size() > 1 ? ", " : "") + toml_text(entry);
  return text + "]";
}

}  // namespace lucid::config
