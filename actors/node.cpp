#include "actors/node.hpp"

#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>

#include "actors/counted_signatures.hpp"
#include "actors/introspector_door.hpp"
#include "actors/node_actors.hpp"
#include "actors/node_service.hpp"
#include "actors/runtime/offset_clock.hpp"
#include "actors/runtime/tls_transport.hpp"
#include "actors/stored_content.hpp"
#include "core/codec/codec.hpp"

namespace lucid::actors {

namespace {

/// The supervisor gives up on hung actors before this.
constexpr std::chrono::seconds kStopWithin{5};
constexpr std::chrono::seconds kStartWithin{30};

caf::actor_system_config system_config() {
  caf::actor_system_config config;
  configure_transport(config);
  config.set("scheduler.policy", caf::atom("sharing"));
  config.set("scheduler.max-threads", std::size_t{4});
  config.set("scheduler.max-throughput", std::size_t{100});
  add_submit_messages(config);
  add_session_messages(config);
  add_slot_clock_messages(config);
  add_introspector_messages(config);
  return config;
}

/// What the anchor asks of the chain, out of the database.
class StoredAnchors final : public AnchorChain {
 public:
  explicit StoredAnchors(std::shared_ptr<storage::ChainStore> blocks) : blocks_(std::move(blocks)) {}

  Result<Height> height() const override {
    LUCID_TRY_ASSIGN(const auto snapshot, blocks_->snapshot());
    LUCID_TRY_ASSIGN(const auto tip, snapshot->tip());
    return tip.state.height;
  }
  Result<std::uint64_t> next_nonce(const Address& account) const override {
    LUCID_TRY_ASSIGN(const auto snapshot, blocks_->snapshot());
    return snapshot->next_nonce(account);
  }
  Result<std::optional<Final>> find(const SessionId& session) const override {
    LUCID_TRY_ASSIGN(const auto snapshot, blocks_->snapshot());
    LUCID_TRY_ASSIGN(auto anchor, snapshot->find_anchor(session));
    if (!anchor) return std::optional<Final>();
    LUCID_TRY_ASSIGN(const auto row, snapshot->block_row(anchor->leaf.height));
    return std::optional(Final{std::move(anchor->leaf), row.header.time});
  }

 private:
  std::shared_ptr<storage::ChainStore> blocks_;
};

/// A number that no earlier start had, so that answers to an earlier start's question are told apart.
std::uint64_t random_life() {
  std::random_device entropy;
  return (std::uint64_t{entropy()} << 32) | entropy();
}

/// The blocks whose bytes the sign-state keeps. Their hashes were checked by storage::to_restored.
Result<std::vector<BlockPtr>> kept_blocks(const storage::StoredSignState& stored) {
  std::vector<BlockPtr> blocks;
  for (const auto& kept : stored.blocks) {
    LUCID_TRY_ASSIGN(auto block, codec::decode<Block>(kept.bytes, "stored block"));
    blocks.push_back(std::make_shared<const Block>(std::move(block)));
  }
  return blocks;
}

}  // namespace

struct Node::Parts {
  explicit Parts(NodeOptions given)
      : options(std::move(given)), probes(clock), config(system_config()), system(config), actors(system) {}

  NodeOptions options;
  OffsetClock clock{options.clock_offset_ms};
  ProbeRegistry probes;
  CountedSignatures signatures;

  std::shared_ptr<const ledger::Chain> chain;
  std::shared_ptr<storage::Store> chain_env, sign_env, outbox_env, chunks_env;
  std::shared_ptr<storage::ChainStore> blocks;
  std::shared_ptr<storage::ChunkStore> chunks;
  std::shared_ptr<storage::SignState> sign_state;
  std::shared_ptr<crypto::SigningKey> consensus_key, account_key;
  std::shared_ptr<crypto::VrfSecretKey> vrf_key;
  std::shared_ptr<const net::PeerTlsContext> peer_tls;
  std::shared_ptr<PeerNumbers> peer_numbers = std::make_shared<PeerNumbers>();
  std::shared_ptr<DiskWatch> disk;

