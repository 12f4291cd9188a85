// How `lucid` says that something did not work: one sentence on the error stream, or JSON.
#pragma once

#include <nlohmann/json.hpp>

#include "core/base/result.hpp"

namespace lucid::tools {

/// {"fault", "field", "expected", "actual", "text"}.
nlohmann::ordered_json error_json(const Error& error);

/// Prints the error and returns kExitNo.
int refuse(const Error& error, bool json);

}  // namespace lucid::tools
