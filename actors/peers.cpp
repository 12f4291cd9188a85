// Who is connected, who may be, and whom to call.
#include "actors/peers.hpp"

#include "core/crypto/handshake.hpp"

namespace lucid::actors {

namespace {
constexpr std::chrono::milliseconds kPeersLook{kLookEveryMs};
constexpr std::chrono::seconds kPeersAskTimeout{5};
}  // namespace

Peers::Peers(interface::pointer self, Deps deps)
    : self_(self), deps_(std::move(deps)), table_(deps_.tls_key, deps_.seed) {
  for (const PeerId peer : std::set<PeerId>(deps_.numbers->told)) tell_gone(peer);  // of an earlier incarnation
  act::ask(self_, deps_.ledger, kPeersAskTimeout, GetTip{})
      .then([this](const TipChanged& tip) { take_tip(tip); }, [](const caf::error&) {});
  act::tell_after(self_, act::me<interface>(self_), kPeersLook, LookAtPeers{});
  publish_state();
}

Peers::interface::behavior_type Peers::make_behavior() {
  return {
      [this](const SendToPeers& out) { send(out); },
      [this](const AskForBlock& ask) {
        send_to(ask.peer, BlockAsked{ask.height, ask.block});
      },
      [this](const TellNewestRecord& told) { send_to(told.peer, told.answer); },
      [this](const OfferTransactions& out) { offer(out); },
      [this](const TellTip& out) {
        for (const PeerId peer : out.peers) send_to(peer, out.tip);
      },
      [this](const AskForBlocks& ask) { send_to(ask.peer, ask.request); },
      [this](const GiveBlocks& given) { send_to(given.peer, *given.answer); },
      [this](const DropPeer& drop) {
        if (const auto found = by_peer_.find(drop.peer); found != by_peer_.end())
          close(found->second, "dropped as " + std::string(sync::drop_reason_name(drop.reason)));
      },
      [this](const AskPiece& ask) { send_to(ask.peer, ask.piece); },
      [this](const GivePiece& given) { send_to(given.peer, *given.piece); },
      [this](const WireOpened& wire) { opened(wire); },
      [this](const WireUnreached& unreached) {
        table_.unreached(unreached.whom, deps_.clock.monotonic_ms(), unreached.why);
      },
      [this](const WireTurnedAway& away) {
        ++network_.turned_away;
        network_.last_turned_away = away.address + ": " + away.why;
      },
      [this](const WireFrame& wire) { frame(wire); },
      [this](const WireClosed& wire) { closed(wire.connection, wire.why); },
      [this](const TipChanged& tip) { take_tip(tip); },
      [this](const ChildRestarted& child) {
        if (child.name == "peer_wire") wire_restarted();
        for (const auto& [peer, connection] : by_peer_) {
          const PeerConnected told{peer, sessions_.at(connection).validator};
          if (child.name == "block_producer") act::tell(self_, deps_.block_producer, told);
          if (child.name == "chunk_exchange") act::tell(self_, deps_.chunk_exchange, told);
        }
      },
      [this](const LookAtPeers&) { look(); },
      [this](const GetPeers&) { return report(); },
  };
}

/// Members of the sets that sign now, that signed the tip and that will sign next may connect, and observers.
void Peers::take_tip(const TipChanged& tip) {
  const bool same_sets = state_ && state_->validators == tip.state->validators &&
                         state_->tip_validators == tip.state->tip_validators &&
                         state_->next_validators == tip.state->next_validators;
  state_ = tip.state;
  if (same_sets) return;
  KnownPeers known;
  for (const auto& observer : deps_.observers) known[observer] = {};
  for (const ValidatorSet* set : {&state_->set_of_tip(), &state_->set_of_next_epoch(), &state_->validators})
    for (const Validator& member : set->members) {
      KnownPeer peer{member.name, member.address, {}};
      if (const auto hint = deps_.hints.find(member.name); hint != deps_.hints.end()) peer.at = hint->second;
      known[member.tls_key] = std::move(peer);
    }
  const auto self = known.extract(deps_.tls_key);
  takes_part_ = !self.empty() && self.mapped().validator.has_value();
  for (const auto& [key, peer] : known) deps_.numbers->known_ms.try_emplace(key, deps_.clock.monotonic_ms());
  auto admitted = std::make_shared<std::set<TlsPublicKey>>();
  for (const auto& [key, peer] : known) admitted->insert(key);
  for (const ConnectionId lost : table_.know(std::move(known))) close(lost, "its key is no validator's any more");
  act::tell(self_, deps_.wire, AdmitKeys{std::move(admitted)});
}

std::string Peers::name_of(const TlsPublicKey& key) const {
  const auto found = table_.known().find(key);
  return found == table_.known().end() || found->second.name.empty() ? "observer " + to_hex(key).substr(0, 16)
                                                                     : found->second.name;
}

void Peers::opened(const WireOpened& opened) {
  const std::uint64_t now_ms = deps_.clock.monotonic_ms();
  const auto hello = crypto::make_hello(deps_.verifier.scheme(), deps_.verifier.chain(), state_ ? state_->height : 0,
                                        opened.exporter, deps_.tls_key, deps_.key.get());
  if (!hello) return act::tell(self_, deps_.wire, CloseConnection{opened.connection, to_text(hello.error())});
  Session session;
  session.key = opened.key;
  session.exporter = opened.exporter;
  session.address = opened.address;
  session.dialled = opened.dialled;
  session.opened_ms = session.heard_ms = session.pinged_ms = now_ms;
  sessions_.emplace(opened.connection, std::move(session));
  send_to({opened.connection}, codec::encode_envelope(*hello));
}

void Peers::greet(Sessions::iterator at, const Hello& hello) {
  auto& [connection, session] = *at;
  const ValidatorSet none;
  const auto known = table_.known().find(session.key);
  const bool validator = known != table_.known().end() && known->second.validator;
  const auto judged = crypto::judge_hello(deps_.verifier.scheme(), hello, deps_.verifier.chain(), session.exporter,
                                          session.key, validator ? set_with(*known->second.validator) : none);
  if (!judged) return refuse(at, judged.error());
  if (validator && *judged != known->second.validator)
    return refuse(at, Error{Fault::peer_signature, "hello", to_text(*known->second.validator), "no signature"});
  if (known == table_.known().end())  // it was, when it connected
    return refuse(at, Error{Fault::peer_unknown_key, to_hex(session.key), {}, {}});
  const auto decision = table_.opened(session.key, connection, session.dialled);
  if (!decision.kept) return refuse(at, Error{Fault::peer_duplicate, "connection", {}, {}});
  if (decision.closes) close(*decision.closes, "replaced by a newer connection");
  session.greeted = true;
  session.validator = *judged;
  session.height = hello.height;
  deps_.numbers->heard_ms[session.key] = session.heard_ms;
  const auto number = deps_.numbers->numbers.try_emplace(session.key, PeerId{deps_.numbers->numbers.size() + 1});
  session.peer = number.first->second;
  by_peer_[session.peer] = connection;
  deps_.log("connected with " + name_of(session.key) + " at " + session.address);
  tell_connected(session);
  publish_state();
}

void Peers::refuse(Sessions::iterator session, const Error& error) {
  if (const auto reason = refusal_reason(error.fault))
    send_to({session->first}, codec::encode_envelope(Refused{*reason}));
  if (error.fault != Fault::peer_duplicate)
    deps_.log("refused " + name_of(session->second.key) + " at " + session->second.address + ": " + to_text(error));
  table_.unreached(session->second.key, deps_.clock.monotonic_ms(), to_text(error));
  close(session->first, to_text(error));
}

void Peers::tell_connected(const Session& session) {
  const PeerConnected told{session.peer, session.validator};
  deps_.numbers->told.insert(session.peer);
  act::tell(self_, deps_.block_sync, told);
  act::tell(self_, deps_.validator, told);
  act::tell(self_, deps_.block_producer, told);
  act::tell(self_, deps_.chunk_exchange, told);
}

void Peers::tell_gone(PeerId peer) {
  const PeerGone told{peer};
  deps_.numbers->told.erase(peer);
  act::tell(self_, deps_.validator, told);
  act::tell(self_, deps_.block_producer, told);
  act::tell(self_, deps_.block_sync, told);
  act::tell(self_, deps_.chunk_exchange, told);
}

/// From this end. What was sent before still goes out.
void Peers::close(ConnectionId connection, const std::string& why) {
  act::tell(self_, deps_.wire, CloseConnection{connection, why});
  closed(connection, why);
}

void Peers::closed(ConnectionId connection, const std::string& why) {
  const auto found = sessions_.find(connection);
  if (found == sessions_.end()) return;
  const Session session = std::move(found->second);
  sessions_.erase(found);
  (void)table_.closed(connection, deps_.clock.monotonic_ms(), why);
  if (!session.greeted) {
    table_.unreached(session.key, deps_.clock.monotonic_ms(), why);
    return;
  }
  if (const auto current = by_peer_.find(session.peer); current != by_peer_.end() && current->second == connection)
    by_peer_.erase(current);
  deps_.log("lost " + name_of(session.key) + " at " + session.address + ": " + why);
  tell_gone(session.peer);
  publish_state();
}

void Peers::wire_restarted() {
  while (!sessions_.empty()) closed(sessions_.begin()->first, "the sockets were lost");
  state_.reset();  // the next tip says again who may connect
  act::ask(self_, deps_.ledger, kPeersAskTimeout, GetTip{})
      .then([this](const TipChanged& tip) { take_tip(tip); }, [](const caf::error&) {});
}

void Peers::look() {
  const std::uint64_t now_ms = deps_.clock.monotonic_ms();
  for (auto at = sessions_.begin(); at != sessions_.end();) look_at(at++, now_ms);
  for (const TlsPublicKey& whom : table_.calls(now_ms)) {
    const PeerAddress& at = *table_.known().at(whom).at;
    act::tell(self_, deps_.wire, DialPeer{whom, at.host, at.port});
  }
  count_bytes(now_ms);
  act::tell_after(self_, act::me<interface>(self_), kPeersLook, LookAtPeers{});
}

void Peers::look_at(Sessions::iterator at, std::uint64_t now_ms) {
  auto& [connection, session] = *at;
  if (!session.greeted && now_ms - session.opened_ms >= kProveMs) return close(connection, "no hello in time");
  if (session.untaken_bytes > 0 && !session.budget.in_debt(now_ms))
    act::tell(self_, deps_.wire, FrameTaken{connection, std::exchange(session.untaken_bytes, 0)});
  if (!session.greeted || now_ms - session.pinged_ms < kPingEveryMs) return;
  // Nothing is heard of one that is not read either.
  if (now_ms - session.heard_ms >= kSilentAfterMs && session.untaken_bytes == 0) return close(connection, "silent");
  session.pinged_ms = now_ms;
  send_to({connection}, codec::encode_envelope(Ping{++session.ping}));
}

void Peers::count_bytes(std::uint64_t now_ms) {
  if (now_ms - counted_ms_ < kPingEveryMs) return;
  const std::uint64_t passed_ms = now_ms - std::exchange(counted_ms_, now_ms);
  act::ask(self_, deps_.wire_counts, kPeersAskTimeout, GetWireCounts{})
      .then(
          [this, passed_ms](const WireCounts& counts) {
            const std::uint64_t bytes = counts.bytes_in + counts.bytes_out;
            const std::uint64_t before = std::exchange(counted_bytes_, bytes);
            network_.bytes_per_second = bytes < before ? 0 : (bytes - before) * 1'000 / passed_ms;
          },
          [](const caf::error&) {});
}

PeersReport Peers::report() {
  const std::uint64_t now_ms = deps_.clock.monotonic_ms();
  PeersReport out{network_};
  for (const auto& [key, peer] : table_.known()) {
    PeerStanding standing;
    standing.key = key;
    standing.name = peer.name;
    standing.why_not = table_.last_failure(key);
    if (peer.at) standing.address = peer.at->host + ":" + std::to_string(peer.at->port);
    if (const auto connection = table_.connection_of(key)) {
      const Session& session = sessions_.at(*connection);
      standing.address = session.address;
      standing.connected = true;
      standing.latency_ms = session.latency_ms;
      standing.height = session.height;
      standing.clock_offset_ms = session.clock.offset_ms();
      standing.disk = session.disk;
    }
    const auto heard = deps_.numbers->heard_ms.find(key);
    standing.seen = heard != deps_.numbers->heard_ms.end();
    standing.silent_ms = now_ms - (standing.seen ? heard->second : deps_.numbers->known_ms.at(key));
    out.network.peers.push_back(std::move(standing));
  }
  return out;
}

void Peers::publish_state() {
  act::probe(self_).set_state("connected with " + std::to_string(by_peer_.size()) + " of " +
                              std::to_string(table_.known().size()));
}

}  // namespace lucid::actors
