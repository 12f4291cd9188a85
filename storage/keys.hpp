// Keys of fixed width, numbers big-endian, so that the order of the bytes is the order of the numbers.
//
// Thread-safety: values.
#pragma once

#include <array>
#include <cstdint>

#include "core/base/bytes.hpp"

namespace lucid::storage {

/// Built left to right on the stack: Key{}.u64(height).u32(index).
class Key {
 public:
  static constexpr std::size_t kCapacity = 80;

  Key& u8(std::uint8_t number) { return big_endian(number, 1); }
  Key& u32(std::uint32_t number) { return big_endian(number, 4); }
  Key& u64(std::uint64_t number) { return big_endian(number, 8); }
  Key& bytes(ByteView view) {
    for (const std::uint8_t byte : view)
      if (size_ < kCapacity) data_[size_++] = byte;
    return *this;
  }

  ByteView view() const { return {data_.data(), size_}; }
  operator ByteView() const { return view(); }

 private:
  Key& big_endian(std::uint64_t number, unsigned width) {
    for (unsigned i = width; i > 0 && size_ < kCapacity; --i)
      data_[size_++] = static_cast<std::uint8_t>(number >> (8 * (i - 1)));
    return *this;
  }

  std::array<std::uint8_t, kCapacity> data_{};
  std::size_t size_ = 0;
};

/// The big-endian number in bytes[offset, offset+width); 0 where the bytes end early.
inline std::uint64_t read_big_endian(ByteView bytes, std::size_t offset, std::size_t width) {
  if (offset + width > bytes.size()) return 0;
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < width; ++i) number = number << 8 | bytes[offset + i];
  return number;
}
inline std::uint64_t read_u64(ByteView bytes, std::size_t offset = 0) {
  return read_big_endian(bytes, offset, 8);
}
inline std::uint32_t read_u32(ByteView bytes, std::size_t offset = 0) {
  return static_cast<std::uint32_t>(read_big_endian(bytes, offset, 4));
}

}  // namespace lucid::storage
