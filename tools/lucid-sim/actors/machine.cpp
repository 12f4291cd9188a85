#include "tools/lucid-sim/actors/machine.hpp"

#include "actors/leader_selector.hpp"
#include "actors/work_tally.hpp"
#include "core/codec/codec.hpp"
#include "storage/schema.hpp"
#include "tools/lucid-sim/actors/powered_store.hpp"
#include "tools/lucid-sim/actors/tap.hpp"
#include "tools/lucid-sim/key_table.hpp"

namespace lucid::sim {

using namespace actors;

namespace {

class MachineClock final : public Clock {
 public:
  MachineClock(const EventQueue& events, const SimClock& clock) : events_(events), clock_(clock) {}
  TimeMs wall_ms() const override { return clock_.wall_ms(events_.now()); }
  std::uint64_t monotonic_ms() const override { return clock_.monotonic_ms(events_.now()); }

 private:
  const EventQueue& events_;
  const SimClock& clock_;
};

template <class Value>
Value or_throw(Result<Value> result) {
  if (!result) throw std::runtime_error(to_text(result.error()));
  return std::move(*result);
}

using StandInPeers = act::iface<void(SendToPeers), void(AskForBlock), void(TellNewestRecord), void(OfferTransactions),
                                void(TellTip), void(AskForBlocks), void(GiveBlocks), void(DropPeer)>;

NodeIndex index_of(PeerId peer) {
  return static_cast<NodeIndex>(peer.value);
}

/// In the place of `peers`: what the engine tells others goes into letters.
class PeersOfMachine {
 public:
  using interface = StandInPeers;
  static constexpr const char* kName = "peers";

  PeersOfMachine(interface::pointer, Machine& machine, ActorWorld& world) : machine_(machine), world_(world) {}

  interface::behavior_type make_behavior() {
    return {
        [this](const SendToPeers& out) { send(out); },
        [this](const AskForBlock& ask) {
          machine_.send(BlockWantedLetter{ask.height, ask.block}, index_of(ask.peer));
        },
        [this](const TellNewestRecord& told) { machine_.send(told.answer, index_of(told.peer)); },
        [this](const OfferTransactions& out) {
          machine_.send(TransactionsLetter{out.transactions},
                        out.only ? std::optional(index_of(*out.only)) : std::nullopt);
        },
        [this](const TellTip& out) {
          for (const PeerId peer : out.peers) machine_.send(out.tip, index_of(peer));
        },
        [this](const AskForBlocks& ask) { machine_.send(ask.request, index_of(ask.peer)); },
        [this](const GiveBlocks& given) { machine_.send(given.answer, index_of(given.peer)); },
        [this](const DropPeer& drop) { close(drop); },
    };
  }

 private:
  /// Letters may be doubled here, as on no real connection, and that looks like flooding; but nobody lies.
  void close(const DropPeer& drop) {
    if (!machine_.running()) return;
    if (drop.reason == sync::DropReason::flooding) return world_.disconnected(machine_.self(), index_of(drop.peer));
    world_.broken({ViolationKind::safety, world_.events.now(), "nobody honest is dropped",
                   "machine " + std::to_string(machine_.self()) + " dropped machine " +
                       std::to_string(drop.peer.value) + " as " + std::string(drop_reason_name(drop.reason))});
  }

  void send(const SendToPeers& out) {
    for (const auto& message : out.messages) {
      SignedLetter letter{message, nullptr, 0};
      std::optional<SignedMessage> content;  // of a question there is none
      Address signer;
      if (const auto* proposal = std::get_if<consensus::ProposalMessage>(&message)) {
        for (const auto& block : out.blocks)
          if (crypto::header_hash(block->header) == proposal->proposal->block) letter.block = block;
        if (!letter.block) continue;  // nobody could judge it
        letter.block_bytes = codec::encode(*letter.block).size();
        content = *proposal->proposal;
        signer = proposal->proposal->proposer;
      } else if (const auto* vote = std::get_if<crypto::Verified<Vote>>(&message)) {
        content = **vote;
        signer = (*vote)->voter;
      }
      if (content && !out.only && signer == machine_.address())
        machine_.see(Sent{machine_.self(), *content, letter.block});
      machine_.send(std::move(letter), out.only ? std::optional(index_of(*out.only)) : std::nullopt);
    }
  }

  Machine& machine_;
  ActorWorld& world_;
};

/// Notices an actor that ends by itself: in a cluster of honest machines with good disks none does.
struct Nudge {};
LUCID_LOCAL_MESSAGE(Nudge)
class Guard {
 public:
  using interface = act::iface<void(Nudge)>;
  static constexpr const char* kName = "guard";

