// Chunks and manifests with everything known of them: files by hash (chunk_files.hpp) and their index (chunk_index.hpp)
// in the one order that survives a power cut: bytes durable, then the row, then the answer; erased the other way
// round. A crash in between leaves a file without a row, which does no harm.
//
// Thread-safety: one writer (the chunk_store actor); reading members may be called from any thread.
#pragma once

#include <filesystem>
#include <memory>
#include <span>

#include "core/types/session.hpp"
#include "storage/chunk_files.hpp"
#include "storage/chunk_index.hpp"

namespace lucid::storage {

struct ChunkReference {
  SessionId session;
  std::uint32_t index = 0;
};

struct ChunkInput {
  ByteView bytes;
  std::optional<Hash256> expected;
  std::optional<ChunkReference> reference;
  ChunkMetadata metadata;
  TimeMs now = 0;  // becomes created_at of a chunk that is new
};

struct ChunkStored {
  Hash256 hash;
  std::uint64_t size_bytes = 0;
  TimeMs created_at = 0;
  bool deduplicated = false;
};

class ChunkStore {
 public:
  /// `directory`/files and `directory`/manifests are made if missing. `store` is environment chunks and must outlive
  /// it.
  static Result<std::unique_ptr<ChunkStore>> open(Store& store, const std::filesystem::path& directory);

  /// A group: one result each, in order, all durable when it returns. Faults of one: chunk_size, chunk_hash_mismatch,
  /// chunk_index_taken, decode_bound (metadata). Faults of all: storage_….
  Result<std::vector<Result<ChunkStored>>> put(std::span<const ChunkInput> chunks);
  /// Checked bytes. Faults: chunk_not_found, chunk_quarantined, storage_….
  Result<Bytes> read(const Hash256& hash) { return files_->read(hash); }
  Result<std::optional<ChunkRow>> find(const Hash256& hash) const;
  /// Faults: chunk_not_found, chunk_referred.
  Status erase(const Hash256& hash);

  /// Makes the session refer to chunks that may have come without its name: chunk i of `hashes` gets index i. Returns
  /// the indices whose chunk is not here. Fault chunk_index_taken.
  Result<std::vector<std::uint32_t>> refer(const SessionId& session, std::span<const Hash256> hashes);
  Result<std::uint64_t> release(const SessionId& session);
  Result<SessionChunkPage> list_session(const SessionId& session, std::uint64_t offset, std::uint64_t limit) const;
  Result<std::optional<SessionChunkRow>> find_in_session(const SessionId& session, std::uint32_t index) const;

  /// Replaces the session's manifest, if it had another. Durable when it returns. Fault chunk_size.
  Result<ManifestRow> put_manifest(const SessionId& session, ByteView bytes, TimeMs now);
  /// For one that comes in pieces: begin, append, then keep.
  Result<ChunkFiles::Incoming> begin_manifest() { return manifests_->begin(); }
  Result<ManifestRow> keep_manifest(const SessionId& session, ChunkFiles::Staged manifest, TimeMs now);
  Result<std::optional<ManifestRow>> find_manifest(const SessionId& session) const;
  /// Faults: storage_not_found, chunk_quarantined, chunk_not_found (the row is there, its file is not).
  Result<Bytes> read_manifest(const SessionId& session);
  Result<Bytes> read_manifest(const Hash256& hash) { return manifests_->read(hash); }

  Result<std::uint64_t> chunk_count() const;
  Result<std::uint64_t> chunk_bytes() const;
  /// For a scrub.
  ChunkFiles& files() { return *files_; }
  ChunkFiles& manifests() { return *manifests_; }

 private:
  explicit ChunkStore(Store& store) : store_(&store) {}
  Result<ChunkFiles::Staged> admit(const ReadTxn& txn, const ChunkInput& chunk);

  Store* store_;
  std::unique_ptr<ChunkFiles> files_;
  std::unique_ptr<ChunkFiles> manifests_;
};

}  // namespace lucid::storage
