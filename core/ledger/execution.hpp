// Executing a block: a pure function from the state before it to the only header that fits it, what it changes, and
// the state after it. The proposer runs it before proposing, a validator before its prevote (protocol.md section 7).
//
// Operations go in block order; then, where the block ends its epoch, settlement, set changes and seeds of each epoch
// that ends, in order. Thread-safety: pure functions; memory in proportion to the block.
#pragma once

#include <optional>
#include <span>

#include "core/crypto/verifier.hpp"
#include "core/ledger/change_set.hpp"
#include "core/ledger/height_plan.hpp"
#include "core/ledger/state_reader.hpp"
#include "core/ledger/whole_block.hpp"

namespace lucid::ledger {

/// What a block adds of its own to plan and state.
struct BlockDraft {
  Round round = 0;  // of its creation: names the proposer
  TimeMs time = 0;
  std::optional<VrfProof> vrf_proof;  // checked by the caller (verify_vrf), or made by it
  const Certificate& last_commit;     // checked by the caller (verify_last_commit)
  std::span<const crypto::TransactionPtr> transactions;
  const WholeBlock* whole = nullptr;  // whose certificate and transactions these are, where there is one already
};

struct Execution {
  Header header;     // complete
  Hash256 hash;      // of the header
  ChainState state;  // after the block; its tip is this block
  ChangeSet changes;
};

/// Faults: transaction_nonce, transaction_expired, transaction_size (field "transactions[i]") make the block invalid;
/// storage_… are the reader's. An operation that is refused is an outcome, no fault.
Result<Execution> execute(const Chain& chain, const crypto::Verifier& verifier, const ChainState& state,
                          const HeightPlan& plan, const StateReader& reader, const BlockDraft& draft);

/// The proof is there exactly in a slot's first block and verifies with the proposer's key. Absent result: no proof
/// due. Faults: vrf_proof_invalid, block_proposer.
Result<std::optional<VrfOutput>> verify_vrf(const crypto::Verifier& verifier, const HeightPlan& plan,
                                            const Address& proposer, const std::optional<VrfProof>& proof);
/// The parent's certificate, by the parent's set; the empty one in block 1. Fault block_certificate.
Status verify_last_commit(const crypto::Verifier& verifier, const HeightPlan& plan, const Certificate& certificate);

/// seed of the next epoch: SHA-256 of the canonical array ["lucid/seed/v1", seed, outputs…] (section 6).
Hash256 next_seed(const Hash256& seed, std::span<const VrfOutput> outputs);

}  // namespace lucid::ledger
