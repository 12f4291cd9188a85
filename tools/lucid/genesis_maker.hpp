// A genesis out of what a person says about a chain: what `lucid genesis` writes, and what a localnet begins with.
// Chain parameters come from the profile, and from the environment names that Lucid's deployments use
// (SLOT_DURATION_SEC and so on).
//
// Thread-safety: one thread; reads the environment and the files named.
#pragma once

#include <string>
#include <vector>

#include "config/genesis_file.hpp"

namespace lucid::tools {

struct GenesisRequest {
  std::string profile;
  std::string chain_id;                 // empty: the profile's
  std::vector<std::string> validators;  // [NAME=]FILE
  std::vector<std::string> peers;       // NAME=host:port
  std::vector<std::string> owners;      // ACCOUNT[=NAME]
  std::string start_time;               // ISO 8601 or milliseconds; empty: now
  std::string quorum_rule = "strict";
  bool user_signature_required = false;
};

/// Read again as a file would be, so what could not be written or what the chain refuses is told. Faults: those of the
/// files and of config::parse_genesis; text_form, number_range, genesis_field naming the option.
Result<config::GenesisFile> make_genesis(const GenesisRequest& request);

}  // namespace lucid::tools
