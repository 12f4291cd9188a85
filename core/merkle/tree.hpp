// Merkle trees of RFC 6962 section 2.1: leaf = SHA-256(0x00 ‖ data), node = SHA-256(0x01 ‖ left ‖ right), the empty
// tree's root is SHA-256 of nothing, an odd node is never doubled. Every proof is checked against index and size, and
// its length is computed from them before anything is hashed.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/types/ids.hpp"

namespace lucid::merkle {

inline constexpr std::uint64_t kMaxTreeSize = std::uint64_t{1} << 40;

Hash256 leaf_hash(ByteView data);
Hash256 node_hash(const Hash256& left, const Hash256& right);
Hash256 empty_root();

/// Root over leaf hashes in order.
Hash256 root(std::span<const Hash256> leaf_hashes);

/// The audit path of RFC 6962 section 2.1.1, from the leaf upwards. Fault merkle_index.
Result<std::vector<Hash256>> inclusion_proof(std::span<const Hash256> leaf_hashes, std::uint64_t index);
/// RFC 6962 section 2.1.2 (verification as RFC 9162 section 2.1.3.2). Faults: merkle_size, merkle_index,
/// merkle_proof_length, merkle_root_mismatch.
Status verify_inclusion(const Hash256& leaf_hash, std::uint64_t index, std::uint64_t size,
                        std::span<const Hash256> proof, const Hash256& root);

/// That the tree of `new_size` begins with the tree of `old_size` (RFC 6962 section 2.1.2, RFC 9162 section 2.1.4).
Result<std::vector<Hash256>> consistency_proof(std::span<const Hash256> leaf_hashes, std::uint64_t old_size);
Status verify_consistency(std::uint64_t old_size, std::uint64_t new_size, const Hash256& old_root,
                          const Hash256& new_root, std::span<const Hash256> proof);

}  // namespace lucid::merkle