  Guard(interface::pointer self, Machine& machine, ActorWorld& world, const std::vector<caf::actor>& engine) {
    for (const auto& actor : engine)
      act::watch(self, actor, [&machine, &world](const caf::error& reason) {
        if (machine.running())
          world.broken(
              {ViolationKind::crash, world.events.now(), "actors live",
               "an actor of machine " + std::to_string(machine.self()) + " ended: " + reason_in_words(reason)});
      });
  }
  interface::behavior_type make_behavior() {
    return {[](const Nudge&) {}};
  }
};

}  // namespace

/// The process and its disks. Disks outlive the process.
struct Machine::Engine {
  Engine(Machine& machine, ActorWorld& world)
      : clock(world.events, machine.clock_),
        chain_disk(storage::tables_of(storage::Environment::chain),
                   {[&machine] { return machine.survives(); }, [&machine] { return machine.running_; }}),
        sign_disk(storage::tables_of(storage::Environment::sign), {[&machine] { return machine.survives(); },
                                                                   [&machine] {
                                                                     machine.saw_sign_state();
                                                                     return machine.survives();
                                                                   }}),
        sign_state(std::make_shared<storage::SignState>(sign_disk)),
        probes(clock) {}

  act::Place place(std::string name = {}) { return {probes, "machine", act::Thread::shared, std::move(name)}; }
  template <class Interface>
  void keep(Route<Interface>& route, const Interface& actor) {
    route.set(actor);
    living.push_back(caf::actor_cast<caf::actor>(actor));
  }

  MachineClock clock;
  PoweredStore chain_disk, sign_disk;
  std::shared_ptr<storage::ChainStore> blocks;
  std::shared_ptr<storage::SignState> sign_state;
  std::optional<consensus::SignRecord> newest_record;  // seen in the sign-state
  ProbeRegistry probes;

