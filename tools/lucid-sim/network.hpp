// The links between machines: what passes, how late, how often.
//
// On a good network a message takes 1 to delay_ms. Cuts stop everything on a link in one direction; storms lose,
// double, delay or disorder a part. Connections do not say whether a message came: what is lost comes again only
// because nodes offer what they hold.
// Thread-safety: one cluster is one thread.
#pragma once

#include <functional>
#include <list>
#include <vector>

#include "tools/lucid-sim/chance.hpp"
#include "tools/lucid-sim/event_queue.hpp"
#include "tools/lucid-sim/fault_kinds.hpp"
#include "tools/lucid-sim/message.hpp"

namespace lucid::sim {

class Network {
 public:
  using Deliver = std::function<void(NodeIndex from, NodeIndex to, const MessagePtr& message)>;

  Network(std::size_t machines, std::uint64_t delay_ms, EventQueue& events, Chance chance, FaultCounts& counts)
      : machines_(machines),
        delay_ms_(delay_ms),
        events_(events),
        chance_(chance),
        counts_(counts),
        cuts_(machines * machines) {}

  void on_delivery(Deliver deliver) { deliver_ = std::move(deliver); }
  void send(NodeIndex from, NodeIndex to, const MessagePtr& message);

  /// One more reason, or one fewer, why nothing passes.
  void cut(NodeIndex from, NodeIndex to) { ++cuts_[from * machines_ + to]; }
  void mend(NodeIndex from, NodeIndex to) { --cuts_[from * machines_ + to]; }

  /// Of links from or to `nodes` (all where it is empty), until the number is given back.
  std::uint64_t begin_storm(FaultKind kind, std::int64_t amount, std::vector<NodeIndex> nodes);
  void end_storm(std::uint64_t number);

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
  void deliver_after(std::uint64_t delay_ms, NodeIndex from, NodeIndex to, const MessagePtr& message);

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

}  // namespace lucid::sim
