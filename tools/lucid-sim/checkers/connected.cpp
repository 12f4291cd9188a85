#include "tools/lucid-sim/checkers/connected.hpp"

#include <bit>

namespace lucid::sim {
namespace {

/// Grows `chosen` by any of `candidates`, all of whom know all of `chosen`.
void grow(const std::vector<NodeMask>& connected, NodeMask chosen, NodeMask candidates, NodeMask& best) {
  if (std::popcount(chosen) + std::popcount(candidates) <= std::popcount(best)) return;
  if (candidates == 0) {
    best = chosen;
    return;
  }
  const auto first = static_cast<std::size_t>(std::countr_zero(candidates));
  const NodeMask bit = NodeMask{1} << first;
  grow(connected, chosen | bit, candidates & connected[first] & ~bit, best);
  if ((candidates & ~connected[first] & ~bit) != 0) grow(connected, chosen, candidates & ~bit, best);
}

}  // namespace

NodeMask largest_clique(const std::vector<NodeMask>& connected, NodeMask candidates) {
  NodeMask best = 0;
  grow(connected, 0, candidates, best);
  return best;
}

Connected::Connected(const ClusterFacts& facts, std::uint64_t precision_ms)
    : machines_(facts.nodes.size()),
      half_precision_ms_(static_cast<std::int64_t>(precision_ms / 2)),
      connected_(facts.nodes.size(), ~NodeMask{0}) {
  for (std::size_t node = 0; node < facts.nodes.size(); ++node)
    if (facts.nodes[node].lies) liars_ |= mask_of(static_cast<NodeIndex>(node));
}

bool Connected::see(const Sighting& sighting) {
  if (const auto* started = std::get_if<Started>(&sighting)) {
    Machine& machine = machines_[started->node];
    machine.runs = true;
    machine.persist_failed = false;
    machine.has_old_disk = machine.has_old_disk || started->old_disk;
  } else if (const auto* crashed = std::get_if<Crashed>(&sighting)) {
    machines_[crashed->node].runs = false;
  } else if (const auto* clock = std::get_if<ClockSet>(&sighting)) {
    machines_[clock->node].clock_is_off =
        clock->offset_ms > half_precision_ms_ || clock->offset_ms < -half_precision_ms_;
  } else if (const auto* links = std::get_if<LinksChanged>(&sighting)) {
    for (std::size_t a = 0; a < connected_.size(); ++a) {
      connected_[a] = 0;
      for (std::size_t b = 0; b < connected_.size(); ++b)
        if (a == b || (links->reaches[a][b] && links->reaches[b][a]))
          connected_[a] |= mask_of(static_cast<NodeIndex>(b));
    }
  } else if (const auto* role = std::get_if<RoleChanged>(&sighting)) {
    if (role->role != Role::joined || !machines_[role->node].has_old_disk) return false;
    machines_[role->node].has_old_disk = false;
  } else if (const auto* alarm = std::get_if<AlarmRaised>(&sighting)) {
    if (alarm->kind == consensus::AlarmKind::persist_failed)
      machines_[alarm->node].persist_failed = true;
    else
      machines_[alarm->node].is_stopped = true;
  } else {
    return false;
  }
  return true;
}

void Connected::settle(TimeMs now, NodeMask members, std::size_t quorum) {
  NodeMask able = 0;
  for (std::size_t node = 0; node < machines_.size(); ++node) {
    const Machine& machine = machines_[node];
    if (machine.runs && !machine.is_stopped && !machine.persist_failed && !machine.has_old_disk &&
        !machine.clock_is_off)
      able |= mask_of(static_cast<NodeIndex>(node));
  }
  able &= members & ~liars_;
  const auto size = [](NodeMask mask) { return static_cast<std::size_t>(std::popcount(mask)); };
  const NodeMask largest = largest_clique(connected_, able);
  const bool all = largest == members && size(largest) >= quorum;
  if (all && !all_since_) all_since_ = now;
  if (!all && all_since_) {
    alls_.push_back({*all_since_, now});
    all_since_.reset();
  }
  if (group_) {
    const NodeMask left = largest_clique(connected_, able & group_->nodes);
    if (size(left) >= quorum) {
      group_->nodes = left;
      return;
    }
    groups_.push_back({group_->since, now});
    group_.reset();
  }
  if (size(largest) >= quorum) group_ = Group{largest, now};
}

}  // namespace lucid::sim
