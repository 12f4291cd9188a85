// What the consensus core must know of one height before it starts: derived from the chain alone, so that every node
// works with the same one (protocol.md sections 2 and 4). The ledger knows all of it.
//
// Thread-safety: values. Times in milliseconds since 1970.
#pragma once

#include <vector>

#include "core/base/result.hpp"
#include "core/types/params.hpp"
#include "core/types/validator_set.hpp"
#include "core/types/vote.hpp"

namespace lucid::consensus {

struct HeightPlan {
  Height height = 1;
  Slot slot;
  ValidatorSet validators;     // of epoch(slot)
  std::vector<Address> order;  // all of them; entry r mod n proposes in round r (already rotated: sticky successor)
  Hash256 previous_hash;
  TimeMs previous_time = 0;      // time(height - 1)
  TimeMs closing_from = 0;       // start of the slot's last block interval: from here on a block is made even if empty
  Certificate last_commit;       // of the parent; of height 1 the empty one
  ValidatorSet last_validators;  // who judged the parent
  ChainParams params;

  /// Who proposes in `round`. The plan must be valid.
  const Address& proposer(Round round) const { return order[round % order.size()]; }
  /// No block of this height may be dated before this.
  TimeMs earliest_time() const { return previous_time + params.block_interval_ms; }
  /// Before this nothing opens round 0, whatever arrives: one early vote must open nothing.
  TimeMs gate() const { return earliest_time() - params.time_precision_ms; }
};

/// The order is a permutation of the validators, and the parent's certificate fits the parent's set. Fault internal
/// where it is not: the plan comes from this node's own ledger.
Status check(const HeightPlan& plan);

}  // namespace lucid::consensus
