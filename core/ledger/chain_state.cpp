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
  state.credits = credits::genesis_credits(chain.genesis.validators, slots::epoch_of(chain.params(), chain.header.slot),
                                           chain.header.slot);
  return state;
}

ChangeSet genesis_changes(const Chain& chain) {
  ChangeSet changes;
  changes.sets.push_back({slots::epoch_of(chain.params(), chain.header.slot), chain.genesis.validators});
  return changes;
}

}  // namespace lucid::ledger
