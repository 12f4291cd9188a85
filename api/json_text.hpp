// Writing JSON: strings, numbers, and the canonical form of RFC 8785 (JCS).
//
// Thread-safety: pure functions.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace lucid::api {

/// Appends `text` in quotes, escaped as RFC 8785 section 3.2.2.2 says. Bytes that are no UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

/// A finite number as ECMAScript's Number::toString writes it (RFC 8785 section 3.2.2.3): the shortest digits that read
/// back to the same double.
std::string json_number(double value);

/// The RFC 8785 form: no blanks, members sorted by UTF-16 code units. Fault number_range for an integer that no double
/// holds exactly; the error's field is the path to it below `field`.
Result<std::string> canonical_json(const nlohmann::json& value, std::string_view field);

}  // namespace lucid::api
