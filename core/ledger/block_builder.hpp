// Makes the block of a proposer (protocol.md sections 2, 3 and 7): what is valid of the candidates, in their order,
// within the limits, executed.
//
// Thread-safety: pure function.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "core/ledger/execution.hpp"

namespace lucid::ledger {

/// Upper bound of an encoded header (a test encodes the largest).
inline constexpr std::size_t kMaxHeaderBytes = 640;
/// The part of a block's bytes that is kept for evidence, proofs, answers and set changes: a tenth.
inline constexpr std::uint64_t kReservedParts = 10;

/// Makes the proof of a slot's first block. Called at most once.
using ProveVrf = std::function<Result<VrfProof>(ByteView alpha)>;

struct BuildInput {
  Round round = 0;
  TimeMs time = 0;                                     // at least plan.earliest_time
  Certificate last_commit;                             // of the parent, with every precommit that came
  std::span<const crypto::TransactionPtr> candidates;  // a sender's nonces ascending
  std::uint64_t max_bytes = UINT64_MAX;                // a smaller limit than block_bytes_max, where one is wanted
  ProveVrf prove_vrf;
};

/// A candidate that can never be included: it leaves the mempool.
struct DroppedTransaction {
  Hash256 id;
  Error reason;  // transaction_nonce (used up), transaction_expired, transaction_size
  bool operator==(const DroppedTransaction&) const = default;
};

struct BuiltBlock {
  Block block;
  Execution execution;
  std::vector<DroppedTransaction> dropped;
};

/// Candidates that do not fit this block, or wait for an earlier nonce, are left out silently. Faults: block_timestamp,
/// block_certificate, those of prove_vrf, storage_….
Result<BuiltBlock> build_block(const Chain& chain, const crypto::Verifier& verifier, const ChainState& state,
                               const HeightPlan& plan, const StateReader& reader, const BuildInput& input);

}  // namespace lucid::ledger
