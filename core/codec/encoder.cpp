#include "core/codec/encoder.hpp"

#include <msgpack.hpp>

namespace lucid::codec {
namespace {

/// What most encodings fit in: a vote, a header, an anchor. Growing byte by byte to it costs six allocations.
constexpr std::size_t kFirstBytes = 512;

struct Sink {
  Bytes& out;
  void write(const char* data, std::size_t size) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(data);
    out.insert(out.end(), bytes, bytes + size);
  }
};

msgpack::packer<Sink> packer(Sink& sink) { return msgpack::packer<Sink>(sink); }

}  // namespace

void Encoder::array(std::size_t count) {
  if (out_.empty()) out_.reserve(kFirstBytes);
  Sink sink{out_};
  packer(sink).pack_array(static_cast<std::uint32_t>(count));
}

void Encoder::unsigned_integer(std::uint64_t value) {
  Sink sink{out_};
  packer(sink).pack_uint64(value);
}

void Encoder::signed_integer(std::int64_t value) {
  Sink sink{out_};
  packer(sink).pack_int64(value);
}

void Encoder::boolean(bool value) {
  Sink sink{out_};
  value ? packer(sink).pack_true() : packer(sink).pack_false();
}

void Encoder::nil() {
  Sink sink{out_};
  packer(sink).pack_nil();
}

void Encoder::binary(ByteView bytes) {
  Sink sink{out_};
  packer(sink).pack_bin(static_cast<std::uint32_t>(bytes.size()));
  out_.insert(out_.end(), bytes.begin(), bytes.end());
}

void Encoder::text(std::string_view text) {
  Sink sink{out_};
  packer(sink).pack_str(static_cast<std::uint32_t>(text.size()));
  const ByteView bytes = as_bytes(text);
  out_.insert(out_.end(), bytes.begin(), bytes.end());
}

}  // namespace lucid::codec
