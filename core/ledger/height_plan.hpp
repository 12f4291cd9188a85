// What is fixed about a height before anyone proposes it (protocol.md sections 2 to 4): slot, members, who proposes
// in which round, and when. Consensus runs a height from its plan; validation compares a block with it.
//
// Thread-safety: values.
#pragma once

#include <vector>

#include "core/ledger/chain_state.hpp"

namespace lucid::ledger {

struct HeightPlan {
  Height height = 0;
  Slot slot;
  Epoch epoch;
  bool first_of_slot = false;       // then the block carries a VRF proof and the slot's order was made anew
  ValidatorSet validators;          // judge proposer, votes, certificate and evidence of this height
  Hash256 validators_hash;          // of those
  std::vector<Address> order;       // rotated: round r is led by entry r mod n
  credits::LeaderOrder slot_order;  // as computed for the slot, not rotated; `cooling` only in a slot's first block
  Hash256 seed;                     // of the epoch
  Hash256 parent_hash;
  TimeMs parent_time = 0;
  ValidatorSet parent_validators;  // judge the parent's certificate, which this block carries
  bool parent_is_genesis = false;  // then that certificate is the empty one
  TimeMs earliest_time = 0;        // parent_time + block_interval
  TimeMs closing_time = 0;         // start of the slot's last interval (may be past)

  const Address& proposer(Round round) const { return order[round % order.size()]; }
};

/// `before`: the plan of the height before, where there is one; of a set that is still the same nothing is hashed
/// again.
HeightPlan plan_next(const Chain& chain, const ChainState& state, const HeightPlan* before = nullptr);

/// What the proposer of a slot's first block proves: the canonical array ["lucid/vrf/v1", seed, slot].
Bytes vrf_alpha(const Hash256& seed, Slot slot);

/// max_block_bytes / 2^min(round, 5): what a value made in that round may fill (section 3).
std::uint64_t block_bytes_max(const ChainParams& params, Round round);

}  // namespace lucid::ledger
