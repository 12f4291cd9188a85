#include "core/anchoring/manifest.hpp"

#include <set>
#include <string_view>

#include "core/codec/codec.hpp"
#include "core/crypto/sha256.hpp"
#include "core/merkle/tree.hpp"

namespace lucid::anchoring {
namespace {

auto bad_manifest(std::string field, std::string expected, std::string actual) {
  return fail(Fault::manifest_form, "manifest." + field, std::move(expected), std::move(actual));
}

auto bad_manifest(std::string field, std::uint64_t expected, std::uint64_t actual) {
  return bad_manifest(std::move(field), std::to_string(expected), std::to_string(actual));
}

std::string element(std::string_view list, std::size_t index, std::string_view field) {
  return std::string(list) + "[" + std::to_string(index) + "]." + std::string(field);
}

Status check_chunk(const ManifestChunk& chunk, std::size_t position) {
  const auto field = [&](std::string_view name) { return element("chunks", position, name); };
  if (chunk.index != position) return bad_manifest(field("index"), position, chunk.index);
  const std::string bounds = "1 to " + std::to_string(kMaxChunkBytes) + " bytes";
  if (chunk.size_bytes == 0 || chunk.size_bytes > kMaxChunkBytes)
    return bad_manifest(field("size_bytes"), bounds, std::to_string(chunk.size_bytes));
  if (chunk.plain_size_bytes == 0 || chunk.plain_size_bytes > kMaxChunkBytes)
    return bad_manifest(field("plain_size_bytes"), bounds, std::to_string(chunk.plain_size_bytes));
  if (chunk.form == ChunkForm::raw && chunk.size_bytes != chunk.plain_size_bytes)
    return bad_manifest(field("size_bytes"), chunk.plain_size_bytes, chunk.size_bytes);
  if (chunk.form == ChunkForm::zstd && chunk.size_bytes >= chunk.plain_size_bytes)
    return bad_manifest(field("size_bytes"), "less than " + std::to_string(chunk.plain_size_bytes),
                        std::to_string(chunk.size_bytes));
  return {};
}

Status check_files(const Manifest& manifest) {
  std::set<std::string_view> names;
  std::uint64_t next_chunk = 0;
  for (std::size_t i = 0; i < manifest.files.size(); ++i) {
    const ManifestFile& file = manifest.files[i];
    if (file.name.empty()) return bad_manifest(element("files", i, "name"), "a name", "none");
    if (!names.insert(file.name).second)
      return bad_manifest(element("files", i, "name"), "a name of its own", "\"" + file.name + "\" again");
    if (file.first_chunk != next_chunk)
      return bad_manifest(element("files", i, "first_chunk"), next_chunk, file.first_chunk);
    if (file.chunk_count > manifest.chunks.size() - next_chunk)
      return bad_manifest(element("files", i, "chunk_count"),
                          "at most " + std::to_string(manifest.chunks.size() - next_chunk),
                          std::to_string(file.chunk_count));
    std::uint64_t size = 0;
    for (std::uint32_t k = 0; k < file.chunk_count; ++k) size += manifest.chunks[next_chunk + k].plain_size_bytes;
    if (file.size_bytes != size) return bad_manifest(element("files", i, "size_bytes"), size, file.size_bytes);
    next_chunk += file.chunk_count;
  }
  if (next_chunk != manifest.chunks.size())
    return bad_manifest("files", "all " + std::to_string(manifest.chunks.size()) + " chunks covered",
                        std::to_string(next_chunk));
  return {};
}

auto mismatch(std::string_view field, std::string expected, std::string actual) {
  return fail(Fault::manifest_mismatch, "anchor." + std::string(field), std::move(expected), std::move(actual));
}

Status same(std::string_view field, const Hash256& of_manifest, const Hash256& of_anchor) {
  if (of_manifest != of_anchor) return mismatch(field, to_hex(of_manifest), to_hex(of_anchor));
  return {};
}

Status same(std::string_view field, std::uint64_t of_manifest, std::uint64_t of_anchor) {
  if (of_manifest != of_anchor) return mismatch(field, std::to_string(of_manifest), std::to_string(of_anchor));
  return {};
}

std::vector<Hash256> session_leaves(const Manifest& manifest) {
  std::vector<Hash256> leaves;
  leaves.reserve(manifest.chunks.size());
  for (const ManifestChunk& chunk : manifest.chunks) leaves.push_back(session_leaf(chunk.hash));
  return leaves;
}

}  // namespace

ManifestForm manifest_form(ByteView manifest_bytes) {
  static constexpr std::uint8_t kArrayOfFields = 0x90 + kFieldCount<Manifest>;
  if (manifest_bytes.empty()) return ManifestForm::foreign;
  if (manifest_bytes[0] == kArrayOfFields) return ManifestForm::canonical;
  return manifest_bytes[0] == '{' ? ManifestForm::json : ManifestForm::foreign;
}

Hash256 manifest_hash(ByteView manifest_bytes) {
  return crypto::sha256(manifest_bytes);
}

Hash256 segment_root(ByteView stored_bytes) {
  std::vector<Hash256> leaves;
  leaves.reserve((stored_bytes.size() + kSegmentBytes - 1) / kSegmentBytes);
  for (std::size_t at = 0; at < stored_bytes.size(); at += kSegmentBytes)
    leaves.push_back(merkle::leaf_hash(stored_bytes.subspan(at, std::min(kSegmentBytes, stored_bytes.size() - at))));
  return merkle::root(leaves);
}

Hash256 session_leaf(const Hash256& chunk_hash) {
  return merkle::leaf_hash(chunk_hash);
}

Hash256 session_root(std::span<const Hash256> chunk_hashes) {
  std::vector<Hash256> leaves;
  leaves.reserve(chunk_hashes.size());
  for (const Hash256& hash : chunk_hashes) leaves.push_back(session_leaf(hash));
  return merkle::root(leaves);
}

Hash256 session_root(const Manifest& manifest) {
  return merkle::root(session_leaves(manifest));
}

Result<std::vector<Hash256>> chunk_proof(const Manifest& manifest, std::uint32_t index) {
  return merkle::inclusion_proof(session_leaves(manifest), index);
}

Hash256 storage_root(const Manifest& manifest) {
  std::vector<Hash256> leaves;
  leaves.reserve(manifest.chunks.size());
  for (const ManifestChunk& chunk : manifest.chunks)
    leaves.push_back(merkle::leaf_hash(codec::encode_array(chunk.hash, chunk.size_bytes, chunk.segment_root)));
  return merkle::root(leaves);
}

std::uint64_t total_size(const Manifest& manifest) {
  std::uint64_t sum = 0;
  for (const ManifestChunk& chunk : manifest.chunks) sum += chunk.size_bytes;
  return sum;
}

Status check_manifest(const Manifest& manifest) {
  if (manifest.version != kManifestVersion) return bad_manifest("version", kManifestVersion, manifest.version);
  if (manifest.chunks.empty()) return bad_manifest("chunks", "at least one", "none: an anchor of nothing proves nothing");
  for (std::size_t i = 0; i < manifest.chunks.size(); ++i) LUCID_TRY(check_chunk(manifest.chunks[i], i));
  return check_files(manifest);
}

Bytes encode_manifest(const Manifest& manifest) {
  return codec::encode(manifest);
}

Result<Manifest> decode_manifest(ByteView manifest_bytes) {
  LUCID_TRY_ASSIGN(Manifest manifest, codec::decode<Manifest>(manifest_bytes, "manifest"));
  LUCID_TRY(check_manifest(manifest));
  return manifest;
}

AnchorSession anchor_of(const Manifest& manifest, const Address& owner) {
  AnchorSession anchor;
  anchor.session = manifest.session;
  anchor.manifest_hash = manifest_hash(encode_manifest(manifest));
  anchor.started_at = manifest.started_at;
  anchor.owner = owner;
  anchor.merkle_root = session_root(manifest);
  anchor.storage_root = storage_root(manifest);
  anchor.chunk_count = static_cast<std::uint32_t>(manifest.chunks.size());
  anchor.total_size = total_size(manifest);
  return anchor;
}

Status check_anchor(const AnchorSession& anchor, ByteView manifest_bytes) {
  LUCID_TRY(same("manifest_hash", manifest_hash(manifest_bytes), anchor.manifest_hash));
  if (manifest_form(manifest_bytes) != ManifestForm::canonical) return {};
  LUCID_TRY_ASSIGN(const Manifest manifest, decode_manifest(manifest_bytes));
  if (manifest.session != anchor.session)
    return mismatch("session", to_text(manifest.session), to_text(anchor.session));
  LUCID_TRY(same("started_at", manifest.started_at, anchor.started_at));
  LUCID_TRY(same("merkle_root", session_root(manifest), anchor.merkle_root));
  LUCID_TRY(same("chunk_count", manifest.chunks.size(), anchor.chunk_count));
  LUCID_TRY(same("total_size", total_size(manifest), anchor.total_size));
  if (anchor.storage_root) LUCID_TRY(same("storage_root", storage_root(manifest), *anchor.storage_root));
  return {};
}

}  // namespace lucid::anchoring
