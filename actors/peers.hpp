// peers: the network between validators (docs/protocol.md section 12). It decides who may connect and whom to call,
// answers hello, turns frames into messages for validator, block_producer and block_sync (votes and proposals verified,
// each content once), and their messages into frames. Sockets and TLS are peer_wire's.
//
// A peer has a budget of work (WorkBudget): what it sends beyond is not read until the budget has grown again, so a
// flood slows down its sender alone. An observer, a node of no validator whose key the operator lists, is given blocks
// and certificates, and may ask for nothing else.
//
// Restarted when it dies: then all connections are made anew. Thread-safety: as an actor. Units: monotonic
// milliseconds.
#pragma once

#include <deque>
#include <functional>
#include <map>

#include "actors/disk_watch.hpp"
#include "actors/node_facade.hpp"
#include "actors/peer_clock.hpp"
#include "actors/peer_messages.hpp"
#include "actors/peer_table.hpp"
#include "actors/runtime/clock.hpp"
#include "actors/work_budget.hpp"
#include "core/codec/envelope.hpp"
#include "core/crypto/secret_key.hpp"

namespace lucid::actors {

inline constexpr std::uint64_t kLookEveryMs = 100, kPingEveryMs = 2'000, kSilentAfterMs = 10'000;

/// Time to look who is silent, whom to call, and whose budget has grown.
struct LookAtPeers {};
struct GetPeers {};
struct PeersReport {
  NetworkView network;
};
#define LUCID_PEERS_MESSAGES(X) X(LookAtPeers) X(GetPeers) X(PeersReport)
LUCID_PEERS_MESSAGES(LUCID_LOCAL_MESSAGE)

using PeersActor =
    act::iface<void(SendToPeers), void(AskForBlock), void(TellNewestRecord), void(OfferTransactions), void(TellTip),
               void(AskForBlocks), void(GiveBlocks), void(DropPeer), void(AskPiece), void(GivePiece), void(WireOpened),
               void(WireUnreached), void(WireTurnedAway), void(WireFrame), void(WireClosed), void(TipChanged),
               void(ChildRestarted), void(LookAtPeers), PeersReport(GetPeers)>;

/// Who listens to peers.
using PeersOfValidator =
    act::iface<void(PeerConnected), void(PeerGone), void(HeardFromPeer), void(BlockWanted), void(NewestRecordHeard)>;
using PeersOfProducer = act::iface<void(PeerConnected), void(PeerGone), void(TransactionsHeard)>;
using PeersOfSync =
    act::iface<void(PeerConnected), void(PeerGone), void(TipHeard), void(BlocksHeard), void(BlocksWanted)>;
using PeersOfChunks = act::iface<void(PeerConnected), void(PeerGone), void(PieceWanted), void(PieceHeard)>;
using TipTeller = act::iface<TipChanged(GetTip)>;

/// What outlives a restart of the actor: the numbers of peers, who was told to be there, and when each was heard last.
struct PeerNumbers {
  std::map<TlsPublicKey, PeerId> numbers;
  std::set<PeerId> told;
  std::map<TlsPublicKey, std::uint64_t> known_ms, heard_ms;
};

class Peers {
 public:
  using interface = PeersActor;
  static constexpr const char* kName = "peers";

  struct Deps {
    const Clock& clock;
    crypto::Verifier verifier;
    TlsPublicKey tls_key;
    std::shared_ptr<crypto::SigningKey> key;   // null: no validator's
    std::optional<Address> self;               // its address
    std::map<std::string, PeerAddress> hints;  // by the validator's name
    std::vector<TlsPublicKey> observers;
    Route<PeerSockets> wire;
    Route<WireCounter> wire_counts;
    Route<TipTeller> ledger;
    Route<PeersOfValidator> validator;
    Route<PeersOfProducer> block_producer;
    Route<PeersOfSync> block_sync;
    Route<PeersOfChunks> chunk_exchange;
    std::shared_ptr<PeerNumbers> numbers;
    std::shared_ptr<const DiskWatch> disk;        // this node's
    std::uint64_t seed = 0;                       // any number
    std::function<void(const std::string&)> log;  // who comes and goes, one sentence each
  };

  Peers(interface::pointer self, Deps deps);
  interface::behavior_type make_behavior();

 private:
  struct Session {
    TlsPublicKey key;
    Hash256 exporter;
    std::string address;
    bool dialled = false;
    bool greeted = false;  // its hello was good
    PeerId peer;
    std::optional<Address> validator;
    std::uint64_t opened_ms = 0, heard_ms = 0, pinged_ms = 0, latency_ms = 0;
    std::uint64_t ping = 0;  // number of the newest
    Height height = 0;
    PeerClock clock;
    DiskHealth disk;
    WorkBudget budget;
    std::uint64_t untaken_bytes = 0;  // worked off, and not told so yet
  };
  using Sessions = std::map<ConnectionId, Session>;

  // who is there (peers.cpp)
  void take_tip(const TipChanged& tip);
  void opened(const WireOpened& opened);
  void greet(Sessions::iterator session, const Hello& hello);
  void refuse(Sessions::iterator session, const Error& error);
  void closed(ConnectionId connection, const std::string& why);
  void close(ConnectionId connection, const std::string& why);
  void look();
  void look_at(Sessions::iterator session, std::uint64_t now_ms);
  void count_bytes(std::uint64_t now_ms);
  void wire_restarted();
  void tell_connected(const Session& session);
  void tell_gone(PeerId peer);
  PeersReport report();
  void publish_state();
  std::string name_of(const TlsPublicKey& key) const;

  // what they say (peers_inbound.cpp)
  void frame(const WireFrame& frame);
  Status hear(Sessions::iterator session, codec::PeerMessage& message, const Bytes& payload);
  Status hear_vote(const Session& session, const Vote& vote, const Bytes& payload);
  Status hear_proposal(const Session& session, ProposalSent& sent, const Bytes& payload);
  Status hear_newest(const Session& session, const NewestRecordAnswer& answer);
  void hear_pong(Session& session, const Pong& pong);
  const ValidatorSet& set_with(const Address& member) const;
  std::optional<consensus::Message> verified_before(const Hash256& content) const;
  void remember(const Hash256& content, const consensus::Message& message);

  // what is said to them (peers_outbound.cpp)
  void send(const SendToPeers& out);
  void send_to(std::vector<ConnectionId> to, Bytes payload);
  template <class Message>
  void send_to(PeerId peer, const Message& message);
  std::vector<ConnectionId> validators() const;
  std::vector<ConnectionId> connection_of(PeerId peer) const;
  std::vector<ConnectionId> partner(PeerId peer) const;
  void offer(const OfferTransactions& out);

  interface::pointer self_;
  Deps deps_;
  PeerTable table_;
  Sessions sessions_;
  std::map<PeerId, ConnectionId> by_peer_;
  std::shared_ptr<const ledger::ChainState> state_;   // of the tip
  bool takes_part_ = false;                           // this node's key is a validator's
  std::map<Hash256, consensus::Message> verified_;    // by SHA-256 of the envelope
  std::deque<Hash256> verified_order_;                // oldest first
  NetworkView network_;                               // but for its peers
  std::uint64_t counted_ms_ = 0, counted_bytes_ = 0;  // at the last look at the wire's counts
};

}  // namespace lucid::actors
