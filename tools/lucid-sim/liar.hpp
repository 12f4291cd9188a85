// The seam for machines that lie. Such a machine runs a normal node with its own production core, keys and chain; what
// it sends passes through a Liar, which may change, hold back, double or invent.
//
// Thread-safety: one cluster is one thread.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "tools/lucid-sim/chance.hpp"
#include "tools/lucid-sim/fault_kinds.hpp"
#include "tools/lucid-sim/key_table.hpp"
#include "tools/lucid-sim/message.hpp"
#include "tools/lucid-sim/seed_plan.hpp"

namespace lucid::sim {

class SimNode;

/// What a liar has at hand.
struct LiarDeps {
  const SeedPlan& plan;
  const ledger::Chain& chain;
  crypto::Verifier verifier;
  NodeIndex self = 0;
  const SimNode& node;  // its core, chain and mempool
  Chance chance;
  std::function<void(FaultKind)> count;  // one lie more
};

/// As it is, an honest machine.
class Liar {
 public:
  virtual ~Liar() = default;
  /// The node wants to send `message` to `to`: what is sent there instead, in order.
  virtual std::vector<MessagePtr> outgoing(TimeMs, const MessagePtr& message, NodeIndex) { return {message}; }
  /// Something came in; the node hears it too.
  virtual void received(TimeMs, NodeIndex, const MessagePtr&) {}
  /// Asked again and again, about each second: more to send, and to whom.
  virtual std::vector<std::pair<NodeIndex, MessagePtr>> wake(TimeMs) { return {}; }
};

/// A machine that the plan marks as lying.
std::unique_ptr<Liar> make_liar(LiarDeps deps);

}  // namespace lucid::sim
