// What a person trusts, as given with --genesis.
#pragma once

#include <string>

#include "core/anchoring/bundle.hpp"

namespace lucid::tools {

/// Nothing for no text, a hash for 64 hex digits, else the hash of the genesis file of that name. Faults of
/// config::read_genesis.
Result<anchoring::TrustedHash> trusted_hash(const std::string& argument);

}  // namespace lucid::tools
