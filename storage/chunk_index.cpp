#include "storage/chunk_index.hpp"

#include <algorithm>

#include "storage/keys.hpp"
#include "storage/rows.hpp"
#include "storage/schema.hpp"

namespace lucid::storage::chunk_index {
namespace {

constexpr std::string_view kTotalsKey = "totals";

Key session_key(const SessionId& session, std::uint32_t index) {
  return Key{}.bytes(session).u32(index);
}

bool of_session(ByteView key, const SessionId& session) {
  return key.size() == SessionId::kSize + 4 && std::equal(session.data.begin(), session.data.end(), key.begin());
}

Status change_references(WriteTxn& txn, const Hash256& hash, bool more) {
  LUCID_TRY_ASSIGN(auto row, find(txn, hash));
  if (!row) return fail(Fault::chunk_not_found, to_hex(hash));
  if (more)
    ++row->references;
  else if (row->references > 0)
    --row->references;
  return put_row(txn, chunks::kChunks, hash, *row);
}

}  // namespace

Result<std::optional<ChunkRow>> find(const ReadTxn& txn, const Hash256& hash) {
  return get_row<ChunkRow>(txn, chunks::kChunks, hash);
}

Result<ChunkTotals> totals(const ReadTxn& txn) {
  LUCID_TRY_ASSIGN(const auto totals, get_row<ChunkTotals>(txn, kMeta, as_bytes(kTotalsKey)));
  return totals.value_or(ChunkTotals{});
}

Status add(WriteTxn& txn, const Hash256& hash, const ChunkRow& row) {
  LUCID_TRY_ASSIGN(const auto known, find(txn, hash));
  if (known) return {};
  LUCID_TRY_ASSIGN(ChunkTotals sum, totals(txn));
  sum.chunk_bytes += row.size_bytes;
  LUCID_TRY(put_row(txn, kMeta, as_bytes(kTotalsKey), sum));
  return put_row(txn, chunks::kChunks, hash, row);
}

Status erase(WriteTxn& txn, const Hash256& hash) {
  LUCID_TRY_ASSIGN(const auto row, find(txn, hash));
  if (!row) return fail(Fault::chunk_not_found, to_hex(hash));
  if (row->references > 0)
    return fail(Fault::chunk_referred, to_hex(hash), "no references", std::to_string(row->references));
  LUCID_TRY_ASSIGN(ChunkTotals sum, totals(txn));
  sum.chunk_bytes -= std::min(sum.chunk_bytes, row->size_bytes);
  LUCID_TRY(put_row(txn, kMeta, as_bytes(kTotalsKey), sum));
  LUCID_TRY(txn.erase(chunks::kChunks, hash));
  return {};
}

Result<std::optional<SessionChunkRow>> find_in_session(const ReadTxn& txn, const SessionId& session,
                                                       std::uint32_t index) {
  return get_row<SessionChunkRow>(txn, chunks::kSessionChunks, session_key(session, index));
}

Status refer(WriteTxn& txn, const SessionId& session, std::uint32_t index, const SessionChunkRow& row) {
  LUCID_TRY_ASSIGN(const auto known, find_in_session(txn, session, index));
  if (known && known->hash == row.hash) return {};
  if (known)
    return fail(Fault::chunk_index_taken, "index " + std::to_string(index), to_hex(known->hash), to_hex(row.hash));
  LUCID_TRY(change_references(txn, row.hash, true));
  return put_row(txn, chunks::kSessionChunks, session_key(session, index), row);
}

Result<std::uint64_t> release(WriteTxn& txn, const SessionId& session) {
  std::uint64_t released = 0;
  for (;;) {
    Bytes key;
    Hash256 hash;
    {
      LUCID_TRY_ASSIGN(CheckedCursor cursor, CheckedCursor::open(txn, chunks::kSessionChunks));
      LUCID_TRY_ASSIGN(const bool here, cursor.seek(session_key(session, 0)));
      if (!here || !of_session(cursor.key(), session)) return released;
      key = to_bytes(cursor.key());
      LUCID_TRY_ASSIGN(const auto row, codec::decode<SessionChunkRow>(cursor.value(), chunks::kSessionChunks.name));
      hash = row.hash;
    }
    LUCID_TRY(change_references(txn, hash, false));
    LUCID_TRY(txn.erase(chunks::kSessionChunks, key));
    ++released;
  }
}

Result<SessionChunkPage> list_session(const ReadTxn& txn, const SessionId& session, std::uint64_t offset,
                                      std::uint64_t limit) {
  SessionChunkPage page;
  LUCID_TRY_ASSIGN(CheckedCursor cursor, CheckedCursor::open(txn, chunks::kSessionChunks));
  LUCID_TRY_ASSIGN(bool here, cursor.seek(session_key(session, 0)));
  while (here && of_session(cursor.key(), session)) {
    if (page.total >= offset && page.chunks.size() < limit) {
      LUCID_TRY_ASSIGN(auto row, codec::decode<SessionChunkRow>(cursor.value(), chunks::kSessionChunks.name));
      page.chunks.push_back({read_u32(cursor.key(), SessionId::kSize), std::move(row)});
    }
    ++page.total;
    LUCID_TRY_ASSIGN(here, cursor.next());
  }
  return page;
}

Result<std::optional<ManifestRow>> find_manifest(const ReadTxn& txn, const SessionId& session) {
  return get_row<ManifestRow>(txn, chunks::kManifests, session);
}

Status set_manifest(WriteTxn& txn, const SessionId& session, const ManifestRow& row) {
  return put_row(txn, chunks::kManifests, session, row);
}

}  // namespace lucid::storage::chunk_index
