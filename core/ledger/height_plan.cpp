#include "core/ledger/height_plan.hpp"

#include <algorithm>

#include "core/base/mutant.hpp"
#include "core/codec/codec.hpp"
#include "core/slots/slots.hpp"

namespace lucid::ledger {
namespace {

/// Sections 3: from this round on a value's share of a block no longer shrinks.
constexpr Round kLastShrinkingRound = 5;

/// Sticky successor (section 3): within a slot the order begins at the proposer of the block before.
void rotate_to(std::vector<Address>& order, const Address& proposer) {
  const auto place = std::find(order.begin(), order.end(), proposer);
  if (place != order.end()) std::rotate(order.begin(), place, order.end());
}

}  // namespace

HeightPlan plan_next(const Chain& chain, const ChainState& state, const HeightPlan* before) {
  const ChainParams& params = chain.params();
  HeightPlan plan;
  plan.height = state.height + 1;
  plan.slot = slots::next_slot(params, state.slot, state.time);
  plan.epoch = slots::epoch_of(params, plan.slot);
  plan.parent_is_genesis = state.height == 0;
  plan.first_of_slot = plan.parent_is_genesis || plan.slot > state.slot;
  plan.validators = LUCID_MUTANT(votes_of_replaced_set) ? state.set_of_tip() : state.validators;
  plan.seed = state.seed;
  plan.parent_hash = state.hash;
  plan.parent_time = state.time;
  const bool same_set = before && before->validators == plan.validators;
  plan.validators_hash = same_set ? before->validators_hash : crypto::validators_hash(plan.validators);
  plan.parent_validators = state.set_of_tip();
  plan.earliest_time = state.time + (LUCID_MUTANT(block_interval_not_enforced) ? 1 : params.block_interval_ms);
  plan.closing_time = slots::closing_time(params, plan.slot);
  if (plan.first_of_slot) {
    plan.slot_order = credits::order_of_slot(state.credits, params, plan.validators, state.seed, plan.slot);
    plan.order = plan.slot_order.leaders;
  } else {
    plan.slot_order.leaders.assign(state.credits.order.begin(), state.credits.order.end());
    plan.order = plan.slot_order.leaders;
    rotate_to(plan.order, state.proposer);
  }
  return plan;
}

Bytes vrf_alpha(const Hash256& seed, Slot slot) {
  return codec::encode_array(std::string_view("lucid/vrf/v1"), seed, slot);
}

std::uint64_t block_bytes_max(const ChainParams& params, Round round) {
  return params.max_block_bytes >> std::min(round, kLastShrinkingRound);
}

}  // namespace lucid::ledger
