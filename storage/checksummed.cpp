#include "storage/checksummed.hpp"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#endif

#include "storage/keys.hpp"

namespace lucid::storage {
namespace {

constexpr std::uint32_t kCastagnoli = 0x82F63B78;  // the polynomial, reflected

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t rest = i;
    for (int bit = 0; bit < 8; ++bit) rest = (rest & 1) != 0 ? rest >> 1 ^ kCastagnoli : rest >> 1;
    table[i] = rest;
  }
  return table;
}
constexpr auto kByteTable = make_table();

std::uint32_t crc32c_by_table(std::uint32_t rest, ByteView bytes) {
  for (const std::uint8_t byte : bytes) rest = rest >> 8 ^ kByteTable[(rest ^ byte) & 0xFF];
  return rest;
}

std::uint64_t load_u64(const std::uint8_t* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t crc32c_by_instruction(std::uint32_t rest, ByteView bytes) {
  std::uint64_t wide = rest;
  while (bytes.size() >= 8) {
    wide = _mm_crc32_u64(wide, load_u64(bytes.data()));
    bytes = bytes.subspan(8);
  }
  return crc32c_by_table(static_cast<std::uint32_t>(wide), bytes);
}
bool has_instruction() {
  return __builtin_cpu_supports("sse4.2") != 0;
}
#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
std::uint32_t crc32c_by_instruction(std::uint32_t rest, ByteView bytes) {
  while (bytes.size() >= 8) {
    rest = __crc32cd(rest, load_u64(bytes.data()));
    bytes = bytes.subspan(8);
  }
  return crc32c_by_table(rest, bytes);
}
bool has_instruction() {
  return true;
}
#else
std::uint32_t crc32c_by_instruction(std::uint32_t rest, ByteView bytes) {
  return crc32c_by_table(rest, bytes);
}
bool has_instruction() {
  return false;
}
#endif

std::uint32_t sum_of(Table table, ByteView key, ByteView value) {
  constexpr std::uint8_t kZero = 0;
  std::uint32_t sum = crc32c(0, as_bytes(table.name));
  sum = crc32c(sum, {&kZero, 1});
  sum = crc32c(sum, key);
  return crc32c(sum, value);
}

Bytes with_sum(Table table, ByteView key, ByteView value) {
  const std::uint32_t sum = sum_of(table, key, value);
  Bytes stored;
  stored.reserve(value.size() + kChecksumBytes);
  stored.assign(value.begin(), value.end());
  for (int shift = 24; shift >= 0; shift -= 8) stored.push_back(static_cast<std::uint8_t>(sum >> shift));
  return stored;
}

}  // namespace

std::uint32_t crc32c(std::uint32_t sum, ByteView bytes) {
  static const bool kFast = has_instruction();
  return ~(kFast ? crc32c_by_instruction(~sum, bytes) : crc32c_by_table(~sum, bytes));
}

Result<ByteView> checked_value(Table table, ByteView key, ByteView stored) {
  const auto damaged = [&](std::string expected, std::string actual) {
    return fail(Fault::storage_checksum, std::string(table.name) + " " + to_hex(key), std::move(expected),
                std::move(actual));
  };
  if (stored.size() < kChecksumBytes) return damaged("at least 4 bytes", std::to_string(stored.size()) + " bytes");
  const ByteView value = stored.first(stored.size() - kChecksumBytes);
  const std::uint32_t written = read_u32(stored, value.size());
  const std::uint32_t computed = sum_of(table, key, value);
  if (written != computed) return damaged("checksum " + std::to_string(written), std::to_string(computed));
  return value;
}

Result<std::optional<ByteView>> checked_get(const ReadTxn& txn, Table table, ByteView key) {
  LUCID_TRY_ASSIGN(const std::optional<ByteView> stored, txn.get(table, key));
  if (!stored) return std::optional<ByteView>{};
  LUCID_TRY_ASSIGN(const ByteView value, checked_value(table, key, *stored));
  return std::optional<ByteView>{value};
}

Status checked_put(WriteTxn& txn, Table table, ByteView key, ByteView value) {
  return txn.put(table, key, with_sum(table, key, value));
}

Status checked_append(WriteTxn& txn, Table table, ByteView key, ByteView value) {
  return txn.append(table, key, with_sum(table, key, value));
}

Result<CheckedCursor> CheckedCursor::open(const ReadTxn& txn, Table table) {
  LUCID_TRY_ASSIGN(auto cursor, txn.cursor(table));
  return CheckedCursor(table, std::move(cursor));
}

Result<bool> CheckedCursor::check(Result<bool> moved) {
  value_ = {};
  if (!moved || !*moved) return moved;
  LUCID_TRY_ASSIGN(value_, checked_value(table_, cursor_->key(), cursor_->value()));
  return true;
}

Result<bool> CheckedCursor::seek_at_or_before(ByteView key) {
  value_ = {};
  LUCID_TRY_ASSIGN(const bool found, cursor_->seek(key));
  if (!found) return check(cursor_->last());
  if (std::equal(cursor_->key().begin(), cursor_->key().end(), key.begin(), key.end())) return check(true);
  return check(cursor_->prev());
}

}  // namespace lucid::storage
