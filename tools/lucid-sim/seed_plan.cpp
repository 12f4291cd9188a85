#include "tools/lucid-sim/seed_plan.hpp"

#include <algorithm>
#include <string>

#include "core/params/params.hpp"
#include "tools/lucid-sim/chance.hpp"
#include "tools/lucid-sim/key_table.hpp"

namespace lucid::sim {
namespace {

/// One seed in so many runs with real signatures.
constexpr std::uint64_t kRealEvery = 100;
/// Machines beyond the members of the genesis.
constexpr std::uint32_t kMaxFollowers = 2;

/// Mainnet's waits with slots of two intervals and epochs of four slots: sixty heights cross several epochs.
ChainParams short_epochs(TimeMs start) {
  ChainParams params = params::profile_params(Profile::dev, start);
  const ChainParams mainnet = params::profile_params(Profile::mainnet, start);
  params.block_interval_ms = mainnet.block_interval_ms;
  params.slot_timeout_ms = mainnet.slot_timeout_ms;
  params.time_precision_ms = mainnet.time_precision_ms;
  params.time_delay_ms = mainnet.time_delay_ms;
  params.slot_duration_ms = 2 * params.block_interval_ms;
  params.epoch_slots = 4;
  return params;
}

class Planner {
 public:
  Planner(std::uint64_t seed, const Wanted& wanted) : chance_(mix(seed + 0x5eed)) {
    plan_.seed = seed;
    plan_.wanted = wanted;
  }

  SeedPlan make() {
    choose_signatures();
    choose_params();
    choose_work();
    choose_machines();
    plan_.delay_ms = chance_.between(2, 80);
    plan_.offer_ms = std::max<std::uint64_t>(100, plan_.params.slot_timeout_ms / 5);
    choose_times();
    if (plan_.wanted.faults) {
      choose_set_changes();
      choose_incidents();
      choose_owner_changes();
    }
    plan_.run_seed = chance_.next();
    return std::move(plan_);
  }

 private:
  std::uint32_t n() const { return plan_.wanted.nodes; }
  /// Machines that may become members: not the twin, whose key is one already.
  std::size_t followers() const { return plan_.machines.size() - n() - (plan_.has_twin ? 1 : 0); }

  void choose_signatures() {
    plan_.signatures = plan_.wanted.signatures;
    const bool real = mix(plan_.seed ^ 0x4ea1) % kRealEvery == 0;
    if (plan_.signatures == Signatures::by_seed) plan_.signatures = real ? Signatures::real : Signatures::stand_in;
  }

  void choose_params() {
    const TimeMs start = params::kMainnetSlotOrigin + chance_.below(400) * 86'400'000 + chance_.below(86'400'000);
    const std::uint64_t draw = chance_.below(100);
    const auto drawn = draw < 55 ? Profile::mainnet : draw < 90 ? Profile::dev : Profile::test;
    if (plan_.wanted.profile)
      plan_.params = params::profile_params(*plan_.wanted.profile, start);
    else if (drawn == Profile::dev && draw < 88)
      plan_.params = short_epochs(start);
    else
      plan_.params = params::profile_params(drawn, start);
    plan_.params.min_validators = std::min<std::uint64_t>(plan_.params.min_validators, n());
    plan_.params.start_time = start;
  }

  void choose_work() {
    Workload& work = plan_.work;
    const std::uint64_t interval = plan_.params.block_interval_ms;
    const std::uint64_t draw = plan_.wanted.faults ? chance_.below(100) : 0;
    work.gap_ms = draw < 70 ? interval / 2 : draw < 90 ? 2 * interval : plan_.params.slot_duration_ms;
    work.clients = static_cast<std::uint32_t>(chance_.between(1, 6));
    work.anchor_percent = static_cast<std::uint32_t>(chance_.between(40, 90));
    work.gap_percent = static_cast<std::uint32_t>(chance_.below(25));
    work.useless_percent = static_cast<std::uint32_t>(chance_.below(20));
  }

