#include "api/time_text.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace lucid::api {
namespace {

void append_digits(std::string& out, std::uint64_t value, std::size_t width) {
  const std::size_t begin = out.size();
  out.resize(begin + width);
  for (std::size_t i = width; i-- > 0; value /= 10) out[begin + i] = static_cast<char>('0' + value % 10);
}

std::optional<unsigned> digits_at(std::string_view text, std::size_t at, std::size_t count) {
  unsigned value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (i >= text.size() || text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(text[i] - '0');
  }
  return value;
}

}  // namespace

std::string to_iso8601(TimeMs time) {
  using namespace std::chrono;
  const sys_time<milliseconds> point{milliseconds(static_cast<std::int64_t>(time))};
  const auto day = floor<days>(point);
  const year_month_day date(day);
  const auto of_day = static_cast<std::uint64_t>((point - day).count());
  std::string out;
  out.reserve(24);
  append_digits(out, static_cast<std::uint64_t>(static_cast<int>(date.year())), 4);
  out += '-';
  append_digits(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  append_digits(out, static_cast<unsigned>(date.day()), 2);
  out += 'T';
  append_digits(out, of_day / 3'600'000, 2);
  out += ':';
  append_digits(out, of_day / 60'000 % 60, 2);
  out += ':';
  append_digits(out, of_day / 1'000 % 60, 2);
  out += '.';
  append_digits(out, of_day % 1'000, 3);
  out += 'Z';
  return out;
}

Result<TimeMs> parse_iso8601(std::string_view text, std::string_view field) {
  using namespace std::chrono;
  const auto refuse = [&] {
    return fail(Fault::text_form, field, "a time as 2026-01-02T03:04:05Z", std::string(text.substr(0, 64)));
  };
  const auto is = [&](std::size_t at, char c) { return at < text.size() && text[at] == c; };
  const auto y = digits_at(text, 0, 4), mo = digits_at(text, 5, 2), d = digits_at(text, 8, 2);
  const auto h = digits_at(text, 11, 2), mi = digits_at(text, 14, 2), s = digits_at(text, 17, 2);
  if (!y || !mo || !d || !h || !mi || !s) return refuse();
  if (!is(4, '-') || !is(7, '-') || !is(10, 'T') || !is(13, ':') || !is(16, ':')) return refuse();
  const year_month_day date{year(static_cast<int>(*y)), month(*mo), day(*d)};
  if (!date.ok() || *y < 1970 || *h > 23 || *mi > 59 || *s > 59) return refuse();
  std::size_t at = 19;
  unsigned ms = 0;
  if (is(at, '.')) {
    const std::size_t begin = ++at;
    for (unsigned weight = 100; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, weight /= 10)
      ms += static_cast<unsigned>(text[at] - '0') * weight;
    if (at == begin || at - begin > 9) return refuse();
  }
  if (!is(at, 'Z') || at + 1 != text.size()) return refuse();
  const auto point = sys_days(date) + hours(*h) + minutes(*mi) + seconds(*s) + milliseconds(ms);
  return static_cast<TimeMs>(duration_cast<milliseconds>(point.time_since_epoch()).count());
}

TimeMs now_ms() {
  using namespace std::chrono;
  return static_cast<TimeMs>(duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
}

}  // namespace lucid::api