  caf::actor_system_config config;
  caf::actor_system system;
  NodeActors actors;
  std::unique_ptr<TlsTransport> transport;
  IntrospectorActor door;
  std::unique_ptr<NodeService> service;
  std::uint16_t actors_port = 0;

  std::mutex mutex;
  std::condition_variable stopped_changed;
  std::optional<StopReport> stopped;

  /// Offers follow the chain's pace: five in the time that a round's leader has.
  std::uint64_t offer_every_ms() const { return std::max<std::uint64_t>(100, chain->params().slot_timeout_ms / 5); }
  static std::uint64_t chance() { return std::random_device{}(); }
  crypto::Verifier verifier() const { return {signatures, chain->identity}; }
  act::Place place(std::string parent, act::Thread thread = act::Thread::shared, std::string name = {}) {
    return {probes, std::move(parent), thread, std::move(name)};
  }

  Status open();
  Status start_children();
  Status open_door();
  std::vector<ChildSpec> children();
  Result<SlotClockActor> start_slot_clock();
  Result<LedgerActor> start_ledger();
  Result<ValidatorActor> start_validator();
  Result<BlockSyncActor> start_block_sync();
  Result<BlockProducerActor> start_block_producer();
  Result<Address> own_address() const;
  Result<PeerWireActor> start_wire();
  Result<PeersActor> start_peers();
  void on_stopped(const StopReport& report);
};

Status Node::Parts::open() {
  const auto& directory = options.directory;
  LUCID_TRY_ASSIGN(auto made, ledger::make_chain(options.genesis, crypto::secp256k1_scheme()));
  chain = std::make_shared<const ledger::Chain>(std::move(made));
  disk = std::make_shared<DiskWatch>(consensus::slow_disk_ms(chain->params()));
  LUCID_TRY_ASSIGN(chain_env, directory.environment(storage::Environment::chain));
  LUCID_TRY_ASSIGN(sign_env, directory.environment(storage::Environment::sign));
  LUCID_TRY_ASSIGN(outbox_env, directory.environment(storage::Environment::outbox));
  LUCID_TRY_ASSIGN(chunks_env, directory.environment(storage::Environment::chunks));
  LUCID_TRY_ASSIGN(auto opened, storage::ChainStore::open(*chain_env, *chain));
  blocks = std::make_shared<storage::ChainStore>(std::move(opened));
  LUCID_TRY_ASSIGN(chunks, storage::ChunkStore::open(*chunks_env, directory.path() / "chunks"));
  sign_state = std::make_shared<storage::SignState>(*sign_env);
  consensus_key = std::make_shared<crypto::SigningKey>(std::move(options.keys.consensus));
  account_key = std::make_shared<crypto::SigningKey>(std::move(options.keys.account));
  vrf_key = std::make_shared<crypto::VrfSecretKey>(std::move(options.keys.vrf));
  LUCID_TRY_ASSIGN(peer_tls, net::PeerTlsContext::make(options.keys.tls_pem.view()));
  return {};
}

Result<SlotClockActor> Node::Parts::start_slot_clock() {
  return make_slot_clock(system, place("supervisor"), {chain->params(), clock, actors.validator, {}});
}

Result<LedgerActor> Node::Parts::start_ledger() {
  LUCID_TRY_ASSIGN(const auto snapshot, blocks->snapshot());
  LUCID_TRY_ASSIGN(auto tip, snapshot->tip());
  Ledger::Deps deps{clock,
                    chain,
                    verifier(),
                    blocks,
                    std::make_shared<const ledger::ChainState>(std::move(tip.state)),
                    std::make_shared<const Certificate>(std::move(tip.certificate)),
                    vrf_key,
                    {actors.block_sync, actors.leader_selector, actors.block_producer, actors.work_tally, actors.peers},
                    {actors.anchor, actors.block_manager},
                    actors.validator,
                    disk,
                    options.log,
                    actors.block_producer};
  return act::spawn<Ledger>(system, place("supervisor", act::Thread::own), std::move(deps));
}

Result<ValidatorActor> Node::Parts::start_validator() {
  LUCID_TRY_ASSIGN(const auto stored, sign_state->load());
  LUCID_TRY_ASSIGN(const auto snapshot, blocks->snapshot());
  LUCID_TRY_ASSIGN(const auto tip, snapshot->tip());
  LUCID_TRY_ASSIGN(auto restored, storage::to_restored(stored, tip.state.height));
  LUCID_TRY_ASSIGN(auto kept, kept_blocks(stored));
  ValidatorRunner::Deps deps{clock,
                             verifier(),
                             consensus_key,
                             sign_state,
                             std::move(restored),
                             random_life(),
                             std::move(kept),
                             actors.slot_clock,
                             actors.block_producer,
                             actors.ledger,
                             actors.peers,
                             offer_every_ms(),
                             chance(),
                             disk,
                             options.log};
  return act::spawn<ValidatorRunner>(system, place("supervisor", act::Thread::own), std::move(deps));
}

Result<BlockSyncActor> Node::Parts::start_block_sync() {
  LUCID_TRY_ASSIGN(const Address self, own_address());
  BlockSync::Deps deps{clock,
                       chain->params(),
                       verifier(),
                       self,
                       read_final(blocks),
                       actors.ledger,
                       actors.validator,
                       actors.peers,
                       chance(),
                       options.log,
                       actors.block_producer};
  return act::spawn<BlockSync>(system, place("supervisor", act::Thread::own), std::move(deps));
}

Result<BlockProducerActor> Node::Parts::start_block_producer() {
  BlockProducer::Deps deps{clock, chain->params(),  verifier(),       {},          {},           {},
                           {},    actors.ledger,    actors.validator, options.log, actors.peers, consensus_key,
                           {},    offer_every_ms(), chance()};
  LUCID_TRY_ASSIGN(const auto account_public, crypto::secp256k1_scheme().public_key(*account_key));
  LUCID_TRY_ASSIGN(const Address account, crypto::secp256k1_scheme().address(account_public));
  deps.exempt = {account};
  for (const auto& member : chain->genesis.validators.members) deps.exempt.insert(member.address);
  // A bench network is there to measure full speed: its queue holds what its blocks can take.
  if (chain->params().profile == Profile::bench) deps.limits.max_per_sender = deps.limits.max_count;
  deps.next_nonce = [store = blocks](const Address& sender) -> Result<std::uint64_t> {
    LUCID_TRY_ASSIGN(const auto snapshot, store->snapshot());
    return snapshot->next_nonce(sender);
  };
  deps.has_evidence = [store = blocks](const ledger::EvidenceKey& key) -> Result<bool> {
    LUCID_TRY_ASSIGN(const auto snapshot, store->snapshot());
    return snapshot->has_evidence(key);
  };
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  for (unsigned i = 1; i <= cores; ++i)
    deps.verifiers.push_back(act::spawn<SignatureChecker>(
        system, place("block_producer", act::Thread::shared, "verifier-" + std::to_string(i)), verifier()));
  return act::spawn<BlockProducer>(system, place("supervisor"), std::move(deps));
}

Result<Address> Node::Parts::own_address() const {
  LUCID_TRY_ASSIGN(const auto public_key, crypto::secp256k1_scheme().public_key(*consensus_key));
  return crypto::secp256k1_scheme().address(public_key);
}

/// Where the last incarnation listened the next one does.
Result<PeerWireActor> Node::Parts::start_wire() {
  PeerWireDeps deps{clock, peer_tls, options.peers.bind, options.peers.port, actors.peers};
  LUCID_TRY_ASSIGN(const auto started, start_peer_wire(system, place("supervisor"), std::move(deps)));
  options.peers.port = started.port;
  return started.actor;
}

Result<PeersActor> Node::Parts::start_peers() {
  LUCID_TRY_ASSIGN(const Address self, own_address());
  Peers::Deps deps{clock,
                   verifier(),
                   peer_tls->public_key(),
                   consensus_key,
                   self,
                   {},
                   options.peers.observers,
                   actors.peer_wire,
                   actors.peer_wire,
                   actors.ledger,
                   actors.validator,
                   actors.block_producer,
                   actors.block_sync,
                   actors.chunk_exchange,
                   peer_numbers,
                   disk,
                   chance(),
                   options.log};
  for (const auto& hint : options.peers.hints) {
    LUCID_TRY_ASSIGN(deps.hints[hint.validator], parse_peer_address(hint.address));
  }
  return act::spawn<Peers>(system, place("supervisor"), std::move(deps));
}

/// In the order in which they start: whoever is told something at the start stands before whoever tells it.
std::vector<ChildSpec> Node::Parts::children() {
  const auto own = [this] { return place("supervisor", act::Thread::own); };
  std::vector<ChildSpec> out;
  out.push_back(
      child<SlotClockActor>("slot_clock", actors.slot_clock, OnDeath::restart, [this] { return start_slot_clock(); }));
  out.push_back(child<LedgerActor>("ledger", actors.ledger, OnDeath::stop_node, [this] { return start_ledger(); }));
  out.push_back(
      child<WorkTallyActor>("work_tally", actors.work_tally, OnDeath::restart, [this]() -> Result<WorkTallyActor> {
        const TallyReader settled = [store = blocks](Epoch epoch) -> Result<credits::EpochTally> {
          LUCID_TRY_ASSIGN(const auto snapshot, store->snapshot());
          return snapshot->tally(epoch);
        };
        return act::spawn<WorkTally>(system, place("supervisor"), WorkTally::Deps{actors.ledger, settled});
      }));
  out.push_back(child<ChunkStoreActor>(
      "chunk_store", actors.chunk_store, OnDeath::restart, [this, own]() -> Result<ChunkStoreActor> {
        return act::spawn<ChunkKeeper>(system, own(),
                                       ChunkKeeper::Deps{clock, chunks, options.chunk_quota_bytes, options.log});
      }));
  out.push_back(
      child<ValidatorActor>("validator", actors.validator, OnDeath::stop_node, [this] { return start_validator(); }));
  out.push_back(child<BlockSyncActor>("block_sync", actors.block_sync, OnDeath::stop_node,
                                      [this] { return start_block_sync(); }));
  out.push_back(child<BlockProducerActor>("block_producer", actors.block_producer, OnDeath::restart,
                                          [this] { return start_block_producer(); }));
  out.push_back(child<LeaderSelectorActor>(
      "leader_selector", actors.leader_selector, OnDeath::restart, [this]() -> Result<LeaderSelectorActor> {
        return act::spawn<LeaderSelector>(system, place("supervisor"),
                                          LeaderSelector::Deps{chain, actors.ledger, actors.block_sync});
      }));
  out.push_back(child<ChunkExchangeActor>(
      "chunk_exchange", actors.chunk_exchange, OnDeath::restart, [this, own]() -> Result<ChunkExchangeActor> {
        ChunkExchange::Deps deps{chunks, actors.chunk_store, actors.peers, chance(), options.log};
        return act::spawn<ChunkExchange>(system, own(), std::move(deps));
      }));
  out.push_back(child<PeerWireActor>("peer_wire", actors.peer_wire, OnDeath::restart, [this] { return start_wire(); }));
  out.push_back(child<PeersActor>("peers", actors.peers, OnDeath::restart, [this] { return start_peers(); }));
  out.push_back(child<AnchorActor>("anchor", actors.anchor, OnDeath::restart, [this, own]() -> Result<AnchorActor> {
    return act::spawn<Anchor>(system, own(),
                              Anchor::Deps{clock, chain->params(), verifier(), account_key, outbox_env,
                                           std::make_shared<const StoredAnchors>(blocks), actors.block_producer,
                                           actors.chunk_store, options.log});
  }));
  out.push_back(child<BlockManagerActor>(
      "block_manager", actors.block_manager, OnDeath::restart, [this, own]() -> Result<BlockManagerActor> {
        auto content = std::make_shared<const StoredContent>(chain, verifier(), blocks, chunks);
        return act::spawn<BlockManager>(system, own(), BlockManager::Deps{clock, std::move(content), options.log});
      }));
  out.push_back(child<IntrospectorActor>("introspector", actors.introspector, OnDeath::restart,
                                         [this, own]() -> Result<IntrospectorActor> {
                                           return make_introspector(system, own(), {clock, options.log});
                                         }));
  return out;
}

void Node::Parts::on_stopped(const StopReport& report) {
  {
    const std::lock_guard lock(mutex);
    stopped = report;
  }
  stopped_changed.notify_all();
  if (!report.asked && options.on_failed) options.on_failed(report.reason);
}

Status Node::Parts::start_children() {
  SupervisorDeps deps{children(), clock, [this](const StopReport& report) { on_stopped(report); }, options.log};
  actors.supervisor = make_supervisor(system, place({}, act::Thread::own), std::move(deps));
  LUCID_TRY(act::call<ChildrenStarted>(system, actors.supervisor, kStartWithin, StartChildren{}));
  LUCID_TRY_ASSIGN(const Address self, own_address());
  service = std::make_unique<NodeService>(NodeService::Deps{clock, chain, verifier(), blocks, chunks, options.directory,
                                                            probes, actors, signatures, self, disk,
                                                            options.open_network});
  return {};
}

/// The introspector can be reached from other processes of this operator, also after it was restarted.
Status Node::Parts::open_door() {
  TlsTransportSettings settings;
  settings.files = {options.certificates.ca_certificate, options.certificates.node_certificate,
                    options.certificates.node_key, config::kOperatorNodeName};
  settings.say = options.log;
  LUCID_TRY_ASSIGN(transport, TlsTransport::start(system, std::move(settings)));
  door = act::spawn<IntrospectorDoor>(system, place("introspector", act::Thread::own), actors.introspector);
  LUCID_TRY_ASSIGN(actors_port, transport->publish(door, options.actors_port));
  return {};
}

Node::Node(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<Node>> Node::start(NodeOptions options) {
  auto parts = std::make_unique<Parts>(std::move(options));
  if (auto opened = parts->open(); !opened) return tl::unexpected(opened.error());
  std::unique_ptr<Node> node(new Node(std::move(parts)));
  if (auto started = node->parts_->start_children(); !started) return tl::unexpected(started.error());
  if (auto opened = node->parts_->open_door(); !opened) return tl::unexpected(opened.error());
  return node;
}

Node::~Node() {
  if (parts_) stop("the node is going");
}

NodeFacade& Node::facade() {
  return *parts_->service;
}
std::uint16_t Node::actors_port() const {
  return parts_->actors_port;
}
std::uint16_t Node::peers_port() const {
  return parts_->options.peers.port;
}
NodeActors& Node::actors() {
  return parts_->actors;
}

std::vector<std::string> Node::stop(const std::string& reason) {
  if (parts_->door) caf::anon_send_exit(parts_->door, caf::exit_reason::user_shutdown);
  parts_->door = nullptr;
  if (parts_->actors.supervisor) act::post(parts_->actors.supervisor, StopNode{reason});
  std::unique_lock lock(parts_->mutex);
  if (!parts_->stopped_changed.wait_for(lock, kStopWithin, [this] { return parts_->stopped.has_value(); }))
    return {"supervisor"};
  return parts_->stopped->left_behind;
}

}  // namespace lucid::actors
