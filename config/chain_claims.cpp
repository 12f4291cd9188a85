#include "config/chain_claims.hpp"

#include <algorithm>
#include <functional>
#include <optional>

#include "config/numbers.hpp"

namespace lucid::config {
namespace {

/// How one claim reads and which parameter it means. A whole number in `unit`s of the parameter; density is a fraction.
struct ClaimRule {
  std::string_view name;
  std::uint64_t unit;
  std::uint64_t ChainParams::*parameter;  // null: density_min
};

constexpr std::uint64_t kMebibyte = 1'048'576;
constexpr std::uint64_t kMsPerSecond = 1'000;

constexpr ClaimRule kRules[] = {
    {"SLOT_DURATION_SEC", kMsPerSecond, &ChainParams::slot_duration_ms},
    {"SLOT_TIMEOUT_MS", 1, &ChainParams::slot_timeout_ms},
    {"BLOCK_TIME_SECONDS", kMsPerSecond, &ChainParams::block_interval_ms},
    {"EPOCH_SLOTS", 1, &ChainParams::epoch_slots},
    {"LEADER_WINDOW_DAYS", 1, &ChainParams::leader_window_epochs},
    {"COOLDOWN_SLOTS", 1, &ChainParams::cooldown_slots},
    {"D_MIN", 0, nullptr},
    {"BASE_MB_PER_SESSION", kMebibyte, &ChainParams::base_bytes_per_session},
    {"MAX_TRANSACTIONS_PER_BLOCK", 1, &ChainParams::max_transactions_per_block},
    {"MAX_BLOCK_BYTES", 1, &ChainParams::max_block_bytes},
    {"CONSENSUS_PARTICIPANTS_MIN", 1, &ChainParams::min_validators},
    {"CHAIN_ID", 1, &ChainParams::chain_id},
};

const ClaimRule* find_rule(std::string_view name) {
  const auto* rule = std::find_if(std::begin(kRules), std::end(kRules), [&](const auto& r) { return r.name == name; });
  return rule == std::end(kRules) ? nullptr : rule;
}

std::string fraction_text(const Fraction& f) {
  return std::to_string(f.numerator) + "/" + std::to_string(f.denominator);
}

/// The value in the claim's own unit: 120000 ms is "120" where the unit is a second, 400 ms is "400/1000".
std::string in_unit(std::uint64_t value, std::uint64_t unit) {
  return value % unit == 0 ? std::to_string(value / unit) : fraction_text({value, unit});
}

std::string field_of(const ChainClaim& claim) {
  return claim.name + " (" + claim.origin + ")";
}

tl::unexpected<Error> unreadable(const ChainClaim& claim, std::string expected) {
  return fail(Fault::setting_value, field_of(claim), std::move(expected), "\"" + claim.value.substr(0, 60) + "\"");
}

Result<std::uint64_t> claimed_number(const ChainClaim& claim, const ClaimRule& rule) {
  const auto value = parse_scaled(claim.value, rule.unit);
  if (!value) return unreadable(claim, "a number that is a whole one of the chain's units");
  return *value;
}

Result<Fraction> claimed_fraction(const ChainClaim& claim) {
  const auto value = parse_fraction(claim.value);
  if (!value) return unreadable(claim, "a fraction such as 1/5 or 0.2");
  return *value;
}

tl::unexpected<Error> unknown(const ChainClaim& claim) {
  return fail(Fault::setting_unknown, field_of(claim), "a chain parameter's name", {});
}

tl::unexpected<Error> conflict(const ChainClaim& claim, const std::string& in_genesis) {
  return fail(Fault::setting_conflict, field_of(claim), in_genesis + " as in the genesis", claim.value);
}

}  // namespace

std::vector<std::string_view> chain_claim_names() {
  std::vector<std::string_view> names;
  for (const auto& rule : kRules) names.push_back(rule.name);
  return names;
}

bool is_chain_claim(std::string_view name) {
  return find_rule(name) != nullptr;
}

std::vector<ChainClaim> chain_claims_of(const std::map<std::string, std::string>& environment) {
  std::vector<ChainClaim> claims;
  for (const auto& rule : kRules) {
    for (const std::string& variable : {"LUCID_" + std::string(rule.name), std::string(rule.name)}) {
      const auto found = environment.find(variable);
      if (found == environment.end() || found->second.empty()) continue;
      claims.push_back({std::string(rule.name), found->second, "environment " + variable});
      break;
    }
  }
  return claims;
}

Status apply_claims(std::span<const ChainClaim> claims, ChainParams& params) {
  for (const auto& claim : claims) {
    const ClaimRule* rule = find_rule(claim.name);
    if (rule == nullptr) return unknown(claim);
    if (rule->parameter != nullptr) {
      LUCID_TRY_ASSIGN(params.*(rule->parameter), claimed_number(claim, *rule));
    } else {
      LUCID_TRY_ASSIGN(params.density_min, claimed_fraction(claim));
    }
  }
  return {};
}

Status compare_claims(std::span<const ChainClaim> claims, const ChainParams& genesis) {
  for (const auto& claim : claims) {
    const ClaimRule* rule = find_rule(claim.name);
    if (rule == nullptr) return unknown(claim);
    if (rule->parameter != nullptr) {
      LUCID_TRY_ASSIGN(const std::uint64_t claimed, claimed_number(claim, *rule));
      const std::uint64_t actual = genesis.*(rule->parameter);
      if (claimed != actual) return conflict(claim, in_unit(actual, rule->unit));
    } else {
      LUCID_TRY_ASSIGN(const Fraction claimed, claimed_fraction(claim));
      if (!same_number(claimed, genesis.density_min)) return conflict(claim, fraction_text(genesis.density_min));
    }
  }
  return {};
}

}  // namespace lucid::config
