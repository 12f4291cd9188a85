// Keys of environment chain that are more than one number, and the one row that is only a number.
#pragma once

#include "core/ledger/change_set.hpp"
#include "storage/checksummed.hpp"
#include "storage/keys.hpp"
#include "storage/schema.hpp"

namespace lucid::storage {

inline constexpr std::string_view kTipKey = "tip";

inline Key evidence_key(const ledger::EvidenceKey& key) {
  return Key{}.bytes(key.validator).u64(key.height).u32(key.round).u8(static_cast<std::uint8_t>(key.step));
}
inline Key owner_key(const Address& account, Epoch epoch) {
  return Key{}.bytes(account).u64(epoch.value);
}
inline Key chunk_record_key(std::uint64_t leaf_index, std::uint32_t index, ledger::ChunkRecordKind kind) {
  return Key{}.u64(leaf_index).u32(index).u8(static_cast<std::uint8_t>(kind));
}

/// Where the session's anchor stands in the log; absent: it is not anchored. Read while a block executes, once for each
/// anchor, so the row holds nothing else.
inline Result<std::optional<std::uint64_t>> leaf_index_of(const ReadTxn& txn, const SessionId& session) {
  LUCID_TRY_ASSIGN(const auto value, checked_get(txn, chain::kSessions, session));
  if (!value) return std::optional<std::uint64_t>{};
  return std::optional(read_u64(*value));
}

}  // namespace lucid::storage
