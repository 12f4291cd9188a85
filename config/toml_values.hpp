// The part of TOML 1.0 that a settings file needs, read strictly: key = value at the top level, where a value is a
// string, an integer, a decimal number, true or false, or an array of strings. Anything else is refused by line, so
// that no misread file passes for a default. (CLI11's own reader skips short lines, merges doubled keys and cuts
// strings at a "#".)
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace lucid::config {

struct TomlValue {
  enum class Kind { text, number, boolean, list };
  Kind kind = Kind::text;
  std::string text;               // of a string without quotes, else as written
  std::vector<std::string> list;  // of an array
  bool operator==(const TomlValue&) const = default;
};

struct TomlEntry {
  std::string key;
  TomlValue value;
  std::size_t line = 0;
};

/// Fault file_form, the field naming `source` and the line.
Result<std::vector<TomlEntry>> parse_toml(std::string_view text, std::string_view source);

/// A basic string with its quotes.
std::string toml_text(std::string_view text);
std::string toml_list(const std::vector<std::string>& list);

}  // namespace lucid::config
