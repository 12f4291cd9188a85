// What never changes on a chain: its genesis, with what is computed from it once.
//
// Thread-safety: immutable after make_chain().
#pragma once

#include "core/crypto/verifier.hpp"
#include "core/types/block.hpp"
#include "core/types/validator_set.hpp"

namespace lucid::ledger {

struct Chain {
  Genesis genesis;
  Hash256 genesis_hash;  // of the genesis' encoding: names the chain in every signature
  crypto::ChainIdentity identity;
  Header header;  // of height 0
  Hash256 hash;   // of that header: previous_hash of height 1

  const ChainParams& params() const { return genesis.params; }
};

/// Checks the genesis (params::check) and makes block 0 (protocol.md section 2). Faults: those of params::check.
Result<Chain> make_chain(Genesis genesis, const crypto::SignatureScheme& scheme);

/// seed of the first epoch: tagged_hash("lucid/seed/v1", genesis_hash).
Hash256 genesis_seed(const Hash256& genesis_hash);

}  // namespace lucid::ledger
