// Who leads a slot: a total order of the validators, never empty (protocol.md section 4). Integers only; fractions
// are compared by cross-multiplication in 128 bits, whose products stay below 2^128 by the bounds of core/params.
//
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <vector>

#include "core/credits/tally.hpp"

namespace lucid::credits {

/// What a validator's place in the order depends on beside its standing.
struct LeaderRecord {
  Address validator;
  Slot since;                           // first slot of its membership: waiting counts from here before any turn
  std::optional<Slot> last_turn;        // newest slot in which it was primary or proposed a committed block
  std::uint32_t lost_slots = 0;         // of this epoch: primary, and another won the slot's first block
  std::optional<Epoch> banned_through;  // by evidence, this epoch included
  bool operator==(const LeaderRecord&) const = default;
  LUCID_FIELDS(validator, since, last_turn, lost_slots, banned_through)
};

struct SlotMember {
  Address member;
  bool has_signed = false;  // its precommit is in a certificate on chain for a block of the slot
  bool operator==(const SlotMember&) const = default;
  LUCID_FIELDS(member, has_signed)
};

/// Who signed in a slot with blocks.
struct SlotSigners {
  Slot slot;
  BoundedList<SlotMember, kMaxValidators> members;  // by address
  bool operator==(const SlotSigners&) const = default;
  LUCID_FIELDS(slot, members)
};

/// "no signature in any certificate of the three highest earlier slots with blocks".
inline constexpr std::size_t kDemotionSlots = 3;
inline constexpr std::uint32_t kMaxPenalty = 10;

/// Everything a slot's order is computed from: the state before the slot's first height.
struct OrderInput {
  const ChainParams& params;
  const ValidatorSet& validators;                // of the slot's epoch
  const StandingTable& standing;                 // frozen for the slot's epoch
  const std::vector<LeaderRecord>& leaders;      // by address
  const std::vector<SlotSigners>& recent_slots;  // newest last, at most kDemotionSlots
  std::optional<Address> previous_primary;       // of the newest earlier slot with blocks
  Hash256 seed;                                  // of the slot's epoch
  Slot slot;
};

struct LeaderOrder {
  std::vector<Address> leaders;  // a permutation of the set; the primary first
  std::vector<Address> cooling;  // by address
  bool operator==(const LeaderOrder&) const = default;
};

LeaderOrder leader_order(const OrderInput& input);

/// floor(credits · density · (10 - penalty) / 10): the number that people see; the order compares exact fractions.
std::uint64_t live_score(const ChainParams& params, const Standing* standing, std::uint32_t lost_slots);

}  // namespace lucid::credits
