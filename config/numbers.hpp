// Numbers as people write them in settings and chain parameters, read exactly and without floating point.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/types/params.hpp"

namespace lucid::config {

/// Decimal digits only, up to 2^64−1.
std::optional<std::uint64_t> parse_whole(std::string_view text);

/// "1/5", "0.2" or "3" as a fraction; at most nine digits after the point. The denominator is above 0.
std::optional<Fraction> parse_fraction(std::string_view text);

/// text × unit where that is a whole number below 2^64: "0.4" s of 1000 ms is 400.
std::optional<std::uint64_t> parse_scaled(std::string_view text, std::uint64_t unit);

/// a and b are the same number.
bool same_number(const Fraction& a, const Fraction& b);

}  // namespace lucid::config