  Route<SlotClockActor> slot_clock;
  Route<LedgerActor> ledger;
  Route<WorkTallyActor> work_tally;
  Route<ValidatorActor> validator;
  Route<BlockSyncActor> block_sync;
  Route<BlockProducerActor> block_producer;
  Route<LeaderSelectorActor> leader_selector;
  Route<TapActor> tap;
  Route<StandInPeers> peers;
  std::vector<caf::actor> living;
  std::set<NodeIndex> connected;
};

Machine::Machine(ActorWorld& world, NodeIndex self, Chance chance)
    : world_(world),
      self_(self),
      chance_(chance),
      address_(validator_of(world.plan, self).address),
      clock_(world.plan.params.start_time, world.plan.machines[self].clock_offset_ms,
             world.plan.machines[self].drift_ppm),
      engine_(std::make_unique<Engine>(*this, world)) {
  running_ = true;  // the genesis block is written
  engine_->blocks =
      std::make_shared<storage::ChainStore>(or_throw(storage::ChainStore::open(engine_->chain_disk, *world.chain)));
  running_ = false;
}

Machine::~Machine() = default;

// ---- the process

void Machine::start() {
  Engine& e = *engine_;
  const auto& keys = KeyTable::instance().machine(world_.plan.machines[self_].keys);
  const auto snapshot = or_throw(e.blocks->snapshot());
  auto tip = or_throw(snapshot->tip());
  const auto stored = or_throw(e.sign_state->load());
  auto restored = or_throw(storage::to_restored(stored, tip.state.height));
  std::vector<actors::BlockPtr> kept;
  for (const auto& block : stored.blocks)
    kept.push_back(std::make_shared<const Block>(or_throw(codec::decode<Block>(block.bytes, "stored block"))));
  running_ = true;
  crash_in_ = 0;
  height_ = tip.state.height;
  see(Started{self_, height_, false});

  const auto& params = world_.chain->params();
  const std::uint64_t offer_ms = world_.plan.offer_ms;
  const auto key = std::make_shared<crypto::SigningKey>(keys.consensus.clone());
  const auto log = [this](const std::string& sentence) { report_alarm(sentence); };
  const auto spawn = [&](auto& route, auto actor) { e.keep(route, actor); };
  auto& system = world_.system;
  const auto disk = std::make_shared<DiskWatch>(consensus::slow_disk_ms(params));

  spawn(e.peers, act::spawn<PeersOfMachine>(system, e.place(), *this, world_));
  spawn(e.tap, act::spawn<Tap>(system, e.place(), Tap::Deps{*this, world_, e.validator, e.ledger, e.block_producer}));
  spawn(e.slot_clock, make_slot_clock(system, e.place(), {params, e.clock, e.validator, {}}));
  spawn(e.ledger,
        act::spawn<Ledger>(system, e.place(),
                           Ledger::Deps{e.clock,
                                        world_.chain,
                                        world_.verifier,
                                        e.blocks,
                                        std::make_shared<const ledger::ChainState>(std::move(tip.state)),
                                        std::make_shared<const Certificate>(std::move(tip.certificate)),
                                        std::make_shared<crypto::VrfSecretKey>(keys.vrf.clone()),
                                        {e.tap, e.block_sync, e.leader_selector, e.block_producer, e.work_tally},
                                        {},
                                        e.validator,
                                        disk,
                                        log,
                                        e.block_producer}));
  spawn(e.work_tally,
        act::spawn<WorkTally>(system, e.place(),
                              WorkTally::Deps{e.ledger, [store = e.blocks](Epoch epoch) -> Result<credits::EpochTally> {
                                                LUCID_TRY_ASSIGN(const auto now, store->snapshot());
                                                return now->tally(epoch);
                                              }}));
  spawn(e.validator, act::spawn<ValidatorRunner>(
                         system, e.place(),
                         ValidatorRunner::Deps{e.clock, world_.verifier, key, e.sign_state, std::move(restored),
                                               chance_.next(), std::move(kept), e.slot_clock, e.tap, e.tap, e.peers,
                                               offer_ms, chance_.next(), disk, log}));
  spawn(e.block_sync,
        act::spawn<BlockSync>(system, e.place(),
                              BlockSync::Deps{e.clock, params, world_.verifier, address_, read_final(e.blocks),
                                              e.ledger, e.tap, e.peers, chance_.next(), log, e.block_producer}));
  start_block_producer(key, log);
  spawn(e.leader_selector,
        act::spawn<LeaderSelector>(system, e.place(), LeaderSelector::Deps{world_.chain, e.ledger, e.block_sync}));
  e.living.push_back(caf::actor_cast<caf::actor>(act::spawn<Guard>(system, e.place(), *this, world_, e.living)));
}

void Machine::start_block_producer(const std::shared_ptr<crypto::SigningKey>& key,
                                   const std::function<void(const std::string&)>& log) {
  Engine& e = *engine_;
  BlockProducer::Deps deps{
      e.clock, world_.chain->params(), world_.verifier, {}, {}, {}, {}, e.ledger, e.tap, log, e.peers, key,
      {},      world_.plan.offer_ms,   chance_.next()};
  for (const auto& member : world_.chain->genesis.validators.members) deps.exempt.insert(member.address);
  deps.next_nonce = [store = e.blocks](const Address& sender) -> Result<std::uint64_t> {
    LUCID_TRY_ASSIGN(const auto now, store->snapshot());
    return now->next_nonce(sender);
  };
  deps.has_evidence = [store = e.blocks](const ledger::EvidenceKey& evidence) -> Result<bool> {
    LUCID_TRY_ASSIGN(const auto now, store->snapshot());
    return now->has_evidence(evidence);
  };
  deps.verifiers = {act::spawn<SignatureChecker>(world_.system, e.place(), world_.verifier)};
  e.living.push_back(caf::actor_cast<caf::actor>(deps.verifiers[0]));
  e.keep(e.block_producer, act::spawn<BlockProducer>(world_.system, e.place(), std::move(deps)));
}

void Machine::crash() {
  if (end()) world_.watch.see(Crashed{self_});
}

bool Machine::end() {
  Engine& e = *engine_;
  running_ = false;
  crash_in_ = 0;
  if (e.living.empty()) return false;
  for (const auto& actor : e.living) caf::anon_send_exit(actor, caf::exit_reason::kill);
  e.living.clear();
  e.slot_clock.clear();
  e.ledger.clear();
  e.work_tally.clear();
  e.validator.clear();
  e.block_sync.clear();
  e.block_producer.clear();
  e.leader_selector.clear();
  e.tap.clear();
  e.peers.clear();
  e.connected.clear();
  return true;
}

bool Machine::survives() {
  if (!running_) return false;
  if (crash_in_ == 0 || --crash_in_ > 0) return true;
  running_ = false;
  world_.power_lost(self_);
  return false;
}

// ---- what others say, and what is said to them

void Machine::connected(NodeIndex peer) {
  if (!running_) return;
  Engine& e = *engine_;
  e.connected.insert(peer);
  const PeerConnected told{PeerId{peer}, validator_of(world_.plan, peer).address};
  act::post(e.validator, told);
  act::post(e.block_producer, told);
  act::post(e.block_sync, told);
}

void Machine::gone(NodeIndex peer) {
  Engine& e = *engine_;
  if (!running_ || e.connected.erase(peer) == 0) return;
  const PeerGone told{PeerId{peer}};
  act::post(e.validator, told);
  act::post(e.block_producer, told);
  act::post(e.block_sync, told);
}

void Machine::send(Letter letter, std::optional<NodeIndex> only) {
  if (!running_) return;
  const auto shared = std::make_shared<const Letter>(std::move(letter));
  for (const NodeIndex peer : engine_->connected)
    if (!only || *only == peer) world_.post.send(self_, peer, shared);
}

void Machine::receive(NodeIndex from, const LetterPtr& letter) {
  Engine& e = *engine_;
  if (!running_ || !e.connected.contains(from)) return;
  const PeerId peer{from};
  if (const auto* said = std::get_if<SignedLetter>(letter.get())) {
    if (const auto* proposal = std::get_if<consensus::ProposalMessage>(&said->message)) {
      for (const auto& vote : proposal->prevotes) see(Held{self_, *vote, nullptr});
      see(Held{self_, *proposal->proposal, said->block});
    } else if (const auto* vote = std::get_if<crypto::Verified<Vote>>(&said->message)) {
      see(Held{self_, **vote, nullptr});
    }
    act::post(e.validator, HeardFromPeer{peer, said->message, said->block, said->block_bytes});
  } else if (const auto* wanted = std::get_if<BlockWantedLetter>(letter.get())) {
    act::post(e.validator, BlockWanted{peer, wanted->height, wanted->block});
  } else if (const auto* answer = std::get_if<NewestRecordAnswer>(letter.get())) {
    if (const auto verified = world_.verifier.verify(*answer, world_.chain->genesis.validators))
      act::post(e.validator, NewestRecordHeard{peer, *verified});
  } else if (const auto* offered = std::get_if<TransactionsLetter>(letter.get())) {
    act::post(e.block_producer, TransactionsHeard{peer, offered->transactions});
  } else if (const auto* tip = std::get_if<TipNotice>(letter.get())) {
    act::post(e.block_sync, TipHeard{peer, *tip});
  } else if (const auto* request = std::get_if<GetBlocks>(letter.get())) {
    act::post(e.block_sync, BlocksWanted{peer, *request});
  } else {
    act::post(e.block_sync, BlocksHeard{peer, std::get<BlocksPtr>(*letter)});
  }
}

void Machine::submit(const Bytes& transaction) {
  if (running_) act::post(engine_->block_producer, SubmitEncoded{{transaction}});
}

// ---- what can be seen

void Machine::see(const Sighting& sighting) {
  if (!running_) return;
  if (const auto* committed = std::get_if<Committed>(&sighting)) height_ = committed->state->height;
  world_.watch.see(sighting);
}

/// What is in the sign-state is read back: the checkers judge the disk.
void Machine::saw_sign_state() {
  Engine& e = *engine_;
  const auto stored = or_throw(e.sign_state->load());
  Stored seen{self_, {{}, stored.durable}};
  for (const auto& record : stored.records)
    if (!e.newest_record || record.place() > e.newest_record->place()) seen.persist.records.push_back(record);
  if (!seen.persist.records.empty()) e.newest_record = seen.persist.records.back();
  see(seen);
}

void Machine::report_alarm(const std::string& sentence) {
  if (!running_ || sentence.rfind("ALARM ", 0) != 0) return;
  for (std::uint8_t kind = 0; kind <= static_cast<std::uint8_t>(last_of(consensus::AlarmKind{})); ++kind) {
    const auto alarm = static_cast<consensus::AlarmKind>(kind);
    if (sentence.rfind("ALARM " + std::string(consensus::alarm_name(alarm)), 0) == 0)
      return see(AlarmRaised{self_, alarm, sentence});
  }
  world_.broken({ViolationKind::safety, world_.events.now(), "no alarm without a reason",
                 "machine " + std::to_string(self_) + ": " + sentence});
}

bool Machine::has_transaction(const Hash256& id) const {
  return or_throw(or_throw(engine_->blocks->snapshot())->find_transaction(id)).has_value();
}

std::vector<storage::BlockRow> Machine::rows() const {
  return or_throw(or_throw(engine_->blocks->snapshot())->block_rows(1, height_));
}

}  // namespace lucid::sim
