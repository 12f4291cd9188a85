#include "storage/chunk_store.hpp"

#include <map>

#include "core/types/bundle.hpp"
#include "storage/data_directory.hpp"

namespace lucid::storage {

Result<std::unique_ptr<ChunkStore>> ChunkStore::open(Store& store, const std::filesystem::path& directory) {
  LUCID_TRY(make_directory(directory));
  std::unique_ptr<ChunkStore> chunks(new ChunkStore(store));
  LUCID_TRY_ASSIGN(chunks->files_, ChunkFiles::open({directory / "files", kMaxChunkBytes}));
  LUCID_TRY_ASSIGN(chunks->manifests_, ChunkFiles::open({directory / "manifests", kMaxManifestBytes}));
  return chunks;
}

Result<ChunkFiles::Staged> ChunkStore::admit(const ReadTxn& txn, const ChunkInput& chunk) {
  if (chunk.metadata.size() > kMaxChunkMetadataBytes)
    return fail(Fault::decode_bound, "metadata", "at most " + std::to_string(kMaxChunkMetadataBytes) + " bytes",
                std::to_string(chunk.metadata.size()));
  LUCID_TRY_ASSIGN(ChunkFiles::Staged staged, files_->stage(chunk.bytes, chunk.expected));
  if (chunk.reference) {
    LUCID_TRY_ASSIGN(const auto taken,
                     chunk_index::find_in_session(txn, chunk.reference->session, chunk.reference->index));
    if (taken && taken->hash != staged.hash())
      return fail(Fault::chunk_index_taken, "index " + std::to_string(chunk.reference->index), to_hex(taken->hash),
                  to_hex(staged.hash()));
  }
  return staged;
}

Result<std::vector<Result<ChunkStored>>> ChunkStore::put(std::span<const ChunkInput> chunks) {
  std::vector<Result<ChunkStored>> results;
  std::vector<ChunkFiles::Staged> staged;
  std::map<std::pair<SessionId, std::uint32_t>, Hash256> claimed;  // by this group
  {
    LUCID_TRY_ASSIGN(const auto txn, store_->read());
    for (const ChunkInput& chunk : chunks) {
      auto one = admit(*txn, chunk);
      if (!one) {
        results.emplace_back(tl::unexpected(one.error()));
        continue;
      }
      if (chunk.reference) {
        const auto [claim, is_new] =
            claimed.emplace(std::pair(chunk.reference->session, chunk.reference->index), one->hash());
        if (!is_new && claim->second != one->hash()) {
          results.emplace_back(fail(Fault::chunk_index_taken, "index " + std::to_string(chunk.reference->index),
                                    to_hex(claim->second), to_hex(one->hash())));
          continue;
        }
      }
      results.emplace_back(ChunkStored{one->hash(), one->size_bytes(), chunk.now, one->deduplicated()});
      staged.push_back(std::move(*one));
    }
  }
  if (staged.empty()) return results;
  LUCID_TRY(files_->publish(staged));

  LUCID_TRY_ASSIGN(const auto txn, store_->write());
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    if (!results[i]) continue;
    ChunkStored& stored = *results[i];
    LUCID_TRY_ASSIGN(const auto known, chunk_index::find(*txn, stored.hash));
    stored.deduplicated = known.has_value();
    if (known)
      stored.created_at = known->created_at;
    else
      LUCID_TRY(chunk_index::add(
          *txn, stored.hash,
          {stored.size_bytes, stored.created_at, 0, chunks[i].reference ? ChunkMetadata{} : chunks[i].metadata}));
    if (chunks[i].reference)
      LUCID_TRY(chunk_index::refer(*txn, chunks[i].reference->session, chunks[i].reference->index,
                                   {stored.hash, chunks[i].metadata}));
  }
  LUCID_TRY(txn->commit());
  return results;
}

Result<std::optional<ChunkRow>> ChunkStore::find(const Hash256& hash) const {
  LUCID_TRY_ASSIGN(const auto txn, store_->read());
  return chunk_index::find(*txn, hash);
}

