#include "storage/chain_store.hpp"

#include <algorithm>
#include <bit>

#include "core/ledger/block_size.hpp"
#include "storage/chain_keys.hpp"
#include "storage/rows.hpp"
#include "storage/schema.hpp"
#include "storage/sorted_runs.hpp"

namespace lucid::storage {
namespace {

using ledger::AnchorChange;
using ledger::ChangeSet;
using ledger::TransactionRecord;

void append_bytes(Bytes& out, ByteView bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

Status write_block(WriteTxn& txn, const Block& block, const Hash256& hash, std::uint64_t block_bytes) {
  const Key key = Key{}.u64(block.header.height);
  const BlockRow row{hash, block.header, block.last_commit, static_cast<std::uint32_t>(block.transactions.size()),
                     block_bytes};
  LUCID_TRY(append_row(txn, chain::kBlocks, key, row));
  if (block.transactions.empty()) return {};
  return append_row(txn, chain::kTransactions, key, block.transactions);
}

Status write_records(WriteTxn& txn, Height height, const std::vector<TransactionRecord>& records) {
  if (records.empty()) return {};
  Bytes row;
  row.reserve(records.size() * kTransactionRecordBytes);
  for (const TransactionRecord& record : records) {
    append_bytes(row, record.id);
    append_bytes(row, record.sender);
    row.push_back(record.kind);
    row.push_back(static_cast<std::uint8_t>(record.outcome));
  }
  return checked_append(txn, chain::kTransactionRecords, Key{}.u64(height), row);
}

Status write_ids(WriteTxn& txn, Height height, const Hash256& hash, const std::vector<TransactionRecord>& records) {
  std::vector<RunEntry> entries;
  entries.reserve(records.size() + 1);
  entries.push_back({run_prefix(hash), height, kBlockEntry});
  for (std::uint32_t i = 0; i < records.size(); ++i) entries.push_back({run_prefix(records[i].id), height, i});
  return append_run(txn, chain::kIdRuns, height, height, std::move(entries));
}

Status write_anchors(WriteTxn& txn, const ChangeSet& changes) {
  auto node = changes.log_nodes.begin();
  for (const AnchorChange& anchor : changes.anchors) {
    Bytes row;
    for (std::uint8_t level = 0; level <= 64; ++level, ++node) {
      if (node == changes.log_nodes.end() || node->level != level) break;
      append_bytes(row, node->hash);
    }
    const auto expected = static_cast<std::size_t>(std::countr_one(anchor.record.leaf_index)) + 1;
    if (row.size() != expected * Hash256::kSize)
      return fail(Fault::internal, "log_nodes",
                  std::to_string(expected) + " for leaf " + std::to_string(anchor.record.leaf_index),
                  std::to_string(row.size() / Hash256::kSize));
    append_bytes(row, anchor.leaf_bytes);
    LUCID_TRY(checked_append(txn, chain::kAnchors, Key{}.u64(anchor.record.leaf_index), row));
  }
  if (node != changes.log_nodes.end()) return fail(Fault::internal, "log_nodes", "none without an anchor");

  // The one table in random order: in key order each page is visited once.
  std::vector<const AnchorChange*> by_session;
  by_session.reserve(changes.anchors.size());
  for (const AnchorChange& anchor : changes.anchors) by_session.push_back(&anchor);
  std::sort(by_session.begin(), by_session.end(),
            [](const AnchorChange* a, const AnchorChange* b) { return a->session < b->session; });
  for (const AnchorChange* anchor : by_session)
    LUCID_TRY(checked_put(txn, chain::kSessions, anchor->session, Key{}.u64(anchor->record.leaf_index)));
  return {};
}

Status write_chunks(WriteTxn& txn, const ChangeSet& changes) {
  for (const ledger::ChunkRecord& record : changes.chunks) {
    LUCID_TRY_ASSIGN(const auto leaf, leaf_index_of(txn, record.session));
    if (!leaf) return fail(Fault::internal, "chunk record", "an anchored session", to_text(record.session));
    LUCID_TRY(put_row(txn, chain::kChunks, chunk_record_key(*leaf, record.index, record.kind), record));
  }
  return {};
}

Status write_changes(WriteTxn& txn, const ChangeSet& changes) {
  LUCID_TRY(write_records(txn, changes.height, changes.transactions));
  for (const AccountNonce& account : changes.accounts)
    LUCID_TRY(put_row(txn, chain::kAccounts, account.account, account));
  LUCID_TRY(write_anchors(txn, changes));
  LUCID_TRY(write_chunks(txn, changes));
  for (const ledger::EvidenceRecord& record : changes.evidence)
    LUCID_TRY(put_row(txn, chain::kEvidence, evidence_key(record.key), record));
  for (const credits::SlotResult& slot : changes.slots)
    LUCID_TRY(put_row(txn, chain::kLeaderSchedule, Key{}.u64(slot.last.value), slot));
  for (const credits::EpochTally& tally : changes.tallies)
    LUCID_TRY(put_row(txn, chain::kWorkTally, Key{}.u64(tally.epoch.value), tally));
  for (const ledger::SetRecord& set : changes.sets)
    LUCID_TRY(put_row(txn, chain::kValidatorSets, Key{}.u64(set.epoch.value), set));
  for (const ledger::OwnerRecord& record : changes.owners)
    LUCID_TRY(put_row(txn, chain::kOwners, owner_key(record.owner.account, record.epoch), record));
  return {};
}

Status write_genesis(Store& store, const ledger::Chain& chain) {
  const Block block{chain.header, {}, {}};
  const ChangeSet changes = ledger::genesis_changes(chain);
  LUCID_TRY_ASSIGN(const auto txn, store.write());
  LUCID_TRY(write_block(*txn, block, chain.hash, codec::encode(block).size()));
  LUCID_TRY(write_ids(*txn, 0, chain.hash, {}));
  LUCID_TRY(write_changes(*txn, changes));
  LUCID_TRY(put_row(*txn, kMeta, as_bytes(kTipKey), TipRow{ledger::genesis_state(chain), {}}));
  return txn->commit();
}

Status check_follows(const TipRow& tip, const Block& block, const ledger::Execution& execution,
                     const Certificate& certificate) {
  const Height height = tip.state.height + 1;
  if (block.header.height != height)
    return fail(Fault::block_previous_hash, "height", std::to_string(height), std::to_string(block.header.height));
  if (block.header.previous_hash != tip.state.hash)
    return fail(Fault::block_previous_hash, "previous_hash", to_hex(tip.state.hash),
                to_hex(block.header.previous_hash));
  if (execution.header != block.header || execution.state.hash != execution.hash || execution.state.height != height ||
      execution.changes.height != height)
    return fail(Fault::block_hash, "execution", "that of this block", to_hex(execution.hash));
  if (certificate.height != height || certificate.block != execution.hash)
    return fail(Fault::block_certificate, "block", to_hex(execution.hash), to_hex(certificate.block));
  return {};
}

}  // namespace

Result<ChainStore> ChainStore::open(Store& store, const ledger::Chain& chain) {
  ChainStore opened(store);
  {
    LUCID_TRY_ASSIGN(const auto now, opened.snapshot());
    const auto genesis = now->block_row(0);
    if (genesis) {
      if (genesis->hash == chain.hash) return opened;
      return fail(Fault::genesis_mismatch, "genesis block of the database", to_hex(chain.hash), to_hex(genesis->hash));
    }
    if (genesis.error().fault != Fault::block_not_found) return tl::unexpected(genesis.error());
  }
  LUCID_TRY(write_genesis(store, chain));
  return opened;
}

Result<std::unique_ptr<const ChainSnapshot>> ChainStore::snapshot() const {
  LUCID_TRY_ASSIGN(auto txn, store_->read());
  return std::unique_ptr<const ChainSnapshot>(std::make_unique<ChainSnapshot>(std::move(txn)));
}

Result<ChainAppend> ChainStore::append() {
  LUCID_TRY_ASSIGN(auto txn, store_->write());
  return ChainAppend(std::move(txn));
}

Status ChainStore::commit(const Block& block, const ledger::Execution& execution, const Certificate& certificate) {
  LUCID_TRY_ASSIGN(auto one, append());
  LUCID_TRY(one.add(block, execution, certificate));
  return one.commit();
}

Status ChainAppend::add(const Block& block, const ledger::Execution& execution, const Certificate& certificate) {
  LUCID_TRY_ASSIGN(const auto tip, get_row<TipRow>(*txn_, kMeta, as_bytes(kTipKey)));
  if (!tip) return fail(Fault::storage_not_found, "tip");
  LUCID_TRY(check_follows(*tip, block, execution, certificate));
  LUCID_TRY(write_block(*txn_, block, execution.hash, ledger::encoded_size(block)));
  LUCID_TRY(write_ids(*txn_, block.header.height, execution.hash, execution.changes.transactions));
  LUCID_TRY(write_changes(*txn_, execution.changes));
  return put_row(*txn_, kMeta, as_bytes(kTipKey), TipRow{execution.state, certificate});
}

}  // namespace lucid::storage
