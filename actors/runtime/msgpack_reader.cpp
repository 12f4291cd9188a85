#include "actors/runtime/msgpack_reader.hpp"

#include <limits>

namespace lucid::actors::wire {
namespace {

// The bytes of the msgpack specification that carry a kind and, at most, a width.
constexpr std::uint8_t kNil = 0xc0, kFalse = 0xc2, kTrue = 0xc3, kBin8 = 0xc4, kBin32 = 0xc6, kExt8 = 0xc7,
                       kFloat64 = 0xcb, kUint8 = 0xcc, kUint64 = 0xcf, kInt8 = 0xd0, kInt64 = 0xd3, kFixExt1 = 0xd4,
                       kFixExt16 = 0xd8, kStr8 = 0xd9, kStr32 = 0xdb, kArray16 = 0xdc, kArray32 = 0xdd, kMap16 = 0xde,
                       kMap32 = 0xdf, kNegativeFix = 0xe0;

bool within(std::uint8_t byte, std::uint8_t first, std::uint8_t last) {
  return byte >= first && byte <= last;
}

}  // namespace

Result<ByteView> Reader::take(std::uint64_t size, std::string_view field) {
  if (size > rest_.size())
    return fail(Fault::decode_truncated, field, std::to_string(size) + " bytes", std::to_string(rest_.size()));
  const ByteView taken = rest_.first(static_cast<std::size_t>(size));
  rest_ = rest_.subspan(static_cast<std::size_t>(size));
  return taken;
}

Result<std::uint64_t> Reader::big_endian(std::size_t width, std::string_view field) {
  LUCID_TRY_ASSIGN(const ByteView bytes, take(width, field));
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

Result<Reader::Head> Reader::head(std::string_view field) {
  LUCID_TRY_ASSIGN(const ByteView first, take(1, field));
  const std::uint8_t byte = first[0];
  const auto sized = [&](Kind kind, std::size_t width) -> Result<Head> {
    LUCID_TRY_ASSIGN(const std::uint64_t value, big_endian(width, field));
    return Head{kind, value};
  };
  if (byte <= 0x7f) return Head{Kind::positive, byte};
  if (byte <= 0x8f) return Head{Kind::map, byte & 0x0fu};
  if (byte <= 0x9f) return Head{Kind::array, byte & 0x0fu};
  if (byte <= 0xbf) return Head{Kind::text, byte & 0x1fu};
  if (byte >= kNegativeFix) return Head{Kind::negative, std::uint64_t{0xffff'ffff'ffff'ff00} | byte};
  if (byte == kNil) return Head{Kind::nil, 0};
  if (byte == kFalse || byte == kTrue) return Head{Kind::boolean, byte == kTrue ? 1u : 0u};
  if (within(byte, kBin8, kBin32)) return sized(Kind::binary, std::size_t{1} << (byte - kBin8));
  if (within(byte, kUint8, kUint64)) return sized(Kind::positive, std::size_t{1} << (byte - kUint8));
  if (within(byte, kStr8, kStr32)) return sized(Kind::text, std::size_t{1} << (byte - kStr8));
  if (within(byte, kArray16, kArray32)) return sized(Kind::array, byte == kArray16 ? 2 : 4);
  if (within(byte, kMap16, kMap32)) return sized(Kind::map, byte == kMap16 ? 2 : 4);
  if (within(byte, kInt8, kInt64)) {
    const unsigned width = 1u << (byte - kInt8);
    LUCID_TRY_ASSIGN(std::uint64_t value, big_endian(width, field));
    const unsigned shift = 64 - 8 * width;
    value = static_cast<std::uint64_t>(static_cast<std::int64_t>(value << shift) >> shift);  // extends the sign
    return Head{static_cast<std::int64_t>(value) < 0 ? Kind::negative : Kind::positive, value};
  }
  // Floats, extensions and the byte that is never used: no message has them.
  return Head{Kind::other, byte};
}

Result<Reader::Head> Reader::head(Kind kind, std::string_view expected, std::string_view field) {
  LUCID_TRY_ASSIGN(const Head found, head(field));
  if (found.kind != kind) return fail(Fault::decode_type, field, std::string(expected), "another type");
  return found;
}

Status Reader::enter(std::string_view field) {
  if (depth_ == kMaxDepth) return fail(Fault::decode_depth, field, std::to_string(kMaxDepth) + " levels");
  ++depth_;
  return {};
}

Result<bool> Reader::boolean(std::string_view field) {
  LUCID_TRY_ASSIGN(const Head found, head(Kind::boolean, "a boolean", field));
  return found.value != 0;
}

Result<std::uint64_t> Reader::unsigned_integer(std::uint64_t max, std::string_view field) {
  LUCID_TRY_ASSIGN(const Head found, head(Kind::positive, "an unsigned integer", field));
  if (found.value > max)
    return fail(Fault::decode_range, field, "at most " + std::to_string(max), std::to_string(found.value));
  return found.value;
}

Result<std::int64_t> Reader::signed_integer(std::string_view field) {
  LUCID_TRY_ASSIGN(const Head found, head(field));
  if (found.kind != Kind::positive && found.kind != Kind::negative)
    return fail(Fault::decode_type, field, "an integer", "another type");
  if (found.kind == Kind::positive && found.value > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
    return fail(Fault::decode_range, field, "at most 2^63-1", std::to_string(found.value));
  return static_cast<std::int64_t>(found.value);
}

Result<ByteView> Reader::binary(std::size_t max_size, std::string_view field) {
  LUCID_TRY_ASSIGN(const Head found, head(Kind::binary, "bytes", field));
  if (found.value > max_size)
    return fail(Fault::decode_bound, field, "at most " + std::to_string(max_size), std::to_string(found.value));
  return take(found.value, field);
}

Result<std::string_view> Reader::text(std::size_t max_size, std::string_view field) {
  LUCID_TRY_ASSIGN(const Head found, head(Kind::text, "text", field));
  if (found.value > max_size)
    return fail(Fault::decode_bound, field, "at most " + std::to_string(max_size), std::to_string(found.value));
  LUCID_TRY_ASSIGN(const ByteView bytes, take(found.value, field));
  return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

Result<std::size_t> Reader::array(std::size_t max_count, std::string_view field) {
  LUCID_TRY_ASSIGN(const Head found, head(Kind::array, "an array", field));
  if (found.value > max_count)
    return fail(Fault::decode_bound, field, "at most " + std::to_string(max_count), std::to_string(found.value));
  // Each element takes a byte at least.
  if (found.value > rest_.size())
    return fail(Fault::decode_truncated, field, std::to_string(found.value) + " elements");
  LUCID_TRY(enter(field));
  return static_cast<std::size_t>(found.value);
}

Result<std::size_t> Reader::map(std::string_view field) {
  LUCID_TRY_ASSIGN(const Head found, head(Kind::map, "a map", field));
  if (found.value > rest_.size() / 2)
    return fail(Fault::decode_truncated, field, std::to_string(found.value) + " entries");
  LUCID_TRY(enter(field));
  return static_cast<std::size_t>(found.value);
}

bool Reader::take_nil() {
  if (rest_.empty() || rest_[0] != kNil) return false;
  rest_ = rest_.subspan(1);
  return true;
}

Status Reader::skip(std::string_view field) {
  // Counted instead of recursive: depth costs nothing here. Each turn takes a byte, so it ends with the bytes.
  for (std::uint64_t pending = 1; pending > 0; --pending) {
    LUCID_TRY_ASSIGN(const Head found, head(field));
    if (found.kind == Kind::other) return fail(Fault::decode_type, field, "a type that messages use", "another type");
    if (found.kind == Kind::text || found.kind == Kind::binary) LUCID_TRY(take(found.value, field));
    if (found.kind == Kind::array) pending += found.value;
    if (found.kind == Kind::map) pending += 2 * found.value;
  }
  return {};
}

Status Reader::finish() const {
  if (rest_.empty()) return {};
  return fail(Fault::decode_trailing, {}, "nothing more", std::to_string(rest_.size()) + " bytes");
}

}  // namespace lucid::actors::wire
