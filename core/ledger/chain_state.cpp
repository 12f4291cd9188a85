#include "core/ledger/chain_state.hpp"

#include "core/ledger/execution.hpp"
#include "core/slots/slots.hpp"

namespace lucid::ledger {

ChainState genesis_state(const Chain& chain) {
  ChainState state;
  state.hash = chain.hash;
  state.time = chain.header.time;
  state.slot = chain.header.slot;
  state.digest = chain.header.state_digest;
  state.seed = chain.header.seed;
  state.validators = chain.genesis.validators;
  state.set_changes.owners = chain.genesis.owners.size();
  const ChainParams& params = chain.params();
  const Epoch first = slots::epoch_of(params, state.slot);
  state.credits = credits::genesis_credits(state.validators, first, state.slot);
  // Where height 1 comes in the next epoch already, block 0 ends its own, as any block does: nothing is settled yet, and
  // the seed goes on without outputs. An epoch is longer than a block interval: there is no second one to end.
  if (slots::ends_epoch(params, state.slot, state.time)) {
    credits::end_epoch(state.credits, state.validators, slots::first_slot(params, first.next()), {});
    state.seed = next_seed(state.seed, {});
  }
  return state;
}

ChangeSet genesis_changes(const Chain& chain) {
  ChangeSet changes;
  const Epoch first = slots::epoch_of(chain.params(), chain.header.slot);
  changes.sets.push_back({first, chain.genesis.validators});
  for (const Owner& owner : chain.genesis.owners) changes.owners.push_back({first, owner, true});
  return changes;
}

}  // namespace lucid::ledger
