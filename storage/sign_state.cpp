#include "storage/sign_state.hpp"

#include <algorithm>

#include "core/crypto/verifier.hpp"
#include "storage/keys.hpp"
#include "storage/rows.hpp"
#include "storage/schema.hpp"

namespace lucid::storage {
namespace {

using consensus::DurableRound;
using consensus::SignRecord;

constexpr std::string_view kDurableKey = "durable";

Key record_key(Height height, Round round, consensus::SignStep step) {
  return Key{}.u64(height).u32(round).u8(static_cast<std::uint8_t>(step));
}

std::string place_in_words(ByteView key) {
  return "height " + std::to_string(read_u64(key)) + " round " + std::to_string(read_u32(key, 8)) + " step " +
         std::to_string(read_big_endian(key, 12, 1));
}

Result<Bytes> newest_key(const ReadTxn& txn) {
  LUCID_TRY_ASSIGN(const auto cursor, txn.cursor(sign::kRecords));
  LUCID_TRY_ASSIGN(const bool any, cursor->last());
  return any ? to_bytes(cursor->key()) : Bytes{};
}

Status append_records(WriteTxn& txn, const std::vector<SignRecord>& records) {
  for (const SignRecord& record : records) {
    LUCID_TRY_ASSIGN(const Bytes newest, newest_key(txn));
    const Key key = record_key(record.height, record.round, record.step);
    if (!newest.empty() && std::ranges::lexicographical_compare(key.view(), newest))
      return fail(Fault::sign_refused, "record", "above " + place_in_words(newest), place_in_words(key));
    if (std::ranges::equal(key.view(), newest)) {
      LUCID_TRY_ASSIGN(const auto known, get_row<SignRecord>(txn, sign::kRecords, key));
      if (known && known->same_content(record) && known->signature == record.signature) continue;
      return fail(Fault::sign_refused, "record", "other content at no place twice", place_in_words(key));
    }
    LUCID_TRY(append_row(txn, sign::kRecords, key, record));
  }
  return {};
}

// What is below the newest height, or more than 100 rounds below the newest round, decides nothing any more.
Status drop_old_records(WriteTxn& txn) {
  LUCID_TRY_ASSIGN(const Bytes newest, newest_key(txn));
  if (newest.empty()) return {};
  const Height height = read_u64(newest);
  const Round round = read_u32(newest, 8);
  const Round first = round >= consensus::kMaxSignedRounds ? round - consensus::kMaxSignedRounds + 1 : 0;
  const Key keep_from = record_key(height, first, consensus::SignStep::propose);
  for (;;) {
    Bytes oldest;
    {
      LUCID_TRY_ASSIGN(const auto cursor, txn.cursor(sign::kRecords));
      LUCID_TRY_ASSIGN(const bool any, cursor->first());
      if (!any || !std::ranges::lexicographical_compare(cursor->key(), keep_from.view())) return {};
      oldest = to_bytes(cursor->key());
    }
    LUCID_TRY(txn.erase(sign::kRecords, oldest));
  }
}

Status store_blocks(WriteTxn& txn, const DurableRound& durable, std::span<const SignedBlock> blocks) {
  for (const Hash256& named : durable.blocks) {
    LUCID_TRY_ASSIGN(const auto here, checked_get(txn, sign::kBlocks, named));
    if (here) continue;
    const auto given = std::ranges::find(blocks, named, &SignedBlock::block);
    if (given == blocks.end()) return fail(Fault::storage_not_found, "bytes of block " + to_hex(named));
    LUCID_TRY(checked_put(txn, sign::kBlocks, named, given->bytes));
  }
  return {};
}

Status drop_unnamed_blocks(WriteTxn& txn, const DurableRound& durable) {
  std::vector<Bytes> unnamed;
  {
    LUCID_TRY_ASSIGN(const auto cursor, txn.cursor(sign::kBlocks));
    LUCID_TRY_ASSIGN(bool here, cursor->first());
    while (here) {
      const auto is_this = [&](const Hash256& named) { return std::ranges::equal(named.view(), cursor->key()); };
      if (std::ranges::none_of(durable.blocks, is_this)) unnamed.push_back(to_bytes(cursor->key()));
      LUCID_TRY_ASSIGN(here, cursor->next());
    }
  }
  for (const Bytes& key : unnamed) LUCID_TRY(txn.erase(sign::kBlocks, key));
  return {};
}

}  // namespace

Result<StoredSignState> SignState::load() const {
  StoredSignState state;
  LUCID_TRY_ASSIGN(const auto txn, store_->read());
  LUCID_TRY_ASSIGN(CheckedCursor cursor, CheckedCursor::open(*txn, sign::kRecords));
  LUCID_TRY_ASSIGN(bool here, cursor.first());
  while (here) {
    LUCID_TRY_ASSIGN(const auto record, codec::decode<SignRecord>(cursor.value(), "records"));
    state.records.push_back(record);
    LUCID_TRY_ASSIGN(here, cursor.next());
  }
  LUCID_TRY_ASSIGN(auto durable, get_row<DurableRound>(*txn, kMeta, as_bytes(kDurableKey)));
  if (!durable) {
    if (state.records.empty()) return state;
    return fail(Fault::storage_not_found, kDurableKey, "the round that the records belong to", "none");
  }
  state.durable = std::move(*durable);
  for (const Hash256& named : state.durable.blocks) {
    LUCID_TRY_ASSIGN(const auto bytes, checked_get(*txn, sign::kBlocks, named));
    if (!bytes) return fail(Fault::storage_not_found, "bytes of block " + to_hex(named));
    state.blocks.push_back({named, to_bytes(*bytes)});
  }
  return state;
}

Status SignState::save(const consensus::Persist& persist, std::span<const SignedBlock> blocks) {
  LUCID_TRY_ASSIGN(const auto txn, store_->write());
  LUCID_TRY(append_records(*txn, persist.records));
  LUCID_TRY(drop_old_records(*txn));
  LUCID_TRY(store_blocks(*txn, persist.durable, blocks));
  LUCID_TRY(drop_unnamed_blocks(*txn, persist.durable));
  LUCID_TRY(put_row(*txn, kMeta, as_bytes(kDurableKey), persist.durable));
  return txn->commit();
}

Status SignState::clear_halt() {
  LUCID_TRY_ASSIGN(const auto txn, store_->write());
  LUCID_TRY_ASSIGN(auto durable, get_row<DurableRound>(*txn, kMeta, as_bytes(kDurableKey)));
  if (!durable) return fail(Fault::storage_not_found, kDurableKey);
  durable->halted = false;
  LUCID_TRY(put_row(*txn, kMeta, as_bytes(kDurableKey), *durable));
  return txn->commit();
}

Result<consensus::Restored> to_restored(const StoredSignState& state, Height floor) {
  consensus::Restored restored{state.records, state.durable, {}, floor};
  for (const SignedBlock& stored : state.blocks) {
    LUCID_TRY_ASSIGN(const Block block, codec::decode<Block>(stored.bytes, "block"));
    const Hash256 hash = crypto::header_hash(block.header);
    if (hash != stored.block) return fail(Fault::block_hash, "stored block", to_hex(stored.block), to_hex(hash));
    restored.blocks.push_back({hash, block.header, stored.bytes.size()});
  }
  return restored;
}

}  // namespace lucid::storage
