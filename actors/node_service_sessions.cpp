// The facade's answers about sessions: anchors, proofs, chunks and manifests.
#include "actors/node_service.hpp"
#include "core/anchoring/bundle.hpp"
#include "core/anchoring/manifest.hpp"
#include "core/merkle/tree.hpp"
#include "storage/chain_handovers.hpp"

namespace lucid::actors {

namespace {

/// Above this share of the disk the node takes nothing new, so that it can go on agreeing (design.md section 6).
constexpr std::uint32_t kFullPercent = 95;

Error unknown_session(const SessionId& session) {
  return {Fault::anchor_not_found, "session_id", "an anchored session", to_text(session)};
}

}  // namespace

Status NodeService::room_left() const {
  LUCID_TRY_ASSIGN(const auto space, deps_.directory.disk_space());
  if (space.used_percent() >= kFullPercent)
    return fail(Fault::storage_full, "disk", "at most " + std::to_string(kFullPercent) + " % used",
                std::to_string(space.used_percent()) + " % used");
  return {};
}

Result<AnchorAccepted> NodeService::anchor_session(const AnchorRequest& request) {
  LUCID_TRY(room_left());
  return act::call<AnchorAccepted>(deps_.actors.system, deps_.actors.anchor, kDurableWithin, AnchorThis{request});
}

Result<AnchoringView> NodeService::anchoring(const SessionId& session) {
  return act::call<AnchoringView>(deps_.actors.system, deps_.actors.anchor, kAnswerWithin, GetAnchoring{session});
}

/// Against the header of the very block that made the anchor final: the same bytes whenever it is asked for.
Result<Bytes> NodeService::anchoring_proof(const SessionId& session) {
  LUCID_TRY_ASSIGN(const auto snapshot, deps_.blocks->snapshot());
  LUCID_TRY_ASSIGN(auto anchor, snapshot->find_anchor(session));
  if (!anchor) return tl::unexpected(unknown_session(session));
  LUCID_TRY_ASSIGN(auto row, snapshot->block_row(anchor->leaf.height));
  Bundle bundle;
  LUCID_TRY_ASSIGN(auto changes, storage::handovers(*snapshot, deps_.chain->params(), anchor->leaf.height));
  bundle.handovers = decltype(bundle.handovers)(std::move(changes));
  bundle.genesis = deps_.chain->genesis;
  LUCID_TRY_ASSIGN(bundle.certificate, snapshot->certificate_of(anchor->leaf.height));
  const merkle::NodeReader nodes = [&](std::uint8_t level, std::uint64_t index) {
    return snapshot->log_node(level, index);
  };
  LUCID_TRY_ASSIGN(auto path, merkle::log_inclusion_proof(nodes, anchor->leaf_index, row.header.anchor_log_size));
  bundle.inclusion = decltype(bundle.inclusion)(std::move(path));
  bundle.leaf_index = anchor->leaf_index;
  LUCID_TRY_ASSIGN(const auto manifest, manifest_of(session, anchor->leaf.anchor.manifest_hash));
  bundle.manifest = decltype(bundle.manifest)(Bytes(*manifest));
  bundle.leaf = std::move(anchor->leaf);
  bundle.header = std::move(row.header);
  return anchoring::build_bundle(deps_.verifier.scheme(), std::move(bundle));
}

Result<AnchorCheck> NodeService::verify_anchor(const SessionId& session, const Hash256& merkle_root) {
  LUCID_TRY_ASSIGN(const auto snapshot, deps_.blocks->snapshot());
  LUCID_TRY_ASSIGN(const auto anchor, snapshot->find_anchor(session));
  if (!anchor) return tl::unexpected(unknown_session(session));
  LUCID_TRY_ASSIGN(const auto row, snapshot->block_row(anchor->leaf.height));
  const merkle::NodeReader nodes = [&](std::uint8_t level, std::uint64_t index) {
    return snapshot->log_node(level, index);
  };
  LUCID_TRY_ASSIGN(const auto path, merkle::log_inclusion_proof(nodes, anchor->leaf_index, row.header.anchor_log_size));
  AnchorCheck out;
  out.merkle_proof_valid = merkle::verify_inclusion(anchoring::anchor_leaf_hash(anchor->leaf), anchor->leaf_index,
                                                    row.header.anchor_log_size, path, row.header.anchor_log_root)
                               .has_value();
  out.verified = out.merkle_proof_valid && anchor->leaf.anchor.merkle_root == merkle_root;
  out.height = anchor->leaf.height;
  out.transaction = anchor->leaf.transaction;
  out.confirmed_at = row.header.time;
  return out;
}

Result<AnchoringSummary> NodeService::anchoring_summary() {
  return act::call<AnchoringSummary>(deps_.actors.system, deps_.actors.anchor, kAnswerWithin, GetAnchoringSummary{});
}

Result<ChunkMeta> NodeService::put_chunk(const ChunkPut& chunk) {
  LUCID_TRY(room_left());
  return act::call<ChunkMeta>(deps_.actors.system, deps_.actors.chunk_store, kDurableWithin, PutChunk{chunk});
}

/// From another validator, and from then on from this node.
Result<std::shared_ptr<const Bytes>> NodeService::fetched(const FetchContent& content) {
  LUCID_TRY_ASSIGN(const auto got,
                   act::call<ChunkBytes>(deps_.actors.system, deps_.actors.chunk_exchange, kFetchedWithin, content));
  return got.bytes;
}

Result<std::shared_ptr<const Bytes>> NodeService::manifest_of(const SessionId& session, const Hash256& hash) {
  auto bytes = deps_.chunks->read_manifest(hash);
  if (bytes) return std::make_shared<const Bytes>(std::move(*bytes));
  if (bytes.error().fault != Fault::chunk_not_found) return tl::unexpected(bytes.error());
  return fetched({hash, session});
}

Result<std::shared_ptr<const Bytes>> NodeService::chunk(const Hash256& hash) {
  auto bytes = deps_.chunks->read(hash);
  if (bytes) return std::make_shared<const Bytes>(std::move(*bytes));
  if (bytes.error().fault != Fault::chunk_not_found) return tl::unexpected(bytes.error());
  return fetched({hash, {}});
}

Result<ChunkMeta> NodeService::chunk_meta(const Hash256& hash) {
  return actors::chunk_meta(*deps_.chunks, hash);
}

Result<ChunkPage> NodeService::session_chunks(const SessionId& session, const Page& page) {
  return actors::session_chunks(*deps_.chunks, session, page);
}

Status NodeService::erase_chunk(const Hash256& hash) {
  LUCID_TRY(act::call<ChunkErased>(deps_.actors.system, deps_.actors.chunk_store, kDurableWithin, EraseChunk{hash}));
  return {};
}

Result<Hash256> NodeService::put_manifest(const SessionId& session, std::shared_ptr<const Bytes> manifest) {
  LUCID_TRY(room_left());
  // A session that is anchored, or accepted for it, keeps the manifest that its anchor names.
  if (const auto known = anchoring(session); known && known->status != AnchoringStatus::failed) {
    const Hash256 hash = anchoring::manifest_hash(*manifest);
    if (!known->anchor.manifest_hash.is_zero() && known->anchor.manifest_hash != hash)
      return fail(Fault::anchor_conflict, "manifest",
                  "the one that is anchored, " + to_hex(known->anchor.manifest_hash), to_hex(hash));
  }
  LUCID_TRY_ASSIGN(const auto stored,
                   act::call<ManifestStored>(deps_.actors.system, deps_.actors.chunk_store, kDurableWithin,
                                             PutManifest{session, std::move(manifest)}));
  return stored.hash;
}

Result<std::shared_ptr<const Bytes>> NodeService::manifest(const SessionId& session) {
  LUCID_TRY_ASSIGN(const auto row, deps_.chunks->find_manifest(session));
  if (row) return manifest_of(session, row->hash);
  LUCID_TRY_ASSIGN(const auto snapshot, deps_.blocks->snapshot());
  LUCID_TRY_ASSIGN(const auto anchor, snapshot->find_anchor(session));
  if (!anchor) return fail(Fault::chunk_not_found, "session_id", "a session with a manifest", to_text(session));
  return manifest_of(session, anchor->leaf.anchor.manifest_hash);
}

Result<ChunkProof> NodeService::chunk_proof(const SessionId& session, std::uint32_t index) {
  LUCID_TRY_ASSIGN(const auto snapshot, deps_.blocks->snapshot());
  LUCID_TRY_ASSIGN(const auto anchor, snapshot->find_anchor(session));
  if (!anchor) return tl::unexpected(unknown_session(session));
  LUCID_TRY_ASSIGN(const auto stored, manifest_of(session, anchor->leaf.anchor.manifest_hash));
  const Bytes& bytes = *stored;
  if (anchoring::manifest_form(bytes) != anchoring::ManifestForm::canonical)
    return fail(Fault::manifest_form, "manifest", "one that lists the session's chunks", "manifest_data alone");
  LUCID_TRY_ASSIGN(const auto manifest, anchoring::decode_manifest(bytes));
  if (index >= manifest.chunks.size())
    return fail(Fault::chunk_not_found, "index", "below " + std::to_string(manifest.chunks.size()),
                std::to_string(index));
  ChunkProof out;
  out.session = session;
  out.index = index;
  out.chunk_count = anchor->leaf.anchor.chunk_count;
  out.chunk_hash = manifest.chunks[index].hash;
  out.merkle_root = anchor->leaf.anchor.merkle_root;
  LUCID_TRY_ASSIGN(out.path, anchoring::chunk_proof(manifest, index));
  out.height = anchor->leaf.height;
  return out;
}

}  // namespace lucid::actors
