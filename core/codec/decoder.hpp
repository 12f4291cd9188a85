// Canonical msgpack, the strict reading half: each function takes one value off the front, or says what stands there
// instead. Whatever is accepted encodes again to the same bytes; nothing is allocated before its size was checked
// against the bytes that are there. Nesting is bounded by the types read: nothing here recurses on input.
//
// Thread-safety: one Decoder belongs to one thread. The bytes must outlive it.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/bytes.hpp"

namespace lucid::codec {

class Decoder {
 public:
  explicit Decoder(ByteView bytes) : rest_(bytes) {}

  /// Faults: decode_truncated, decode_type, decode_not_canonical, and decode_bound beyond `max_count`.
  Result<std::size_t> array(std::size_t max_count, std::string_view field);
  Result<std::uint64_t> unsigned_integer(std::string_view field);
  Result<std::int64_t> signed_integer(std::string_view field);
  Result<bool> boolean(std::string_view field);
  /// True and taken if nil stands here; false and nothing taken otherwise.
  bool take_nil();
  /// A view into the bytes given. Fault decode_bound beyond `max_size`.
  Result<ByteView> binary(std::size_t max_size, std::string_view field);
  /// As binary(); must be UTF-8 without zero characters.
  Result<std::string_view> text(std::size_t max_size, std::string_view field);

  std::size_t remaining() const { return rest_.size(); }
  /// decode_trailing unless all was read.
  Status finish(std::string_view field) const;

 private:
  Result<std::uint64_t> big_endian(std::size_t width, std::string_view field);
  Result<ByteView> take(std::size_t size, std::string_view field);

  ByteView rest_;
};

}  // namespace lucid::codec
