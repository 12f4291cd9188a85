#include "tools/lucid-sim/network.hpp"

#include <algorithm>

namespace lucid::sim {
namespace {

/// How late a disordered or doubled message comes, at most.
constexpr std::uint64_t kDisorderMs = 3'000;

}  // namespace

bool Network::Storm::hits(NodeIndex from, NodeIndex to) const {
  return nodes.empty() || std::find(nodes.begin(), nodes.end(), from) != nodes.end() ||
         std::find(nodes.begin(), nodes.end(), to) != nodes.end();
}

void Network::send(NodeIndex from, NodeIndex to, const MessagePtr& message) {
  if (is_cut(from, to)) return;
  std::uint64_t delay_ms = 1 + chance_.below(delay_ms_);
  for (const Storm& storm : storms_) {
    if (storm.kind == FaultKind::flapping || !storm.hits(from, to)) continue;  // cuts do it
    const auto amount = static_cast<std::uint64_t>(storm.amount);
    const bool share = storm.kind != FaultKind::delay;
    if (share && !chance_.permille(amount)) continue;
    count(storm.kind);
    switch (storm.kind) {
      case FaultKind::drop:
        return;
      case FaultKind::duplicate:
        deliver_after(1 + chance_.below(kDisorderMs), from, to, message);
        break;
      case FaultKind::reorder:
        delay_ms += chance_.below(kDisorderMs);
        break;
      default:
        delay_ms += amount / 2 + chance_.below(amount + 1);
        break;
    }
  }
  deliver_after(delay_ms, from, to, message);
}

void Network::deliver_after(std::uint64_t delay_ms, NodeIndex from, NodeIndex to, const MessagePtr& message) {
  events_.after(delay_ms, [this, from, to, message] {
    if (!is_cut(from, to)) deliver_(from, to, message);  // what was on its way when the link went is lost with it
  });
}

std::uint64_t Network::begin_storm(FaultKind kind, std::int64_t amount, std::vector<NodeIndex> nodes) {
  storms_.push_back({++next_storm_, kind, amount, std::move(nodes)});
  return next_storm_;
}

void Network::end_storm(std::uint64_t number) {
  storms_.remove_if([&](const Storm& storm) { return storm.number == number; });
}

bool Network::reaches(NodeIndex from, NodeIndex to) const {
  if (is_cut(from, to)) return false;
  return std::none_of(storms_.begin(), storms_.end(),
                      [&](const Storm& storm) { return storm.kind != FaultKind::duplicate && storm.hits(from, to); });
}

}  // namespace lucid::sim
