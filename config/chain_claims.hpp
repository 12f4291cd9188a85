// What a deployment's environment or settings file says about the chain. The genesis decides; a claim that differs from
// it ends the start, so that nobody believes in a slot duration that the chain does not have.
//
// Thread-safety: pure functions over values.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/types/params.hpp"

namespace lucid::config {

/// One parameter as the deployment names it, e.g. SLOT_DURATION_SEC=120.
struct ChainClaim {
  std::string name;    // upper case, without LUCID_
  std::string value;   // as written
  std::string origin;  // "environment SLOT_DURATION_SEC" or "file PATH"
  bool operator==(const ChainClaim&) const = default;
};

/// The names that claims may have: SLOT_DURATION_SEC, SLOT_TIMEOUT_MS, COOLDOWN_SLOTS, LEADER_WINDOW_DAYS, D_MIN,
/// BASE_MB_PER_SESSION, BLOCK_TIME_SECONDS and further ones in their way.
std::vector<std::string_view> chain_claim_names();
bool is_chain_claim(std::string_view name);

/// The claims of an environment, LUCID_NAME before NAME; empty variables count as not set.
std::vector<ChainClaim> chain_claims_of(const std::map<std::string, std::string>& environment);

/// Sets each claimed parameter (for `lucid genesis`). Fault setting_value, naming the claim and its origin.
Status apply_claims(std::span<const ChainClaim> claims, ChainParams& params);

/// Faults: setting_value; setting_conflict, naming the claim, its origin and both values.
Status compare_claims(std::span<const ChainClaim> claims, const ChainParams& genesis);

}  // namespace lucid::config
