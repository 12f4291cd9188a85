// What concerns recorded sessions: anchoring, chunks, manifests, and which transactions became final. These cross the
// borders between an operator's roles, so between processes they are msgpack.
//
// Thread-safety: values.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "actors/node_facade.hpp"
#include "actors/runtime/message.hpp"
#include "core/base/fields.hpp"

namespace lucid::actors {

/// One transaction of a final block. `failure`: its operation was refused.
struct FinalTransaction {
  Hash256 id;
  std::optional<Fault> failure;
  LUCID_FIELDS(id, failure)
};
/// A block is final and durable.
struct BlockFinal {
  Height height = 0;
  Hash256 hash;
  TimeMs time = 0;
  std::vector<FinalTransaction> transactions;
  LUCID_FIELDS(height, hash, time, transactions)
};

/// Anchor this session. Answered by AnchorAccepted once it is durable.
struct AnchorThis {
  AnchorRequest request;
  LUCID_FIELDS(request)
};
struct GetAnchoring {
  SessionId session;
  LUCID_FIELDS(session)
};
struct GetAnchoringSummary {
  LUCID_FIELDS()
};
/// Time to offer again what is not final yet.
struct OfferAgain {
  LUCID_FIELDS()
};
/// Store what has gathered, in one transaction.
struct FlushOutbox {
  LUCID_FIELDS()
};

struct PutChunk {
  ChunkPut chunk;
  LUCID_FIELDS(chunk)
};
/// Publish what has gathered, with one sync.
struct FlushChunks {
  LUCID_FIELDS()
};
struct GetChunk {
  Hash256 hash;
  LUCID_FIELDS(hash)
};
struct ChunkBytes {
  std::shared_ptr<const Bytes> bytes;
  LUCID_FIELDS(bytes)
};
struct GetChunkMeta {
  Hash256 hash;
  LUCID_FIELDS(hash)
};
struct GetSessionChunks {
  SessionId session;
  Page page;
  LUCID_FIELDS(session, page)
};
struct EraseChunk {
  Hash256 hash;
  LUCID_FIELDS(hash)
};
struct ChunkErased {
  LUCID_FIELDS()
};
struct PutManifest {
  SessionId session;
  std::shared_ptr<const Bytes> bytes;
  LUCID_FIELDS(session, bytes)
};
struct ManifestStored {
  Hash256 hash;
  LUCID_FIELDS(hash)
};
struct GetManifest {
  SessionId session;
  std::optional<Hash256> hash;  // of that one; absent: the newest uploaded for the session
  LUCID_FIELDS(session, hash)
};

/// Scan the database and the chunk files for damage. Answered with how it stands.
struct StartScan {
  Height from = 0;
  std::optional<Height> to;  // absent: the tip
  LUCID_FIELDS(from, to)
};
struct GetScan {
  LUCID_FIELDS()
};
struct ContinueScan {
  LUCID_FIELDS()
};

#define LUCID_SESSION_MESSAGES(X)                                                                                      \
  X(BlockFinal)                                                                                                        \
  X(AnchorThis)                                                                                                        \
  X(AnchorAccepted)                                                                                                    \
  X(GetAnchoring) X(AnchoringView) X(GetAnchoringSummary) X(AnchoringSummary) X(OfferAgain) X(FlushOutbox) X(PutChunk) \
      X(FlushChunks) X(ChunkMeta) X(GetChunk) X(ChunkBytes) X(GetChunkMeta) X(GetSessionChunks) X(ChunkPage)           \
          X(EraseChunk) X(ChunkErased) X(PutManifest) X(ManifestStored) X(GetManifest) X(StartScan) X(GetScan)         \
              X(ContinueScan) X(ScanReport)

LUCID_SESSION_MESSAGES(LUCID_MESSAGE)
void add_session_messages(caf::actor_system_config& config);

}  // namespace lucid::actors
