// The key-value contract that everything durable is written against. Two implementations keep it, LMDB on disk
// (lmdb_store.hpp) and an ordered map in memory (memory_store.hpp); one test suite runs on both.
//
// A table is an ordered map from key (1 to 511 bytes, compared as unsigned bytes) to value (0 to 2^31 bytes). Reading
// functions take a ReadTxn&, writing ones a WriteTxn&: the permission is in the signature. A transaction sees the state
// of its beginning and, if it writes, its own changes; it begins and ends inside one function, on one thread.
//
// Thread-safety: a Store may be used from any thread; a transaction and its cursors belong to the thread that began it.
// There is one WriteTxn at a time, a second waits (from the same thread it is refused: fault internal). A thread that
// holds a ReadTxn should not write: the map may have to grow, which waits for every reader.
// Faults: storage_full, storage_io, storage_read_only, internal (contract broken).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "core/base/bytes.hpp"

namespace lucid::storage {

inline constexpr std::size_t kMaxKeyBytes = 511;

/// A table of one environment: its place in the environment's list and its name. All are listed in schema.hpp.
struct Table {
  std::uint8_t index = 0;
  std::string_view name;
};

/// Stands on one entry or on none. Each move says whether it now stands on one.
class Cursor {
 public:
  virtual ~Cursor() = default;
  virtual Result<bool> first() = 0;
  virtual Result<bool> last() = 0;
  /// The first entry whose key is not below `key`.
  virtual Result<bool> seek(ByteView key) = 0;
  /// Only from an entry: a cursor that stands on none stays there.
  virtual Result<bool> next() = 0;
  virtual Result<bool> prev() = 0;
  /// Views as ReadTxn::get gives them; empty when on no entry.
  virtual ByteView key() const = 0;
  virtual ByteView value() const = 0;
};

class ReadTxn {
 public:
  virtual ~ReadTxn() = default;
  ReadTxn() = default;
  ReadTxn(const ReadTxn&) = delete;
  ReadTxn& operator=(const ReadTxn&) = delete;

  /// The view holds until the transaction ends; in a WriteTxn until its next put, append, erase or commit. The same is
  /// true of cursors. Absent: no such key.
  virtual Result<std::optional<ByteView>> get(Table table, ByteView key) const = 0;
  virtual Result<std::unique_ptr<Cursor>> cursor(Table table) const = 0;
  /// How many entries the table has, without a scan.
  virtual Result<std::uint64_t> count(Table table) const = 0;
};

/// Goes without a trace unless commit() returned success. After a failed write only the end is left: every later call
/// returns the same error. (A key out of order or out of bounds is refused without harm.)
class WriteTxn : public ReadTxn {
 public:
  virtual Status put(Table table, ByteView key, ByteView value) = 0;
  /// As put, for a key above every other of the table: fills pages to the brim. Fault internal for another key.
  virtual Status append(Table table, ByteView key, ByteView value) = 0;
  /// Whether there was such an entry.
  virtual Result<bool> erase(Table table, ByteView key) = 0;
  /// On success everything is on the disk, synced. Afterwards the transaction is over, whatever came.
  virtual Status commit() = 0;
};

struct StoreSize {
  std::uint64_t file_bytes = 0;  // what the data takes on disk
  std::uint64_t map_bytes = 0;   // address space reserved for it
};

class Store {
 public:
  virtual ~Store() = default;
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  virtual Result<std::unique_ptr<ReadTxn>> read() = 0;
  virtual Result<std::unique_ptr<WriteTxn>> write() = 0;
  /// Makes durable what a bulk load committed without sync; nothing to do otherwise.
  virtual Status sync() = 0;
  /// Frees what readers that died left behind. Called when opened; call it hourly.
  virtual Status clear_stale_readers() = 0;
  virtual Result<StoreSize> size() const = 0;
};

}  // namespace lucid::storage
