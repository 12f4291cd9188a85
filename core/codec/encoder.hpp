// Canonical msgpack, the writing half (docs/formats.md, "Encoding"): arrays in fixed order, smallest integer form,
// binary for bytes, text for names, nil for what is absent; no maps, floats or extensions.
//
// Thread-safety: one Encoder belongs to one thread. Cannot fail.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/bytes.hpp"

namespace lucid::codec {

class Encoder {
 public:
  explicit Encoder(Bytes& out) : out_(out) {}

  void array(std::size_t count);
  void unsigned_integer(std::uint64_t value);
  void signed_integer(std::int64_t value);
  void boolean(bool value);
  void nil();
  void binary(ByteView bytes);
  void text(std::string_view text);

 private:
  Bytes& out_;
};

}  // namespace lucid::codec
