#include "core/codec/encoder.hpp"

#include <cstring>
#include <msgpack.hpp>

namespace lucid::codec {
namespace {

/// What most encodings fit in: a vote, a header, an anchor. Growing byte by byte to it costs six allocations.
constexpr std::size_t kFirstBytes = 512;

void append_bytes(Bytes& out, const void* data, std::size_t size) {
  const std::size_t before = out.size();
  out.resize(before + size);
  if (size > 0) std::memcpy(&out[before], data, size);
}

/// One byte that says it all, or begins a short text or binary (the msgpack specification's fixint, fixarray, fixstr
/// and bin 8). Nearly everything that is hashed consists of these; the packer, which can do more, takes several times
/// as long.
void append_byte(Bytes& out, std::size_t byte) {
  out.push_back(static_cast<std::uint8_t>(byte));
}

struct Sink {
  Bytes& out;
  void write(const char* data, std::size_t size) { append_bytes(out, data, size); }
};

msgpack::packer<Sink> packer(Sink& sink) {
  return msgpack::packer<Sink>(sink);
}

}  // namespace

void Encoder::array(std::size_t count) {
  if (out_.empty()) out_.reserve(kFirstBytes);
  if (count < 16) return append_byte(out_, 0x90 | count);
  Sink sink{out_};
  packer(sink).pack_array(static_cast<std::uint32_t>(count));
}

void Encoder::unsigned_integer(std::uint64_t value) {
  if (value < 128) return append_byte(out_, value);
  Sink sink{out_};
  packer(sink).pack_uint64(value);
}

void Encoder::signed_integer(std::int64_t value) {
  Sink sink{out_};
  packer(sink).pack_int64(value);
}

void Encoder::boolean(bool value) {
  append_byte(out_, value ? 0xc3 : 0xc2);
}

void Encoder::nil() {
  append_byte(out_, 0xc0);
}

void Encoder::binary(ByteView bytes) {
  if (bytes.size() < 256) {
    append_byte(out_, 0xc4);
    append_byte(out_, bytes.size());
  } else {
    Sink sink{out_};
    packer(sink).pack_bin(static_cast<std::uint32_t>(bytes.size()));
  }
  append_bytes(out_, bytes.data(), bytes.size());
}

void Encoder::text(std::string_view text) {
  if (text.size() < 32) {
    append_byte(out_, 0xa0 | text.size());
  } else {
    Sink sink{out_};
    packer(sink).pack_str(static_cast<std::uint32_t>(text.size()));
  }
  append_bytes(out_, text.data(), text.size());
}

}  // namespace lucid::codec
