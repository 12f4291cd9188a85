#include "actors/peer_wire.hpp"

#include <caf/io/network/default_multiplexer.hpp>
#include <map>

#include "actors/handshake_allowance.hpp"
#include "actors/runtime/broker.hpp"
#include "net/frames.hpp"

namespace lucid::actors {

namespace {

using caf::io::connection_handle;

constexpr std::size_t kReadAtOnce = std::size_t{64} << 10;

using WireBroker =
    act::iface<void(AdmitKeys), void(DialPeer), void(SendFrame), void(FrameTaken), void(CloseConnection),
               WireCounts(GetWireCounts), void(ChildRestarted), void(Dialled), void(ProofDue),
               void(caf::io::new_connection_msg), void(caf::io::new_data_msg), void(caf::io::data_transferred_msg),
               void(caf::io::connection_closed_msg), void(caf::io::acceptor_closed_msg)>;

class PeerWire {
 public:
  using interface = WireBroker;
  static constexpr const char* kName = "peer_wire";

  PeerWire(interface::broker_pointer self, PeerWireDeps deps, int listener)
      : self_(self),
        deps_(std::move(deps)),
        listener_(listener),
        admitted_(std::make_shared<std::set<TlsPublicKey>>()) {}

  interface::behavior_type make_behavior();

 private:
  struct Connection {
    connection_handle handle;
    net::PeerTlsSession tls;
    net::FrameReader frames;
    std::string host, address;
    std::optional<TlsPublicKey> dialled;  // to whom
    bool asked = false;                   // the other end has begun its handshake
    bool proven = false;
    bool halted = false;
    std::size_t untaken = 0, unsent = 0;
  };
  using Connections = std::map<ConnectionId, Connection>;

  void open(connection_handle handle, std::optional<TlsPublicKey> dialled, std::string address);
  void make_room(const std::string& host);
  void arrived(const caf::io::new_data_msg& data);
  std::optional<std::string_view> refuses_handshake(Connection& connection);
  Status take(ConnectionId id, Connection& connection, ByteView bytes);
  void write(Connection& connection);
  void send(const SendFrame& out);
  void taken(const FrameTaken& frame);
  void dial(const DialPeer& whom);
  void reached(const Dialled& dialled);
  Connections::iterator find(connection_handle handle);
  void end(Connections::iterator connection, const std::string& why);
  void end_all(const std::string& why);
  void publish_state();

