// What a machine sees of the simulation that it is in.
//
// Thread-safety: one cluster is one thread.
#pragma once

#include <functional>
#include <memory>

#include "core/crypto/verifier.hpp"
#include "core/ledger/chain.hpp"
#include "core/ledger/chain_state.hpp"
#include "tools/lucid-sim/event_queue.hpp"
#include "tools/lucid-sim/message.hpp"
#include "tools/lucid-sim/seed_plan.hpp"
#include "tools/lucid-sim/watch.hpp"

namespace lucid::sim {

struct World {
  const SeedPlan& plan;
  const ledger::Chain& chain;
  std::shared_ptr<const ledger::ChainState> genesis_state;
  crypto::Verifier verifier;
  EventQueue& events;
  Watch& watch;
  std::function<void(NodeIndex from, NodeIndex to, const MessagePtr& message)> send;
  /// The machine ends here, between two things that it does; it starts again by itself.
  std::function<void(NodeIndex machine)> crash_now;
  std::function<void(Violation violation)> broken;
};

}  // namespace lucid::sim
