// Byte strings: owned, viewed, and of fixed size.
//
// Thread-safety: values, no shared state.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
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

/// The number that eight bytes are, the first one the highest.
inline std::uint64_t big_endian_word(const std::uint8_t* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap64(word);
  return word;
}

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
  // Hashes and addresses are the keys of most maps, so this is among what is done most often: word by word and in
  // place, where std::array's own calls a function.
  bool operator==(const FixedBytes& other) const { return std::memcmp(data.data(), other.data.data(), N) == 0; }
  std::strong_ordering operator<=>(const FixedBytes& other) const {
    std::size_t i = 0;
    for (; i + 8 <= N; i += 8)
      if (const auto order = big_endian_word(&data[i]) <=> big_endian_word(&other.data[i]); order != 0) return order;
    for (; i < N; ++i)
      if (const auto order = data[i] <=> other.data[i]; order != 0) return order;
    return std::strong_ordering::equal;
  }

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
