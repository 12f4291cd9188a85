// The operations of one block, one after the other, on top of the committed state (protocol.md section 7). Used by
// execute(); what it learns of the store it asks once.
//
// Thread-safety: one owner, for one block.
#pragma once

#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "core/ledger/execution.hpp"
#include "core/ledger/set_changes.hpp"

namespace lucid::ledger {

class Operations {
 public:
  Operations(const Chain& chain, const crypto::Verifier& verifier, const HeightPlan& plan, const StateReader& reader,
             ChainState& state, ChangeSet& changes);

  /// Takes the nonce and applies the operation, or records why it was refused. Faults make the block invalid:
  /// transaction_nonce, transaction_expired, transaction_size; or are the reader's.
  Status apply(const crypto::SignedTransaction& transaction);
  /// After the last: accounts go into the changes. The RFC 6962 root of the block's evidence.
  Hash256 finish();

 private:
  Status take_nonce(const crypto::SignedTransaction& transaction);
  Result<Outcome> run(const crypto::SignedTransaction& transaction);
  Result<Outcome> run(const AnchorSession& operation, const crypto::SignedTransaction& transaction);
  Result<Outcome> run(const AnchorChunk& operation, const crypto::SignedTransaction& transaction);
  Result<Outcome> run(const StoreChunkMetadata& operation, const crypto::SignedTransaction& transaction);
  Result<Outcome> run(const Data& operation, const crypto::SignedTransaction& transaction);
  Result<Outcome> run(const Evidence& operation, const crypto::SignedTransaction& transaction);
  Result<Outcome> run(const UpdateValidators& operation, const crypto::SignedTransaction& transaction);
  Result<Outcome> run(const UpdateOwners& operation, const crypto::SignedTransaction& transaction);
  Result<Outcome> run(const Approve& operation, const crypto::SignedTransaction& transaction);

  Result<std::optional<AnchorRecord>> anchor_of(const SessionId& session);
  Result<Outcome> add_chunk(ChunkRecord record, const Address& sender);
  void append_anchor(const AnchorSession& operation, const crypto::SignedTransaction& transaction);

  const Chain& chain_;
  const crypto::Verifier& verifier_;
  const HeightPlan& plan_;
  const StateReader& reader_;
  ChainState& state_;
  ChangeSet& changes_;

  SetChanges set_changes_;
  std::map<Address, std::uint64_t> nonces_;
  std::map<SessionId, std::size_t> new_anchors_;  // index in changes_.anchors
  std::set<std::tuple<SessionId, ChunkRecordKind, std::uint32_t>> new_chunks_;
  std::set<EvidenceKey> new_evidence_;
  std::vector<Hash256> evidence_leaves_;
};

}  // namespace lucid::ledger
