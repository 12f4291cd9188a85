#include "storage/chain_snapshot.hpp"

#include <bit>

#include "storage/chain_keys.hpp"
#include "storage/rows.hpp"
#include "storage/schema.hpp"
#include "storage/sorted_runs.hpp"

namespace lucid::storage {
namespace {

using ledger::ChunkRecord;
using ledger::ChunkRecordKind;
using ledger::TransactionRecord;

Result<TransactionRecord> read_record(ByteView row, std::size_t index) {
  const std::size_t at = index * kTransactionRecordBytes;
  if (at + kTransactionRecordBytes > row.size())
    return fail(Fault::storage_not_found, "transaction_records",
                "an index below " + std::to_string(row.size() / kTransactionRecordBytes), std::to_string(index));
  const ByteView bytes = row.subspan(at, kTransactionRecordBytes);
  TransactionRecord record;
  LUCID_TRY_ASSIGN(record.id, Hash256::from(bytes.first(Hash256::kSize), "id"));
  LUCID_TRY_ASSIGN(record.sender, Address::from(bytes.subspan(Hash256::kSize, Address::kSize), "sender"));
  record.kind = bytes[kTransactionRecordBytes - 2];
  const std::uint8_t outcome = bytes[kTransactionRecordBytes - 1];
  if (outcome > static_cast<std::uint8_t>(last_of(ledger::Outcome{})))
    return fail(Fault::decode_variant, "outcome", {}, std::to_string(outcome));
  record.outcome = static_cast<ledger::Outcome>(outcome);
  return record;
}

/// How many log nodes the leaf at that index completes: they stand before it in its row.
std::size_t nodes_of_leaf(std::uint64_t leaf_index) {
  return static_cast<std::size_t>(std::countr_one(leaf_index)) + 1;
}

Result<ByteView> anchor_row(const ReadTxn& txn, std::uint64_t leaf_index) {
  LUCID_TRY_ASSIGN(const auto row, checked_get(txn, chain::kAnchors, Key{}.u64(leaf_index)));
  if (!row) return fail(Fault::storage_not_found, "anchor log", "an index in the log", std::to_string(leaf_index));
  return *row;
}

}  // namespace

// ---- StateReader

Result<std::uint64_t> ChainSnapshot::next_nonce(const Address& account) const {
  LUCID_TRY_ASSIGN(const auto row, get_row<AccountNonce>(*txn_, chain::kAccounts, account));
  return row ? row->next_nonce : 0;
}

Result<std::optional<ledger::AnchorRecord>> ChainSnapshot::anchor(const SessionId& session) const {
  LUCID_TRY_ASSIGN(const auto found, find_anchor(session));
  if (!found) return std::optional<ledger::AnchorRecord>{};
  return std::optional(ledger::AnchorRecord{found->leaf.account, found->leaf.anchor.chunk_count, found->leaf_index});
}

Result<bool> ChainSnapshot::has_chunk(ChunkRecordKind kind, const SessionId& session, std::uint32_t index) const {
  LUCID_TRY_ASSIGN(const auto record, chunk_record(kind, session, index));
  return record.has_value();
}

Result<bool> ChainSnapshot::has_evidence(const ledger::EvidenceKey& key) const {
  LUCID_TRY_ASSIGN(const auto row, checked_get(*txn_, chain::kEvidence, evidence_key(key)));
  return row.has_value();
}

Result<std::vector<VrfOutput>> ChainSnapshot::vrf_outputs(Slot first, Slot last) const {
  std::vector<VrfOutput> outputs;
  LUCID_TRY_ASSIGN(CheckedCursor cursor, CheckedCursor::open(*txn_, chain::kLeaderSchedule));
  LUCID_TRY_ASSIGN(bool here, cursor.seek(Key{}.u64(first.value)));
  while (here) {
    LUCID_TRY_ASSIGN(const auto result, codec::decode<credits::SlotResult>(cursor.value(), "leader_schedule"));
    if (result.first > last) break;
    if (result.vrf_output) outputs.push_back(*result.vrf_output);
    LUCID_TRY_ASSIGN(here, cursor.next());
  }
  return outputs;
}

Result<credits::EpochTally> ChainSnapshot::tally(Epoch epoch) const {
  LUCID_TRY_ASSIGN(auto row, get_row<credits::EpochTally>(*txn_, chain::kWorkTally, Key{}.u64(epoch.value)));
  return row ? std::move(*row) : credits::EpochTally{epoch, {}};
}

Result<std::optional<Slot>> ChainSnapshot::slot_of(Height height) const {
  LUCID_TRY_ASSIGN(const auto row, get_row<BlockRow>(*txn_, chain::kBlocks, Key{}.u64(height)));
  return row ? std::optional<Slot>(row->header.slot) : std::nullopt;
}

Result<std::optional<ValidatorSet>> ChainSnapshot::validators_of(Epoch epoch) const {
  LUCID_TRY_ASSIGN(CheckedCursor cursor, CheckedCursor::open(*txn_, chain::kValidatorSets));
  LUCID_TRY_ASSIGN(const bool here, cursor.seek_at_or_before(Key{}.u64(epoch.value)));
  if (!here) return std::optional<ValidatorSet>{};
  LUCID_TRY_ASSIGN(auto record, codec::decode<ledger::SetRecord>(cursor.value(), "validator_sets"));
  return std::optional<ValidatorSet>(std::move(record.validators));
}

Result<std::optional<ledger::OwnerRecord>> ChainSnapshot::owner_of(const Address& account, Epoch epoch) const {
  LUCID_TRY_ASSIGN(CheckedCursor cursor, CheckedCursor::open(*txn_, chain::kOwners));
  LUCID_TRY_ASSIGN(const bool here, cursor.seek_at_or_before(owner_key(account, epoch)));
  if (!here) return std::optional<ledger::OwnerRecord>{};
  LUCID_TRY_ASSIGN(const auto record, codec::decode<ledger::OwnerRecord>(cursor.value(), "owners"));
  return record.owner.account == account ? std::optional(record) : std::nullopt;
}

// ---- blocks

Result<TipRow> ChainSnapshot::tip() const {
  LUCID_TRY_ASSIGN(auto row, get_row<TipRow>(*txn_, kMeta, as_bytes(kTipKey)));
  if (!row) return fail(Fault::storage_not_found, "tip");
  return std::move(*row);
}

Result<BlockRow> ChainSnapshot::block_row(Height height) const {
  LUCID_TRY_ASSIGN(auto row, get_row<BlockRow>(*txn_, chain::kBlocks, Key{}.u64(height)));
  if (!row) return fail(Fault::block_not_found, "height", {}, std::to_string(height));
  return std::move(*row);
}

Result<std::vector<BlockRow>> ChainSnapshot::block_rows(Height first, Height last) const {
  std::vector<BlockRow> rows;
  LUCID_TRY_ASSIGN(CheckedCursor cursor, CheckedCursor::open(*txn_, chain::kBlocks));
  LUCID_TRY_ASSIGN(bool here, cursor.seek(Key{}.u64(first)));
  while (here && read_u64(cursor.key()) <= last) {
    LUCID_TRY_ASSIGN(BlockRow row, codec::decode<BlockRow>(cursor.value(), "blocks"));
    rows.push_back(std::move(row));
    LUCID_TRY_ASSIGN(here, cursor.next());
  }
  return rows;
}

Result<TransactionList> ChainSnapshot::transactions(Height height) const {
  LUCID_TRY_ASSIGN(auto list, get_row<TransactionList>(*txn_, chain::kTransactions, Key{}.u64(height)));
  if (!list)
    return fail(Fault::storage_not_found, "transactions of height " + std::to_string(height), "a body", "none");
  return std::move(*list);
}

Result<Block> ChainSnapshot::block(Height height) const {
  LUCID_TRY_ASSIGN(BlockRow row, block_row(height));
  Block block{row.header, {}, std::move(row.last_commit)};
  if (row.transaction_count > 0) {
    LUCID_TRY_ASSIGN(block.transactions, transactions(height));
  }
  return block;
}

Result<std::optional<Height>> ChainSnapshot::height_of(const Hash256& block_hash) const {
  LUCID_TRY_ASSIGN(const auto candidates, find_in_runs(*txn_, chain::kIdRuns, run_prefix(block_hash)));
  for (const RunEntry& candidate : candidates) {
    if (candidate.index != kBlockEntry) continue;
    LUCID_TRY_ASSIGN(const BlockRow row, block_row(candidate.position));
    if (row.hash == block_hash) return std::optional<Height>(candidate.position);
  }
  return std::optional<Height>{};
}

Result<Certificate> ChainSnapshot::certificate_of(Height height) const {
  if (height == 0) return fail(Fault::block_not_found, "certificate", "a height above 0", "0");
  LUCID_TRY_ASSIGN(auto next, get_row<BlockRow>(*txn_, chain::kBlocks, Key{}.u64(height + 1)));
  if (next) return std::move(next->last_commit);
  LUCID_TRY_ASSIGN(TipRow newest, tip());
  if (newest.state.height != height) return fail(Fault::block_not_found, "height", {}, std::to_string(height));
  return std::move(newest.certificate);
}

// ---- transactions

Result<std::optional<TransactionPlace>> ChainSnapshot::find_transaction(const Hash256& id) const {
  LUCID_TRY_ASSIGN(const auto candidates, find_in_runs(*txn_, chain::kIdRuns, run_prefix(id)));
  for (const RunEntry& candidate : candidates) {
    if (candidate.index == kBlockEntry) continue;
    LUCID_TRY_ASSIGN(const auto row, checked_get(*txn_, chain::kTransactionRecords, Key{}.u64(candidate.position)));
    if (!row) continue;
    LUCID_TRY_ASSIGN(const TransactionRecord record, read_record(*row, candidate.index));
    if (record.id == id) return std::optional(TransactionPlace{candidate.position, candidate.index, record});
  }
  return std::optional<TransactionPlace>{};
}

Result<std::vector<TransactionRecord>> ChainSnapshot::transaction_records(Height height) const {
  std::vector<TransactionRecord> records;
  LUCID_TRY_ASSIGN(const auto row, checked_get(*txn_, chain::kTransactionRecords, Key{}.u64(height)));
  if (!row) return records;
  for (std::size_t i = 0; i < row->size() / kTransactionRecordBytes; ++i) {
    LUCID_TRY_ASSIGN(const TransactionRecord record, read_record(*row, i));
    records.push_back(record);
  }
  return records;
}

Result<EncodedTransaction> ChainSnapshot::transaction(Height height, std::uint32_t index) const {
  LUCID_TRY_ASSIGN(auto list, transactions(height));
  if (index >= list.size())
    return fail(Fault::storage_not_found, "transaction", "an index below " + std::to_string(list.size()),
                std::to_string(index));
  return std::move(list[index]);
}

// ---- anchors

Result<AnchorLeaf> ChainSnapshot::anchor_leaf(std::uint64_t leaf_index) const {
  LUCID_TRY_ASSIGN(const ByteView row, anchor_row(*txn_, leaf_index));
  const std::size_t nodes = nodes_of_leaf(leaf_index) * Hash256::kSize;
  if (row.size() < nodes)
    return fail(Fault::decode_truncated, "anchors", std::to_string(nodes), std::to_string(row.size()));
  return codec::decode<AnchorLeaf>(row.subspan(nodes), "anchors");
}

Result<std::optional<IndexedAnchor>> ChainSnapshot::find_anchor(const SessionId& session) const {
  LUCID_TRY_ASSIGN(const auto index, leaf_index_of(*txn_, session));
  if (!index) return std::optional<IndexedAnchor>{};
  LUCID_TRY_ASSIGN(AnchorLeaf leaf, anchor_leaf(*index));
  return std::optional(IndexedAnchor{*index, std::move(leaf)});
}

// A node is completed by the last leaf below it, so it stands in that leaf's row.
Result<Hash256> ChainSnapshot::log_node(std::uint8_t level, std::uint64_t index) const {
  if (level >= 64 || index >= (std::uint64_t{1} << (63 - level)))
    return fail(Fault::storage_not_found, "anchor log node", "a node in the log",
                std::to_string(level) + "/" + std::to_string(index));
  LUCID_TRY_ASSIGN(const ByteView row, anchor_row(*txn_, ((index + 1) << level) - 1));
  if (row.size() < (level + 1u) * Hash256::kSize)
    return fail(Fault::decode_truncated, "anchors", "a node of level " + std::to_string(level),
                std::to_string(row.size()));
  return Hash256::from(row.subspan(level * Hash256::kSize, Hash256::kSize), "node");
}

Result<std::uint64_t> ChainSnapshot::anchor_count() const {
  return txn_->count(chain::kAnchors);
}

Result<std::optional<ChunkRecord>> ChainSnapshot::chunk_record(ChunkRecordKind kind, const SessionId& session,
                                                               std::uint32_t index) const {
  LUCID_TRY_ASSIGN(const auto leaf, leaf_index_of(*txn_, session));
  if (!leaf) return std::optional<ChunkRecord>{};
  return get_row<ChunkRecord>(*txn_, chain::kChunks, chunk_record_key(*leaf, index, kind));
}

Result<std::vector<ChunkRecord>> ChainSnapshot::chunk_records(const SessionId& session, std::uint32_t first_index,
                                                              std::size_t limit) const {
  std::vector<ChunkRecord> records;
  LUCID_TRY_ASSIGN(const auto leaf, leaf_index_of(*txn_, session));
  if (!leaf) return records;
  LUCID_TRY_ASSIGN(CheckedCursor cursor, CheckedCursor::open(*txn_, chain::kChunks));
  LUCID_TRY_ASSIGN(bool here, cursor.seek(chunk_record_key(*leaf, first_index, ChunkRecordKind::anchored)));
  while (here && read_u64(cursor.key()) == *leaf && records.size() < limit) {
    LUCID_TRY_ASSIGN(ChunkRecord record, codec::decode<ChunkRecord>(cursor.value(), "chunks"));
    records.push_back(std::move(record));
    LUCID_TRY_ASSIGN(here, cursor.next());
  }
  return records;
}

// ---- slots

Result<std::optional<credits::SlotResult>> ChainSnapshot::slot_result(Slot slot) const {
  LUCID_TRY_ASSIGN(CheckedCursor cursor, CheckedCursor::open(*txn_, chain::kLeaderSchedule));
  LUCID_TRY_ASSIGN(const bool here, cursor.seek(Key{}.u64(slot.value)));
  if (!here) return std::optional<credits::SlotResult>{};
  LUCID_TRY_ASSIGN(auto result, codec::decode<credits::SlotResult>(cursor.value(), "leader_schedule"));
  return result.first <= slot ? std::optional(std::move(result)) : std::nullopt;
}

Result<std::vector<credits::SlotResult>> ChainSnapshot::slot_results_before(Slot slot, std::size_t limit) const {
  std::vector<credits::SlotResult> results;
  LUCID_TRY_ASSIGN(CheckedCursor cursor, CheckedCursor::open(*txn_, chain::kLeaderSchedule));
  LUCID_TRY_ASSIGN(bool here, cursor.seek_at_or_before(Key{}.u64(slot.value)));
  while (here && results.size() < limit) {
    LUCID_TRY_ASSIGN(auto result, codec::decode<credits::SlotResult>(cursor.value(), "leader_schedule"));
    results.push_back(std::move(result));
    LUCID_TRY_ASSIGN(here, cursor.prev());
  }
  return results;
}

}  // namespace lucid::storage