  void choose_machines() {
    const std::uint32_t followers =
        plan_.wanted.faults ? static_cast<std::uint32_t>(chance_.below(kMaxFollowers + 1)) : 0;
    std::vector<std::size_t> keys(kMachineKeys);
    for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = i;
    chance_.shuffle(keys);
    const bool slow_cluster = plan_.wanted.faults && chance_.percent(10);
    for (std::uint32_t i = 0; i < n() + followers; ++i) {
      MachinePlan machine;
      machine.keys = keys[i];
      machine.new_keys = keys[keys.size() - 1 - i];
      machine.member = i < n();
      machine.clock_offset_ms =
          chance_.around(plan_.params.time_precision_ms / 2 - plan_.params.time_precision_ms / 10);
      machine.drift_ppm = chance_.around(20);
      machine.sync_ms = slow_cluster ? 50 : chance_.between(1, 8);
      machine.work_ms = chance_.between(2, slow_cluster ? 200 : 30);
      plan_.machines.push_back(machine);
    }
    choose_liars();
    choose_twin();
  }

  /// A liar's key in a second machine, that lies too: one key, one liar.
  void choose_twin() {
    if (!plan_.wanted.faults || plan_.liars() == 0 || !chance_.percent(15)) return;
    const auto liar = std::find_if(plan_.machines.begin(), plan_.machines.end(),
                                   [](const MachinePlan& machine) { return machine.lies; });
    MachinePlan twin = *liar;
    twin.member = false;
    twin.clock_offset_ms = -twin.clock_offset_ms;
    plan_.machines.push_back(twin);
    plan_.has_twin = true;
  }

  void choose_liars() {
    const std::uint32_t most = std::min(plan_.wanted.byzantine, n());
    const auto count = most == 0 || chance_.percent(75) ? most : static_cast<std::uint32_t>(chance_.below(most + 1));
    std::vector<std::size_t> members(n());
    for (std::size_t i = 0; i < members.size(); ++i) members[i] = i;
    chance_.shuffle(members);
    for (std::uint32_t i = 0; i < count; ++i) plan_.machines[members[i]].lies = true;
  }

  /// How long a height takes on a good network, roughly.
  std::uint64_t height_ms() const { return std::max(plan_.params.block_interval_ms, plan_.work.gap_ms); }

  void choose_times() {
    const TimeMs start = plan_.params.start_time;
    const std::uint64_t most = plan_.wanted.heights * height_ms();
    plan_.healed_at = plan_.wanted.faults ? start + most * 3 / 4 : start;
    // A block a slot at least, once all is well, and a stall of ten minutes before that.
    plan_.end_at = plan_.healed_at + 600'000 + plan_.wanted.heights * (plan_.params.slot_duration_ms + 25'000) + most;
  }

  /// Fewer members bear fewer liars.
  bool may_leave() {
    const std::size_t left = n() - leaving_ - 1;
    if (n() < 4 || left < plan_.params.min_validators || plan_.liars() > (left - 1) / 3) return false;
    ++leaving_;
    return true;
  }

  TimeMs some_time() { return plan_.params.start_time + chance_.below(plan_.healed_at - plan_.params.start_time); }

  void choose_set_changes() {
    const bool possible = plan_.params.epoch_slots * plan_.params.slot_duration_ms < 600'000;
    if (!possible || !chance_.percent(70)) return;
    const std::uint64_t count = chance_.between(1, 3);
    for (std::uint64_t i = 0; i < count; ++i) {
      SetChangePlan change;
      change.at = plan_.params.start_time + chance_.below((plan_.healed_at - plan_.params.start_time) / 2 + 1);
      const bool may_add = followers() > 0;
      change.change = may_add && chance_.percent(60) ? SetChange::add
                      : chance_.percent(60)          ? SetChange::remove
                                                     : SetChange::new_keys;
      change.machine = static_cast<NodeIndex>(change.change == SetChange::add ? n() + chance_.below(followers())
                                                                              : chance_.below(n()));
      if (change.change == SetChange::remove && !may_leave()) continue;
      plan_.set_changes.push_back(change);
    }
    std::sort(plan_.set_changes.begin(), plan_.set_changes.end(),
              [](const auto& a, const auto& b) { return a.at < b.at; });
  }

