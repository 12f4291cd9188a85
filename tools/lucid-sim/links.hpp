// The links between machines: what passes, how late, how often.
//
// On a good network a letter takes 1 to delay_ms. Cuts stop everything on a link in one direction; storms lose,
// double, delay or disorder a part. Connections do not say whether a letter came: what is lost comes again only
// because nodes offer what they hold.
// Thread-safety: one cluster is one thread.
#pragma once

#include <algorithm>
#include <functional>
#include <list>
#include <vector>

#include "tools/lucid-sim/chance.hpp"
#include "tools/lucid-sim/event_queue.hpp"
#include "tools/lucid-sim/fault_kinds.hpp"
#include "tools/lucid-sim/observer.hpp"

namespace lucid::sim {

/// How late a disordered or doubled letter comes, at most.
inline constexpr std::uint64_t kDisorderMs = 3'000;

template <class LetterPtr>
class Links {
 public:
  using Deliver = std::function<void(NodeIndex from, NodeIndex to, const LetterPtr& letter)>;

  Links(std::size_t machines, std::uint64_t delay_ms, EventQueue& events, Chance chance, FaultCounts& counts)
      : machines_(machines),
        delay_ms_(delay_ms),
        events_(events),
        chance_(chance),
        counts_(counts),
        cuts_(machines * machines) {}

  void on_delivery(Deliver deliver) { deliver_ = std::move(deliver); }
  void send(NodeIndex from, NodeIndex to, const LetterPtr& letter);

  /// One more reason, or one fewer, why nothing passes.
  void cut(NodeIndex from, NodeIndex to) { ++cuts_[from * machines_ + to]; }
  void mend(NodeIndex from, NodeIndex to) { --cuts_[from * machines_ + to]; }

  /// Of links from or to `nodes` (all where it is empty), until the number is given back.
  std::uint64_t begin_storm(FaultKind kind, std::int64_t amount, std::vector<NodeIndex> nodes);
  void end_storm(std::uint64_t number);

  /// Whether anything passes.
  bool passes(NodeIndex from, NodeIndex to) const { return !is_cut(from, to); }
  /// Whether what `from` sends comes to `to`, and on time.
  bool reaches(NodeIndex from, NodeIndex to) const;

 private:
  struct Storm {
    std::uint64_t number = 0;
    FaultKind kind = FaultKind::drop;
    std::int64_t amount = 0;
    std::vector<NodeIndex> nodes;
    bool hits(NodeIndex from, NodeIndex to) const;
  };

  bool is_cut(NodeIndex from, NodeIndex to) const { return cuts_[from * machines_ + to] > 0; }
  void count(FaultKind kind) { ++counts_[static_cast<std::size_t>(kind)]; }
  void deliver_after(std::uint64_t delay_ms, NodeIndex from, NodeIndex to, const LetterPtr& letter);

  std::size_t machines_;
  std::uint64_t delay_ms_;
  EventQueue& events_;
  Chance chance_;
  FaultCounts& counts_;
  Deliver deliver_;
  std::vector<std::uint32_t> cuts_;  // reasons, by from · machines + to
  std::list<Storm> storms_;
  std::uint64_t next_storm_ = 0;
};

template <class LetterPtr>
bool Links<LetterPtr>::Storm::hits(NodeIndex from, NodeIndex to) const {
  return nodes.empty() || std::find(nodes.begin(), nodes.end(), from) != nodes.end() ||
         std::find(nodes.begin(), nodes.end(), to) != nodes.end();
}

template <class LetterPtr>
void Links<LetterPtr>::send(NodeIndex from, NodeIndex to, const LetterPtr& letter) {
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
        deliver_after(1 + chance_.below(kDisorderMs), from, to, letter);
        break;
      case FaultKind::reorder:
        delay_ms += chance_.below(kDisorderMs);
        break;
      default:
        delay_ms += amount / 2 + chance_.below(amount + 1);
        break;
    }
  }
  deliver_after(delay_ms, from, to, letter);
}

template <class LetterPtr>
void Links<LetterPtr>::deliver_after(std::uint64_t delay_ms, NodeIndex from, NodeIndex to, const LetterPtr& letter) {
  events_.after(delay_ms, [this, from, to, letter] {
    if (!is_cut(from, to)) deliver_(from, to, letter);  // what was on its way when the link went is lost with it
  });
}

template <class LetterPtr>
std::uint64_t Links<LetterPtr>::begin_storm(FaultKind kind, std::int64_t amount, std::vector<NodeIndex> nodes) {
  storms_.push_back({++next_storm_, kind, amount, std::move(nodes)});
  return next_storm_;
}

template <class LetterPtr>
void Links<LetterPtr>::end_storm(std::uint64_t number) {
  storms_.remove_if([&](const Storm& storm) { return storm.number == number; });
}

template <class LetterPtr>
bool Links<LetterPtr>::reaches(NodeIndex from, NodeIndex to) const {
  if (is_cut(from, to)) return false;
  return std::none_of(storms_.begin(), storms_.end(),
                      [&](const Storm& storm) { return storm.kind != FaultKind::duplicate && storm.hits(from, to); });
}

}  // namespace lucid::sim
