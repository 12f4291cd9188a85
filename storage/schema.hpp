// The whole database on one page. Every key is of fixed width, numbers big-endian, so stored order is numeric order.
// Every value carries a checksum (checksummed.hpp); values are canonical msgpack (codec.hpp) of the
// struct named, unless bytes are shown. "Since" is the schema version that brought the table.
//
// Four environments by owner, each a directory below the data directory: chain (ledger), sign (validator), outbox
// (anchor), chunks (chunk_store). Table 0 of each is meta. An environment written by another version is refused.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "storage/kv.hpp"

namespace lucid::storage {

inline constexpr std::uint32_t kSchemaVersion = 2;

enum class Environment : std::uint8_t { chain, sign, outbox, chunks };
std::string_view environment_name(Environment environment);

struct TableSchema {
  Table table;
  std::string_view key;
  std::string_view value;
  std::uint32_t since = 1;
};

/// In every environment. schema.cpp writes and checks it.
inline constexpr Table kMeta{0, "meta"};

// clang-format off
namespace chain {
inline constexpr Table kBlocks            {1, "blocks"};
inline constexpr Table kTransactions      {2, "transactions"};
inline constexpr Table kTransactionRecords{3, "transaction_records"};
inline constexpr Table kIdRuns            {4, "id_runs"};
inline constexpr Table kAnchors           {5, "anchors"};
inline constexpr Table kSessions          {6, "sessions"};
inline constexpr Table kChunks            {7, "chunks"};
inline constexpr Table kAccounts          {8, "accounts"};
inline constexpr Table kEvidence          {9, "evidence"};
inline constexpr Table kLeaderSchedule    {10, "leader_schedule"};
inline constexpr Table kWorkTally         {11, "work_tally"};
inline constexpr Table kValidatorSets     {12, "validator_sets"};
inline constexpr Table kTaskProofs        {13, "task_proofs"};
inline constexpr Table kOwners            {14, "owners"};

inline constexpr std::array kTables = {
  //          table                key                                                    value                                     since
  TableSchema{kMeta,               "name",                                                "schema_version; tip: TipRow (state and certificate of the newest block)", 1},
  TableSchema{kBlocks,             "height u64",                                          "BlockRow: hash, header, certificate of the parent, count and bytes", 1},
  TableSchema{kTransactions,       "height u64 (blocks with transactions)",               "BodyRow: encoded transactions; what pruning takes away", 1},
  TableSchema{kTransactionRecords, "height u64 (blocks with transactions)",               "for each: id 32, sender 20, kind u8, outcome u8", 1},
  TableSchema{kIdRuns,             "run's last height u64, first prefix u64, slice u32",  "run's first height u64, its entries u32, then entries in order: first 8 bytes of a transaction id or block hash, height - first u32, index u32 (2^32-1: the block)", 1},
  TableSchema{kAnchors,            "index in the anchor log u64",                         "hashes of the log nodes that this leaf completes (32 each, level 0 first), then AnchorLeaf", 1},
  TableSchema{kSessions,           "session 32: the one random key of an anchor",         "index in the anchor log u64",            1},
  TableSchema{kChunks,             "anchor log index of the session u64, chunk index u32, kind u8", "ChunkRecord of anchor_chunk or store_chunk_metadata", 1},
  TableSchema{kAccounts,           "account 20",                                          "AccountNonce",                           1},
  TableSchema{kEvidence,           "validator 20, height u64, round u32, step u8",        "EvidenceRecord",                         1},
  TableSchema{kLeaderSchedule,     "slot u64 (of a missed range its last)",               "SlotResult: order and result",           1},
  TableSchema{kWorkTally,          "epoch u64",                                           "EpochTally, settled",                    1},
  TableSchema{kValidatorSets,      "epoch u64 from which it agrees",                      "SetRecord",                              1},
  TableSchema{kTaskProofs,         "epoch u64, validator 20, type u8, sequence u32",      "proof; empty until proofs are active",   1},
  TableSchema{kOwners,             "account 20, epoch u64 from which it holds",           "OwnerRecord: registered or removed, and its validator", 2},
};
}  // namespace chain

namespace sign {
inline constexpr Table kRecords{1, "records"};
inline constexpr Table kBlocks {2, "blocks"};

inline constexpr std::array kTables = {
  TableSchema{kMeta,    "name",                           "schema_version; durable: DurableRound",         1},
  TableSchema{kRecords, "height u64, round u32, step u8", "SignRecord",                                     1},
  TableSchema{kBlocks,  "block hash 32",                  "encoded block: locked, valid or own proposal",  1},
};
}  // namespace sign

namespace outbox {
inline constexpr Table kEntries    {1, "entries"};
inline constexpr Table kOpen       {2, "open"};
inline constexpr Table kSessionRuns{3, "session_runs"};

inline constexpr std::array kTables = {
  TableSchema{kMeta,        "name",                                        "schema_version",                1},
  TableSchema{kEntries,     "anchoring_id u64",                            "OutboxEntry",                   1},
  TableSchema{kOpen,        "anchoring_id u64",                            "nothing: the entry is pending", 1},
  TableSchema{kSessionRuns, "run's last anchoring_id u64, first prefix u64, slice u32", "as id_runs of chain, of SHA-256 of the session", 1},
};
}  // namespace outbox

namespace chunks {
inline constexpr Table kChunks       {1, "chunks"};
inline constexpr Table kSessionChunks{2, "session_chunks"};
inline constexpr Table kManifests    {3, "manifests"};

inline constexpr std::array kTables = {
  TableSchema{kMeta,          "name",                         "schema_version; totals: ChunkTotals",        1},
  TableSchema{kChunks,        "chunk hash 32",                "ChunkRow: size, created_at, references, metadata", 1},
  TableSchema{kSessionChunks, "session 32, chunk index u32",  "SessionChunkRow: chunk hash, metadata",      1},
  TableSchema{kManifests,     "session 32",                   "ManifestRow: manifest hash, size, created_at", 1},
};
}  // namespace chunks
// clang-format on

std::span<const TableSchema> schema_of(Environment environment);
std::vector<Table> tables_of(Environment environment);

/// Writes the version into a new environment, or compares it. Fault storage_version.
Status check_schema(Store& store, Environment environment);

}  // namespace lucid::storage
