// What a manifest binds and how an anchor follows from it (design.md section 9, docs/formats.md, "Manifest").
//
// A canonical manifest is the codec's bytes of Manifest and lists every chunk and file. An anchor posted with
// manifest_data alone has the RFC 8785 JSON of that object as its manifest, and a client may upload a form of its own:
// of those nothing can be checked beyond their hash.
//
// Thread-safety: pure functions. Sizes in bytes.
#pragma once

#include <span>
#include <vector>

#include "core/types/session.hpp"

namespace lucid::anchoring {

enum class ManifestForm : std::uint8_t { canonical, json, foreign };

/// By the first byte: a canonical manifest begins with an array of its fields, an object of JSON with '{'.
ManifestForm manifest_form(ByteView manifest_bytes);

/// SHA-256 of the manifest's bytes, in either form.
Hash256 manifest_hash(ByteView manifest_bytes);

/// RFC 6962 over the stored bytes cut into segments of kSegmentBytes, the last one shorter.
Hash256 segment_root(ByteView stored_bytes);

/// RFC 6962 over the chunks' hashes in order; a leaf's data is the 32 bytes of the hash.
Hash256 session_root(std::span<const Hash256> chunk_hashes);
Hash256 session_root(const Manifest& manifest);
/// The leaf of session_root that a chunk stands for.
Hash256 session_leaf(const Hash256& chunk_hash);
/// The path of chunk `index` to session_root. Fault merkle_index.
Result<std::vector<Hash256>> chunk_proof(const Manifest& manifest, std::uint32_t index);

/// RFC 6962 over the canonical array [chunk hash, size_bytes, segment root] of each chunk: storage samples are checked
/// against it.
Hash256 storage_root(const Manifest& manifest);

/// Of the chunks as stored; what an anchor calls total_size.
std::uint64_t total_size(const Manifest& manifest);

/// At least one chunk; chunk indices in order; sizes 1..kMaxChunkBytes; a raw chunk as large as it was, a compressed one smaller; files
/// with distinct names that cover the chunks exactly, in order, with the right sums. Fault manifest_form.
Status check_manifest(const Manifest& manifest);

/// The canonical bytes of a manifest.
Bytes encode_manifest(const Manifest& manifest);
/// Strict decoding and check_manifest. Faults: decode_…, manifest_form.
Result<Manifest> decode_manifest(ByteView manifest_bytes);

/// The anchor of a canonical manifest, without the owner's signature.
AnchorSession anchor_of(const Manifest& manifest, const Address& owner);

/// That the anchor is one of these manifest bytes: its hash, and for a canonical manifest session, start, root, count,
/// total size and (where the anchor has one) storage root. Faults: manifest_form, decode_…, manifest_mismatch.
Status check_anchor(const AnchorSession& anchor, ByteView manifest_bytes);

}  // namespace lucid::anchoring
