#include "storage/chain_scan.hpp"

#include "core/codec/codec.hpp"
#include "core/ledger/execution.hpp"
#include "core/merkle/tree.hpp"
#include "storage/checksummed.hpp"
#include "storage/schema.hpp"

namespace lucid::storage {
namespace {

/// One height's checks; each returns the first fault that it meets.
class HeightChecker {
 public:
  HeightChecker(const ChainSnapshot& chain, HeightScan& scan) : chain_(chain), scan_(scan) {}

  Status check(Height height) {
    LUCID_TRY_ASSIGN(const BlockRow row, chain_.block_row(height));
    ++scan_.blocks;
    LUCID_TRY(check_header(row, height));
    LUCID_TRY(check_transactions(row, height));
    LUCID_TRY(check_indexes(row, height));
    return check_anchors(row, height);
  }

 private:
  Status check_header(const BlockRow& row, Height height) const {
    const Hash256 hash = crypto::header_hash(row.header);
    if (hash != row.hash || row.header.height != height)
      return fail(Fault::block_hash, "hash", to_hex(row.hash), to_hex(hash));
    if (height == 0) return {};
    LUCID_TRY_ASSIGN(const BlockRow parent, chain_.block_row(height - 1));
    if (row.header.previous_hash != parent.hash)
      return fail(Fault::block_previous_hash, "previous_hash", to_hex(parent.hash), to_hex(row.header.previous_hash));
    const Hash256 commit = crypto::certificate_hash(row.last_commit);
    if (commit != row.header.last_commit_hash)
      return fail(Fault::block_certificate, "last_commit_hash", to_hex(row.header.last_commit_hash), to_hex(commit));
    return {};
  }

  Status check_transactions(const BlockRow& row, Height height) {
    LUCID_TRY_ASSIGN(const auto records, chain_.transaction_records(height));
    if (records.size() != row.transaction_count)
      return fail(Fault::block_structure, "transaction_records", std::to_string(row.transaction_count),
                  std::to_string(records.size()));
    std::vector<Hash256> ids;
    for (const auto& record : records) ids.push_back(record.id);
    if (height > 0 && ledger::transactions_root(ids) != row.header.transactions_root)
      return fail(Fault::block_merkle_root, "transactions_root", to_hex(row.header.transactions_root),
                  to_hex(ledger::transactions_root(ids)));
    if (ids.empty()) return {};
    const auto block = chain_.block(height);
    if (!block && block.error().fault == Fault::storage_not_found) {
      ++scan_.pruned;
      return {};
    }
    if (!block) return tl::unexpected(block.error());
    if (block->transactions.size() != ids.size())
      return fail(Fault::block_structure, "transactions", std::to_string(ids.size()),
                  std::to_string(block->transactions.size()));
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const Hash256 id = crypto::transaction_id(block->transactions[i]);
      if (id != ids[i])
        return fail(Fault::block_transactions, "transactions[" + std::to_string(i) + "]", to_hex(ids[i]), to_hex(id));
      ++scan_.transactions;
    }
    return {};
  }

  Status check_indexes(const BlockRow& row, Height height) const {
    LUCID_TRY_ASSIGN(const auto found, chain_.height_of(row.hash));
    if (found != std::optional(height)) return fail(Fault::storage_not_found, "id_runs, block " + to_hex(row.hash));
    LUCID_TRY_ASSIGN(const auto records, chain_.transaction_records(height));
    for (const auto& record : records) {
      LUCID_TRY_ASSIGN(const auto place, chain_.find_transaction(record.id));
      if (!place) return fail(Fault::storage_not_found, "id_runs, transaction " + to_hex(record.id));
    }
    return {};
  }

  Status check_anchors(const BlockRow& row, Height height) {
    std::uint64_t first = 0;
    if (height > 0) {
      LUCID_TRY_ASSIGN(const BlockRow parent, chain_.block_row(height - 1));
      first = parent.header.anchor_log_size;
    }
    for (std::uint64_t index = first; index < row.header.anchor_log_size; ++index) {
      LUCID_TRY_ASSIGN(const AnchorLeaf leaf, chain_.anchor_leaf(index));
      LUCID_TRY_ASSIGN(const Hash256 node, chain_.log_node(0, index));
      const Hash256 hash = merkle::leaf_hash(codec::encode(leaf));
      if (hash != node || leaf.height != height)
        return fail(Fault::block_merkle_root, "anchors[" + std::to_string(index) + "]", to_hex(node), to_hex(hash));
      LUCID_TRY_ASSIGN(const auto record, chain_.anchor(leaf.anchor.session));
      if (!record || record->leaf_index != index)
        return fail(Fault::storage_not_found, "sessions, " + to_text(leaf.anchor.session));
      ++scan_.anchors;
    }
    return {};
  }

  const ChainSnapshot& chain_;
  HeightScan& scan_;
};

}  // namespace

Result<HeightScan> scan_heights(const ChainSnapshot& snapshot, Height first, Height last) {
  HeightScan scan;
  LUCID_TRY_ASSIGN(const std::uint64_t blocks, snapshot.txn().count(chain::kBlocks));
  for (Height height = first; height <= last && height < blocks; ++height) {
    const Status checked = HeightChecker(snapshot, scan).check(height);
    if (checked) continue;
    if (checked.error().fault == Fault::storage_io) return tl::unexpected(checked.error());
    scan.faults.push_back({height, checked.error()});
  }
  return scan;
}

Result<TableScan> scan_table(const ReadTxn& txn, Table table, ByteView first_key, std::uint64_t limit) {
  TableScan scan;
  LUCID_TRY_ASSIGN(const auto cursor, txn.cursor(table));
  LUCID_TRY_ASSIGN(bool here, first_key.empty() ? cursor->first() : cursor->seek(first_key));
  while (here && scan.rows < limit) {
    if (const auto value = checked_value(table, cursor->key(), cursor->value()); !value)
      scan.faults.push_back(value.error());
    ++scan.rows;
    LUCID_TRY_ASSIGN(here, cursor->next());
  }
  if (here) scan.next_key = to_bytes(cursor->key());
  return scan;
}

}  // namespace lucid::storage
