// Reads msgpack value by value, without exceptions and without trusting a size: what a container or string claims is
// checked against the bytes that are left. Unlike core's strict decoder it takes maps and any integer form.
//
// Thread-safety: one Reader belongs to one thread. The bytes must outlive it and the views it returns.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/bytes.hpp"

namespace lucid::actors::wire {

inline constexpr unsigned kMaxDepth = 16;

class Reader {
 public:
  explicit Reader(ByteView bytes) : rest_(bytes) {}

  /// Faults of all: decode_truncated, decode_type; beyond `max` decode_range, decode_bound; decode_depth.
  Result<bool> boolean(std::string_view field);
  Result<std::uint64_t> unsigned_integer(std::uint64_t max, std::string_view field);
  Result<std::int64_t> signed_integer(std::string_view field);
  Result<ByteView> binary(std::size_t max_size, std::string_view field);
  Result<std::string_view> text(std::size_t max_size, std::string_view field);
  /// Enters a container and returns its number of elements or entries; leave() goes out again.
  Result<std::size_t> array(std::size_t max_count, std::string_view field);
  Result<std::size_t> map(std::string_view field);
  void leave() { --depth_; }
  /// True and taken if nil stands here.
  bool take_nil();
  /// Passes over one value, whatever it is.
  Status skip(std::string_view field);
  /// decode_trailing unless all was read.
  Status finish() const;

 private:
  enum class Kind : std::uint8_t { nil, boolean, positive, negative, binary, text, array, map, other };
  struct Head {
    Kind kind = Kind::nil;
    std::uint64_t value = 0;  // the number, or the size; of a negative number its two's complement
  };

  Result<Head> head(std::string_view field);
  Result<Head> head(Kind kind, std::string_view expected, std::string_view field);
  Result<std::uint64_t> big_endian(std::size_t width, std::string_view field);
  Result<ByteView> take(std::uint64_t size, std::string_view field);
  Status enter(std::string_view field);

  ByteView rest_;
  unsigned depth_ = 0;
};

}  // namespace lucid::actors::wire
