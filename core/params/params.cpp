#include "core/params/params.hpp"

#include <set>

#include "core/types/block.hpp"

namespace lucid::params {
namespace {

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;

/// Above any duration that makes sense; sums and products of durations and rounds stay far below 2^64.
constexpr std::uint64_t kMaxDurationMs = std::uint64_t{1} << 40;
/// A value of round 5 and above fills a 32nd of a block and must still hold a header and a certificate of
/// kMaxValidators signatures (about 10 KiB).
constexpr std::uint64_t kMinBlockBytes = 512 * kKiB;
/// What every JSON and JavaScript client reads exactly.
constexpr std::uint64_t kMaxChainId = (std::uint64_t{1} << 53) - 1;
/// slot_timeout / 5 is the time of a vote: it must not be 0.
constexpr std::uint64_t kMinSlotTimeoutMs = 5;
/// Keeps density's cross-multiplication small.
constexpr std::uint64_t kMaxDensityDenominator = std::uint64_t{1} << 20;

Status refuse(std::string_view field, std::string expected, std::uint64_t actual) {
  return fail(Fault::parameter_refused, field, std::move(expected), std::to_string(actual));
}

Status in_range(std::string_view field, std::uint64_t value, std::uint64_t least, std::uint64_t most) {
  if (value < least) return refuse(field, "at least " + std::to_string(least), value);
  if (value > most) return refuse(field, "at most " + std::to_string(most), value);
  return {};
}

Status check_times(const ChainParams& p) {
  LUCID_TRY(in_range("block_interval_ms", p.block_interval_ms, 1, kMaxDurationMs));
  LUCID_TRY(in_range("slot_duration_ms", p.slot_duration_ms, 1, kMaxDurationMs));
  if (p.profile == Profile::mainnet && p.slot_duration_ms != kMainnetSlotDurationMs)
    return refuse("slot_duration_ms", std::to_string(kMainnetSlotDurationMs) + " on mainnet", p.slot_duration_ms);
  if (p.slot_duration_ms % p.block_interval_ms != 0 || p.slot_duration_ms / p.block_interval_ms < 2)
    return refuse("slot_duration_ms",
                  "a multiple, at least twice, of block_interval_ms " + std::to_string(p.block_interval_ms),
                  p.slot_duration_ms);
  LUCID_TRY(in_range("slot_timeout_ms", p.slot_timeout_ms, kMinSlotTimeoutMs, kMaxDurationMs));
  LUCID_TRY(in_range("time_precision_ms", p.time_precision_ms, 1, kMaxDurationMs));
  if (p.time_precision_ms >= p.block_interval_ms)
    return refuse("time_precision_ms", "below block_interval_ms " + std::to_string(p.block_interval_ms),
                  p.time_precision_ms);
  LUCID_TRY(in_range("time_delay_ms", p.time_delay_ms, 1, kMaxDurationMs));
  LUCID_TRY(in_range("start_time", p.start_time, 0, kMaxTime));
  if (p.start_time < p.slot_origin)
    return refuse("start_time", "not before slot_origin " + std::to_string(p.slot_origin), p.start_time);
  return {};
}

Status check_work(const ChainParams& p) {
  LUCID_TRY(in_range("epoch_slots", p.epoch_slots, 4, kMaxWindowSlots));
  if (p.epoch_slots % 4 != 0) return refuse("epoch_slots", "a multiple of 4", p.epoch_slots);
  LUCID_TRY(in_range("leader_window_epochs", p.leader_window_epochs, 1, kMaxWindowSlots));
  // Both factors are at most 2^20: the product fits.
  if (p.leader_window_epochs * p.epoch_slots > kMaxWindowSlots)
    return refuse("leader_window_epochs", "times epoch_slots at most " + std::to_string(kMaxWindowSlots),
                  p.leader_window_epochs * p.epoch_slots);
  LUCID_TRY(in_range("cooldown_slots", p.cooldown_slots, 0, kMaxCooldownSlots));
  LUCID_TRY(in_range("density_min.denominator", p.density_min.denominator, 1, kMaxDensityDenominator));
  LUCID_TRY(in_range("density_min.numerator", p.density_min.numerator, 0, p.density_min.denominator));
  LUCID_TRY(in_range("base_bytes_per_session", p.base_bytes_per_session, 1, UINT64_MAX));
  LUCID_TRY(in_range("relay_cap", p.relay_cap, 0, kMaxCreditCap));
  LUCID_TRY(in_range("storage_cap", p.storage_cap, 0, kMaxCreditCap));
  LUCID_TRY(in_range("validation_cap", p.validation_cap, 0, kMaxCreditCap));
  return in_range("relay_counterparty_cap", p.relay_counterparty_cap, 0, kMaxCreditCap);
}

Status check_validators(const Genesis& genesis, const crypto::SignatureScheme& scheme) {
  const auto& members = genesis.validators.members;
  if (members.size() < genesis.params.min_validators)
    return refuse("validators", "at least min_validators " + std::to_string(genesis.params.min_validators),
                  members.size());
  LUCID_TRY(in_range("validators", members.size(), 1, kMaxValidators));
  if (genesis.validators.quorum_rule != genesis.params.quorum_rule)
    return fail(Fault::parameter_refused, "validators.quorum_rule", "that of the parameters", "another");
  std::set<std::string> names;
  std::set<VrfPublicKey> vrf_keys;
  std::set<TlsPublicKey> tls_keys;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const std::string field = "validators[" + std::to_string(i) + "]";
    LUCID_TRY(check_validator(members[i], scheme, field));
    if (i > 0 && !(members[i - 1].address < members[i].address))
      return fail(Fault::parameter_refused, field + ".address", "above " + to_text(members[i - 1].address),
                  to_text(members[i].address));
    if (!names.insert(members[i].name).second)
      return fail(Fault::parameter_refused, field + ".name", "a name of its own", members[i].name);
    if (!vrf_keys.insert(members[i].vrf_key).second)
      return fail(Fault::parameter_refused, field + ".vrf_key", "a key of its own", to_hex(members[i].vrf_key));
    if (!tls_keys.insert(members[i].tls_key).second)
      return fail(Fault::parameter_refused, field + ".tls_key", "a key of its own", to_hex(members[i].tls_key));
  }
  return {};
}

Status check_owners(const Genesis& genesis) {
  for (std::size_t i = 0; i < genesis.owners.size(); ++i) {
    const Owner& owner = genesis.owners[i];
    const std::string field = "owners[" + std::to_string(i) + "]";
    if (i > 0 && !(genesis.owners[i - 1].account < owner.account))
      return fail(Fault::parameter_refused, field + ".account", "above " + to_text(genesis.owners[i - 1].account),
                  to_text(owner.account));
    if (owner.validator && !genesis.validators.find(*owner.validator))
      return fail(Fault::parameter_refused, field + ".validator", "a validator of this genesis",
                  to_text(*owner.validator));
  }
  return {};
}

/// What dev, test and bench share (section 1's table, columns dev and test).
ChainParams development_params(Profile profile, TimeMs start_time) {
  ChainParams p;
  p.profile = profile;
  p.slot_duration_ms = 12'000;
  p.block_interval_ms = 1'000;
  p.slot_timeout_ms = 500;
  p.time_precision_ms = 500;
  p.time_delay_ms = 2'000;
  p.epoch_slots = 20;
  p.leader_window_epochs = 7;
  p.cooldown_slots = 16;
  p.density_min = {1, 5};
  p.base_bytes_per_session = 5 * kMiB;
  p.max_transactions_per_block = 1'000;
  p.max_block_bytes = kMiB;
  p.max_transaction_bytes = 100 * kKiB;
  p.relay_cap = 6'000;
  p.storage_cap = 3'000;
  p.validation_cap = 1'000;
  p.relay_counterparty_cap = 2'500;
  p.min_validators = 1;
  p.slot_origin = start_time;
  p.start_time = start_time;
  return p;
}

}  // namespace

