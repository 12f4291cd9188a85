// The small part of the state, carried from block to block as one value; everything large (nonces, anchors, chunk
// records) is asked of a StateReader. Its encoding is what the store keeps beside the tip.
//
// Thread-safety: values.
#pragma once

#include <optional>

#include "core/credits/credit_state.hpp"
#include "core/ledger/chain.hpp"
#include "core/ledger/change_set.hpp"
#include "core/ledger/set_change_state.hpp"
#include "core/merkle/append_log.hpp"

namespace lucid::ledger {

struct ChainState {
  Height height = 0;                            // of the tip
  Hash256 hash;                                 // of the tip
  TimeMs time = 0;                              // of the tip
  Slot slot;                                    // of the tip
  Address proposer;                             // of the tip; zero at genesis
  std::uint64_t tip_sessions = 0;               // anchored by the tip: credited when its certificate is on chain
  Hash256 digest;                               // state_digest of the tip
  Hash256 seed;                                 // of the epoch of height + 1
  ValidatorSet validators;                      // of height + 1
  std::optional<ValidatorSet> tip_validators;   // of the tip's height, where it was another
  std::optional<ValidatorSet> next_validators;  // of the epoch after that of height + 1, where it is another
  SetChangeState set_changes;                   // what changes the sets after that
  credits::CreditState credits;
  merkle::AppendLog log;           // of anchors
  std::uint64_t transactions = 0;  // in all blocks
  bool operator==(const ChainState&) const = default;
  LUCID_FIELDS(height, hash, time, slot, proposer, tip_sessions, digest, seed, validators, tip_validators,
               next_validators, set_changes, credits, log, transactions)

  const ValidatorSet& set_of_tip() const { return tip_validators ? *tip_validators : validators; }
  const ValidatorSet& set_of_next_epoch() const { return next_validators ? *next_validators : validators; }
};

/// The state after block 0. The store also writes genesis_changes().
ChainState genesis_state(const Chain& chain);
/// What block 0 changes: the first SetRecord, and the genesis's owners.
ChangeSet genesis_changes(const Chain& chain);

}  // namespace lucid::ledger