  /// Nothing else is drawn from their chance.
  void choose_owner_changes() {
    Chance chance(mix(plan_.seed + 0x0123e5));
    if (!chance.percent(40)) return;
    const std::uint64_t span_ms = plan_.healed_at - plan_.params.start_time;
    const std::uint64_t accounts = chance.between(1, 3);
    for (std::size_t client = 0; client < accounts; ++client) {
      OwnerChangePlan change;
      change.at = plan_.params.start_time + chance.below(span_ms / 2 + 1);
      change.client = client;
      if (chance.percent(50)) change.machine = static_cast<NodeIndex>(chance.below(n()));
      plan_.owner_changes.push_back(change);
      if (!chance.percent(40)) continue;
      plan_.owner_changes.push_back(
          {change.at + chance.below(span_ms / 2 + 1), SetChange::remove, client, std::nullopt});
    }
  }

  void choose_incidents() {
    // A quarter of the seeds has little trouble, a quarter much.
    const std::uint64_t count = chance_.between(2, chance_.percent(25) ? 4 : chance_.percent(33) ? 24 : 12);
    for (std::uint64_t i = 0; i < count; ++i) add_incident();
    for (const SetChangePlan& change : plan_.set_changes)
      plan_.incidents.push_back({FaultKind::set_change, change.at, 0, {change.machine}, 0});
    std::stable_sort(plan_.incidents.begin(), plan_.incidents.end(),
                     [](const Incident& a, const Incident& b) { return a.at < b.at; });
  }

  void add_incident() {
    static constexpr FaultKind kOften[] = {
        FaultKind::drop,         FaultKind::drop,        FaultKind::duplicate,  FaultKind::reorder,
        FaultKind::delay,        FaultKind::halves,      FaultKind::halves,     FaultKind::one_against_rest,
        FaultKind::one_way,      FaultKind::flapping,    FaultKind::crash,      FaultKind::crash,
        FaultKind::crash,        FaultKind::power_cut,   FaultKind::power_cut,  FaultKind::old_disk,
        FaultKind::clock_offset, FaultKind::clock_drift, FaultKind::clock_step, FaultKind::slow_disk};
    Incident incident;
    incident.kind = kOften[chance_.below(std::size(kOften))];
    incident.at = some_time();
    const std::uint64_t unit = height_ms();
    incident.lasts_ms = std::min(chance_.between(unit / 10, 6 * unit), plan_.healed_at - incident.at);
    choose_whom(incident);
    if (incident.kind == FaultKind::old_disk && !may_restore(incident.nodes.front())) return;
    choose_amount(incident);
    if (incident.kind == FaultKind::old_disk && chance_.percent(70)) lose_messages_after(incident);
    plan_.incidents.push_back(std::move(incident));
  }

  /// What a machine forgot to have signed matters while the others still need it: while its height goes on for long.
  void lose_messages_after(const Incident& restore) {
    Incident storm;
    storm.kind = FaultKind::drop;
    storm.at = restore.at + restore.lasts_ms;
    storm.lasts_ms = std::min(chance_.between(2, 6) * height_ms(), plan_.healed_at - storm.at);
    storm.amount = static_cast<std::int64_t>(chance_.between(400, 800));
    plan_.incidents.push_back(std::move(storm));
  }