  interface::broker_pointer self_;
  PeerWireDeps deps_;
  net::Socket listener_;
  std::shared_ptr<const std::set<TlsPublicKey>> admitted_;
  Connections connections_;
  std::map<std::int64_t, ConnectionId> by_handle_;
  ConnectionId newest_;
  HandshakeAllowance handshakes_;
  WireCounts counts_;
};

PeerWire::interface::behavior_type PeerWire::make_behavior() {
  publish_state();
  return {
      [this](const AdmitKeys& admit) {
        admitted_ = admit.keys;
        // Before, all would have been turned away.
        if (listener_.number() >= 0) self_->add_doorman(listener_.release());
      },
      [this](const DialPeer& whom) { dial(whom); },
      [this](const SendFrame& out) { send(out); },
      [this](const FrameTaken& frame) { taken(frame); },
      [this](const CloseConnection& close) {
        if (const auto found = connections_.find(close.connection); found != connections_.end()) end(found, close.why);
      },
      [this](const GetWireCounts&) { return counts_; },
      [this](const ChildRestarted& child) {
        if (child.name == "peers") end_all("peers was started again");
      },
      [this](const Dialled& dialled) { reached(dialled); },
      [this](const ProofDue& due) {
        const auto found = connections_.find(due.connection);
        if (found != connections_.end() && !found->second.proven) end(found, "no handshake in time");
      },
      [this](const caf::io::new_connection_msg& accepted) { open(accepted.handle, {}, {}); },
      [this](const caf::io::new_data_msg& data) { arrived(data); },
      [this](const caf::io::data_transferred_msg& done) {
        if (const auto found = find(done.handle); found != connections_.end()) {
          found->second.unsent = done.remaining;
          counts_.bytes_out += done.written;
        }
      },
      [this](const caf::io::connection_closed_msg& closed) {
        if (const auto found = find(closed.handle); found != connections_.end()) end(found, "the other end closed it");
      },
      [this](const caf::io::acceptor_closed_msg&) {
        act::quit(self_, Error{Fault::internal, "peers port", "open", "closed by the system"});
      },
  };
}

PeerWire::Connections::iterator PeerWire::find(connection_handle handle) {
  const auto id = by_handle_.find(handle.id());
  return id == by_handle_.end() ? connections_.end() : connections_.find(id->second);
}

void PeerWire::open(connection_handle handle, std::optional<TlsPublicKey> dialled, std::string address) {
  const std::string host = self_->remote_addr(handle);
  if (!dialled) {
    make_room(host);
    address = host + ":" + std::to_string(self_->remote_port(handle));
  }
  newest_ = newest_.next();
  const auto side = dialled ? net::PeerTlsSession::Side::connecting : net::PeerTlsSession::Side::accepting;
  // Whom we called must be there; anybody else has to call us.
  auto admits = [this, dialled](const TlsPublicKey& key) {
    return dialled ? key == *dialled : admitted_->contains(key);
  };
  const auto added = connections_.emplace(
      newest_, Connection{handle, net::PeerTlsSession(deps_.tls, side, std::move(admits)),
                          net::FrameReader(net::kMaxHelloBytes), host, std::move(address), dialled});
  by_handle_[handle.id()] = newest_;
  self_->configure_read(handle, caf::io::receive_policy::at_most(kReadAtOnce));
  self_->ack_writes(handle, true);
  act::tell_after(self_, act::me<interface>(self_), std::chrono::milliseconds(kProveMs), ProofDue{newest_});
  if (const Status begun = take(newest_, added.first->second, {}); !begun) end(added.first, to_text(begun.error()));
}

/// Whoever has not proven itself for longest gives way: honest peers need a few milliseconds.
void PeerWire::make_room(const std::string& host) {
  std::size_t unproven = 0, of_host = 0;
  auto oldest = connections_.end(), oldest_of_host = connections_.end();
  for (auto at = connections_.begin(); at != connections_.end(); ++at) {
    if (at->second.proven || at->second.dialled) continue;
    if (unproven++ == 0) oldest = at;
    if (at->second.host == host && of_host++ == 0) oldest_of_host = at;
  }
  if (of_host >= kUnprovenOfAddress)
    end(oldest_of_host, "too many connections of its address have not proven themselves");
  else if (unproven >= kUnproven)
    end(oldest, "too many connections have not proven themselves");
}

void PeerWire::arrived(const caf::io::new_data_msg& data) {
  const auto found = find(data.handle);
  if (found == connections_.end()) return;
  counts_.bytes_in += data.buf.size();
  if (const auto refusal = refuses_handshake(found->second)) return end(found, std::string(*refusal));
  const ByteView bytes(reinterpret_cast<const std::uint8_t*>(data.buf.data()), data.buf.size());
  if (const Status status = take(found->first, found->second, bytes); !status) end(found, to_text(status.error()));
}

/// Asked with the first bytes: whoever is silent gets no handshake anyway.
std::optional<std::string_view> PeerWire::refuses_handshake(Connection& connection) {
  if (connection.dialled || std::exchange(connection.asked, true)) return std::nullopt;
  return handshakes_.refusal(connection.host, deps_.clock.monotonic_ms());
}

Status PeerWire::take(ConnectionId id, Connection& connection, ByteView bytes) {
  const Status status = connection.tls.take(bytes);
  write(connection);  // an alert too
  LUCID_TRY(status);
  if (!connection.proven && connection.tls.established()) {
    connection.proven = true;
    handshakes_.proven(connection.host, deps_.clock.monotonic_ms());
    act::tell(self_, deps_.peers,
              WireOpened{id, connection.tls.peer_key(), connection.tls.exporter(), connection.address,
                         connection.dialled.has_value()});
    publish_state();
  }
  connection.frames.feed(connection.tls.received());
  for (;;) {
    LUCID_TRY_ASSIGN(auto payload, connection.frames.next());
    if (!payload) break;
    connection.frames.set_max(net::kMaxFrameBytes);  // the first is a hello
    connection.untaken += payload->size();
    act::tell(self_, deps_.peers, WireFrame{id, std::make_shared<const Bytes>(std::move(*payload))});
  }
  if (connection.untaken > kUntakenBytes && !connection.halted) {
    connection.halted = true;
    self_->halt(connection.handle);
  }
  return {};
}

void PeerWire::write(Connection& connection) {
  const Bytes out = connection.tls.outgoing();
  if (out.empty()) return;
  connection.unsent += out.size();
  self_->write(connection.handle, out.size(), out.data());
  self_->flush(connection.handle);
}

void PeerWire::send(const SendFrame& out) {
  Bytes frame;
  net::append_frame(frame, *out.payload);
  for (const ConnectionId id : out.to) {
    const auto found = connections_.find(id);
    if (found == connections_.end() || !found->second.proven) continue;
    Connection& connection = found->second;
    if (connection.unsent + frame.size() > kUnsentBytes) {
      ++counts_.frames_dropped;
      continue;
    }
    const Status sent = connection.tls.send(frame);
    write(connection);
    if (!sent) end(found, to_text(sent.error()));
  }
}

void PeerWire::taken(const FrameTaken& frame) {
  const auto found = connections_.find(frame.connection);
  if (found == connections_.end()) return;
  Connection& connection = found->second;
  connection.untaken -= std::min<std::size_t>(connection.untaken, frame.bytes);
  if (!connection.halted || connection.untaken > kUntakenBytes / 2) return;
  connection.halted = false;
  self_->trigger(connection.handle);
}

/// In a thread of its own: a host that does not answer holds up nobody.
void PeerWire::dial(const DialPeer& whom) {
  const auto call = [wire = act::me<interface>(self_)](caf::event_based_actor*, const DialPeer& called) {
    Dialled dialled{called.whom, called.host + ":" + std::to_string(called.port), nullptr, {}};
    if (auto socket = net::dial(called.host, called.port, kDialMs))
      dialled.socket = std::make_shared<net::Socket>(std::move(*socket));
    else
      dialled.why = to_text(socket.error());
    caf::anon_send(wire, std::move(dialled));
  };
  // `whom` is an argument and not captured: for a function without any CAF 0.17 binds a reference to nothing.
  self_->system().spawn<caf::detached + caf::hidden>(call, whom);
}

void PeerWire::reached(const Dialled& dialled) {
  if (!dialled.socket) return act::tell(self_, deps_.peers, WireUnreached{dialled.whom, dialled.why});
  net::tune(dialled.socket->number());
  open(self_->add_scribe(dialled.socket->release()), dialled.whom, dialled.address);
}

void PeerWire::end(Connections::iterator connection, const std::string& why) {
  const auto [id, ended] = std::pair(connection->first, std::move(connection->second));
  connections_.erase(connection);
  by_handle_.erase(ended.handle.id());
  self_->close(ended.handle);  // none if the other end did
  if (ended.proven) {
    act::tell(self_, deps_.peers, WireClosed{id, why});
  } else if (ended.dialled) {
    act::tell(self_, deps_.peers, WireUnreached{*ended.dialled, why});
  } else {
    ++counts_.turned_away;
    act::tell(self_, deps_.peers, WireTurnedAway{ended.address, why});
  }
  publish_state();
}

void PeerWire::end_all(const std::string& why) {
  while (!connections_.empty()) end(connections_.begin(), why);
}

void PeerWire::publish_state() {
  std::size_t proven = 0;
  for (const auto& [id, connection] : connections_) proven += connection.proven ? 1 : 0;
  act::probe(self_).set_state(std::to_string(proven) + " connections, " + std::to_string(connections_.size() - proven) +
                              " unproven, " + std::to_string(counts_.turned_away) + " turned away");
}

}  // namespace

Result<PeerWireStarted> start_peer_wire(caf::actor_system& system, const act::Place& place, PeerWireDeps deps) {
  const std::string where = deps.bind + ":" + std::to_string(deps.port);
  const auto listener = caf::io::network::new_tcp_acceptor_impl(deps.port, deps.bind.c_str(), true);
  if (!listener)
    return fail(Fault::port_in_use, "peers_port", "a free port", where + ": " + caf::to_string(listener.error()));
  const auto port = caf::io::network::local_port_of_fd(*listener);
  if (!port) return fail(Fault::internal, "peers_port", "a port", caf::to_string(port.error()));
  return PeerWireStarted{act::spawn_broker<PeerWire>(system, place, std::move(deps), *listener), *port};
}

}  // namespace lucid::actors
