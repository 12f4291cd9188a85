#include "tools/lucidd/log.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "core/base/bytes.hpp"

namespace lucid::lucidd {

namespace {

constexpr std::size_t kMaxLine = 2'000;
constexpr std::size_t kQueue = 8'192;

/// One line, whatever came: control characters and, for JSON, quotes and backslashes are escaped.
std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, kMaxLine)) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (c == '"' || c == '\\')
      (out += '\\') += c;
    else if (byte < 0x20 || byte == 0x7f)
      out += "\\u00" + to_hex(ByteView(&byte, 1));
    else
      out += c;
  }
  if (text.size() > kMaxLine) out += " (cut)";
  return out;
}

spdlog::level::level_enum to_spdlog(config::LogLevel level) {
  switch (level) {
    case config::LogLevel::trace:
      return spdlog::level::trace;
    case config::LogLevel::debug:
      return spdlog::level::debug;
    case config::LogLevel::info:
      return spdlog::level::info;
    case config::LogLevel::warning:
      return spdlog::level::warn;
    case config::LogLevel::error:
      return spdlog::level::err;
    case config::LogLevel::critical:
      return spdlog::level::critical;
  }
  return spdlog::level::info;
}

}  // namespace

void start_log(const config::Settings& settings) {
  spdlog::init_thread_pool(kQueue, 1);
  // A full queue drops the oldest line: the node never waits for its log.
  auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  auto logger = std::make_shared<spdlog::async_logger>("lucidd", std::move(sink), spdlog::thread_pool(),
                                                       spdlog::async_overflow_policy::overrun_oldest);
  logger->set_level(to_spdlog(settings.log_level));
  logger->set_pattern(settings.log_format == config::LogFormat::json
                          ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":"%v"})"
                          : "%Y-%m-%dT%H:%M:%S.%eZ %l %v",
                      spdlog::pattern_time_type::utc);
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

void stop_log() {
  spdlog::shutdown();
}

void log_info(std::string_view sentence) {
  spdlog::info("{}", one_line(sentence));
}
void log_warning(std::string_view sentence) {
  spdlog::warn("{}", one_line(sentence));
}
void log_error(std::string_view sentence) {
  spdlog::error("{}", one_line(sentence));
}

void log_request(const api::RequestLog& request) {
  const auto level = request.status >= 500 ? spdlog::level::warn : spdlog::level::debug;
  if (!spdlog::should_log(level)) return;
  spdlog::log(level, "{} {} {} {} {} us{}", one_line(request.request_id), one_line(request.method),
              one_line(request.route == "-" ? request.path : request.route), request.status, request.duration_us,
              request.error.empty() ? "" : ": " + one_line(request.error));
}

}  // namespace lucid::lucidd
