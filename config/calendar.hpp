// Times as people write them, ISO 8601 in UTC, and as the chain counts them.
//
// Thread-safety: pure functions. No clock is asked.
#pragma once

#include <string>
#include <string_view>

#include "core/base/ordinal.hpp"
#include "core/base/result.hpp"

namespace lucid::config {

/// "2024-01-01T00:00:00.000Z". The year has four digits up to params::kMaxTime.
std::string time_to_text(TimeMs time);

/// Reads that form, with a fraction of one to three digits or without; from 1970 to 9999. Fault text_form.
Result<TimeMs> parse_time(std::string_view text, std::string_view field);

}  // namespace lucid::config
