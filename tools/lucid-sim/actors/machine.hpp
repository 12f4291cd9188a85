// One machine of the actors' cluster: a whole engine of production actors (slot_clock, ledger, work_tally, validator,
// block_sync, verifier, block_producer, leader_selector) on memory stores, wired as a node wires them, with a stand-in
// for `peers` and a tap that says what passes between them.
//
// The power may go at any time: between two messages, or within a handler before or after one of its commits. What was
// committed stays, everything else of that process is gone. Thread-safety: one cluster is one thread. No CAF here.
#pragma once

#include <functional>
#include <memory>

#include "core/crypto/verifier.hpp"
#include "core/ledger/chain.hpp"
#include "storage/chain_rows.hpp"
#include "tools/lucid-sim/actors/letters.hpp"
#include "tools/lucid-sim/seed_plan.hpp"
#include "tools/lucid-sim/sim_clock.hpp"
#include "tools/lucid-sim/watch.hpp"

namespace caf {
class actor_system;
}

namespace lucid::sim {

/// What a machine sees of the simulation that it is in.
struct ActorWorld {
  const SeedPlan& plan;
  std::shared_ptr<const ledger::Chain> chain;
  crypto::Verifier verifier;
  EventQueue& events;
  Watch& watch;
  Post& post;
  caf::actor_system& system;
  /// A commit has taken the power: when the handler that runs is over, the process has ended.
  std::function<void(NodeIndex machine)> power_lost;
  /// It closes its connection to a peer.
  std::function<void(NodeIndex machine, NodeIndex peer)> disconnected;
  std::function<void(Violation violation)> broken;
};

class Machine {
 public:
  Machine(ActorWorld& world, NodeIndex self, Chance chance);
  ~Machine();
  Machine(const Machine&) = delete;

  void start();
  /// Its actors end, before they handle anything more.
  void crash();
  /// The same, and nobody hears of it. Whether it ran.
  bool end();
  bool running() const { return running_; }
  /// It loses power once it has handled or committed so many things more.
  void crash_after(std::uint64_t things) { crash_in_ = things; }
  bool may_die() const { return crash_in_ > 0; }
  /// One of them; whether there still is power.
  bool survives();

  void connected(NodeIndex peer);
  void gone(NodeIndex peer);
  void receive(NodeIndex from, const LetterPtr& letter);
  /// A client's signed transaction.
  void submit(const Bytes& transaction);
  /// What can be seen of it, while it runs.
  void see(const Sighting& sighting);
  /// To all that are connected, or to one.
  void send(Letter letter, std::optional<NodeIndex> only);

  NodeIndex self() const { return self_; }
  const Address& address() const { return address_; }
  SimClock& clock() { return clock_; }
  /// Of what is in its database.
  Height height() const { return height_; }
  bool has_transaction(const Hash256& id) const;
  /// Heights 1 and above.
  std::vector<storage::BlockRow> rows() const;

 private:
  struct Engine;

  void start_block_producer(const std::shared_ptr<crypto::SigningKey>& key,
                            const std::function<void(const std::string&)>& log);
  void saw_sign_state();
  void report_alarm(const std::string& sentence);

  ActorWorld& world_;
  NodeIndex self_;
  Chance chance_;
  Address address_;
  SimClock clock_;
  Height height_ = 0;
  bool running_ = false;  // has power
  std::uint64_t crash_in_ = 0;
  std::unique_ptr<Engine> engine_;
};

}  // namespace lucid::sim
