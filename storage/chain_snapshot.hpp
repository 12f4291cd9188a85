// The chain as of one moment: everything that is read of environment chain. Keep it for one request or one block, not
// longer: a snapshot keeps LMDB from using freed pages again.
//
// Thread-safety: one thread. Faults of all members beside those named: storage_checksum, storage_io, decode_….
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/ledger/state_reader.hpp"
#include "core/types/session.hpp"
#include "storage/chain_rows.hpp"
#include "storage/kv.hpp"

namespace lucid::storage {

struct IndexedAnchor {
  std::uint64_t leaf_index = 0;
  AnchorLeaf leaf;
  bool operator==(const IndexedAnchor&) const = default;
};

class ChainSnapshot final : public ledger::StateReader {
 public:
  explicit ChainSnapshot(std::shared_ptr<const ReadTxn> txn) : txn_(std::move(txn)) {}

  // ---- what executing a block asks (core/ledger/state_reader.hpp)
  Result<std::uint64_t> next_nonce(const Address& account) const override;
  Result<std::optional<ledger::AnchorRecord>> anchor(const SessionId& session) const override;
  Result<bool> has_chunk(ledger::ChunkRecordKind kind, const SessionId& session, std::uint32_t index) const override;
  Result<bool> has_evidence(const ledger::EvidenceKey& key) const override;
  Result<std::vector<VrfOutput>> vrf_outputs(Slot first, Slot last) const override;
  Result<credits::EpochTally> tally(Epoch epoch) const override;
  Result<std::optional<Slot>> slot_of(Height height) const override;
  Result<std::optional<ValidatorSet>> validators_of(Epoch epoch) const override;
  Result<std::optional<ledger::OwnerRecord>> owner_of(const Address& account, Epoch epoch) const override;

  // ---- blocks; fault block_not_found above the tip
  Result<TipRow> tip() const;
  Result<BlockRow> block_row(Height height) const;
  /// Those that are there of [first, last], ascending.
  Result<std::vector<BlockRow>> block_rows(Height first, Height last) const;
  /// Fault storage_not_found where its transactions were pruned.
  Result<Block> block(Height height) const;
  Result<std::optional<Height>> height_of(const Hash256& block_hash) const;
  /// A certificate for the block of that height: the one that the next block carries, or the tip's own. Genesis has
  /// none: block_not_found.
  Result<Certificate> certificate_of(Height height) const;

  // ---- transactions
  Result<std::optional<TransactionPlace>> find_transaction(const Hash256& id) const;
  /// Of one block, in order; empty for a block without transactions.
  Result<std::vector<ledger::TransactionRecord>> transaction_records(Height height) const;
  /// Fault storage_not_found where it was pruned or there is no such index.
  Result<EncodedTransaction> transaction(Height height, std::uint32_t index) const;

  // ---- anchors
  Result<std::optional<IndexedAnchor>> find_anchor(const SessionId& session) const;
  /// Fault storage_not_found beyond the log.
  Result<AnchorLeaf> anchor_leaf(std::uint64_t leaf_index) const;
  /// For merkle::log_inclusion_proof and log_consistency_proof. Fault storage_not_found.
  Result<Hash256> log_node(std::uint8_t level, std::uint64_t index) const;
  Result<std::uint64_t> anchor_count() const;
  Result<std::optional<ledger::ChunkRecord>> chunk_record(ledger::ChunkRecordKind kind, const SessionId& session,
                                                          std::uint32_t index) const;
  /// By index, both kinds.
  Result<std::vector<ledger::ChunkRecord>> chunk_records(const SessionId& session, std::uint32_t first_index,
                                                         std::size_t limit) const;

  // ---- slots
  /// The slot's own row, or the missed range that it lies in; absent: not decided yet.
  Result<std::optional<credits::SlotResult>> slot_result(Slot slot) const;
  /// Newest first, from the one at or below `slot` on.
  Result<std::vector<credits::SlotResult>> slot_results_before(Slot slot, std::size_t limit) const;

  const ReadTxn& txn() const { return *txn_; }

 private:
  Result<TransactionList> transactions(Height height) const;

  std::shared_ptr<const ReadTxn> txn_;
};

}  // namespace lucid::storage
