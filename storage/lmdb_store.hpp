// The key-value contract on LMDB. The only place that knows lmdb.h.
//
// Files are 0600 in a directory of 0700. No WRITEMAP (a stray write would reach the file, a full disk would be a
// SIGBUS), every commit synced, readers not bound to threads (NOTLS) and pooled. The map grows by itself: a transaction
// that does not fit is written again into a larger one, unseen by its owner. LMDB must not be opened twice in one
// process, so the directory is held by a lock of its own.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "storage/kv.hpp"

namespace lucid::storage {

struct LmdbOptions {
  std::filesystem::path directory;  // made if missing; its parent must exist
  std::vector<Table> tables;        // indices 0 … n-1 in order
  /// Address space, not disk. It doubles when full.
  std::size_t map_bytes = std::size_t{1} << 30;
  /// How long growing waits for readers to end before the write fails with storage_io.
  std::uint32_t grow_wait_ms = 10'000;
  /// For tools that can start over: commits are not synced until Store::sync(). A power cut before it may destroy the
  /// whole database, not only the last commits.
  bool bulk_load_may_destroy_database_on_power_cut = false;
};

/// Faults: storage_locked (open already, here or in another process), storage_read_only, storage_full, storage_open
/// (foreign, truncated or damaged file), storage_io.
Result<std::unique_ptr<Store>> open_lmdb(const LmdbOptions& options);

}  // namespace lucid::storage
