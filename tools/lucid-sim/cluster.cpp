#include "tools/lucid-sim/cluster.hpp"

#include <algorithm>
#include <stdexcept>

#include "tools/lucid-sim/scenarios.hpp"
#include "tools/lucid-sim/stand_in_signatures.hpp"

namespace lucid::sim {
namespace {

/// How often a liar is asked for more.
constexpr std::uint64_t kWakeMs = 1'000;

const crypto::SignatureScheme& scheme_of(Signatures signatures) {
  if (signatures == Signatures::real) return crypto::secp256k1_scheme();
  return stand_in_signatures(signatures == Signatures::stand_in_real_vrf ? StandInVrf::real : StandInVrf::stand_in);
}

ledger::Chain chain_of(const SeedPlan& plan, const crypto::SignatureScheme& scheme) {
  auto chain = ledger::make_chain(make_genesis(plan), scheme);
  if (!chain) throw std::logic_error("a plan without a chain: " + to_text(chain.error()));
  return std::move(*chain);
}

}  // namespace

Cluster::Cluster(SeedPlan plan)
    : plan_(std::move(plan)),
      scheme_(scheme_of(plan_.signatures)),
      chain_(chain_of(plan_, scheme_)),
      events_(plan_.params.start_time),
      watch_(events_),
      chance_(plan_.run_seed),
      network_(plan_.machines.size(), plan_.delay_ms, events_, chance_.split(1), counts_),
      world_{plan_,
             chain_,
             std::make_shared<const ledger::ChainState>(ledger::genesis_state(chain_)),
             crypto::Verifier(scheme_, chain_.identity),
             events_,
             watch_,
             [this](NodeIndex from, NodeIndex to, const MessagePtr& message) { send(from, to, message); },
             [this](NodeIndex machine) { faults_.ended_by_itself(machine); },
             [this](Violation violation) {
               if (!broken_) broken_ = std::move(violation);
             }},
      faults_(plan_, events_, watch_, network_, nodes_, counts_),
      clients_(world_, nodes_, chance_.split(2)),
      operators_(world_, nodes_, counts_, chance_.split(3)),
      conspiracy_(plan_, world_.verifier, chance_.split(4)) {
  for (NodeIndex i = 0; i < plan_.machines.size(); ++i)
    nodes_.push_back(std::make_unique<SimNode>(world_, i, chance_.split(1'000 + i)));
  network_.on_delivery([this](NodeIndex from, NodeIndex to, const MessagePtr& message) { deliver(from, to, message); });
  const Scenario* scenario = find_scenario(plan_.wanted.scenario);
  const auto make = scenario ? scenario->liar : make_liar;
  for (NodeIndex i = 0; i < plan_.machines.size(); ++i)
    liars_.push_back(plan_.machines[i].lies ? make(deps_of_liar(i)) : nullptr);
}

LiarDeps Cluster::deps_of_liar(NodeIndex machine) {
  return {plan_,
          chain_,
          world_.verifier,
          machine,
          *nodes_[machine],
          chance_.split(2'000 + machine),
          [this](FaultKind kind) { ++counts_[static_cast<std::size_t>(kind)]; },
          conspiracy_,
          [this, machine](NodeIndex to, const MessagePtr& message) {
            if (nodes_[machine]->running()) network_.send(machine, to, message);
          },
          [this](std::uint64_t delay_ms, std::function<void()> task) { events_.after(delay_ms, std::move(task)); }};
}

ClusterFacts Cluster::facts() const {
  ClusterFacts out{chain_.genesis, chain_.genesis_hash, chain_.header, {}};
  for (NodeIndex i = 0; i < plan_.machines.size(); ++i)
    out.nodes.push_back({validator_of(plan_, i).address, plan_.machines[i].lies, {}});
  return out;
}

void Cluster::begin() {
  for (NodeIndex i = 0; i < nodes_.size(); ++i) watch_.see(ClockSet{i, nodes_[i]->clock().offset_ms()});
  for (auto& node : nodes_) node->start();
  faults_.begin();
  clients_.begin();
  operators_.begin();
  for (NodeIndex i = 0; i < liars_.size(); ++i)
    if (liars_[i]) wake_liar(i);
  look();
}

void Cluster::send(NodeIndex from, NodeIndex to, const MessagePtr& message) {
  if (!liars_[from]) return network_.send(from, to, message);
  for (const MessagePtr& other : liars_[from]->outgoing(events_.now(), message, to)) network_.send(from, to, other);
}

void Cluster::deliver(NodeIndex from, NodeIndex to, const MessagePtr& message) {
  const bool listens = liars_[to] && nodes_[to]->running();
  if (!listens || liars_[to]->received(events_.now(), from, message)) nodes_[to]->receive(from, message);
}

void Cluster::wake_liar(NodeIndex machine) {
  events_.after(kWakeMs, [this, machine] {
    if (nodes_[machine]->running()) liars_[machine]->wake(events_.now());
    wake_liar(machine);
  });
}

/// From time to time: whether it is over, and how clocks have drifted.
void Cluster::look() {
  faults_.look_at_clocks();
  watch_.tick();
  if (events_.now() >= plan_.healed_at && all_reached()) done_ = true;
  if (events_.now() >= plan_.end_at && !broken_)
    broken_ = Violation{
        ViolationKind::liveness, events_.now(), "the run ends",
        "not all machines have height " + std::to_string(plan_.wanted.heights) + " and every acknowledged transaction"};
  events_.after(std::max<std::uint64_t>(100, plan_.params.block_interval_ms / 2), [this] { look(); });
}

bool Cluster::all_reached() const {
  return std::all_of(nodes_.begin(), nodes_.end(), [&](const auto& node) {
    if (plan_.machines[node->self()].lies) return true;
    return node->running() && node->chain().height() >= plan_.wanted.heights && node->disk().outbox().empty();
  });
}

}  // namespace lucid::sim
