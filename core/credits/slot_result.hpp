// What came of a slot: recorded with its first block (protocol.md sections 2 and 4). Skipped slots are one row.
#pragma once

#include <optional>

#include "core/base/bounded.hpp"
#include "core/base/fields.hpp"
#include "core/base/ordinal.hpp"
#include "core/types/ids.hpp"
#include "core/types/validator_set.hpp"

namespace lucid::credits {

/// success: the primary's block came first; fallback_success: another's did; missed: no block at all.
enum class SlotReason : std::uint8_t { success, fallback_success, missed };
constexpr SlotReason last_of(SlotReason) {
  return SlotReason::missed;
}

/// The primary and the five fallbacks that the API shows.
inline constexpr std::size_t kRecordedLeaders = 6;

struct SlotResult {
  Slot first;  // the slot; of a missed range its first
  Slot last;   // the same; of a missed range its last
  SlotReason reason = SlotReason::missed;
  Height first_height = 0;                         // of its first block; 0 where missed
  std::optional<Address> winner;                   // absent where missed
  BoundedList<Address, kRecordedLeaders> leaders;  // primary first; empty where missed
  BoundedList<Address, kMaxValidators> cooling;    // who was cooling when the order was made
  std::optional<VrfOutput> vrf_output;             // of its first block
  bool operator==(const SlotResult&) const = default;
  LUCID_FIELDS(first, last, reason, first_height, winner, leaders, cooling, vrf_output)
};

}  // namespace lucid::credits
