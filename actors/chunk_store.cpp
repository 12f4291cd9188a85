#include "actors/chunk_store.hpp"

#include "core/anchoring/manifest.hpp"

namespace lucid::actors {

namespace {

std::string text_of(const storage::ChunkMetadata& metadata) {
  return {metadata.begin(), metadata.end()};
}

Error no_manifest(const SessionId& session) {
  return {Fault::chunk_not_found, "manifest of session " + to_text(session), {}, {}};
}

}  // namespace

ChunkKeeper::ChunkKeeper(interface::pointer self, Deps deps) : self_(self), deps_(std::move(deps)) {
  publish_state();
}

ChunkKeeper::interface::behavior_type ChunkKeeper::make_behavior() {
  return {
      [this](const PutChunk& asked) { return put(asked); },
      [this](const GetChunk& asked) -> caf::result<ChunkBytes> {
        auto bytes = deps_.chunks->read(asked.hash);
        if (!bytes) return to_caf(bytes.error());
        return ChunkBytes{std::make_shared<const Bytes>(std::move(*bytes))};
      },
      [this](const GetChunkMeta& asked) { return answer(chunk_meta(*deps_.chunks, asked.hash)); },
      [this](const GetSessionChunks& asked) {
        return answer(session_chunks(*deps_.chunks, asked.session, asked.page));
      },
      [this](const EraseChunk& asked) -> caf::result<ChunkErased> {
        if (const auto erased = deps_.chunks->erase(asked.hash); !erased) return to_caf(erased.error());
        publish_state();
        return ChunkErased{};
      },
      [this](const PutManifest& asked) { return put_manifest(asked); },
      [this](const GetManifest& asked) { return manifest(asked); },
      [this](const FlushChunks&) { flush(); },
  };
}

caf::result<ChunkMeta> ChunkKeeper::put(const PutChunk& asked) {
  if (asked.chunk.metadata_json.size() > storage::kMaxChunkMetadataBytes)
    return to_caf(Error{Fault::size_wrong, "metadata",
                        "at most " + std::to_string(storage::kMaxChunkMetadataBytes) + " bytes",
                        std::to_string(asked.chunk.metadata_json.size())});
  if (deps_.quota_bytes > 0) {
    const auto used = deps_.chunks->chunk_bytes();
    if (!used) return to_caf(used.error());
    if (*used + waiting_bytes_ + asked.chunk.bytes->size() > deps_.quota_bytes)
      return to_caf(Error{Fault::storage_full, "chunk quota", "at most " + std::to_string(deps_.quota_bytes) + " bytes",
                          std::to_string(*used) + " used"});
  }
  auto promise = self_->template make_response_promise<ChunkMeta>();
  waiting_.push_back({asked.chunk, promise});
  waiting_bytes_ += asked.chunk.bytes->size();
  // Whatever lies in the mailbox before this message joins the same sync.
  if (waiting_.size() == 1) act::tell(self_, act::me<interface>(self_), FlushChunks{});
  return promise;
}

void ChunkKeeper::flush() {
  std::vector<Waiting> group = std::move(waiting_);
  waiting_.clear();
  waiting_bytes_ = 0;
  std::vector<storage::ChunkInput> inputs;
  inputs.reserve(group.size());
  for (const auto& [chunk, promise] : group) {
    storage::ChunkInput input;
    input.bytes = *chunk.bytes;
    if (chunk.session && chunk.index) input.reference = {*chunk.session, *chunk.index};
    const ByteView metadata = as_bytes(chunk.metadata_json);
    input.metadata.assign(metadata.begin(), metadata.end());
    input.now = deps_.clock.wall_ms();
    inputs.push_back(std::move(input));
  }
  auto stored = deps_.chunks->put(inputs);
  if (!stored) deps_.log("chunks cannot be stored: " + to_text(stored.error()));
  for (std::size_t i = 0; i < group.size(); ++i) {
    auto& [chunk, promise] = group[i];
    if (!stored || !(*stored)[i]) {
      promise.deliver(to_caf(stored ? (*stored)[i].error() : stored.error()));
      continue;
    }
    const auto& done = *(*stored)[i];
    promise.deliver(ChunkMeta{done.hash, done.size_bytes, done.created_at, chunk.session, chunk.index,
                              chunk.metadata_json, done.deduplicated});
  }
  publish_state();
}

caf::result<ManifestStored> ChunkKeeper::put_manifest(const PutManifest& asked) {
  const bool canonical = anchoring::manifest_form(*asked.bytes) == anchoring::ManifestForm::canonical;
  std::vector<Hash256> hashes;
  if (canonical) {
    const auto manifest = anchoring::decode_manifest(*asked.bytes);
    if (!manifest) return to_caf(manifest.error());
    if (manifest->session != asked.session)
      return to_caf(Error{Fault::manifest_form, "session_id", to_text(asked.session), to_text(manifest->session)});
    for (const auto& chunk : manifest->chunks) hashes.push_back(chunk.hash);
  }
  const auto row = deps_.chunks->put_manifest(asked.session, *asked.bytes, deps_.clock.wall_ms());
  if (!row) return to_caf(row.error());
  if (canonical) {
    // Chunks that are not here yet are referred to when they come; what counts is that those here are not deleted.
    if (const auto referred = deps_.chunks->refer(asked.session, hashes); !referred) return to_caf(referred.error());
  }
  return ManifestStored{row->hash};
}

caf::result<ChunkBytes> ChunkKeeper::manifest(const GetManifest& asked) {
  const auto row = deps_.chunks->find_manifest(asked.session);
  if (!row) return to_caf(row.error());
  if (!*row && !asked.hash) return to_caf(no_manifest(asked.session));
  auto bytes = deps_.chunks->read_manifest(asked.hash.value_or(*row ? (*row)->hash : Hash256{}));
  if (!bytes) return to_caf(bytes.error());
  return ChunkBytes{std::make_shared<const Bytes>(std::move(*bytes))};
}

void ChunkKeeper::publish_state() {
  const auto count = deps_.chunks->chunk_count();
  const auto bytes = deps_.chunks->chunk_bytes();
  act::probe(self_).set_state(count && bytes ? std::to_string(*count) + " chunks, " + std::to_string(*bytes) + " bytes"
                                             : "the chunk index cannot be read");
}

Result<ChunkMeta> chunk_meta(const storage::ChunkStore& chunks, const Hash256& hash) {
  LUCID_TRY_ASSIGN(const auto row, chunks.find(hash));
  if (!row) return fail(Fault::chunk_not_found, "chunk_id", "a stored chunk", to_hex(hash));
  ChunkMeta out;
  out.hash = hash;
  out.size_bytes = row->size_bytes;
  out.created_at = row->created_at;
  out.metadata_json = text_of(row->metadata);
  out.deduplicated = true;
  return out;
}

Result<ChunkPage> session_chunks(const storage::ChunkStore& chunks, const SessionId& session, const Page& page) {
  LUCID_TRY_ASSIGN(const auto listed, chunks.list_session(session, page.offset, page.limit));
  ChunkPage out;
  out.total = listed.total;
  for (const auto& entry : listed.chunks) {
    LUCID_TRY_ASSIGN(ChunkMeta meta, chunk_meta(chunks, entry.row.hash));
    meta.session = session;
    meta.index = entry.index;
    meta.metadata_json = text_of(entry.row.metadata);
    out.chunks.push_back(std::move(meta));
  }
  return out;
}

}  // namespace lucid::actors
