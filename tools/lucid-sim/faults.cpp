#include "tools/lucid-sim/faults.hpp"

#include <algorithm>
#include <utility>

namespace lucid::sim {
namespace {

constexpr std::uint64_t kSlowSyncMs = 50;
/// Half of all crashes, power cuts and restores fall between two things that a machine does, within so many: there is
/// much to do within a round, and nothing between two.
constexpr std::uint64_t kArmedThings = 40;

bool is_storm(FaultKind kind) {
  return kind == FaultKind::drop || kind == FaultKind::duplicate || kind == FaultKind::reorder ||
         kind == FaultKind::delay || kind == FaultKind::flapping;
}
bool is_wrong_clock(FaultKind kind) {
  return kind == FaultKind::clock_offset || kind == FaultKind::clock_drift || kind == FaultKind::clock_step;
}

}  // namespace

Faults::Faults(const SeedPlan& plan, EventQueue& events, Watch& watch, Network& network,
               std::vector<std::unique_ptr<SimNode>>& nodes, FaultCounts& counts)
    : plan_(plan),
      events_(events),
      watch_(watch),
      network_(network),
      nodes_(nodes),
      counts_(counts),
      down_(plan.machines.size()),
      old_disk_(plan.machines.size()),
      armed_(plan.machines.size()) {
  told_reaches_.assign(plan.machines.size(), std::vector<bool>(plan.machines.size(), true));
}

void Faults::begin() {
  for (const Incident& incident : plan_.incidents) events_.at(incident.at, [this, &incident] { start(incident); });
}

void Faults::start(const Incident& incident) {
  tell(incident, true);
  std::uint64_t storm = 0;
  const NodeIndex first = incident.nodes.empty() ? 0 : incident.nodes.front();
  if (is_storm(incident.kind)) storm = network_.begin_storm(incident.kind, incident.amount, incident.nodes);
  switch (incident.kind) {
    case FaultKind::halves:
    case FaultKind::one_against_rest:
    case FaultKind::one_way:
      count(incident.kind);
      cut_off(incident, true);
      break;
    case FaultKind::flapping:
      count(incident.kind);
      flap(incident, incident.at + incident.lasts_ms, true);
      break;
    case FaultKind::crash:
    case FaultKind::power_cut:
      if (!arm(first, incident.at, [this, &incident] { cut_power(incident); })) cut_power(incident);
      return;
    case FaultKind::old_disk:
      return take_image(incident);
    case FaultKind::slow_disk:
      count(incident.kind);
      nodes_[first]->set_sync_ms(kSlowSyncMs);
      break;
    default:
      if (is_wrong_clock(incident.kind)) wrong_clock(incident, true);
      break;
  }
  tell_links();
  if (incident.kind != FaultKind::set_change)
    events_.after(incident.lasts_ms, [this, &incident, storm] { stop(incident, storm); });
}

void Faults::stop(const Incident& incident, std::uint64_t storm) {
  tell(incident, false);
  const NodeIndex first = incident.nodes.empty() ? 0 : incident.nodes.front();
  if (storm != 0) network_.end_storm(storm);
  if (incident.kind == FaultKind::halves || incident.kind == FaultKind::one_against_rest ||
      incident.kind == FaultKind::one_way)
    cut_off(incident, false);
  if (incident.kind == FaultKind::slow_disk) nodes_[first]->set_sync_ms(plan_.machines[first].sync_ms);
  if (is_wrong_clock(incident.kind)) wrong_clock(incident, false);
  tell_links();
}

void Faults::tell(const Incident& incident, bool begins) {
  watch_.see(FaultInjected{incident.kind, incident.nodes, incident.amount, begins});
}

void Faults::tell_links() {
  const std::size_t n = nodes_.size();
  LinksChanged changed;
  changed.reaches.assign(n, std::vector<bool>(n, true));
  for (NodeIndex from = 0; from < n; ++from)
    for (NodeIndex to = 0; to < n; ++to)
      if (from != to) changed.reaches[from][to] = network_.reaches(from, to);
  if (changed.reaches == told_reaches_) return;
  told_reaches_ = changed.reaches;
  watch_.see(changed);
}

// ---- links

void Faults::cut_off(const Incident& incident, bool cut) {
  const auto inside = [&](NodeIndex machine) {
    return std::find(incident.nodes.begin(), incident.nodes.end(), machine) != incident.nodes.end();
  };
  const bool both = incident.kind != FaultKind::one_way;
  for (NodeIndex from = 0; from < nodes_.size(); ++from)
    for (NodeIndex to = 0; to < nodes_.size(); ++to) {
      const bool crosses = inside(from) != inside(to) && (both || inside(from));
      if (!crosses) continue;
      if (cut)
        network_.cut(from, to);
      else
        network_.mend(from, to);
    }
}

void Faults::flap(const Incident& incident, TimeMs until, bool cut) {
  cut_off(incident, cut);
  const auto every = static_cast<std::uint64_t>(incident.amount);
  if (cut || events_.now() + every < until)
    events_.after(every, [this, &incident, until, cut] { flap(incident, until, !cut); });
}

// ---- machines

/// One machine or all.
void Faults::cut_power(const Incident& incident) {
  count(incident.kind);
  for (const NodeIndex machine : incident.nodes) end_process(machine);
  events_.after(incident.lasts_ms, [this, &incident] {
    tell(incident, false);
    for (const NodeIndex machine : incident.nodes) begin_process(machine);
  });
}

/// `then` comes in the middle of what this machine does; or at once, half the time.
bool Faults::arm(NodeIndex machine, TimeMs chance, std::function<void()> then) {
  if (chance % 2 != 0 || !nodes_[machine]->running()) return false;
  armed_[machine] = std::move(then);
  nodes_[machine]->crash_after(1 + chance / 2 % kArmedThings);
  return true;
}

void Faults::ended_by_itself(NodeIndex machine) {
  const auto then = std::exchange(armed_[machine], nullptr);
  if (then) then();
}

void Faults::end_process(NodeIndex machine) {
  ++down_[machine];
  nodes_[machine]->crash();
}

void Faults::begin_process(NodeIndex machine) {
  if (--down_[machine] > 0) return;
  const bool old_disk = old_disk_[machine];
  old_disk_[machine] = false;
  nodes_[machine]->start(old_disk);
}

void Faults::take_image(const Incident& incident) {
  const NodeIndex machine = incident.nodes.front();
  events_.after(incident.lasts_ms, [this, &incident, machine, image = nodes_[machine]->disk().image()] {
    const auto restore = [this, &incident, image] { put_back(incident, image); };
    if (!arm(machine, incident.at, restore)) restore();
  });
}

void Faults::put_back(const Incident& incident, const DiskImage& image) {
  const NodeIndex machine = incident.nodes.front();
  count(FaultKind::old_disk);
  tell(incident, false);
  end_process(machine);
  nodes_[machine]->disk().put_back(image);
  old_disk_[machine] = true;
  begin_process(machine);
}

// ---- clocks

void Faults::wrong_clock(const Incident& incident, bool wrong) {
  const NodeIndex machine = incident.nodes.front();
  SimClock& clock = nodes_[machine]->clock();
  const TimeMs now = events_.now();
  if (!wrong) {
    clock.set_drift(now, plan_.machines[machine].drift_ppm);
    clock.set_offset(plan_.machines[machine].clock_offset_ms);
    return tell_clock(machine);
  }
  count(incident.kind);
  if (incident.kind == FaultKind::clock_offset) clock.set_offset(incident.amount);
  if (incident.kind == FaultKind::clock_step) clock.step(incident.amount);
  if (incident.kind == FaultKind::clock_drift) clock.set_drift(now, incident.amount);
  tell_clock(machine);
}

void Faults::tell_clock(NodeIndex machine) {
  watch_.see(ClockSet{machine, nodes_[machine]->clock().offset_ms()});
}

void Faults::look_at_clocks() {
  for (NodeIndex i = 0; i < nodes_.size(); ++i)
    if (nodes_[i]->clock().drift_on(events_.now())) tell_clock(i);
}

}  // namespace lucid::sim
