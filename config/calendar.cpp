#include "config/calendar.hpp"

#include <chrono>
#include <cstdio>
#include <optional>

#include "config/numbers.hpp"

namespace lucid::config {
namespace {

using std::chrono::sys_days;
using Milliseconds = std::chrono::milliseconds;

std::string padded(std::uint64_t number, std::size_t width) {
  std::string digits = std::to_string(number);
  return digits.size() >= width ? digits : std::string(width - digits.size(), '0') + digits;
}

/// "000000…": as many digits as asked and nothing else.
std::optional<int> digits_at(std::string_view text, std::size_t begin, std::size_t count) {
  const auto number = parse_whole(text.substr(begin, count));
  if (!number) return std::nullopt;
  return static_cast<int>(*number);
}

std::optional<TimeMs> read_time(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00";
  if (text.size() <= kForm.size() || text.back() != 'Z') return std::nullopt;
  for (std::size_t i = 0; i < kForm.size(); ++i)
    if (kForm[i] != '0' && text[i] != kForm[i]) return std::nullopt;
  int ms = 0;
  if (const auto fraction = text.substr(kForm.size(), text.size() - kForm.size() - 1); !fraction.empty()) {
    const auto digits = fraction.substr(1);
    const auto number = digits_at(digits, 0, digits.size());
    if (fraction.front() != '.' || digits.size() > 3 || !number) return std::nullopt;
    ms = *number;
    for (std::size_t i = digits.size(); i < 3; ++i) ms *= 10;
  }
  const auto year = digits_at(text, 0, 4), month = digits_at(text, 5, 2), day = digits_at(text, 8, 2);
  const auto hour = digits_at(text, 11, 2), minute = digits_at(text, 14, 2), second = digits_at(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *year < 1970 || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  const Milliseconds time = sys_days(date).time_since_epoch() + std::chrono::hours(*hour) +
                            std::chrono::minutes(*minute) + std::chrono::seconds(*second) + Milliseconds(ms);
  return static_cast<TimeMs>(time.count());
}

}  // namespace

std::string time_to_text(TimeMs time) {
  constexpr TimeMs kMsPerDay = 86'400'000;
  const std::chrono::year_month_day date{sys_days(std::chrono::days(static_cast<int>(time / kMsPerDay)))};
  const TimeMs in_day = time % kMsPerDay;
  return padded(static_cast<std::uint64_t>(static_cast<int>(date.year())), 4) + "-" +
         padded(static_cast<unsigned>(date.month()), 2) + "-" + padded(static_cast<unsigned>(date.day()), 2) + "T" +
         padded(in_day / 3'600'000, 2) + ":" + padded(in_day / 60'000 % 60, 2) + ":" + padded(in_day / 1'000 % 60, 2) +
         "." + padded(in_day % 1'000, 3) + "Z";
}

Result<TimeMs> parse_time(std::string_view text, std::string_view field) {
  const auto time = read_time(text);
  if (!time)
    return fail(Fault::text_form, field, "a time such as 2024-01-01T00:00:00Z",
                "\"" + std::string(text.substr(0, 60)) + "\"");
  return *time;
}

}  // namespace lucid::config
