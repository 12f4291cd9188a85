// Work tallies (protocol.md sections 4 and 5): what each validator did in an epoch, and its standing: the sums over
// the window that decide an epoch's leaders.
//
// Epoch e is open during e and e+1 (certificates of its last blocks, later proofs and answers, arrive in e+1) and is
// settled by the end of e+1. Thread-safety: values.
#pragma once

#include <cstdint>

#include "core/base/bounded.hpp"
#include "core/base/fields.hpp"
#include "core/base/ordinal.hpp"
#include "core/types/ids.hpp"
#include "core/types/params.hpp"
#include "core/types/validator_set.hpp"

namespace lucid::credits {

/// Entities that may have a row: members come and go within a window.
inline constexpr std::size_t kMaxEntities = 1u << 16;
/// validation = 5 per session in blocks it helped to decide.
inline constexpr std::uint64_t kCreditsPerSession = 5;

/// One validator's work in one epoch. Credits are capped by type as they come in.
struct TallyRow {
  Address entity;
  std::uint64_t relay = 0;
  std::uint64_t storage = 0;
  std::uint64_t validation = 0;
  std::uint64_t slots_signed = 0;  // slots with its precommit in a certificate that a later block carries
  std::uint64_t slots = 0;         // slots with blocks (and their certificate on chain) in which it was a member
  bool operator==(const TallyRow&) const = default;
  LUCID_FIELDS(entity, relay, storage, validation, slots_signed, slots)

  std::uint64_t credits() const { return relay + storage + validation; }
};

/// Rows by entity, lowest address first; entities without any work or slot have none.
struct EpochTally {
  Epoch epoch;
  BoundedList<TallyRow, kMaxEntities> rows;
  bool operator==(const EpochTally&) const = default;
  LUCID_FIELDS(epoch, rows)

  const TallyRow* find(const Address& entity) const;
  /// The entity's row, made if there is none.
  TallyRow& row(const Address& entity);
};

/// Sums over the window of one epoch's leaders.
struct Standing {
  Address entity;
  std::uint64_t credits = 0;
  std::uint64_t slots_signed = 0;
  std::uint64_t slots = 0;
  bool operator==(const Standing&) const = default;
  LUCID_FIELDS(entity, credits, slots_signed, slots)
};

/// Frozen for `epoch`: the last leader_window_epochs epochs up to epoch - 3.
struct StandingTable {
  Epoch epoch;
  BoundedList<Standing, kMaxEntities> rows;  // by entity
  bool operator==(const StandingTable&) const = default;
  LUCID_FIELDS(epoch, rows)

  const Standing* find(const Address& entity) const;
};

/// slots_signed / slots, or 1/1 while fewer than max(1, epoch_slots / 10) slots lie in the window.
Fraction density(const ChainParams& params, const Standing* standing);

/// The next epoch's standing: `table` plus the epoch that enters the window, minus the one that leaves it.
StandingTable advance(const StandingTable& table, const EpochTally& entering, const EpochTally& leaving);

}  // namespace lucid::credits
