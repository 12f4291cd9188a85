#include "core/codec/decoder.hpp"

#include <limits>

namespace lucid::codec {
namespace {

// The msgpack specification's format bytes that a canonical value may start with.
constexpr std::uint8_t kNil = 0xc0, kFalse = 0xc2, kTrue = 0xc3;
constexpr std::uint8_t kBin8 = 0xc4, kBin32 = 0xc6;
constexpr std::uint8_t kUint8 = 0xcc, kUint64 = 0xcf;
constexpr std::uint8_t kInt8 = 0xd0, kInt64 = 0xd3;
constexpr std::uint8_t kStr8 = 0xd9, kStr32 = 0xdb;
constexpr std::uint8_t kArray16 = 0xdc, kArray32 = 0xdd;

auto wrong_type(std::string_view field, const char* expected, std::uint8_t tag) {
  return fail(Fault::decode_type, field, expected, "format byte 0x" + to_hex(ByteView(&tag, 1)));
}

auto not_canonical(std::string_view field) { return fail(Fault::decode_not_canonical, field, "the shortest form"); }

/// Well-formed UTF-8 (Unicode 15, table 3-7), no U+0000.
bool is_text(ByteView s) {
  for (std::size_t i = 0; i < s.size();) {
    const std::uint8_t lead = s[i];
    std::size_t more = 0;
    std::uint8_t low = 0x80, high = 0xbf;
    if (lead == 0) return false;
    if (lead < 0x80) {
      ++i;
      continue;
    }
    if (lead >= 0xc2 && lead <= 0xdf) more = 1;
    else if (lead >= 0xe0 && lead <= 0xef) more = 2;
    else if (lead >= 0xf0 && lead <= 0xf4) more = 3;
    else return false;
    if (lead == 0xe0) low = 0xa0;
    if (lead == 0xed) high = 0x9f;
    if (lead == 0xf0) low = 0x90;
    if (lead == 0xf4) high = 0x8f;
    if (s.size() - i <= more) return false;
    for (std::size_t k = 1; k <= more; ++k, low = 0x80, high = 0xbf)
      if (s[i + k] < low || s[i + k] > high) return false;
    i += more + 1;
  }
  return true;
}

}  // namespace

Result<ByteView> Decoder::take(std::size_t size, std::string_view field) {
  if (rest_.size() < size)
    return fail(Fault::decode_truncated, field, std::to_string(size) + " more bytes", std::to_string(rest_.size()));
  const ByteView taken = rest_.first(size);
  rest_ = rest_.subspan(size);
  return taken;
}

Result<std::uint64_t> Decoder::big_endian(std::size_t width, std::string_view field) {
  LUCID_TRY_ASSIGN(const ByteView bytes, take(width, field));
  std::uint64_t value = 0;
  for (std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

Result<std::size_t> Decoder::array(std::size_t max_count, std::string_view field) {
  LUCID_TRY_ASSIGN(const ByteView tag, take(1, field));
  std::uint64_t count = 0;
  if ((tag[0] & 0xf0) == 0x90) {
    count = tag[0] & 0x0f;
  } else if (tag[0] == kArray16 || tag[0] == kArray32) {
    const bool wide = tag[0] == kArray32;
    LUCID_TRY_ASSIGN(count, big_endian(wide ? 4 : 2, field));
    if (count <= (wide ? 0xffffu : 0x0fu)) return not_canonical(field);
  } else {
    return wrong_type(field, "an array", tag[0]);
  }
  if (count > max_count)
    return fail(Fault::decode_bound, field, "at most " + std::to_string(max_count) + " elements", std::to_string(count));
  // Every element takes a byte at least.
  if (count > rest_.size())
    return fail(Fault::decode_truncated, field, std::to_string(count) + " elements", std::to_string(rest_.size()) + " bytes");
  return static_cast<std::size_t>(count);
}

Result<std::uint64_t> Decoder::unsigned_integer(std::string_view field) {
  LUCID_TRY_ASSIGN(const ByteView tag, take(1, field));
  if (tag[0] < 0x80) return std::uint64_t{tag[0]};
  if (tag[0] < kUint8 || tag[0] > kUint64) return wrong_type(field, "an unsigned integer", tag[0]);
  const unsigned width_log2 = tag[0] - kUint8;
  LUCID_TRY_ASSIGN(const std::uint64_t value, big_endian(std::size_t{1} << width_log2, field));
  static constexpr std::uint64_t kSmallest[] = {0x80, 0x100, 0x10000, 0x100000000};
  if (value < kSmallest[width_log2]) return not_canonical(field);
  return value;
}

Result<std::int64_t> Decoder::signed_integer(std::string_view field) {
  if (rest_.empty()) return fail(Fault::decode_truncated, field, "an integer");
  const std::uint8_t tag = rest_[0];
  if (tag >= 0xe0) {
    rest_ = rest_.subspan(1);
    return static_cast<std::int64_t>(static_cast<std::int8_t>(tag));
  }
  if (tag < kInt8 || tag > kInt64) {
    LUCID_TRY_ASSIGN(const std::uint64_t value, unsigned_integer(field));
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      return fail(Fault::decode_range, field, "at most 2^63-1", std::to_string(value));
    return static_cast<std::int64_t>(value);
  }
  rest_ = rest_.subspan(1);
  const unsigned width_log2 = tag - kInt8;
  const unsigned width = 1u << width_log2;
  LUCID_TRY_ASSIGN(const std::uint64_t raw, big_endian(width, field));
  const std::uint64_t sign_bit = std::uint64_t{1} << (8 * width - 1);
  const auto value = static_cast<std::int64_t>((raw ^ sign_bit) - sign_bit);
  static constexpr std::int64_t kLargest[] = {-33, -129, -32769, -2147483649};
  if (value > kLargest[width_log2]) return not_canonical(field);
  return value;
}

Result<bool> Decoder::boolean(std::string_view field) {
  LUCID_TRY_ASSIGN(const ByteView tag, take(1, field));
  if (tag[0] != kTrue && tag[0] != kFalse) return wrong_type(field, "true or false", tag[0]);
  return tag[0] == kTrue;
}

bool Decoder::take_nil() {
  if (rest_.empty() || rest_[0] != kNil) return false;
  rest_ = rest_.subspan(1);
  return true;
}

Result<ByteView> Decoder::binary(std::size_t max_size, std::string_view field) {
  LUCID_TRY_ASSIGN(const ByteView tag, take(1, field));
  if (tag[0] < kBin8 || tag[0] > kBin32) return wrong_type(field, "bytes", tag[0]);
  const unsigned width_log2 = tag[0] - kBin8;
  LUCID_TRY_ASSIGN(const std::uint64_t size, big_endian(std::size_t{1} << width_log2, field));
  static constexpr std::uint64_t kSmallest[] = {0, 0x100, 0x10000};
  if (size < kSmallest[width_log2]) return not_canonical(field);
  if (size > max_size)
    return fail(Fault::decode_bound, field, "at most " + std::to_string(max_size) + " bytes", std::to_string(size));
  return take(static_cast<std::size_t>(size), field);
}

Result<std::string_view> Decoder::text(std::size_t max_size, std::string_view field) {
  LUCID_TRY_ASSIGN(const ByteView tag, take(1, field));
  std::uint64_t size = 0;
  if ((tag[0] & 0xe0) == 0xa0) {
    size = tag[0] & 0x1f;
  } else if (tag[0] >= kStr8 && tag[0] <= kStr32) {
    const unsigned width_log2 = tag[0] - kStr8;
    LUCID_TRY_ASSIGN(size, big_endian(std::size_t{1} << width_log2, field));
    static constexpr std::uint64_t kSmallest[] = {0x20, 0x100, 0x10000};
    if (size < kSmallest[width_log2]) return not_canonical(field);
  } else {
    return wrong_type(field, "text", tag[0]);
  }
  if (size > max_size)
    return fail(Fault::decode_bound, field, "at most " + std::to_string(max_size) + " bytes", std::to_string(size));
  LUCID_TRY_ASSIGN(const ByteView bytes, take(static_cast<std::size_t>(size), field));
  if (!is_text(bytes)) return fail(Fault::decode_text, field, "UTF-8 without zero characters");
  return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

Status Decoder::finish(std::string_view field) const {
  if (!rest_.empty()) return fail(Fault::decode_trailing, field, "the end", std::to_string(rest_.size()) + " more bytes");
  return {};
}

}  // namespace lucid::codec
