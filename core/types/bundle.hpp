// The proof bundle (.lucid): everything needed to check one session with no node and no network (protocol.md section
// 7, docs/formats.md).
#pragma once

#include "core/base/bounded.hpp"
#include "core/base/fields.hpp"
#include "core/types/block.hpp"
#include "core/types/session.hpp"
#include "core/types/validator_set.hpp"

namespace lucid {

inline constexpr std::uint32_t kBundleVersion = 1;
inline constexpr std::size_t kMaxManifestBytes = std::size_t{64} * 1024 * 1024;
inline constexpr std::size_t kMaxProofHashes = 64;

/// The last block of an epoch after which other validators agree: its header names the new set.
struct Handover {
  Header header;
  Certificate certificate;  // by the old set
  ValidatorSet next;        // hashes to header.next_validators_hash
  bool operator==(const Handover&) const = default;
  LUCID_FIELDS(header, certificate, next)
};

struct Bundle {
  std::uint32_t version = kBundleVersion;
  Genesis genesis;
  BoundedBytes<kMaxManifestBytes> manifest;  // SHA-256 = anchor.manifest_hash; canonical manifest or RFC 8785 JSON
  AnchorLeaf leaf;
  std::uint64_t leaf_index = 0;
  BoundedList<Hash256, kMaxProofHashes> inclusion;  // of the leaf in header.anchor_log_root at header.anchor_log_size
  Header header;
  Certificate certificate;
  BoundedList<Handover, 4096> handovers;
  bool operator==(const Bundle&) const = default;
  LUCID_FIELDS(version, genesis, manifest, leaf, leaf_index, inclusion, header, certificate, handovers)
};

}  // namespace lucid
