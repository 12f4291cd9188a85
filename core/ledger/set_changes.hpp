// Changes of the validator set and of the owner registry (docs/protocol.md P-7.17, P-7.18, P-7.29 and following): put
// forward by anyone, approved by members, counted with the q-th approval, in effect two epochs later or when named.
//
// A change that counts always takes effect: it is tried against everything scheduled before it does, so no set on the
// way has too few or too many members or one key twice.
//
// Thread-safety: SetChanges has one owner, for one block; the rest are pure functions. Time and memory in proportion to
// the members and what is scheduled, only in blocks with such operations.
#pragma once

#include "core/ledger/chain.hpp"
#include "core/ledger/chain_state.hpp"
#include "core/ledger/height_plan.hpp"
#include "core/ledger/state_reader.hpp"

namespace lucid::ledger {

/// What members approve: tagged_hash("lucid/change/v1", epoch, change). The epoch is the one in which the change is put
/// forward and approved: no approval can be used again in a later one.
Hash256 change_hash(Epoch epoch, const Change& change);

/// One change made to a set, in place. Refused (the set is as before): validator_known, validator_unknown,
/// validator_key_taken, validators_too_few, validators_too_many, operation_form (keys that are the same as before, or
/// another name).
Outcome apply_change(ValidatorSet& set, const UpdateValidators& change, std::uint64_t min_validators);

/// How many changes of validators may count in an epoch of this set: max(1, f).
std::size_t changes_per_epoch(const ValidatorSet& set);

/// At an epoch's end, after the set of the next epoch moved up: makes the set of `epoch` (the one after that) out of it
/// and of what is due, and forgets what was not approved in time.
void freeze_set(ChainState& state, ChangeSet& changes, Epoch epoch, std::uint64_t min_validators);

/// The operations of one block.
class SetChanges {
 public:
  SetChanges(const Chain& chain, const crypto::Verifier& verifier, const HeightPlan& plan, const StateReader& reader,
             ChainState& state, ChangeSet& changes);

  /// Outcomes beside those of apply_change: change_known, changes_too_many, change_epoch_range, change_conflict,
  /// operation_form, validator_key_invalid, validator_unknown, owner_known, owner_unknown, owners_too_many. Errors are
  /// the reader's, here and below.
  Result<Outcome> put_forward(const Change& change);
  /// Outcomes: change_not_open, approval_not_member, approval_known, approval_invalid, approval_limit_reached; of the
  /// q-th approval also change_limit_reached and those of put_forward. A refused one is as if it never came.
  Result<Outcome> approve(const Approve& approval);

 private:
  Outcome check_form(const Change& change) const;
  Result<Outcome> try_change(const Change& change) const;
  void make_room();
  Result<Outcome> count(const OpenChange& open);

  Outcome try_validators(const UpdateValidators& change, SetChangeState& scheduled) const;
  Result<Outcome> try_owners(const UpdateOwners& change) const;
  Result<std::optional<OwnerRecord>> newest_owner(const Address& account) const;
  bool is_validator_by(const Address& address, Epoch epoch) const;

  Epoch earliest_effect() const { return {plan_.epoch.value + 2}; }
  Epoch effect_of(const Change& change) const;
  std::size_t waiting_approvals_of(std::uint32_t member) const;

  const Chain& chain_;
  const crypto::Verifier& verifier_;
  const HeightPlan& plan_;
  const StateReader& reader_;
  ChainState& state_;
  ChangeSet& changes_;
};

}  // namespace lucid::ledger
