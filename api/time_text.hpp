// Times as REST writes them: ISO 8601 in UTC with a Z.
//
// Thread-safety: pure functions, but for now_ms().
#pragma once

#include <string>
#include <string_view>

#include "core/base/ordinal.hpp"
#include "core/base/result.hpp"

namespace lucid::api {

/// "2026-01-02T03:04:05.678Z".
std::string to_iso8601(TimeMs time);

/// "YYYY-MM-DDThh:mm:ss", an optional fraction (cut to milliseconds), and "Z". Fault text_form.
Result<TimeMs> parse_iso8601(std::string_view text, std::string_view field);

/// The wall clock.
TimeMs now_ms();

}  // namespace lucid::api
