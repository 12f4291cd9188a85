// Changes of validators and owners between being put forward and taking effect: part of the state that is carried from
// block to block (docs/protocol.md P-7.17, P-7.18). Empty but in epochs in which somebody changes something, so copying
// it costs nothing.
//
// Thread-safety: values.
#pragma once

#include <cstdint>
#include <variant>

#include "core/base/bounded.hpp"
#include "core/base/fields.hpp"
#include "core/types/transaction.hpp"
#include "core/types/validator_set.hpp"

namespace lucid::ledger {

/// What is approved. The order of the alternatives is their kind number in the change's hash: append.
using Change = std::variant<UpdateValidators, UpdateOwners>;

/// Of changes that wait, a member approves at most so many at a time.
inline constexpr std::size_t kMaxApprovalsPerMember = 8;
/// Places for changes that nobody approves yet: anyone may put one forward, so these give way when they are full.
inline constexpr std::size_t kUnapprovedPlaces = 16;
/// How many changes may wait in a chain of n validators: however many liars approve nonsense, the unapproved places
/// stay.
constexpr std::size_t open_changes_max(std::size_t n) {
  return kMaxApprovalsPerMember * n + kUnapprovedPlaces;
}
inline constexpr std::size_t kMaxOpenChanges = open_changes_max(kMaxValidators);

/// Changes of validators that counted and are not frozen yet.
inline constexpr std::size_t kMaxScheduledChanges = 128;
/// An epoch of effect lies at most so far ahead.
inline constexpr std::uint64_t kMaxEpochsAhead = 1024;

/// Put forward in this epoch, and waiting for its q-th approval.
struct OpenChange {
  Hash256 hash;
  Change change;
  BoundedList<std::uint32_t, kMaxValidators> approvals;  // members of the epoch's set by index, ascending
  bool operator==(const OpenChange&) const = default;
  LUCID_FIELDS(hash, change, approvals)
};

/// A change of validators that counted.
struct ScheduledChange {
  Epoch effect;
  UpdateValidators change;
  bool operator==(const ScheduledChange&) const = default;
  LUCID_FIELDS(effect, change)
};

struct SetChangeState {
  BoundedList<OpenChange, kMaxOpenChanges> open;                 // of this epoch, in block order
  BoundedList<Hash256, kMaxValidators> counted;                  // changes of validators in this epoch
  BoundedList<ScheduledChange, kMaxScheduledChanges> scheduled;  // by effect, then in the order in which they counted
  std::uint64_t owners = 0;                                      // registered once all that counted took effect
  bool operator==(const SetChangeState&) const = default;
  LUCID_FIELDS(open, counted, scheduled, owners)
};

}  // namespace lucid::ledger
