#include "storage/chain_handovers.hpp"

#include "core/codec/codec.hpp"
#include "core/slots/slots.hpp"
#include "storage/checksummed.hpp"
#include "storage/keys.hpp"
#include "storage/schema.hpp"

namespace lucid::storage {
namespace {

/// The epochs from which another set agrees, after that of genesis.
Result<std::vector<Epoch>> change_epochs(const ReadTxn& txn, Epoch last) {
  std::vector<Epoch> epochs;
  LUCID_TRY_ASSIGN(CheckedCursor cursor, CheckedCursor::open(txn, chain::kValidatorSets));
  LUCID_TRY_ASSIGN(bool here, cursor.seek(Key{}.u64(0)));
  for (bool genesis = true; here; genesis = false) {
    const Epoch epoch{read_u64(cursor.key())};
    if (epoch > last) break;
    if (!genesis) epochs.push_back(epoch);
    LUCID_TRY_ASSIGN(here, cursor.next());
  }
  return epochs;
}

/// The first block of that slot or a later one; absent: none yet.
Result<std::optional<Height>> first_height_from(const ReadTxn& txn, Slot slot) {
  LUCID_TRY_ASSIGN(CheckedCursor cursor, CheckedCursor::open(txn, chain::kLeaderSchedule));
  LUCID_TRY_ASSIGN(bool here, cursor.seek(Key{}.u64(slot.value)));
  while (here) {
    LUCID_TRY_ASSIGN(const auto result, codec::decode<credits::SlotResult>(cursor.value(), "leader_schedule"));
    if (result.reason != credits::SlotReason::missed) return std::optional<Height>(result.first_height);
    LUCID_TRY_ASSIGN(here, cursor.next());
  }
  return std::optional<Height>{};
}

}  // namespace

Result<std::vector<Handover>> handovers(const ChainSnapshot& snapshot, const ChainParams& params, Height last) {
  std::vector<Handover> out;
  LUCID_TRY_ASSIGN(const BlockRow newest, snapshot.block_row(last));
  LUCID_TRY_ASSIGN(const auto epochs, change_epochs(snapshot.txn(), slots::epoch_of(params, newest.header.slot)));
  Height handed_at = 0;
  for (const Epoch epoch : epochs) {
    LUCID_TRY_ASSIGN(const auto first, first_height_from(snapshot.txn(), slots::first_slot(params, epoch)));
    // After a jump over epochs one block hands over for several sets, to the last of them.
    if (!first || *first > last || *first == handed_at) continue;
    handed_at = *first;
    LUCID_TRY_ASSIGN(BlockRow row, snapshot.block_row(*first - 1));
    if (row.header.next_validators_hash == row.header.validators_hash) continue;
    Handover handover;
    LUCID_TRY_ASSIGN(handover.certificate, snapshot.certificate_of(*first - 1));
    LUCID_TRY_ASSIGN(const BlockRow under, snapshot.block_row(*first));
    LUCID_TRY_ASSIGN(auto next, snapshot.validators_of(slots::epoch_of(params, under.header.slot)));
    if (!next) return fail(Fault::storage_not_found, "validator_sets", "a set", "none");
    handover.header = std::move(row.header);
    handover.next = std::move(*next);
    out.push_back(std::move(handover));
  }
  return out;
}

}  // namespace lucid::storage
