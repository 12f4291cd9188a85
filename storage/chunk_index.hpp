// What is known of chunks beside their bytes: size, age, which session refers to which, and each session's manifest
// (environment chunks of schema.hpp). Functions of a transaction, so that a group of puts is one commit.
//
// Thread-safety: those of the transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/bounded.hpp"
#include "core/base/fields.hpp"
#include "core/base/ordinal.hpp"
#include "core/types/ids.hpp"
#include "storage/kv.hpp"

namespace lucid::storage {

inline constexpr std::size_t kMaxChunkMetadataBytes = 16 * 1024;
using ChunkMetadata = BoundedBytes<kMaxChunkMetadataBytes>;  // as the client gave it

struct ChunkRow {
  std::uint64_t size_bytes = 0;
  TimeMs created_at = 0;
  std::uint64_t references = 0;  // rows of session_chunks with this hash
  ChunkMetadata metadata;        // of a put without a session
  bool operator==(const ChunkRow&) const = default;
  LUCID_FIELDS(size_bytes, created_at, references, metadata)
};

struct SessionChunkRow {
  Hash256 hash;
  ChunkMetadata metadata;
  bool operator==(const SessionChunkRow&) const = default;
  LUCID_FIELDS(hash, metadata)
};

struct ManifestRow {
  Hash256 hash;
  std::uint64_t size_bytes = 0;
  TimeMs created_at = 0;
  bool operator==(const ManifestRow&) const = default;
  LUCID_FIELDS(hash, size_bytes, created_at)
};

struct ChunkTotals {
  std::uint64_t chunk_bytes = 0;
  LUCID_FIELDS(chunk_bytes)
};

/// One entry of a session's list.
struct SessionChunk {
  std::uint32_t index = 0;
  SessionChunkRow row;
  bool operator==(const SessionChunk&) const = default;
};
struct SessionChunkPage {
  std::vector<SessionChunk> chunks;  // by index
  std::uint64_t total = 0;           // of the session
};

namespace chunk_index {

Result<std::optional<ChunkRow>> find(const ReadTxn& txn, const Hash256& hash);
/// Adds a row for a chunk that is new; of one that is known nothing changes.
Status add(WriteTxn& txn, const Hash256& hash, const ChunkRow& row);
/// Faults: chunk_not_found, chunk_referred.
Status erase(WriteTxn& txn, const Hash256& hash);

Result<std::optional<SessionChunkRow>> find_in_session(const ReadTxn& txn, const SessionId& session,
                                                       std::uint32_t index);
/// The session's chunk `index` is this one. Again with the same hash: nothing changes. Faults: chunk_not_found,
/// chunk_index_taken.
Status refer(WriteTxn& txn, const SessionId& session, std::uint32_t index, const SessionChunkRow& row);
/// Forgets all references of the session; returns how many there were.
Result<std::uint64_t> release(WriteTxn& txn, const SessionId& session);
Result<SessionChunkPage> list_session(const ReadTxn& txn, const SessionId& session, std::uint64_t offset,
                                      std::uint64_t limit);

Result<std::optional<ManifestRow>> find_manifest(const ReadTxn& txn, const SessionId& session);
Status set_manifest(WriteTxn& txn, const SessionId& session, const ManifestRow& row);

Result<ChunkTotals> totals(const ReadTxn& txn);

}  // namespace chunk_index
}  // namespace lucid::storage
