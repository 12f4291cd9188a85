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
  append_bytes(out_, bytes.data(), bytes.size());
}

void Encoder::text(std::string_view text) {
  Sink sink{out_};
  packer(sink).pack_str(static_cast<std::uint32_t>(text.size()));
  append_bytes(out_, text.data(), text.size());
}

}  // namespace lucid::codec
