// One opened LMDB environment: its lock, tables, pooled readers, and the growing of its map. Only lmdb_*.cpp include
// this; everyone else sees kv.hpp.
//
// mdb_env_set_mapsize must not run while a transaction is open, so every transaction passes the gate here: readers
// count themselves in and out, growing waits until none is left and keeps new ones out meanwhile.
//
// Thread-safety: all members from any thread; grow() only by the holder of the writer's place, without a transaction.
#pragma once

#include <chrono>
#include <condition_variable>
#include <lmdb.h>
#include <mutex>
#include <optional>
#include <thread>

#include "storage/lmdb_store.hpp"

namespace lucid::storage {

class LmdbEnvironment {
 public:
  static Result<std::shared_ptr<LmdbEnvironment>> open(const LmdbOptions& options);
  ~LmdbEnvironment();
  LmdbEnvironment(const LmdbEnvironment&) = delete;
  LmdbEnvironment& operator=(const LmdbEnvironment&) = delete;

  MDB_env* env() const { return env_; }
  MDB_dbi dbi(Table table) const { return tables_[table.index]; }
  Result<MDB_txn*> begin_read();
  void end_read(MDB_txn* txn);
  /// Waits for the writer's place; fault internal if this thread has it already.
  Status enter_writer();
  void leave_writer();
  Result<MDB_txn*> begin_write();
  /// Doubles the map. Fault storage_io when readers do not end in time.
  Status grow();
  /// LMDB's return code in our words.
  Error error(int code, std::string_view what) const;

 private:
  explicit LmdbEnvironment(const LmdbOptions& options) : options_(options) {}
  Status lock_directory();
  Status open_env();
  Status open_tables();
  Status check_length() const;
  Status set_map_size(std::size_t bytes);
  std::uint64_t file_bytes() const;

  static constexpr std::size_t kPooledReaders = 16;

  LmdbOptions options_;
  MDB_env* env_ = nullptr;
  int directory_ = -1;  // holds the flock
  std::vector<MDB_dbi> tables_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<MDB_txn*> pool_;  // reset, ready to be renewed
  std::size_t readers_ = 0;
  bool growing_ = false;
  std::optional<std::thread::id> writer_;
};

}  // namespace lucid::storage
