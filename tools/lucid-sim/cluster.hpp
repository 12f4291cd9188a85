// All machines of one seed, the network between them, their clients, and what goes wrong: one run, in virtual time.
//
// Thread-safety: one thread. Two clusters know nothing of each other.
#pragma once

#include <memory>
#include <vector>

#include "tools/lucid-sim/event_queue.hpp"
#include "tools/lucid-sim/faults.hpp"
#include "tools/lucid-sim/liar.hpp"
#include "tools/lucid-sim/liars/conspiracy.hpp"
#include "tools/lucid-sim/network.hpp"
#include "tools/lucid-sim/seed_plan.hpp"
#include "tools/lucid-sim/set_operators.hpp"
#include "tools/lucid-sim/sim_node.hpp"
#include "tools/lucid-sim/watch.hpp"
#include "tools/lucid-sim/workload.hpp"

namespace lucid::sim {

class Cluster {
 public:
  explicit Cluster(SeedPlan plan);
  Cluster(const Cluster&) = delete;

  /// Before run(); outlives it.
  void watch_by(Observer& observer) { watch_.add(observer); }
  /// Until all is done, or `stop` says so after an event; the first thing that the simulation itself found wrong.
  template <class Stop>
  std::optional<Violation> run(Stop stop) {
    begin();
    while (!done_ && !broken_ && !stop()) events_.run_next();
    watch_.end();
    return broken_;
  }

  const SeedPlan& plan() const { return plan_; }
  const ledger::Chain& chain() const { return chain_; }
  const crypto::SignatureScheme& scheme() const { return scheme_; }
  ClusterFacts facts() const;
  const FaultCounts& fault_counts() const { return counts_; }
  const std::vector<std::unique_ptr<SimNode>>& nodes() const { return nodes_; }
  TimeMs now() const { return events_.now(); }

 private:
  void begin();
  void send(NodeIndex from, NodeIndex to, const MessagePtr& message);
  void deliver(NodeIndex from, NodeIndex to, const MessagePtr& message);
  LiarDeps deps_of_liar(NodeIndex machine);
  void wake_liar(NodeIndex machine);
  void look();
  bool all_reached() const;

  SeedPlan plan_;
  const crypto::SignatureScheme& scheme_;
  ledger::Chain chain_;
  EventQueue events_;
  Watch watch_;
  Chance chance_;
  FaultCounts counts_{};
  Network network_;
  World world_;
  std::vector<std::unique_ptr<SimNode>> nodes_;
  Faults faults_;
  ClientWork clients_;
  SetOperators operators_;
  Conspiracy conspiracy_;
  std::vector<std::unique_ptr<Liar>> liars_;  // by machine; null for honest ones
  bool done_ = false;
  std::optional<Violation> broken_;
};

}  // namespace lucid::sim
