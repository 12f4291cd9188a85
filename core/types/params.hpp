// Chain parameters: part of the genesis, frozen for the life of a chain (protocol.md section 1).
#pragma once

#include <cstdint>

#include "core/base/bounded.hpp"
#include "core/base/fields.hpp"
#include "core/base/ordinal.hpp"

namespace lucid {

/// How many of n validators must sign. `strict`: floor(2n/3)+1. `two_thirds`: ceil(2n/3), which lets 3 nodes survive
/// one crash and no Byzantine node.
enum class QuorumRule : std::uint8_t { strict, two_thirds };
constexpr QuorumRule last_of(QuorumRule) { return QuorumRule::two_thirds; }

enum class Profile : std::uint8_t { mainnet, dev, test, bench };
constexpr Profile last_of(Profile) { return Profile::bench; }

struct Fraction {
  std::uint64_t numerator = 0;
  std::uint64_t denominator = 1;
  bool operator==(const Fraction&) const = default;
  LUCID_FIELDS(numerator, denominator)
};

struct ChainParams {
  Profile profile = Profile::dev;
  std::uint64_t chain_id = 1337;
  std::uint64_t slot_duration_ms = 0;
  std::uint64_t block_interval_ms = 0;
  std::uint64_t slot_timeout_ms = 0;
  std::uint64_t time_precision_ms = 0;
  std::uint64_t time_delay_ms = 0;
  std::uint64_t epoch_slots = 0;
  std::uint64_t leader_window_epochs = 0;
  std::uint64_t cooldown_slots = 0;
  Fraction density_min;
  std::uint64_t base_bytes_per_session = 0;
  std::uint64_t max_transactions_per_block = 0;
  std::uint64_t max_block_bytes = 0;
  std::uint64_t max_transaction_bytes = 0;
  std::uint64_t relay_cap = 0;
  std::uint64_t storage_cap = 0;
  std::uint64_t validation_cap = 0;
  std::uint64_t relay_counterparty_cap = 0;
  std::uint64_t min_validators = 0;
  bool user_signature_required = false;
  QuorumRule quorum_rule = QuorumRule::strict;
  TimeMs slot_origin = 0;
  TimeMs start_time = 0;
  bool operator==(const ChainParams&) const = default;
  LUCID_FIELDS(profile, chain_id, slot_duration_ms, block_interval_ms, slot_timeout_ms, time_precision_ms, time_delay_ms,
               epoch_slots, leader_window_epochs, cooldown_slots, density_min, base_bytes_per_session,
               max_transactions_per_block, max_block_bytes, max_transaction_bytes, relay_cap, storage_cap,
               validation_cap, relay_counterparty_cap, min_validators, user_signature_required, quorum_rule, slot_origin,
               start_time)
};

}  // namespace lucid
