#include "config/numbers.hpp"

#include <charconv>
#include <limits>

namespace lucid::config {
namespace {

__extension__ using Wide = unsigned __int128;

}  // namespace

std::optional<std::uint64_t> parse_whole(std::string_view text) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::optional<Fraction> parse_fraction(std::string_view text) {
  if (const auto slash = text.find('/'); slash != std::string_view::npos) {
    const auto numerator = parse_whole(text.substr(0, slash));
    const auto denominator = parse_whole(text.substr(slash + 1));
    if (!numerator || !denominator || *denominator == 0) return std::nullopt;
    return Fraction{*numerator, *denominator};
  }
  const auto point = text.find('.');
  const auto whole = parse_whole(text.substr(0, point));
  if (!whole) return std::nullopt;
  if (point == std::string_view::npos) return Fraction{*whole, 1};
  std::string_view digits = text.substr(point + 1);
  if (digits.size() > 9) return std::nullopt;
  const auto part = parse_whole(digits);
  if (!part) return std::nullopt;
  while (digits.ends_with('0')) digits.remove_suffix(1);
  std::uint64_t scale = 1;
  for (std::size_t i = 0; i < digits.size(); ++i) scale *= 10;
  const std::uint64_t fraction = digits.empty() ? 0 : *parse_whole(digits);
  const Wide numerator = Wide{*whole} * scale + fraction;
  if (numerator > std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
  return Fraction{static_cast<std::uint64_t>(numerator), scale};
}

std::optional<std::uint64_t> parse_scaled(std::string_view text, std::uint64_t unit) {
  const auto fraction = parse_fraction(text);
  if (!fraction) return std::nullopt;
  const Wide product = Wide{fraction->numerator} * unit;
  if (product % fraction->denominator != 0) return std::nullopt;
  const Wide value = product / fraction->denominator;
  if (value > std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
  return static_cast<std::uint64_t>(value);
}

bool same_number(const Fraction& a, const Fraction& b) {
  return Wide{a.numerator} * b.denominator == Wide{b.numerator} * a.denominator;
}

}  // namespace lucid::config
