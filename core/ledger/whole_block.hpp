// A block that is whole: its body is the one that its header names. What is computed to see that is kept beside it, so
// that whoever checks or executes the block after that hashes nothing of it again.
//
// Thread-safety: values that refer to a block which must live as long and never change.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/result.hpp"
#include "core/types/block.hpp"

namespace lucid::ledger {

/// The body is the one that the header names: transactions and parent's certificate. Ask this of every block that came
/// from a peer before it is kept under its hash, or whoever passes a proposal on under its true header and hash, but
/// with another body, makes a good block look invalid. Faults: block_certificate, block_merkle_root.
Status check_body(const Block& block);

class WholeBlock {
 public:
  /// The only way to one. Faults: those of check_body().
  static Result<WholeBlock> of(const Block& block);

  const Block& block() const { return *block_; }
  const Hash256& hash() const { return hash_; }                   // header_hash
  const std::vector<Hash256>& ids() const { return ids_; }        // of the transactions
  std::uint64_t encoded_bytes() const { return encoded_bytes_; }  // of the whole encoding

 private:
  WholeBlock(const Block& block, std::vector<Hash256> ids);

  const Block* block_;
  Hash256 hash_;
  std::vector<Hash256> ids_;
  std::uint64_t encoded_bytes_;
};

/// RFC 6962 root over the transactions' ids.
Hash256 transactions_root(std::span<const Hash256> ids);

}  // namespace lucid::ledger
