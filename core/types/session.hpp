// A session as recorded: files, chunks, and the manifest that binds them (design.md section 9).
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/bounded.hpp"
#include "core/base/fields.hpp"
#include "core/types/ids.hpp"
#include "core/types/transaction.hpp"

namespace lucid {

inline constexpr std::size_t kMaxChunkBytes = std::size_t{4} * 1024 * 1024;
inline constexpr std::size_t kSegmentBytes = 4096;
inline constexpr std::size_t kMaxFilesPerSession = 1u << 20;

/// How a chunk's bytes relate to the recorded ones.
enum class ChunkForm : std::uint8_t { raw, zstd };
constexpr ChunkForm last_of(ChunkForm) {
  return ChunkForm::zstd;
}

struct ManifestChunk {
  std::uint32_t index = 0;
  std::uint32_t size_bytes = 0;        // as stored
  std::uint32_t plain_size_bytes = 0;  // as recorded
  ChunkForm form = ChunkForm::raw;
  Hash256 hash;          // SHA-256 of the stored bytes
  Hash256 segment_root;  // RFC 6962 over the stored bytes' 4 KiB segments
  bool operator==(const ManifestChunk&) const = default;
  LUCID_FIELDS(index, size_bytes, plain_size_bytes, form, hash, segment_root)
};

/// One recorded file: the plain bytes of `chunk_count` chunks from `first_chunk` on.
struct ManifestFile {
  BoundedString<1024> name;
  std::uint64_t size_bytes = 0;
  Hash256 hash;  // SHA-256 of the recorded bytes
  std::uint32_t first_chunk = 0;
  std::uint32_t chunk_count = 0;
  bool operator==(const ManifestFile&) const = default;
  LUCID_FIELDS(name, size_bytes, hash, first_chunk, chunk_count)
};

inline constexpr std::uint32_t kManifestVersion = 1;

struct Manifest {
  std::uint32_t version = kManifestVersion;
  SessionId session;
  TimeMs started_at = 0;
  BoundedList<ManifestFile, kMaxFilesPerSession> files;
  BoundedList<ManifestChunk, kMaxChunksPerSession> chunks;
  bool operator==(const Manifest&) const = default;
  LUCID_FIELDS(version, session, started_at, files, chunks)
};

/// A leaf of the anchor log: what the chain committed to, by whom, and where.
struct AnchorLeaf {
  AnchorSession anchor;
  Address account;
  Height height = 0;
  Hash256 transaction;  // id
  bool operator==(const AnchorLeaf&) const = default;
  LUCID_FIELDS(anchor, account, height, transaction)
};

}  // namespace lucid
