#include "api/byte_range.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

namespace lucid::api {
namespace {

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Result<ByteRange> parse_range(std::string_view header, std::size_t size) {
  static constexpr std::string_view kUnit = "bytes=";
  const ByteRange all{0, size, false};
  if (!header.starts_with(kUnit) || header.find(',') != std::string_view::npos) return all;
  const std::string_view range = header.substr(kUnit.size());
  const std::size_t dash = range.find('-');
  if (dash == std::string_view::npos) return all;
  const auto refuse = [&] {
    return fail(Fault::number_range, "Range", "a range within " + std::to_string(size) + " bytes", std::string(range));
  };
  const std::string_view first_text = range.substr(0, dash);
  const std::string_view last_text = range.substr(dash + 1);
  const auto first = number(first_text);
  const auto last = number(last_text);
  if (first_text.empty()) {  // the last so many bytes
    if (!last) return all;
    if (*last == 0 || size == 0) return refuse();
    const std::size_t length = static_cast<std::size_t>(std::min<std::uint64_t>(*last, size));
    return ByteRange{size - length, length, true};
  }
  if (!first || (!last && !last_text.empty()) || (last && *last < *first)) return all;
  if (*first >= size) return refuse();
  const auto offset = static_cast<std::size_t>(*first);
  const std::uint64_t end = last ? std::min<std::uint64_t>(*last, size - 1) : size - 1;
  return ByteRange{offset, static_cast<std::size_t>(end) - offset + 1, true};
}

}  // namespace lucid::api
