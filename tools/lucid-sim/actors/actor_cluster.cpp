#include "tools/lucid-sim/actors/actor_cluster.hpp"

#include <algorithm>
#include <stdexcept>

#include "actors/runtime/virtual_time.hpp"
#include "core/slots/slots.hpp"
#include "tools/lucid-sim/actors/actor_clients.hpp"
#include "tools/lucid-sim/actors/actor_faults.hpp"
#include "tools/lucid-sim/checkers/checkers.hpp"
#include "tools/lucid-sim/digest.hpp"
#include "tools/lucid-sim/stand_in_signatures.hpp"
#include "tools/lucid-sim/trace.hpp"

namespace lucid::sim {
namespace {

const crypto::SignatureScheme& scheme_of(Signatures signatures) {
  if (signatures == Signatures::real) return crypto::secp256k1_scheme();
  return stand_in_signatures(signatures == Signatures::stand_in_real_vrf ? StandInVrf::real : StandInVrf::stand_in);
}

std::shared_ptr<const ledger::Chain> chain_of(const SeedPlan& plan, const crypto::SignatureScheme& scheme) {
  auto chain = ledger::make_chain(make_genesis(plan), scheme);
  if (!chain) throw std::logic_error("a plan without a chain: " + to_text(chain.error()));
  return std::make_shared<const ledger::Chain>(std::move(*chain));
}

/// True time and CAF's time are one: whichever has the next thing to do goes on.
class ActorCluster {
 public:
  explicit ActorCluster(SeedPlan plan)
      : plan_(std::move(plan)),
        scheme_(scheme_of(plan_.signatures)),
        chain_(chain_of(plan_, scheme_)),
        events_(plan_.params.start_time),
        watch_(events_),
        chance_(plan_.run_seed),
        post_(plan_.machines.size(), plan_.delay_ms, events_, chance_.split(1), counts_),
        world_{plan_,
               chain_,
               crypto::Verifier(scheme_, chain_->identity),
               events_,
               watch_,
               post_,
               time_.system(),
               [this](NodeIndex machine) { dying_.push_back(machine); },
               [this](NodeIndex machine, NodeIndex peer) {
                 events_.after(0, [this, machine, peer] { faults_.disconnect(machine, peer); });
               },
               [this](Violation violation) {
                 if (!broken_) broken_ = std::move(violation);
               }},
        faults_(world_, machines_, counts_, chance_.split(3)),
        clients_(world_, machines_, chance_.split(2)) {
    for (NodeIndex i = 0; i < plan_.machines.size(); ++i)
      machines_.push_back(std::make_unique<Machine>(world_, i, chance_.split(1'000 + i)));
    post_.on_delivery(
        [this](NodeIndex from, NodeIndex to, const LetterPtr& letter) { machines_[to]->receive(from, letter); });
  }

  ~ActorCluster() {
    for (const auto& machine : machines_) machine->end();
    while (time_.run_one()) {
    }
  }

  void watch_by(Observer& observer) { watch_.add(observer); }

  ClusterFacts facts() const {
    ClusterFacts out{chain_->genesis, chain_->genesis_hash, chain_->header, {}};
    for (NodeIndex i = 0; i < plan_.machines.size(); ++i) {
      NodeFacts facts;
      facts.address = machines_[i]->address();
      out.nodes.push_back(facts);
    }
    return out;
  }

  template <class Stop>
  std::optional<Violation> run(Stop stop) {
    faults_.begin();
    clients_.begin();
    look();
    run_jobs();
    while (!done_ && !broken_ && !stop()) go_on();
    watch_.end();
    return broken_;
  }

  const SeedPlan& plan() const { return plan_; }
  const crypto::SignatureScheme& scheme() const { return scheme_; }
  const std::vector<std::unique_ptr<Machine>>& machines() const { return machines_; }
  const FaultCounts& fault_counts() const { return counts_; }

 private:
  void go_on() {
    const TimeMs start = plan_.params.start_time;
    if (const auto due_ms = time_.next_due_ms(); due_ms && (events_.empty() || start + *due_ms < events_.next_at()))
      events_.at(start + *due_ms, [this] { time_.fire_next(); });
    // The clock of the actors stands where true time does, also when a letter wakes them.
    time_.pass_to(events_.next_at() - start);
    events_.run_next();
    run_jobs();
  }

  void run_jobs() {
    while (time_.run_one()) {
      for (const auto& machine : machines_)
        if (machine->may_die()) (void)machine->survives();
      for (const NodeIndex machine : std::exchange(dying_, {})) faults_.power_lost(machine);
    }
  }

  /// From time to time: whether it is over, and how clocks have drifted.
  void look() {
    faults_.look_at_clocks();
    watch_.tick();
    if (events_.now() >= plan_.healed_at && all_reached()) done_ = true;
    if (events_.now() >= plan_.end_at && !broken_)
      broken_ = Violation{ViolationKind::liveness, events_.now(), "the run ends",
                          "not all machines have height " + std::to_string(plan_.wanted.heights) +
                              " and every acknowledged transaction"};
    events_.after(std::max<std::uint64_t>(100, plan_.params.block_interval_ms / 2), [this] { look(); });
  }

  bool all_reached() const {
    return clients_.all_on_chain() && std::all_of(machines_.begin(), machines_.end(), [&](const auto& machine) {
             return machine->running() && machine->height() >= plan_.wanted.heights;
           });
  }

  SeedPlan plan_;
  const crypto::SignatureScheme& scheme_;
  std::shared_ptr<const ledger::Chain> chain_;
  EventQueue events_;
  Watch watch_;
  Chance chance_;
  FaultCounts counts_{};
  Post post_;
  actors::VirtualTime time_;
  ActorWorld world_;
  std::vector<std::unique_ptr<Machine>> machines_;
  ActorFaults faults_;
  ActorClients clients_;
  std::vector<NodeIndex> dying_;
  bool done_ = false;
  std::optional<Violation> broken_;
};

}  // namespace

SeedResult run_actor_seed(std::uint64_t seed, const Wanted& wanted, std::ostream* trace) {
  ActorCluster cluster(make_plan(seed, wanted));
  const ClusterFacts facts = cluster.facts();
  Digest digest;
  cluster.watch_by(digest);
  std::optional<Trace> lines;
  if (trace) cluster.watch_by(lines.emplace(*trace, facts));
  Findings findings;
  const auto checkers = make_checkers(facts, cluster.scheme(), findings);
  for (const auto& checker : checkers) cluster.watch_by(*checker);

  SeedResult result;
  result.seed = seed;
  const auto broken = cluster.run([&] { return findings.first().has_value(); });
  result.violation = findings.first() ? findings.first() : broken;
  result.faults = cluster.fault_counts();
  result.recoveries = findings.recoveries();
  const Machine* longest = cluster.machines().front().get();
  for (const auto& machine : cluster.machines())
    if (machine->height() > longest->height()) longest = machine.get();
  result.blocks = longest->height();
  result.mainnet_timing = cluster.plan().params.slot_timeout_ms == 5'000;
  result.real_signatures = cluster.plan().signatures == Signatures::real;
  for (const auto& row : longest->rows()) {
    if (row.header.round > 0) ++result.rounds_above_0;
    if (slots::ends_epoch(cluster.plan().params, row.header)) ++result.epoch_ends;
  }
  for (const std::uint64_t count : result.faults) digest.add(count);
  result.digest = digest.value();
  return result;
}

}  // namespace lucid::sim
