// The sign-state: what keeps a validator from signing twice, across power cuts (protocol.md section 3, Durability;
// core/consensus/sign_record.hpp says what and when).
//
// It stands in an environment of its own, small and synced at each save. The floor is kept by the ledger's database
// (the height of its tip) and handed in at load(): the higher of floor and records holds.
//
// Thread-safety: one owner (the validator).
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/consensus/sign_record.hpp"
#include "storage/kv.hpp"

namespace lucid::storage {

/// A block's bytes, encoded. The hash is the one that `durable.blocks` names.
struct SignedBlock {
  Hash256 block;
  Bytes bytes;
  bool operator==(const SignedBlock&) const = default;
};

/// Everything stored. `floor` is not: the ledger knows it.
struct StoredSignState {
  std::vector<consensus::SignRecord> records;  // in the order in which they were stored
  consensus::DurableRound durable;
  std::vector<SignedBlock> blocks;
};

class SignState {
 public:
  /// `store` is environment sign and must outlive it.
  explicit SignState(Store& store) : store_(&store) {}

  /// Empty where nothing was ever signed. Faults: storage_not_found (a block that `durable` names is missing),
  /// storage_checksum.
  Result<StoredSignState> load() const;

  /// One synced transaction: appends the records, replaces `durable`, stores the bytes of the blocks that it names and
  /// are not here yet (`blocks` must hold those; others in it are ignored), and lets go of what is no longer named, of
  /// records of lower heights, and of rounds beyond the last 100. On any error nothing has changed and nothing may be
  /// signed any more. Faults: sign_refused (a record that is not above the newest one stored), storage_not_found (the
  /// bytes of a named block are neither here nor given), storage_….
  Status save(const consensus::Persist& persist, std::span<const SignedBlock> blocks);

  /// A person's word: signing may go on after a foreign signature was seen. Fault storage_not_found without a state.
  Status clear_halt();

 private:
  Store* store_;
};

/// As the consensus core takes it. `floor`: height of the tip in the ledger's database. Faults: decode_…, block_hash
/// (the bytes are those of another block).
Result<consensus::Restored> to_restored(const StoredSignState& state, Height floor);

}  // namespace lucid::storage
