// The people who run the machines: they agree that a validator joins, leaves or gets new keys, or that an account joins
// or leaves the owner registry, put the change forward and approve it, all within one epoch, and again in the next
// where that came to nothing.
//
// Thread-safety: one cluster is one thread.
#pragma once

#include <memory>
#include <vector>

#include "core/ledger/set_change_state.hpp"
#include "tools/lucid-sim/sim_node.hpp"

namespace lucid::sim {

class SetOperators {
 public:
  SetOperators(World& world, const std::vector<std::unique_ptr<SimNode>>& nodes, FaultCounts& counts, Chance chance);

  void begin();

 private:
  struct Attempt {
    TimeMs at = 0;
    FaultKind kind = FaultKind::set_change;
    ledger::Change change;
    std::uint64_t tries = 0;
    Epoch epoch;  // of the newest try
  };

  void look(std::size_t number);
  const SimNode* highest() const;
  UpdateValidators change_of(const SetChangePlan& plan) const;
  UpdateOwners change_of(const OwnerChangePlan& plan) const;
  static bool has_counted(const UpdateValidators& change, const SimNode& seen);
  static bool has_counted(const UpdateOwners& change, const SimNode& seen);
  void put_forward(const Attempt& attempt, const SimNode& seen);
  void send(Operation operation);

  World& world_;
  const std::vector<std::unique_ptr<SimNode>>& nodes_;
  FaultCounts& counts_;
  Chance chance_;
  std::vector<Attempt> attempts_;
  std::uint64_t nonce_ = 0;
  std::vector<crypto::TransactionPtr> sent_;
};

}  // namespace lucid::sim
