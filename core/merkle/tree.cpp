#include "core/merkle/tree.hpp"

#include <array>
#include <bit>

#include "core/crypto/sha256.hpp"
#include "core/merkle/path.hpp"

namespace lucid::merkle {
namespace {

using HashSpan = std::span<const Hash256>;

std::uint64_t bit_at(std::uint64_t number, std::size_t bit) {
  return number >> bit & 1;
}

Status check_length(std::size_t length, std::uint64_t expected) {
  if (length != expected)
    return fail(Fault::merkle_proof_length, "proof", std::to_string(expected) + " hashes", std::to_string(length));
  return {};
}

Status check_root(const Hash256& computed, const Hash256& root, std::string_view field) {
  if (computed != root) return fail(Fault::merkle_root_mismatch, field, to_hex(root), to_hex(computed));
  return {};
}

/// Climbs while siblings may stand on either side: bit i of `position` says on which.
Hash256 chain_inner(Hash256 hash, HashSpan proof, std::uint64_t position) {
  for (std::size_t i = 0; i < proof.size(); ++i)
    hash = bit_at(position, i) == 0 ? node_hash(hash, proof[i]) : node_hash(proof[i], hash);
  return hash;
}

/// The same, keeping only siblings on the left: those that an older tree had.
Hash256 chain_inner_left(Hash256 hash, HashSpan proof, std::uint64_t position) {
  for (std::size_t i = 0; i < proof.size(); ++i)
    if (bit_at(position, i) == 1) hash = node_hash(proof[i], hash);
  return hash;
}

/// Climbs the right border, where all siblings stand on the left.
Hash256 chain_border(Hash256 hash, HashSpan proof) {
  for (const Hash256& sibling : proof) hash = node_hash(sibling, hash);
  return hash;
}

std::vector<Hash256> roots_of(HashSpan leaf_hashes, const std::vector<LeafRange>& ranges) {
  std::vector<Hash256> proof;
  proof.reserve(ranges.size());
  for (const LeafRange& range : ranges) proof.push_back(root(leaf_hashes.subspan(range.first, range.count)));
  return proof;
}

}  // namespace

Hash256 leaf_hash(ByteView data) {
  static constexpr std::uint8_t kPrefix = 0x00;
  if (data.size() < 256) {
    std::array<std::uint8_t, 256> joined;
    joined[0] = kPrefix;
    std::copy(data.begin(), data.end(), joined.begin() + 1);
    return crypto::sha256(ByteView(joined.data(), data.size() + 1));
  }
  crypto::Sha256 hasher;
  return hasher.update(ByteView(&kPrefix, 1)).update(data).finish();
}

Hash256 node_hash(const Hash256& left, const Hash256& right) {
  std::array<std::uint8_t, 65> joined;
  joined[0] = 0x01;
  std::copy(left.data.begin(), left.data.end(), joined.begin() + 1);
  std::copy(right.data.begin(), right.data.end(), joined.begin() + 33);
  return crypto::sha256(joined);
}

Hash256 empty_root() {
  static const Hash256 kOfNothing = crypto::sha256({});  // of the evidence of nearly every block
  return kOfNothing;
}

Hash256 root(HashSpan leaf_hashes) {
  if (leaf_hashes.empty()) return empty_root();
  // Roots of complete subtrees, largest first; adding a leaf merges as adding 1 carries.
  std::vector<Hash256> peaks;
  for (std::uint64_t i = 0; i < leaf_hashes.size(); ++i) {
    Hash256 node = leaf_hashes[i];
    for (std::uint64_t carry = i; carry & 1; carry >>= 1) {
      node = node_hash(peaks.back(), node);
      peaks.pop_back();
    }
    peaks.push_back(node);
  }
  Hash256 all = peaks.back();
  for (std::size_t i = peaks.size() - 1; i-- > 0;) all = node_hash(peaks[i], all);
  return all;
}

Result<std::vector<Hash256>> inclusion_proof(HashSpan leaf_hashes, std::uint64_t index) {
  if (index >= leaf_hashes.size())
    return fail(Fault::merkle_index, "index", "below " + std::to_string(leaf_hashes.size()), std::to_string(index));
  return roots_of(leaf_hashes, inclusion_ranges(index, leaf_hashes.size()));
}

Status verify_inclusion(const Hash256& leaf_hash, std::uint64_t index, std::uint64_t size, HashSpan proof,
                        const Hash256& root) {
  if (size == 0 || size > kMaxTreeSize) return fail(Fault::merkle_size, "size", "1 to 2^40", std::to_string(size));
  if (index >= size) return fail(Fault::merkle_index, "index", "below " + std::to_string(size), std::to_string(index));
  // Below the point where the paths of this leaf and the last one part, siblings stand on both sides; above only left.
  const auto inner = static_cast<std::size_t>(std::bit_width(index ^ (size - 1)));
  const auto border = static_cast<std::size_t>(std::popcount(index >> inner));
  LUCID_TRY(check_length(proof.size(), inner + border));
  const Hash256 climbed = chain_inner(leaf_hash, proof.first(inner), index);
  return check_root(chain_border(climbed, proof.subspan(inner)), root, "root");
}

Result<std::vector<Hash256>> consistency_proof(HashSpan leaf_hashes, std::uint64_t old_size) {
  if (old_size > leaf_hashes.size())
    return fail(Fault::merkle_size, "old_size", "at most " + std::to_string(leaf_hashes.size()),
                std::to_string(old_size));
  if (old_size == 0) return std::vector<Hash256>{};
  return roots_of(leaf_hashes, consistency_ranges(old_size, leaf_hashes.size()));
}

Status verify_consistency(std::uint64_t old_size, std::uint64_t new_size, const Hash256& old_root,
                          const Hash256& new_root, HashSpan proof) {
  if (new_size > kMaxTreeSize) return fail(Fault::merkle_size, "new_size", "at most 2^40", std::to_string(new_size));
  if (old_size > new_size)
    return fail(Fault::merkle_size, "old_size", "at most " + std::to_string(new_size), std::to_string(old_size));
  if (old_size == 0) {
    LUCID_TRY(check_length(proof.size(), 0));
    return check_root(empty_root(), old_root, "old_root");
  }
  if (old_size == new_size) {
    LUCID_TRY(check_length(proof.size(), 0));
    return check_root(old_root, new_root, "new_root");
  }
  // As for the inclusion of the old tree's last leaf, starting at the largest subtree that the old tree ends with.
  const std::uint64_t last = old_size - 1;
  const auto shift = static_cast<std::size_t>(std::countr_zero(old_size));
  const auto inner = static_cast<std::size_t>(std::bit_width(last ^ (new_size - 1))) - shift;
  const auto border = static_cast<std::size_t>(std::popcount(last >> (inner + shift)));
  const std::size_t start = std::has_single_bit(old_size) ? 0 : 1;  // a complete old tree is its own start
  LUCID_TRY(check_length(proof.size(), start + inner + border));
  const Hash256 seed = start == 0 ? old_root : proof[0];
  const HashSpan inner_part = proof.subspan(start, inner), border_part = proof.subspan(start + inner);
  LUCID_TRY(
      check_root(chain_border(chain_inner_left(seed, inner_part, last >> shift), border_part), old_root, "old_root"));
  return check_root(chain_border(chain_inner(seed, inner_part, last >> shift), border_part), new_root, "new_root");
}

}  // namespace lucid::merkle