  void choose_whom(Incident& incident) {
    std::vector<NodeIndex> all(plan_.machines.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<NodeIndex>(i);
    chance_.shuffle(all);
    switch (incident.kind) {
      case FaultKind::halves:
      case FaultKind::flapping:
        all.resize((all.size() + 1) / 2);
        break;
      case FaultKind::power_cut:
        break;
      case FaultKind::drop:
      case FaultKind::duplicate:
      case FaultKind::reorder:
      case FaultKind::delay:
        if (chance_.percent(60))
          all.clear();
        else
          all.resize(1);
        break;
      default:
        all.resize(1);
        break;
    }
    incident.nodes = std::move(all);
  }

  void choose_amount(Incident& incident) {
    const auto precision = static_cast<std::int64_t>(plan_.params.time_precision_ms);
    switch (incident.kind) {
      case FaultKind::drop:
        incident.amount = static_cast<std::int64_t>(chance_.between(50, 700));
        break;
      case FaultKind::duplicate:
      case FaultKind::reorder:
        incident.amount = static_cast<std::int64_t>(chance_.between(100, 900));
        break;
      case FaultKind::delay:
        incident.amount = static_cast<std::int64_t>(chance_.between(100, 2 * plan_.params.slot_timeout_ms));
        break;
      case FaultKind::clock_offset:
      case FaultKind::clock_step:
        incident.amount = (chance_.percent(50) ? 1 : -1) *
                          static_cast<std::int64_t>(chance_.between(static_cast<std::uint64_t>(precision / 2),
                                                                    static_cast<std::uint64_t>(20 * precision)));
        break;
      case FaultKind::clock_drift:
        incident.amount = chance_.around(1'000);
        break;
      case FaultKind::flapping:
        incident.amount = static_cast<std::int64_t>(chance_.between(200, plan_.params.slot_timeout_ms * 2));
        break;
      default:
        break;
    }
  }

  /// A restored disk makes its machine forget what it signed, and be silent for a while or until a person acts: with
  /// the liars that is at most f machines, also of the set when all have left who will. A set of up to three cannot go
  /// on without one of them.
  bool may_restore(NodeIndex machine) {
    if (plan_.machines[machine].lies) return false;
    const std::size_t budget = (n() - leaving_ - 1) / 3;
    if (std::find(restored_.begin(), restored_.end(), machine) != restored_.end()) return true;
    if (plan_.liars() + restored_.size() >= budget) return false;
    restored_.push_back(machine);
    return true;
  }

  Chance chance_;
  SeedPlan plan_;
  std::vector<NodeIndex> restored_;
  std::size_t leaving_ = 0;
};

}  // namespace

std::size_t SeedPlan::liars() const {
  return static_cast<std::size_t>(
      std::count_if(machines.begin(), machines.end(), [](const MachinePlan& machine) { return machine.lies; }) -
      (has_twin ? 1 : 0));
}

SeedPlan make_plan(std::uint64_t seed, const Wanted& wanted) {
  return Planner(seed, wanted).make();
}

Validator validator_of(const SeedPlan& plan, NodeIndex machine) {
  const MachineKeys& keys = KeyTable::instance().machine(plan.machines[machine].keys);
  Validator out;
  out.name = BoundedString<64>("pi-" + std::to_string(machine));
  out.address = keys.address;
  out.consensus_key = keys.consensus_public;
  out.vrf_key = keys.vrf_public;
  out.tls_key = keys.tls_public;
  return out;
}

Validator with_new_keys(const SeedPlan& plan, NodeIndex machine) {
  const MachineKeys& keys = KeyTable::instance().machine(plan.machines[machine].new_keys);
  Validator out = validator_of(plan, machine);
  out.vrf_key = keys.vrf_public;
  out.tls_key = keys.tls_public;
  return out;
}

const crypto::VrfSecretKey& vrf_key_of(const SeedPlan& plan, NodeIndex machine, const VrfPublicKey& named) {
  const KeyTable& table = KeyTable::instance();
  const MachineKeys& newer = table.machine(plan.machines[machine].new_keys);
  return newer.vrf_public == named ? newer.vrf : table.machine(plan.machines[machine].keys).vrf;
}

Genesis make_genesis(const SeedPlan& plan) {
  Genesis genesis;
  genesis.params = plan.params;
  genesis.validators.quorum_rule = plan.params.quorum_rule;
  for (NodeIndex i = 0; i < plan.machines.size(); ++i)
    if (plan.machines[i].member) genesis.validators.members.push_back(validator_of(plan, i));
  std::sort(genesis.validators.members.begin(), genesis.validators.members.end(),
            [](const Validator& a, const Validator& b) { return a.address < b.address; });
  return genesis;
}

}  // namespace lucid::sim
