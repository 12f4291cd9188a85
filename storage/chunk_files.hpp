// Content as files by hash: ROOT/ab/abcd…, two hex digits a folder. What is under a name has been checked against it;
// it gets there by way of ROOT/incoming (a temporary file, synced, renamed, its folder synced), so a power cut leaves
// either all of it or none. Chunks (≤ 4 MiB) and manifests (≤ 64 MiB) are two roots of this class.
//
// Paths are built from a Hash256 and nothing else, and opened beneath the root without following links.
// Nothing is durable before publish() returned success: put many, publish once.
//
// Thread-safety: every member may be called from any thread; an Incoming belongs to one. Two publishers of the same
// hash do no harm.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/crypto/sha256.hpp"
#include "core/types/ids.hpp"

namespace lucid::storage {

struct ChunkFilesOptions {
  std::filesystem::path root;  // made if missing; its parent must exist
  std::uint64_t max_bytes = 4u << 20;
};

class ChunkFiles {
 public:
  class Incoming;
  /// Written and checked, not yet under its name. Goes with its object unless published.
  class Staged {
   public:
    const Hash256& hash() const { return hash_; }
    std::uint64_t size_bytes() const { return size_bytes_; }
    /// The same content was here already, whole.
    bool deduplicated() const { return deduplicated_; }

    Staged(Staged&& other) noexcept;
    Staged& operator=(Staged&& other) noexcept;
    ~Staged();

   private:
    friend class ChunkFiles;
    Staged() = default;
    void drop();

    Hash256 hash_;
    std::uint64_t size_bytes_ = 0;
    int root_ = -1;          // of the ChunkFiles, which must outlive this
    std::string temporary_;  // empty: nothing to publish
    int file_ = -1;
    bool deduplicated_ = false;
  };

  /// Removes what a crash left in incoming. Faults: storage_read_only, storage_full, storage_io.
  static Result<std::unique_ptr<ChunkFiles>> open(const ChunkFilesOptions& options);
  ~ChunkFiles();
  ChunkFiles(const ChunkFiles&) = delete;
  ChunkFiles& operator=(const ChunkFiles&) = delete;

  /// Checks the hash where one is `expected`. Faults: chunk_size, chunk_hash_mismatch, and those of open().
  Result<Staged> stage(ByteView bytes, std::optional<Hash256> expected = {});
  /// The same for bytes that come in pieces.
  Result<Incoming> begin();
  /// Makes all of them durable under their names: data synced, renamed, folders synced. On an error none of them may be
  /// acknowledged; what is under a name then is whole all the same.
  Status publish(std::span<Staged> staged);
  /// stage() and publish() of one.
  Result<Hash256> put(ByteView bytes, std::optional<Hash256> expected = {});

  /// The bytes, checked. A damaged file is moved to ROOT/quarantine. Faults: chunk_not_found, chunk_quarantined,
  /// storage_io.
  Result<Bytes> read(const Hash256& hash);
  /// Size on disk, unchecked; absent: no such file.
  Result<std::optional<std::uint64_t>> find(const Hash256& hash) const;
  /// Whether it was there. Synced.
  Result<bool> erase(const Hash256& hash);
  /// What is in the folder of that first byte, in order: a scrub goes through 256 of them.
  Result<std::vector<Hash256>> list(std::uint8_t folder) const;
  Result<std::vector<Hash256>> quarantined() const;

 private:
  ChunkFiles(ChunkFilesOptions options, int root) : options_(std::move(options)), root_(root) {}
  Result<Staged> new_temporary();
  Status check_size(std::uint64_t size_bytes) const;
  Status sync_data(std::span<Staged> staged) const;
  Result<bool> holds(const Hash256& hash, ByteView bytes);
  Status quarantine(const Hash256& hash);
  Result<std::vector<std::string>> names_in(std::string_view folder) const;
  Result<std::vector<Hash256>> hashes_in(std::string_view folder) const;

  ChunkFilesOptions options_;
  int root_ = -1;
  std::atomic<std::uint64_t> next_temporary_{0};
};

/// Bytes on their way in: append, then finish. Never in memory as a whole.
class ChunkFiles::Incoming {
 public:
  /// Fault chunk_size as soon as the sum passes the limit.
  Status append(ByteView bytes);
  /// Faults: chunk_size (nothing came), chunk_hash_mismatch.
  Result<Staged> finish(std::optional<Hash256> expected = {});

 private:
  friend class ChunkFiles;
  Incoming(ChunkFiles& files, Staged staged) : files_(&files), staged_(std::move(staged)) {}

  ChunkFiles* files_;
  Staged staged_;
  crypto::Sha256 sum_;
};

}  // namespace lucid::storage
