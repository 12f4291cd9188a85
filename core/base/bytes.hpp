// Byte strings: owned, viewed, and of fixed size.
//
// Thread-safety: values, no shared state.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace lucid {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline Bytes to_bytes(ByteView view) { return {view.begin(), view.end()}; }

/// N bytes under a name of their own: a Hash256 is no PublicKey32 although both are 32 bytes. Ordered as unsigned
/// big-endian numbers. Starts as zeros.
template <std::size_t N, class Tag>
struct FixedBytes {
  static constexpr std::size_t kSize = N;
  std::array<std::uint8_t, N> data{};

  static constexpr std::size_t size() { return N; }
  ByteView view() const { return {data.data(), N}; }
  operator ByteView() const { return view(); }
  bool is_zero() const {
    return std::all_of(data.begin(), data.end(), [](std::uint8_t byte) { return byte == 0; });
  }
  auto operator<=>(const FixedBytes&) const = default;

  /// Absent unless `bytes` has exactly N bytes.
  static Result<FixedBytes> from(ByteView bytes, std::string_view field) {
    if (bytes.size() != N)
      return fail(Fault::size_wrong, field, std::to_string(N) + " bytes", std::to_string(bytes.size()) + " bytes");
    FixedBytes out;
    std::copy(bytes.begin(), bytes.end(), out.data.begin());
    return out;
  }
};

/// Lower-case, two digits a byte, no prefix.
std::string to_hex(ByteView bytes);

/// Accepts either case; refuses an odd number of digits and anything that is no hex digit, naming `field`.
Result<Bytes> parse_hex(std::string_view text, std::string_view field);

/// Exactly 2·N digits.
template <class Fixed>
Result<Fixed> parse_fixed_hex(std::string_view text, std::string_view field) {
  if (text.size() != 2 * Fixed::kSize)
    return fail(Fault::hex_length, field, std::to_string(2 * Fixed::kSize) + " hex digits",
                std::to_string(text.size()) + " characters");
  auto bytes = parse_hex(text, field);
  if (!bytes) return tl::unexpected(bytes.error());
  return Fixed::from(*bytes, field);
}

}  // namespace lucid
