// Blocks (protocol.md section 7). Roots and digest are those after the block itself.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/bounded.hpp"
#include "core/base/fields.hpp"
#include "core/types/ids.hpp"
#include "core/types/transaction.hpp"
#include "core/types/vote.hpp"

namespace lucid {

inline constexpr std::uint32_t kHeaderVersion = 1;
inline constexpr std::size_t kMaxTransactionsPerBlock = 10'000;              // of any profile
inline constexpr std::size_t kMaxBlockBytes = std::size_t{3} * 1024 * 1024;  // of any profile

struct Header {
  std::uint32_t version = kHeaderVersion;
  std::uint64_t chain_id = 0;
  Height height = 0;
  Slot slot;
  Round round = 0;
  TimeMs time = 0;
  Hash256 previous_hash;
  Hash256 transactions_root;
  Hash256 state_digest;
  Hash256 anchor_log_root;
  std::uint64_t anchor_log_size = 0;
  Hash256 validators_hash;
  Hash256 next_validators_hash;
  Hash256 seed;                       // of the epoch of `slot`
  std::optional<VrfProof> vrf_proof;  // in the first block of a slot, else absent
  Hash256 last_commit_hash;
  Hash256 evidence_hash;
  Address proposer;
  bool operator==(const Header&) const = default;
  LUCID_FIELDS(version, chain_id, height, slot, round, time, previous_hash, transactions_root, state_digest,
               anchor_log_root, anchor_log_size, validators_hash, next_validators_hash, seed, vrf_proof,
               last_commit_hash, evidence_hash, proposer)
};

/// Transactions stay in their encoded form: the bytes are what is hashed, stored and sent.
using EncodedTransaction = BoundedBytes<kMaxTransactionBytes>;

struct Block {
  Header header;
  BoundedList<EncodedTransaction, kMaxTransactionsPerBlock> transactions;
  Certificate last_commit;  // of the parent
  bool operator==(const Block&) const = default;
  LUCID_FIELDS(header, transactions, last_commit)
};

}  // namespace lucid
