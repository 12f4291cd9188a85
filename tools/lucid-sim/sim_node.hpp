// One machine: the production core with what the actors do around it (actors/validator, ledger, block_producer,
// slot_clock, leader_selector, anchor), a disk, two clocks, and a process that may end at any time.
//
// Validator and ledger are threads of their own in production: each does one thing after the other here and is late
// by what its disk and its work take. Of a step's output everything is done in the order of core/consensus/output.hpp;
// the machine may end between any two things.
// Thread-safety: one cluster is one thread.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <tuple>

#include "core/consensus/consensus.hpp"
#include "core/consensus/step_runner.hpp"
#include "core/ledger/height_plan.hpp"
#include "core/mempool/mempool.hpp"
#include "core/sync/sync.hpp"
#include "tools/lucid-sim/chance.hpp"
#include "tools/lucid-sim/disk.hpp"
#include "tools/lucid-sim/key_table.hpp"
#include "tools/lucid-sim/sim_clock.hpp"
#include "tools/lucid-sim/world.hpp"

namespace lucid::sim {

class SimNode {
 public:
  SimNode(World& world, NodeIndex self, Chance chance);
  SimNode(const SimNode&) = delete;

  // The process.
  void start(bool old_disk = false);
  void crash();
  bool running() const { return running_; }
  /// It ends by itself once it has done so many things more; 0: it does not.
  void crash_after(std::uint64_t things) { crash_in_ = things; }

  // What comes from outside.
  void receive(NodeIndex from, const MessagePtr& message);
  /// A client's signed transaction; false where it was refused.
  bool submit(const crypto::TransactionPtr& transaction);
  /// An operation that this machine signs itself, puts into its outbox and then acknowledges.
  void accept(Operation operation);

  const MemoryChain& chain() const { return *chain_; }
  const ledger::HeightPlan& plan() const { return plan_; }
  const consensus::Consensus* core() const { return core_.get(); }
  const mempool::Mempool& pool() const { return *pool_; }
  const MachineKeys& keys() const { return keys_; }
  NodeIndex self() const { return self_; }
  SimClock& clock() { return clock_; }
  Disk& disk() { return disk_; }
  void set_sync_ms(std::uint64_t sync_ms) { sync_ms_ = sync_ms; }
  TimeMs wall_ms() const { return clock_.wall_ms(world_.events.now()); }
  /// Signed by this machine's own account.
  crypto::TransactionPtr sign(Operation operation, std::uint64_t nonce) const;

 private:
  using TimerKey = std::tuple<Height, Round, consensus::TimerStep>;
  using HeldKey = std::tuple<Height, Round, std::uint8_t, Address, std::optional<Hash256>>;

  /// Of this life: what was meant for an earlier one is lost.
  template <class Work>
  void after(std::uint64_t delay_ms, Work work) {
    world_.events.after(delay_ms, [this, life = life_, work = std::move(work)]() mutable {
      if (life == life_ && running_) work();
    });
  }
  bool survives();
  void see(const Sighting& sighting) { world_.watch.see(sighting); }

  // Edge: what peers send (sim_node.cpp).
  const ValidatorSet* set_of(Height height, const Address& member) const;
  void receive_vote(const PeerMessage& message, const VoteMessage& content);
  void receive_proposal(const PeerMessage& message, const ProposalMessage& content);
  void receive_answer(NodeIndex from, const NewestRecordAnswer& answer);
  const Address& address_of(NodeIndex machine) const;
  void answer(const consensus::AnswerMessage& answer);
  void receive_transaction(const MessagePtr& message, const TransactionMessage& content);
  void tell_all(const MessagePtr& message);
  void hold(const SignedMessage& message, const BlockPtr& block);

  // Validator (sim_node_steps.cpp).
  void take(consensus::Input input);
  void run_inbox();
  void step(consensus::Input input);
  void note_held(const consensus::Input& input);
  void perform_from(std::size_t next, consensus::Output& output);
  bool perform(consensus::StepPart part, const consensus::Output& output);
  void store(std::size_t next, consensus::Output output);
  bool send(const std::vector<consensus::Message>& messages);
  MessagePtr message_of(const consensus::Message& message) const;
  void start_timer(const consensus::StartTimer& timer);
  void request(const consensus::Request& request);
  void decide(const consensus::Decision& decision);
  void report(const consensus::Output& output);
  void start_offers();
  void offer_again();
  void tell_memory();
  void forget_blocks();

  // Sync (sim_node_sync.cpp).
  void sync(sync::Input input);
  void receive_sync(NodeIndex from, const Content& content);
  void answer(NodeIndex to, const GetBlocks& request);
  void wake_sync(std::uint64_t delay_ms);
  void connect_peers();
  void tell_role();

  // Ledger (sim_node_ledger.cpp).
  template <class Job>
  void when_ledger_is_free(std::uint64_t work_ms, Job job) {
    const TimeMs now = world_.events.now();
    ledger_free_at_ = std::max(ledger_free_at_, now) + work_ms;
    after(ledger_free_at_ - now, std::move(job));
  }
  void build(const consensus::BuildBlock& wanted);
  void check(const consensus::CheckBlock& wanted);
  void commit(const SizedBlockPtr& block, const Certificate& certificate);
  void committed(CommittedRow row);
  Result<std::shared_ptr<const ledger::Execution>> executed(const SizedBlockPtr& block);
  void plan_next();
  consensus::HeightPlan consensus_plan() const;
  std::uint64_t work_ms() const { return world_.plan.machines[self_].work_ms; }

  // Mempool and outbox (sim_node_pool.cpp).
  bool add(const crypto::TransactionPtr& transaction);
  void tell_work();
  void offer_outbox();
  void drop_committed(const CommittedRow& row);

  World& world_;
  NodeIndex self_;
  Chance chance_;
  const MachineKeys& keys_;
  const AccountKeys& account_;
  SimClock clock_;
  Disk disk_;
  std::uint64_t sync_ms_;

  bool running_ = false;
  std::uint64_t life_ = 0;  // what was meant for an earlier life is lost
  std::uint64_t crash_in_ = 0;

  // Of this life.
  std::unique_ptr<consensus::Consensus> core_;
  std::unique_ptr<MemoryChain> chain_;
  std::unique_ptr<mempool::Mempool> pool_;
  ledger::HeightPlan plan_;
  std::deque<consensus::Input> inbox_;
  bool stepping_ = false;
  bool writing_ = false;
  bool offering_ = false;
  std::map<Hash256, SizedBlockPtr> blocks_;
  std::map<TimerKey, std::uint64_t> timers_;
  std::uint64_t newest_timer_ = 0;
  std::set<HeldKey> held_;
  std::uint64_t most_messages_ = 0;  // told of
  std::uint64_t most_bytes_ = 0;
  TimeMs ledger_free_at_ = 0;
  std::map<Hash256, std::shared_ptr<const ledger::Execution>> candidates_;
  bool offering_outbox_ = false;
  std::unique_ptr<sync::Sync> sync_;
  std::uint64_t sync_wake_ = 0;  // the newest timer
  TimeMs sync_wakes_at_ = 0;     // 0: none runs
  Height learned_ = 0;           // decided by a peer's certificate
  std::optional<Role> told_role_;
  bool told_waiting_ = false;
  Height told_height_ = 0;
};

}  // namespace lucid::sim
