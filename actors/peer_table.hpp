// Whom this node should be connected with, whom it is, and whom to call next. Everyone calls everyone: of two
// connections between the same two nodes the one stays that the node with the lower key has made, so that both ends
// keep the same one; of two in the same direction the newer, since the older is what a restart left behind.
//
// Pure: time comes as an argument, chance from a seed. Thread-safety: one owner. Units: monotonic milliseconds.
#pragma once

#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "actors/peer_wire.hpp"
#include "core/types/validator_set.hpp"

namespace lucid::actors {

/// Between two calls to a node that is not reached: doubles each time, and up to a quarter less by chance.
inline constexpr std::uint64_t kCallAgainMs = 250, kCallAgainMaxMs = 10'000;

/// So often in a row a node says that it is connected with this node's key already, and is not with this node: beyond
/// what a connection needs to be noticed as dead, since a call comes later each time.
inline constexpr std::uint32_t kCallsOfACopy = 6;

struct PeerAddress {
  std::string host;
  std::uint16_t port = 0;
  bool operator==(const PeerAddress&) const = default;
};

/// "host:port", "[v6]:port". Fault genesis_field.
Result<PeerAddress> parse_peer_address(const std::string& text);

/// Somebody who may connect.
struct KnownPeer {
  std::string name;                  // of the validator; empty: an observer
  std::optional<Address> validator;  // absent: an observer
  std::optional<PeerAddress> at;     // where to call it; absent: it calls
  bool operator==(const KnownPeer&) const = default;
};
using KnownPeers = std::map<TlsPublicKey, KnownPeer>;

class PeerTable {
 public:
  PeerTable(TlsPublicKey self, std::uint64_t seed) : self_(self), chance_(seed) {}

  /// From now on these are known; returns the connections of those who no longer are.
  std::vector<ConnectionId> know(KnownPeers known);
  const KnownPeers& known() const { return known_; }

  /// Whom to call now. They are being called until opened() or unreached().
  std::vector<TlsPublicKey> calls(std::uint64_t now_ms);
  void unreached(const TlsPublicKey& whom, std::uint64_t now_ms, std::string why);

  struct Opened {
    bool kept = false;
    std::optional<ConnectionId> closes;  // the older one
  };
  /// A new connection with `whom`; `dialled`: made by this node.
  Opened opened(const TlsPublicKey& whom, ConnectionId connection, bool dialled);
  /// It has carried an answer: only now earlier failures count no more.
  void proved(const TlsPublicKey& whom);
  /// It says that it is connected with this key already. Whether that makes a copy of this node certain, once.
  bool is_taken(const TlsPublicKey& whom);
  /// Returns whose it was; absent where it had been replaced.
  std::optional<TlsPublicKey> closed(ConnectionId connection, std::uint64_t now_ms, std::string why);

  std::optional<ConnectionId> connection_of(const TlsPublicKey& whom) const;
  /// Why the last attempt failed; empty where none did since it was connected.
  std::string last_failure(const TlsPublicKey& whom) const;

 private:
  struct Link {
    std::optional<ConnectionId> connection;
    bool dialled = false;
    bool calling = false;
    std::uint32_t failures = 0;  // in a row
    std::uint32_t taken = 0;     // of these, those of is_taken()
    std::uint64_t call_at_ms = 0;
    std::string why;
  };
  void call_later(Link& link, std::uint64_t now_ms, std::string why);

  TlsPublicKey self_;
  std::mt19937_64 chance_;
  KnownPeers known_;
  std::map<TlsPublicKey, Link> links_;
};

}  // namespace lucid::actors