ChainParams profile_params(Profile profile, TimeMs start_time) {
  ChainParams p = development_params(profile, start_time);
  switch (profile) {
    case Profile::mainnet:
      p.slot_duration_ms = kMainnetSlotDurationMs;
      p.block_interval_ms = 10'000;
      p.slot_timeout_ms = 5'000;
      p.time_precision_ms = 1'000;
      p.time_delay_ms = 5'000;
      p.epoch_slots = 720;
      p.min_validators = 3;
      p.slot_origin = kMainnetSlotOrigin;
      break;
    case Profile::dev:
      break;
    case Profile::test:
      p.slot_duration_ms = 4'000;
      p.block_interval_ms = 400;
      p.slot_timeout_ms = 400;
      p.time_precision_ms = 100;
      p.epoch_slots = 12;
      p.leader_window_epochs = 3;
      p.base_bytes_per_session = 64 * kKiB;
      break;
    case Profile::bench:
      p.block_interval_ms = 200;
      p.time_precision_ms = 100;
      p.max_transactions_per_block = 10'000;
      p.max_block_bytes = 3 * kMiB;
      break;
  }
  return p;
}

std::string_view profile_name(Profile profile) {
  switch (profile) {
    case Profile::mainnet:
      return "mainnet";
    case Profile::dev:
      return "dev";
    case Profile::test:
      return "test";
    case Profile::bench:
      break;
  }
  return "bench";
}

