// chunk_store: takes chunks and manifests in, and gives them out. What it answers for is on the disk, checked against
// its hash; puts that come while the disk is busy share the next sync.
//
// Has a thread of its own. May be restarted: everything is on the disk. (The facade reads through storage::ChunkStore
// directly when both are in one process; bytes then travel without a message.)
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "actors/runtime/act.hpp"
#include "actors/runtime/clock.hpp"
#include "actors/session_messages.hpp"
#include "storage/chunk_store.hpp"

namespace lucid::actors {

using ChunkStoreActor =
    act::iface<ChunkMeta(PutChunk), ChunkBytes(GetChunk), ChunkMeta(GetChunkMeta), ChunkPage(GetSessionChunks),
               ChunkErased(EraseChunk), ManifestStored(PutManifest), ChunkBytes(GetManifest), void(FlushChunks)>;

class ChunkKeeper {
 public:
  using interface = ChunkStoreActor;
  static constexpr const char* kName = "chunk_store";

  struct Deps {
    const Clock& clock;
    std::shared_ptr<storage::ChunkStore> chunks;
    std::uint64_t quota_bytes = 0;  // 0: the disk decides
    std::function<void(const std::string&)> log;
  };

  ChunkKeeper(interface::pointer self, Deps deps);
  interface::behavior_type make_behavior();

 private:
  struct Waiting {
    ChunkPut chunk;
    caf::typed_response_promise<ChunkMeta> promise;
  };

  caf::result<ChunkMeta> put(const PutChunk& asked);
  void flush();
  caf::result<ManifestStored> put_manifest(const PutManifest& asked);
  caf::result<ChunkBytes> manifest(const GetManifest& asked);
  void publish_state();

  interface::pointer self_;
  Deps deps_;
  std::vector<Waiting> waiting_;
  std::uint64_t waiting_bytes_ = 0;
};

/// What the store knows of a chunk, in the facade's terms. Fault chunk_not_found.
Result<ChunkMeta> chunk_meta(const storage::ChunkStore& chunks, const Hash256& hash);
Result<ChunkPage> session_chunks(const storage::ChunkStore& chunks, const SessionId& session, const Page& page);

}  // namespace lucid::actors
