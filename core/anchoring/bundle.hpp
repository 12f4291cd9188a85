// The proof bundle: made from parts, and checked with no node and no network (protocol.md section 7, docs/formats.md,
// "Proof bundle").
//
// Every byte of a bundle is bound by something that is checked: the genesis by its hash inside each signature, headers
// by the certificates over their hashes, the anchor by the log, the manifest by the anchor. Names in the validator sets
// of handovers would be bound by nothing, so they must be empty.
//
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/crypto/signature_scheme.hpp"
#include "core/types/bundle.hpp"

namespace lucid::anchoring {

/// The hash of the leaf that an anchor becomes in the anchor log.
Hash256 anchor_leaf_hash(const AnchorLeaf& leaf);

/// The bundle's bytes. Empties the names of handover sets; refuses (with verify_bundle's fault) what would not verify,
/// so that no node hands out a proof that fails.
Result<Bytes> build_bundle(const crypto::SignatureScheme& scheme, Bundle parts);

/// Strict decoding and version. Faults: bundle_form, naming the field.
Result<Bundle> decode_bundle(ByteView bytes);

/// What the verifier trusts beforehand: the hash of a genesis, or of the header of the bundle or of one of its
/// handovers. Absent: nothing.
using TrustedHash = std::optional<Hash256>;

/// A file at hand, hashed by whoever calls.
struct FileAtHand {
  std::string name;  // as shown to people
  std::uint64_t size_bytes = 0;
  Hash256 hash;  // SHA-256
};

/// What is proved, in the order in which it is proved.
enum class Claim : std::uint8_t {
  form,
  genesis,
  handover,
  certificate,
  inclusion,
  owner_signature,
  manifest,
  chunks,
  file,
};
/// "bundle", "genesis", …: the claim's name in JSON.
std::string_view claim_name(Claim claim);

/// One thing proved, with its sentence.
struct Finding {
  Claim claim = Claim::form;
  std::string text;
  bool operator==(const Finding&) const = default;
};

struct BundleReport {
  std::vector<Finding> proved;
  std::optional<Error> refused;    // the first thing that does not hold; nothing after it was looked at
  std::vector<std::string> notes;  // what was not proved, and why
  bool tied = false;               // to the trusted hash
  std::optional<Bundle> bundle;    // once decoded
  Hash256 genesis_hash;
  Hash256 header_hash;

  bool holds() const { return !refused.has_value(); }
};

/// Checks all of it. Faults in `refused`: bundle_form, bundle_genesis, bundle_header, bundle_certificate, bundle_proof,
/// user_signature_invalid, manifest_form, manifest_mismatch, decode_…, file_differs.
BundleReport verify_bundle(const crypto::SignatureScheme& scheme, ByteView bytes, const TrustedHash& trusted,
                           std::span<const FileAtHand> files);

}  // namespace lucid::anchoring