std::optional<Profile> parse_profile(std::string_view name) {
  for (const Profile profile : {Profile::mainnet, Profile::dev, Profile::test, Profile::bench})
    if (profile_name(profile) == name) return profile;
  return std::nullopt;
}

Status check_validator(const Validator& member, const crypto::SignatureScheme& scheme, const std::string& field) {
  if (member.name.empty()) return fail(Fault::parameter_refused, field + ".name", "a name", "none");
  auto address = scheme.address(member.consensus_key);
  if (!address)
    return fail(Fault::key_invalid, field + ".consensus_key", "a secp256k1 key", to_hex(member.consensus_key));
  if (*address != member.address)
    return fail(Fault::parameter_refused, field + ".address", to_text(*address), to_text(member.address));
  // A proof of zeros never verifies; what is asked here is only whether the key could.
  if (auto probe = scheme.vrf_verify(member.vrf_key, {}, VrfProof{});
      !probe && probe.error().fault == Fault::key_invalid)
    return fail(Fault::key_invalid, field + ".vrf_key", "a P-256 key", to_hex(member.vrf_key));
  if (member.tls_key.is_zero()) return fail(Fault::key_invalid, field + ".tls_key", "an Ed25519 key", "zeros");
  return {};
}

Status check(const ChainParams& p) {
  LUCID_TRY(in_range("chain_id", p.chain_id, 1, kMaxChainId));
  LUCID_TRY(check_times(p));
  LUCID_TRY(check_work(p));
  LUCID_TRY(in_range("max_transactions_per_block", p.max_transactions_per_block, 1, kMaxTransactionsPerBlock));
  LUCID_TRY(in_range("max_block_bytes", p.max_block_bytes, kMinBlockBytes, kMaxBlockBytes));
  LUCID_TRY(in_range("max_transaction_bytes", p.max_transaction_bytes, 1, kMaxTransactionBytes));
  return in_range("min_validators", p.min_validators, 1, kMaxValidators);
}

Status check(const Genesis& genesis, const crypto::SignatureScheme& scheme) {
  LUCID_TRY(check(genesis.params));
  LUCID_TRY(check_validators(genesis, scheme));
  return check_owners(genesis);
}

}  // namespace lucid::params
