// Letters of the names that HTTP compares without regard to case (RFC 9110 sections 5.1 and 8.4.1).
//
// ASCII only, by rule of those names; no locale is asked. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace lucid::api {

constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

inline std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = to_lower(c);
  return out;
}

}  // namespace lucid::api
