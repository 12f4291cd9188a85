// The rows of environment chain that are not types of core already (schema.hpp has all of them).
//
// Thread-safety: values.
#pragma once

#include <limits>

#include "core/ledger/chain_state.hpp"
#include "core/ledger/change_set.hpp"
#include "core/types/block.hpp"

namespace lucid::storage {

/// Everything of a block but its transactions. Never pruned: about 500 bytes, and 70 for each signature.
struct BlockRow {
  Hash256 hash;
  Header header;
  Certificate last_commit;  // of the parent
  std::uint32_t transaction_count = 0;
  std::uint64_t block_bytes = 0;  // of the encoded block
  bool operator==(const BlockRow&) const = default;
  LUCID_FIELDS(hash, header, last_commit, transaction_count, block_bytes)
};

/// The newest block's state, and the certificate that no later block carries yet.
struct TipRow {
  ledger::ChainState state;
  Certificate certificate;  // empty at genesis
  bool operator==(const TipRow&) const = default;
  LUCID_FIELDS(state, certificate)
};

using TransactionList = decltype(Block::transactions);

/// Where a transaction stands on chain.
struct TransactionPlace {
  Height height = 0;
  std::uint32_t index = 0;
  ledger::TransactionRecord record;
  bool operator==(const TransactionPlace&) const = default;
};

/// In id_runs: this entry is a block's hash.
inline constexpr std::uint32_t kBlockEntry = std::numeric_limits<std::uint32_t>::max();

/// A row of transaction_records is so many of these, of fixed width, so that one is read without the others.
inline constexpr std::size_t kTransactionRecordBytes = Hash256::kSize + Address::kSize + 2;

}  // namespace lucid::storage
