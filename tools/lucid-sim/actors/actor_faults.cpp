#include "tools/lucid-sim/actors/actor_faults.hpp"

#include <algorithm>

namespace lucid::sim {
namespace {

/// Half of all crashes fall between two things that a machine does, or into a commit, within so many.
constexpr std::uint64_t kArmedThings = 150;
/// A connection that could not be made is tried again.
constexpr std::uint64_t kConnectMs = 500;

bool is_storm(FaultKind kind) {
  return kind == FaultKind::drop || kind == FaultKind::duplicate || kind == FaultKind::reorder ||
         kind == FaultKind::delay || kind == FaultKind::flapping;
}
bool is_cut(FaultKind kind) {
  return kind == FaultKind::halves || kind == FaultKind::one_against_rest || kind == FaultKind::one_way;
}
bool is_wrong_clock(FaultKind kind) {
  return kind == FaultKind::clock_offset || kind == FaultKind::clock_drift || kind == FaultKind::clock_step;
}

}  // namespace

ActorFaults::ActorFaults(ActorWorld& world, std::vector<std::unique_ptr<Machine>>& machines, FaultCounts& counts,
                         Chance chance)
    : world_(world),
      machines_(machines),
      counts_(counts),
      chance_(chance),
      down_(world.plan.machines.size()),
      lives_(world.plan.machines.size()),
      armed_ms_(world.plan.machines.size()) {
  told_reaches_.assign(down_.size(), std::vector<bool>(down_.size(), true));
}

void ActorFaults::begin() {
  for (NodeIndex machine = 0; machine < machines_.size(); ++machine) {
    tell_clock(machine);
    ++down_[machine];
    begin_process(machine);
  }
  for (const Incident& incident : world_.plan.incidents)
    world_.events.at(incident.at, [this, &incident] { start(incident); });
}

void ActorFaults::start(const Incident& incident) {
  std::uint64_t storm = 0;
  const NodeIndex first = incident.nodes.empty() ? 0 : incident.nodes.front();
  if (is_storm(incident.kind)) storm = world_.post.begin_storm(incident.kind, incident.amount, incident.nodes);
  if (is_cut(incident.kind)) {
    count(incident.kind);
    cut_off(incident, true);
  } else if (is_wrong_clock(incident.kind)) {
    wrong_clock(incident, true);
  } else if (incident.kind == FaultKind::flapping) {
    count(incident.kind);
    flap(incident, incident.at + incident.lasts_ms, true);
  } else if (incident.kind == FaultKind::power_cut) {
    count(incident.kind);
    for (const NodeIndex machine : incident.nodes) end_process(machine);
  } else if (incident.kind == FaultKind::crash) {
    armed_ms_[first] = incident.lasts_ms;
    if (incident.at % 2 == 0)
      machines_[first]->crash_after(1 + incident.at / 2 % kArmedThings);
    else
      power_lost(first);
    return;
  } else if (storm == 0) {
    return;  // a kind that is left to the cluster of bare cores
  }
  world_.watch.see(FaultInjected{incident.kind, incident.nodes, incident.amount, true});
  tell_links();
  world_.events.after(incident.lasts_ms, [this, &incident, storm] { stop(incident, storm); });
}

void ActorFaults::stop(const Incident& incident, std::uint64_t storm) {
  world_.watch.see(FaultInjected{incident.kind, incident.nodes, incident.amount, false});
  if (storm != 0) world_.post.end_storm(storm);
  if (is_cut(incident.kind)) cut_off(incident, false);
  if (is_wrong_clock(incident.kind)) wrong_clock(incident, false);
  if (incident.kind == FaultKind::power_cut)
    for (const NodeIndex machine : incident.nodes) begin_process(machine);
  tell_links();
}

void ActorFaults::tell_links() {
  const std::size_t n = machines_.size();
  LinksChanged changed;
  changed.reaches.assign(n, std::vector<bool>(n, true));
  for (NodeIndex from = 0; from < n; ++from)
    for (NodeIndex to = 0; to < n; ++to)
      if (from != to) changed.reaches[from][to] = world_.post.reaches(from, to);
  if (changed.reaches == told_reaches_) return;
  told_reaches_ = changed.reaches;
  world_.watch.see(changed);
}

// ---- links

void ActorFaults::cut_off(const Incident& incident, bool cut) {
  const auto inside = [&](NodeIndex machine) {
    return std::find(incident.nodes.begin(), incident.nodes.end(), machine) != incident.nodes.end();
  };
  const bool both = incident.kind != FaultKind::one_way;
  for (NodeIndex from = 0; from < machines_.size(); ++from)
    for (NodeIndex to = 0; to < machines_.size(); ++to) {
      if (inside(from) == inside(to) || !(both || inside(from))) continue;
      if (cut)
        world_.post.cut(from, to);
      else
        world_.post.mend(from, to);
    }
}

void ActorFaults::flap(const Incident& incident, TimeMs until, bool cut) {
  cut_off(incident, cut);
  const auto every = static_cast<std::uint64_t>(incident.amount);
  if (cut || world_.events.now() + every < until)
    world_.events.after(every, [this, &incident, until, cut] { flap(incident, until, !cut); });
}

/// Connections are made while both run and the link carries them; a link that breaks later is not noticed by it.
void ActorFaults::connect(NodeIndex one, NodeIndex other, std::uint64_t life) {
  if (lives_[one] + lives_[other] != life || !machines_[one]->running() || !machines_[other]->running()) return;
  if (!world_.post.passes(one, other) || !world_.post.passes(other, one)) {
    world_.events.after(kConnectMs, [this, one, other, life] { connect(one, other, life); });
    return;
  }
  machines_[one]->connected(other);
  machines_[other]->connected(one);
}

void ActorFaults::disconnect(NodeIndex one, NodeIndex other) {
  machines_[one]->gone(other);
  machines_[other]->gone(one);
  const std::uint64_t life = lives_[one] + lives_[other];
  world_.events.after(kConnectMs, [this, one, other, life] { connect(one, other, life); });
}

// ---- machines

void ActorFaults::power_lost(NodeIndex machine) {
  count(FaultKind::crash);
  end_process(machine);
  world_.events.after(armed_ms_[machine], [this, machine] { begin_process(machine); });
}

void ActorFaults::end_process(NodeIndex machine) {
  ++down_[machine];
  machines_[machine]->crash();
  for (const auto& other : machines_) other->gone(machine);
}

void ActorFaults::begin_process(NodeIndex machine) {
  if (--down_[machine] > 0) return;
  ++lives_[machine];
  machines_[machine]->start();
  for (NodeIndex other = 0; other < machines_.size(); ++other) {
    if (other == machine) continue;
    const std::uint64_t life = lives_[machine] + lives_[other];
    world_.events.after(1 + chance_.below(kConnectMs), [this, machine, other, life] { connect(machine, other, life); });
  }
}

// ---- clocks

void ActorFaults::wrong_clock(const Incident& incident, bool wrong) {
  const NodeIndex machine = incident.nodes.front();
  SimClock& clock = machines_[machine]->clock();
  const TimeMs now = world_.events.now();
  if (!wrong) {
    clock.set_drift(now, world_.plan.machines[machine].drift_ppm);
    clock.set_offset(world_.plan.machines[machine].clock_offset_ms);
    return tell_clock(machine);
  }
  count(incident.kind);
  if (incident.kind == FaultKind::clock_offset) clock.set_offset(incident.amount);
  if (incident.kind == FaultKind::clock_step) clock.step(incident.amount);
  if (incident.kind == FaultKind::clock_drift) clock.set_drift(now, incident.amount);
  tell_clock(machine);
}

void ActorFaults::tell_clock(NodeIndex machine) {
  world_.watch.see(ClockSet{machine, machines_[machine]->clock().offset_ms()});
}

void ActorFaults::look_at_clocks() {
  for (NodeIndex i = 0; i < machines_.size(); ++i)
    if (machines_[i]->clock().drift_on(world_.events.now())) tell_clock(i);
}

}  // namespace lucid::sim
