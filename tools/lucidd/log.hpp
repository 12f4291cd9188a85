// The node's log on standard error: one line each, control characters escaped, length limited, nothing of a client's
// data (security.md 24).
//
// Thread-safety: from any thread.
#pragma once

#include <string>
#include <string_view>

#include "api/server.hpp"
#include "config/settings.hpp"

namespace lucid::lucidd {

void start_log(const config::Settings& settings);
void stop_log();

void log_info(std::string_view sentence);
void log_warning(std::string_view sentence);
void log_error(std::string_view sentence);
void log_request(const api::RequestLog& request);

}  // namespace lucid::lucidd
