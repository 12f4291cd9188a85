// The genesis file: JSON for people, one way to write it, read strictly (an unknown or missing field is named).
// Its hash is that of the canonical encoding (crypto::genesis_hash), so spaces and peer hints are outside of it.
// docs/formats.md describes the fields. Times are ISO 8601 (config/calendar.hpp) or milliseconds.
//
// Thread-safety: pure functions; read_genesis and write_genesis touch the file they are given.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/types/validator_set.hpp"

namespace lucid::config {

/// Where a validator may be found: a hint beside the chain's own data.
struct PeerHint {
  std::string validator;  // name
  std::string address;    // host:port
  bool operator==(const PeerHint&) const = default;
};

struct GenesisFile {
  Genesis genesis;
  std::vector<PeerHint> peers;  // by name
  bool operator==(const GenesisFile&) const = default;
};

/// At most this many bytes are read.
inline constexpr std::size_t kMaxGenesisBytes = std::size_t{4} << 20;

/// Faults: genesis_form (no JSON, ends early, a key twice), genesis_field (unknown, missing or wrong, named with its
/// path, e.g. validators[2].vrf_key), and those of the parameter rules. `source` names the file in errors.
Result<GenesisFile> parse_genesis(std::string_view json, std::string_view source);
/// Also faults file_missing, file_io.
Result<GenesisFile> read_genesis(const std::filesystem::path& path);

std::string genesis_to_json(const GenesisFile& file);
/// Writes a temporary file, syncs and renames. Refuses an existing file. Fault file_io.
Status write_genesis(const std::filesystem::path& path, const GenesisFile& file);

/// The validator set in validator order (by address), addresses computed from the keys. Faults: genesis_field on too
/// many, key_invalid.
Result<ValidatorSet> make_validator_set(std::vector<Validator> members, QuorumRule rule);

}  // namespace lucid::config