Status ChunkStore::erase(const Hash256& hash) {
  {
    LUCID_TRY_ASSIGN(const auto txn, store_->write());
    LUCID_TRY(chunk_index::erase(*txn, hash));
    LUCID_TRY(txn->commit());
  }
  LUCID_TRY(files_->erase(hash));
  return {};
}

Result<std::vector<std::uint32_t>> ChunkStore::refer(const SessionId& session, std::span<const Hash256> hashes) {
  std::vector<std::uint32_t> missing;
  LUCID_TRY_ASSIGN(const auto txn, store_->write());
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    const auto index = static_cast<std::uint32_t>(i);
    LUCID_TRY_ASSIGN(const auto known, chunk_index::find(*txn, hashes[i]));
    if (!known)
      missing.push_back(index);
    else
      LUCID_TRY(chunk_index::refer(*txn, session, index, {hashes[i], {}}));
  }
  LUCID_TRY(txn->commit());
  return missing;
}

Result<std::uint64_t> ChunkStore::release(const SessionId& session) {
  LUCID_TRY_ASSIGN(const auto txn, store_->write());
  LUCID_TRY_ASSIGN(const std::uint64_t released, chunk_index::release(*txn, session));
  LUCID_TRY(txn->commit());
  return released;
}

Result<SessionChunkPage> ChunkStore::list_session(const SessionId& session, std::uint64_t offset,
                                                  std::uint64_t limit) const {
  LUCID_TRY_ASSIGN(const auto txn, store_->read());
  return chunk_index::list_session(*txn, session, offset, limit);
}

Result<std::optional<SessionChunkRow>> ChunkStore::find_in_session(const SessionId& session,
                                                                   std::uint32_t index) const {
  LUCID_TRY_ASSIGN(const auto txn, store_->read());
  return chunk_index::find_in_session(*txn, session, index);
}

Result<ManifestRow> ChunkStore::put_manifest(const SessionId& session, ByteView bytes, TimeMs now) {
  LUCID_TRY_ASSIGN(ChunkFiles::Staged staged, manifests_->stage(bytes));
  return keep_manifest(session, std::move(staged), now);
}

Result<ManifestRow> ChunkStore::keep_manifest(const SessionId& session, ChunkFiles::Staged manifest, TimeMs now) {
  LUCID_TRY(manifests_->publish({&manifest, 1}));
  LUCID_TRY_ASSIGN(const auto txn, store_->write());
  LUCID_TRY_ASSIGN(const auto known, chunk_index::find_manifest(*txn, session));
  if (known && known->hash == manifest.hash()) return *known;
  const ManifestRow row{manifest.hash(), manifest.size_bytes(), now};
  LUCID_TRY(chunk_index::set_manifest(*txn, session, row));
  LUCID_TRY(txn->commit());
  return row;
}

Result<std::optional<ManifestRow>> ChunkStore::find_manifest(const SessionId& session) const {
  LUCID_TRY_ASSIGN(const auto txn, store_->read());
  return chunk_index::find_manifest(*txn, session);
}

Result<Bytes> ChunkStore::read_manifest(const SessionId& session) {
  LUCID_TRY_ASSIGN(const auto row, find_manifest(session));
  if (!row) return fail(Fault::storage_not_found, "manifest of " + to_text(session));
  return manifests_->read(row->hash);
}

Result<std::uint64_t> ChunkStore::chunk_count() const {
  LUCID_TRY_ASSIGN(const auto txn, store_->read());
  return txn->count(chunks::kChunks);
}

Result<std::uint64_t> ChunkStore::chunk_bytes() const {
  LUCID_TRY_ASSIGN(const auto txn, store_->read());
  LUCID_TRY_ASSIGN(const ChunkTotals totals, chunk_index::totals(*txn));
  return totals.chunk_bytes;
}

}  // namespace lucid::storage
