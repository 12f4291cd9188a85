// Values as they are stored: the value, then four bytes of CRC-32C (Castagnoli, RFC 3720 appendix B.4, big-endian) over
// table name, a zero byte, key and value. LMDB has no page checksums; an SD card flips bits, and a page written to the
// wrong place is found because the key is in the sum.
//
// Why CRC-32C and not a hash: the enemy here is a disk, not a person (what people could forge is signed or hashed
// elsewhere). It finds every error of up to 3 bits and every burst of 32, and runs at several GB/s with the
// instructions that a Pi 4 and every x86 of the last decade have, where SHA-256 costs a Pi 4 5 ms for a block.
//
// Thread-safety: pure functions of their transaction.
#pragma once

#include <memory>
#include <optional>

#include "storage/kv.hpp"

namespace lucid::storage {

/// Continues a sum; begin with 0.
std::uint32_t crc32c(std::uint32_t sum, ByteView bytes);

inline constexpr std::size_t kChecksumBytes = 4;

/// Fault storage_checksum, naming table and key, beside those of ReadTxn::get.
Result<std::optional<ByteView>> checked_get(const ReadTxn& txn, Table table, ByteView key);
Status checked_put(WriteTxn& txn, Table table, ByteView key, ByteView value);
Status checked_append(WriteTxn& txn, Table table, ByteView key, ByteView value);

/// The value in what a cursor or get() gave. Fault storage_checksum.
Result<ByteView> checked_value(Table table, ByteView key, ByteView stored);

/// As Cursor; value() of a damaged entry is never seen, the move itself fails with storage_checksum.
class CheckedCursor {
 public:
  static Result<CheckedCursor> open(const ReadTxn& txn, Table table);

  Result<bool> first() { return check(cursor_->first()); }
  Result<bool> last() { return check(cursor_->last()); }
  Result<bool> seek(ByteView key) { return check(cursor_->seek(key)); }
  Result<bool> next() { return check(cursor_->next()); }
  Result<bool> prev() { return check(cursor_->prev()); }
  /// The last entry whose key is not above `key`.
  Result<bool> seek_at_or_before(ByteView key);
  ByteView key() const { return cursor_->key(); }
  ByteView value() const { return value_; }

 private:
  CheckedCursor(Table table, std::unique_ptr<Cursor> cursor) : table_(table), cursor_(std::move(cursor)) {}
  Result<bool> check(Result<bool> moved);

  Table table_;
  std::unique_ptr<Cursor> cursor_;
  ByteView value_;
};

}  // namespace lucid::storage
