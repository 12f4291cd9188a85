// The part of the chain's state that decides who leads: tallies, standings, turns, penalties, bans and who signed
// lately. Each function is one event of the chain (protocol.md sections 2, 4 and 5).
//
// Thread-safety: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/credits/leader_order.hpp"
#include "core/credits/slot_result.hpp"
#include "core/credits/tally.hpp"

namespace lucid::credits {

/// A member that got another consensus key, and with it another address, from `epoch` on.
struct AddressChange {
  Address from;
  Address to;
  Epoch epoch;
  bool operator==(const AddressChange&) const = default;
  LUCID_FIELDS(from, to, epoch)
};
/// Evidence against the address before still comes in for so many epochs.
inline constexpr std::uint64_t kAddressChangeEpochs = 2;
inline constexpr std::size_t kMaxAddressChanges = 1024;

struct CreditState {
  Epoch epoch;                                                     // of the next height
  std::optional<EpochTally> previous;                              // of epoch - 1: open until the end of `epoch`
  EpochTally current;                                              // of `epoch`
  StandingTable standing;                                          // frozen for `epoch`
  StandingTable next_standing;                                     // frozen for epoch + 1
  BoundedList<LeaderRecord, kMaxEntities> leaders;                 // by address
  BoundedList<SlotSigners, kDemotionSlots> recent_slots;           // newest last
  BoundedList<Address, kMaxValidators> order;                      // of the tip's slot, not rotated; empty at genesis
  BoundedList<AddressChange, kMaxAddressChanges> address_changes;  // of the newest sets, in order of effect
  bool operator==(const CreditState&) const = default;
  LUCID_FIELDS(epoch, previous, current, standing, next_standing, leaders, recent_slots, order, address_changes)
};

/// Before the first block: everybody has waited since `slot`.
CreditState genesis_credits(const ValidatorSet& validators, Epoch epoch, Slot slot);

/// The order of `slot`, computed from the state before its first height.
LeaderOrder order_of_slot(const CreditState& state, const ChainParams& params, const ValidatorSet& validators,
                          const Hash256& seed, Slot slot);

/// The first block of a slot: the primary's turn, the penalty where another won, the order kept for the slot's heights.
void slot_started(CreditState& state, const ValidatorSet& validators, const LeaderOrder& order, Slot slot,
                  const Address& winner);
/// Every block: its proposer had a turn.
void block_proposed(CreditState& state, Slot slot, const Address& proposer);
/// A block carries the certificate of its parent (in `slot` of `epoch`, with `sessions` sessions): density and
/// validation credits. `signers` are indices into `validators`, the parent's set. An epoch that is settled already
/// takes nothing more.
void certificate_carried(CreditState& state, const ChainParams& params, const ValidatorSet& validators, Epoch epoch,
                         Slot slot, std::uint64_t sessions, std::span<const std::uint32_t> signers);
/// Evidence against `validator` about a height of epoch `signed_in` went on chain in `slot` of `epoch`: no leadership
/// for the rest of `epoch` and the next, under whatever address it has by now.
void evidence_accepted(CreditState& state, const Address& validator, Epoch signed_in, Epoch epoch, Slot slot);

/// Tells of a member that has another address from a later epoch on. Turns and bans go over to the new address then;
/// credits and density do not, for they were earned with signatures of the old key.
void address_changed(CreditState& state, const AddressChange& change);

/// Ends state.epoch: settles the epoch before it, freezes the standing of epoch + 2, clears penalties. `next` is the
/// set of epoch + 1, `next_slot` its first slot. `leaving` is the settled tally of epoch - 1 - leader_window_epochs.
/// Returns the settled tally of epoch - 1; none in the chain's first epoch.
std::optional<EpochTally> end_epoch(CreditState& state, const ValidatorSet& next, Slot next_slot,
                                    const EpochTally& leaving);

}  // namespace lucid::credits
