// The profiles of protocol.md section 1 and the rules that a genesis must keep.
//
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/crypto/signature_scheme.hpp"
#include "core/types/params.hpp"
#include "core/types/validator_set.hpp"

namespace lucid::params {

/// 2024-01-01T00:00:00Z: slot 0 of every mainnet chain begins here.
inline constexpr TimeMs kMainnetSlotOrigin = 1'704'067'200'000;
/// 9999-12-31T23:59:59.999Z: the last time that ISO 8601 writes with four digits; no block may be later, so that sums
/// of times never overflow.
inline constexpr TimeMs kMaxTime = 253'402'300'799'999;
/// The mainnet profile refuses any other slot duration.
inline constexpr std::uint64_t kMainnetSlotDurationMs = 120'000;
/// leader_window_epochs · epoch_slots: keeps every product of the leader order below 2^128.
inline constexpr std::uint64_t kMaxWindowSlots = std::uint64_t{1} << 20;
inline constexpr std::uint64_t kMaxCreditCap = std::uint64_t{1} << 32;
inline constexpr std::uint64_t kMaxCooldownSlots = std::uint64_t{1} << 10;

/// The column of section 1's table; start_time (and slot_origin, where it follows start_time) as given.
ChainParams profile_params(Profile profile, TimeMs start_time);

/// "mainnet", "dev", "test", "bench".
std::string_view profile_name(Profile profile);
std::optional<Profile> parse_profile(std::string_view name);

/// Every refusal of section 1 that needs no keys. Fault parameter_refused, naming the parameter.
Status check(const ChainParams& params);

/// A name, valid keys, and the address of the consensus key. Faults: parameter_refused, key_invalid, naming the field
/// below `field`.
Status check_validator(const Validator& member, const crypto::SignatureScheme& scheme, const std::string& field);

/// check(params), and the validators: at least min_validators, sorted by address, distinct addresses and keys, each
/// address that of its consensus key, valid keys; owners sorted and distinct, of known validators. Faults:
/// parameter_refused, key_invalid, naming the field.
Status check(const Genesis& genesis, const crypto::SignatureScheme& scheme);

}  // namespace lucid::params
