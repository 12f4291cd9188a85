// What one block changes, typed and in order: the ledger's store applies it in one database transaction, and its
// canonical bytes go into the state digest (docs/protocol.md, "State digest").
//
// Thread-safety: values.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/fields.hpp"
#include "core/credits/slot_result.hpp"
#include "core/credits/tally.hpp"
#include "core/ledger/outcome.hpp"
#include "core/merkle/append_log.hpp"
#include "core/types/account.hpp"
#include "core/types/transaction.hpp"
#include "core/types/validator_set.hpp"

namespace lucid::ledger {

/// One included transaction, in block order.
struct TransactionRecord {
  Hash256 id;
  Address sender;
  std::uint8_t kind = 0;  // of the operation, counted from 1
  Outcome outcome = Outcome::done;
  bool operator==(const TransactionRecord&) const = default;
  LUCID_FIELDS(id, sender, kind, outcome)
};

/// What later operations on a session need to know of its anchor.
struct AnchorRecord {
  Address account;  // that anchored it
  std::uint32_t chunk_count = 0;
  std::uint64_t leaf_index = 0;  // in the anchor log
  bool operator==(const AnchorRecord&) const = default;
  LUCID_FIELDS(account, chunk_count, leaf_index)
};

/// A new leaf of the anchor log. leaf_bytes is the canonical AnchorLeaf; leaf_hash its RFC 6962 leaf hash.
struct AnchorChange {
  SessionId session;
  Address owner;
  AnchorRecord record;
  Hash256 transaction;
  Hash256 leaf_hash;
  Bytes leaf_bytes;
  bool operator==(const AnchorChange&) const = default;
};

enum class ChunkRecordKind : std::uint8_t { anchored, metadata };
constexpr ChunkRecordKind last_of(ChunkRecordKind) {
  return ChunkRecordKind::metadata;
}

/// anchor_chunk (size_bytes 0) or store_chunk_metadata; one of each kind for a (session, index).
struct ChunkRecord {
  ChunkRecordKind kind = ChunkRecordKind::anchored;
  SessionId session;
  std::uint32_t index = 0;
  Hash256 hash;
  std::uint64_t size_bytes = 0;
  Hash256 transaction;
  bool operator==(const ChunkRecord&) const = default;
  LUCID_FIELDS(kind, session, index, hash, size_bytes, transaction)
};

struct DataEntry {
  Address account;
  Data data;
  Hash256 transaction;
  bool operator==(const DataEntry&) const = default;
  LUCID_FIELDS(account, data, transaction)
};

/// What evidence is about: it counts once.
enum class SignedStep : std::uint8_t { prevote, precommit, proposal };
constexpr SignedStep last_of(SignedStep) {
  return SignedStep::proposal;
}

struct EvidenceKey {
  Address validator;
  Height height = 0;
  Round round = 0;
  SignedStep step = SignedStep::prevote;
  auto operator<=>(const EvidenceKey&) const = default;
  LUCID_FIELDS(validator, height, round, step)
};

struct EvidenceRecord {
  EvidenceKey key;
  Hash256 transaction;
  bool operator==(const EvidenceRecord&) const = default;
  LUCID_FIELDS(key, transaction)
};

/// The set that agrees from `epoch` on (until the next row).
struct SetRecord {
  Epoch epoch;
  ValidatorSet validators;
  bool operator==(const SetRecord&) const = default;
  LUCID_FIELDS(epoch, validators)
};

/// From `epoch` on the account is an owner, or is none any more (until its next row).
struct OwnerRecord {
  Epoch epoch;
  Owner owner;  // without a validator once it was removed
  bool registered = false;
  bool operator==(const OwnerRecord&) const = default;
  LUCID_FIELDS(epoch, owner, registered)
};

/// What became of a change of validators or owners that was put forward (set_changes.hpp).
enum class SetStep : std::uint8_t { put_forward, approved, counted, displaced };
constexpr SetStep last_of(SetStep) {
  return SetStep::displaced;
}

struct SetStepRecord {
  Hash256 change;
  SetStep step = SetStep::put_forward;
  std::optional<Address> validator;  // who approved
  std::optional<Epoch> effect;       // of one that counted: from this epoch on
  bool operator==(const SetStepRecord&) const = default;
  LUCID_FIELDS(change, step, validator, effect)
};

struct ChangeSet {
  Height height = 0;
  std::vector<TransactionRecord> transactions;  // one per transaction of the block
  std::vector<AccountNonce> accounts;           // by address
  std::vector<AnchorChange> anchors;            // in log order
  std::vector<ChunkRecord> chunks;              // in block order
  std::vector<DataEntry> data;                  // in block order
  std::vector<EvidenceRecord> evidence;         // in block order
  std::vector<credits::SlotResult> slots;       // ascending: a missed range, then the block's own slot
  std::vector<credits::EpochTally> tallies;     // settled by this block, ascending
  std::vector<SetRecord> sets;                  // ascending
  std::vector<SetStepRecord> set_steps;         // in block order
  std::vector<OwnerRecord> owners;              // in block order
  std::vector<merkle::LogNode> log_nodes;       // completed by the anchors; they follow from them: not in the digest
};

/// SHA-256 over the canonical encodings of all changes in the order above, each as [number of its list, change]; an
/// anchor stands for itself by its leaf hash.
Hash256 changes_hash(const ChangeSet& changes);

}  // namespace lucid::ledger
