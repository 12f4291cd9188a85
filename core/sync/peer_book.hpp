// What sync knows of each peer: what it claims, what it was asked, how it behaved. One request at a time for each.
//
// Thread-safety: one owner. Monotonic milliseconds.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "core/sync/bounds.hpp"
#include "core/sync/input.hpp"

namespace lucid::sync {

struct Asked {
  GetBlocks request;
  std::uint64_t at_ms = 0;
  std::uint64_t reserved_bytes = 0;  // what the answer may hold
};

struct Peer {
  bool connected = false;
  std::optional<Address> validator;
  Height claim = 0;  // its tip, by its own word
  std::optional<Asked> asked;
  std::optional<GetBlocks> late;  // the last request whose time ran out: its answer may still come
  std::uint32_t timeouts = 0;     // in a row
  std::uint32_t unasked = 0;      // answers in a row that nobody asked for
  Height nothing_from = 0;        // by its newest answer there is no block of this height yet; 0: it did not say so
  std::uint64_t ask_again_at_ms = 0;
  std::uint64_t rest_until_ms = 0;
  std::uint64_t lying_rest_ms = 0;  // the last one; 0: it never lied, or has delivered since

  bool resting(std::uint64_t now_ms) const { return now_ms < rest_until_ms; }
  bool free(std::uint64_t now_ms) const { return connected && !asked && !resting(now_ms) && now_ms >= ask_again_at_ms; }
};

class PeerBook {
 public:
  explicit PeerBook(std::uint64_t seed) : seed_(seed) {}

  /// Absent where too many are connected. A liar's rest outlasts its connection, a slow peer's does not.
  Peer* connect(PeerId id, std::optional<Address> validator, std::uint64_t now_ms);
  void disconnect(PeerId id, std::uint64_t now_ms);
  /// Only of connected ones.
  Peer* find(PeerId id);
  /// Forgets all of it but a rest that doubles with each lie. Its connection is to be closed; it may be closed already.
  void banish(PeerId id, std::uint64_t now_ms, const Bounds& bounds);
  /// All of it, connected or not, by id.
  const std::map<PeerId, Peer>& all() const { return peers_; }
  std::map<PeerId, Peer>& all() { return peers_; }

  /// Of those that `fits` and are free, the one to ask: fewest timeouts first, then by a rule that the seed gives and
  /// that changes with each call, so that work spreads and no liar can arrange to be first.
  std::optional<PeerId> choose(std::uint64_t now_ms, const std::function<bool(const Peer&)>& fits);

  std::uint64_t reserved_bytes() const;
  std::size_t connected() const;

 private:
  /// For one more record: of those that are away, the one whose rest ends first goes.
  bool make_room();

  std::map<PeerId, Peer> peers_;
  std::uint64_t seed_;
  std::uint64_t turn_ = 0;
};

}  // namespace lucid::sync
