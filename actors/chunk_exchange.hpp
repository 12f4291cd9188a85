// chunk_exchange: gives chunks and manifests to other validators in pieces, and fetches from them what this node lacks,
// so that a session uploaded to one node can be read from each. Content is asked for by its SHA-256 and believed only
// when all of it hashes to that; then it is stored like any upload. One peer is asked after another, each from the
// first byte on, since of pieces from several nobody could say who lied.
//
// Has a thread of its own: it reads from the disk. May be restarted: who waited is told no_answer by its own deadline.
// Units: bytes, milliseconds.
#pragma once

#include <functional>
#include <map>
#include <random>
#include <set>

#include "actors/chunk_store.hpp"
#include "actors/peer_messages.hpp"

namespace lucid::actors {

inline constexpr std::uint64_t kPieceWithinMs = 3'000;
/// Contents that are fetched at the same time.
inline constexpr std::size_t kFetchesAtOnce = 64;

/// Answered by ChunkBytes once it is stored here. Faults: chunk_not_found (no connected validator gave it), overloaded,
/// and those of storing it. `session`: whose manifest it is; absent: it is a chunk.
struct FetchContent {
  Hash256 hash;
  std::optional<SessionId> session;
};
/// The peer that was asked last has had its time.
struct PieceDue {
  Hash256 hash;
  std::uint64_t attempt = 0;
};
LUCID_LOCAL_MESSAGE(FetchContent)
LUCID_LOCAL_MESSAGE(PieceDue)

using ChunkExchangeActor = act::iface<void(PeerConnected), void(PeerGone), void(PieceWanted), void(PieceHeard),
                                      ChunkBytes(FetchContent), void(PieceDue)>;
using ChunkTaker = act::iface<ChunkMeta(PutChunk), ManifestStored(PutManifest)>;

class ChunkExchange {
 public:
  using interface = ChunkExchangeActor;
  static constexpr const char* kName = "chunk_exchange";

  struct Deps {
    std::shared_ptr<storage::ChunkStore> chunks;  // read from
    Route<ChunkTaker> chunk_store;                // written through
    Route<PiecePeers> peers;
    std::uint64_t seed = 0;  // whom to ask first; any number
    std::function<void(const std::string&)> log;
  };

  ChunkExchange(interface::pointer self, Deps deps);
  interface::behavior_type make_behavior();

 private:
  struct Fetch {
    std::optional<SessionId> session;
    std::vector<caf::typed_response_promise<ChunkBytes>> waiting;
    std::set<PeerId> tried;
    std::optional<PeerId> asked;
    std::uint64_t attempt = 0;
    std::uint64_t size = 0;  // as the peer that is asked says; 0: it has not said yet
    Bytes bytes;
  };
  using Fetches = std::map<Hash256, Fetch>;

  void give(const PieceWanted& wanted);
  std::shared_ptr<const Bytes> content(const Hash256& hash);
  caf::result<ChunkBytes> fetch(const FetchContent& wanted);
  void ask_next(Fetches::iterator fetch);
  void ask(Fetches::iterator fetch);
  void heard(const PieceHeard& heard);
  void complete(Fetches::iterator fetch);
  void publish_state();

  interface::pointer self_;
  Deps deps_;
  std::set<PeerId> peers_;  // validators that are connected
  std::mt19937_64 chance_;
  Fetches fetches_;
  std::uint64_t newest_attempt_ = 0;
  Hash256 given_hash_;  // what was read last: its next piece is likely to be asked for next
  std::shared_ptr<const Bytes> given_;
};

}  // namespace lucid::actors
