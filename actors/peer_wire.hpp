// peer_wire: the sockets of the network between validators. It accepts and makes connections, runs the TLS session of
// each (net/peer_tls.hpp) and cuts what comes into frames. Whose key may connect it is told by `peers`, which also
// decides what a frame means; here nobody is believed anything but that key.
//
// A connection that does not prove itself costs one of kUnproven places for kProveMs, and is counted; so is one that
// asks for a handshake when strangers have had theirs (HandshakeAllowance): it gets none. What a peer has sent and
// `peers` has not yet taken is at most kUntakenBytes: then its socket is not read. What a peer does not read is at most
// kUnsentBytes: then frames to it are dropped, since whatever matters is offered again.
//
// Lives in CAF's I/O thread, and calls others from threads of their own. Thread-safety: as an actor.
// Units: bytes, milliseconds.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "actors/runtime/act.hpp"
#include "actors/runtime/clock.hpp"
#include "actors/supervisor.hpp"
#include "core/base/bytes.hpp"
#include "core/base/ordinal.hpp"
#include "core/types/ids.hpp"
#include "net/peer_tls.hpp"
#include "net/sockets.hpp"

namespace caf::io {
struct new_connection_msg;
struct new_data_msg;
struct data_transferred_msg;
struct connection_closed_msg;
struct acceptor_closed_msg;
}  // namespace caf::io

namespace lucid::actors {

inline constexpr std::size_t kUnproven = 64, kUnprovenOfAddress = 16;
inline constexpr std::uint64_t kProveMs = 3'000, kDialMs = 2'000;
inline constexpr std::size_t kUntakenBytes = std::size_t{1} << 20, kUnsentBytes = std::size_t{16} << 20;

/// One connection, numbered from 1 and never again.
using ConnectionId = Ordinal<struct ConnectionTag>;

// ---- to peer_wire

/// Only these may connect.
struct AdmitKeys {
  std::shared_ptr<const std::set<TlsPublicKey>> keys;
};
/// Answered by WireOpened or WireUnreached.
struct DialPeer {
  TlsPublicKey whom;
  std::string host;
  std::uint16_t port = 0;
};
struct SendFrame {
  std::vector<ConnectionId> to;
  std::shared_ptr<const Bytes> payload;
};
/// A frame's payload was worked off: as much more may come.
struct FrameTaken {
  ConnectionId connection;
  std::uint64_t bytes = 0;
};
/// Answered by WireClosed.
struct CloseConnection {
  ConnectionId connection;
  std::string why;
};
/// Answered by WireCounts.
struct GetWireCounts {};
struct WireCounts {
  std::uint64_t turned_away = 0;     // did not prove themselves
  std::uint64_t frames_dropped = 0;  // to peers that do not read
  std::uint64_t bytes_in = 0, bytes_out = 0;
};

// ---- to peers

/// A connection whose other end has proven to hold the secret of `key`.
struct WireOpened {
  ConnectionId connection;
  TlsPublicKey key;
  Hash256 exporter;     // of the TLS session: what is signed over it is signed for this connection
  std::string address;  // host:port of the other end
  bool dialled = false;
};
struct WireUnreached {
  TlsPublicKey whom;
  std::string why;
};
/// Somebody did not prove to be one of those who may connect.
struct WireTurnedAway {
  std::string address;
  std::string why;
};
struct WireFrame {
  ConnectionId connection;
  std::shared_ptr<const Bytes> payload;
};
struct WireClosed {
  ConnectionId connection;
  std::string why;
};

// ---- to itself

struct Dialled {
  TlsPublicKey whom;
  std::string address;
  std::shared_ptr<net::Socket> socket;  // null: not reached
  std::string why;
};
struct ProofDue {
  ConnectionId connection;
};

#define LUCID_WIRE_MESSAGES(X) \
  X(AdmitKeys)                 \
  X(DialPeer)                  \
  X(SendFrame)                 \
  X(FrameTaken)                \
  X(CloseConnection)           \
  X(GetWireCounts)             \
  X(WireCounts) X(WireOpened) X(WireUnreached) X(WireTurnedAway) X(WireFrame) X(WireClosed) X(Dialled) X(ProofDue)
LUCID_WIRE_MESSAGES(LUCID_LOCAL_MESSAGE)

/// What `peers` tells it; tests put a network of their own in its place.
using PeerSockets = act::iface<void(AdmitKeys), void(DialPeer), void(SendFrame), void(FrameTaken),
                               void(CloseConnection), void(ChildRestarted)>;
using PeerWireActor = act::iface<void(AdmitKeys), void(DialPeer), void(SendFrame), void(FrameTaken),
                                 void(CloseConnection), WireCounts(GetWireCounts), void(ChildRestarted)>;
using WireCounter = act::iface<WireCounts(GetWireCounts)>;
using WiredPeers =
    act::iface<void(WireOpened), void(WireUnreached), void(WireTurnedAway), void(WireFrame), void(WireClosed)>;

struct PeerWireDeps {
  const Clock& clock;
  std::shared_ptr<const net::PeerTlsContext> tls;
  std::string bind = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free one
  Route<WiredPeers> peers;
};
struct PeerWireStarted {
  PeerWireActor actor;
  std::uint16_t port = 0;
};
/// Fault port_in_use, naming address and port.
Result<PeerWireStarted> start_peer_wire(caf::actor_system& system, const act::Place& place, PeerWireDeps deps);

}  // namespace lucid::actors
