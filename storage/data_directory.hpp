// The directory that holds everything a node keeps, and the lock that keeps a second node out of it.
//
//   DIR/lock     the holder's process id; held by flock for the life of the object
//   DIR/chain    DIR/sign    DIR/outbox    DIR/chunks      LMDB environments (schema.hpp)
//   DIR/chunks/files         DIR/chunks/manifests          content by hash (chunk_files.hpp)
//
// Thread-safety: const members from any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "storage/lmdb_store.hpp"
#include "storage/schema.hpp"

namespace lucid::storage {

/// Of the file system that holds the directory, as a user without privileges may use it.
struct DiskSpace {
  std::uint64_t total_bytes = 0;
  std::uint64_t free_bytes = 0;
  /// Rounded down; 100 when nothing is left.
  std::uint32_t used_percent() const;
};

class DataDirectory {
 public:
  /// Makes the directory (0700) if it is missing. Faults: storage_locked (naming the process), storage_read_only,
  /// storage_full, storage_io.
  static Result<DataDirectory> open(const std::filesystem::path& path);
  DataDirectory(DataDirectory&& other) noexcept;
  DataDirectory& operator=(DataDirectory&& other) noexcept;
  ~DataDirectory();

  const std::filesystem::path& path() const { return path_; }
  /// Opens, and checks the schema version. Faults: those of open_lmdb, storage_version.
  Result<std::unique_ptr<Store>> environment(Environment environment, LmdbOptions options = {}) const;
  Result<DiskSpace> disk_space() const;

 private:
  DataDirectory(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::filesystem::path path_;
  int lock_ = -1;
};

/// mkdir 0700, and the parent synced so that the name survives a power cut. Fine if it is there already.
Status make_directory(const std::filesystem::path& path);
/// fsync of a directory: makes renames and new names in it durable.
Status sync_directory(const std::filesystem::path& path);

}  // namespace lucid::storage
