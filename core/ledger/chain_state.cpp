#include "core/ledger/chain_state.hpp"

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
  state.credits = credits::genesis_credits(chain.genesis.validators, slots::epoch_of(chain.params(), chain.header.slot),
                                           chain.header.slot);
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
