// The seam for machines that lie. Such a machine runs a normal node with its own production core, keys and chain; what
// it sends passes through a Liar, which may change, hold back, double or invent, and which says what the node hears.
//
// Thread-safety: one cluster is one thread.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "tools/lucid-sim/chance.hpp"
#include "tools/lucid-sim/fault_kinds.hpp"
#include "tools/lucid-sim/key_table.hpp"
#include "tools/lucid-sim/message.hpp"
#include "tools/lucid-sim/seed_plan.hpp"

namespace lucid::sim {

class Conspiracy;
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
  Conspiracy& conspiracy;                // what all liars of the cluster share; outlives them
  std::function<void(NodeIndex to, const MessagePtr& message)> send;  // as it is, while the machine runs
  std::function<void(std::uint64_t delay_ms, std::function<void()> task)> after;
};

/// As it is, an honest machine.
class Liar {
 public:
  virtual ~Liar() = default;
  /// The node wants to send `message` to `to`: what is sent there instead, in order.
  virtual std::vector<MessagePtr> outgoing(TimeMs, const MessagePtr& message, NodeIndex) { return {message}; }
  /// Something came in. Whether the node hears it too.
  virtual bool received(TimeMs, NodeIndex, const MessagePtr&) { return true; }
  /// Asked again and again, about each second: it may send more.
  virtual void wake(TimeMs) {}
};

/// A machine that the plan marks as lying.
std::unique_ptr<Liar> make_liar(LiarDeps deps);

}  // namespace lucid::sim
