#include "core/merkle/tree.hpp"

#include <functional>
#include <gtest/gtest.h>

#include "tests/fixtures/hex.hpp"

namespace lucid::merkle {
namespace {

std::vector<Hash256> leaves(std::size_t count) {
  std::vector<Hash256> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(leaf_hash(as_bytes("leaf " + std::to_string(i))));
  return out;
}

/// The definition of RFC 6962 section 2.1, word for word.
Hash256 slow_root(std::span<const Hash256> all) {
  if (all.empty()) return empty_root();
  if (all.size() == 1) return all[0];
  std::size_t split = 1;
  while (2 * split < all.size()) split *= 2;
  return node_hash(slow_root(all.first(split)), slow_root(all.subspan(split)));
}

TEST(MerkleTree, TheRootIsThatOfTheDefinitionForEverySizeUpTo70) {
  for (std::size_t size = 0; size <= 70; ++size) EXPECT_EQ(root(leaves(size)), slow_root(leaves(size))) << size;
}

TEST(MerkleTree, ALeafOf255BytesAndMoreIsHashedWithItsPrefix) {
  for (std::size_t size : {254u, 255u, 256u, 5000u}) {
    const Bytes data(size, 7);
    Bytes prefixed{0};
    prefixed.insert(prefixed.end(), data.begin(), data.end());
    // A node hash of the same bytes would be another: the prefix differs.
    EXPECT_EQ(leaf_hash(data), leaf_hash(Bytes(data)));
    EXPECT_NE(leaf_hash(data), leaf_hash(prefixed)) << size;
  }
}

TEST(MerkleTree, EveryLeafOfEverySizeHasAProofThatVerifies) {
  for (std::size_t size = 1; size <= 40; ++size) {
    const auto all = leaves(size);
    for (std::size_t index = 0; index < size; ++index) {
      const auto proof = inclusion_proof(all, index).value();
      EXPECT_TRUE(verify_inclusion(all[index], index, size, proof, root(all))) << index << " of " << size;
    }
  }
}

TEST(MerkleTree, AProofForALeafBeyondTheTreeIsRefused) {
  EXPECT_EQ(inclusion_proof(leaves(4), 4).error().fault, Fault::merkle_index);
  EXPECT_EQ(inclusion_proof(leaves(0), 0).error().fault, Fault::merkle_index);
}

struct Inclusion {
  Hash256 leaf;
  std::uint64_t index;
  std::uint64_t size;
  std::vector<Hash256> proof;
  Hash256 root;
};

struct Damage {
  const char* name;
  std::function<void(Inclusion&)> apply;
  std::vector<Fault> faults;  // any of these
};

const std::vector<Damage>& damages() {
  static const std::vector<Fault> kRoot{Fault::merkle_root_mismatch}, kLength{Fault::merkle_proof_length};
  static const std::vector<Fault> kShape{Fault::merkle_root_mismatch, Fault::merkle_proof_length, Fault::merkle_index};
  static const std::vector<Damage> kDamages = {
      {"another leaf", [](Inclusion& p) { p.leaf = leaf_hash(as_bytes("forged")); }, kRoot},
      {"one bit of the leaf", [](Inclusion& p) { p.leaf.data[31] ^= 1; }, kRoot},
      {"the leaf's data in place of its hash", [](Inclusion& p) { p.leaf = leaf_hash(p.leaf); }, kRoot},
      {"another root", [](Inclusion& p) { p.root.data[0] ^= 0x80; }, kRoot},
      {"the empty tree's root", [](Inclusion& p) { p.root = empty_root(); }, kRoot},
      {"one bit of the lowest hash", [](Inclusion& p) { p.proof.front().data[5] ^= 4; }, kRoot},
      {"one bit of the highest hash", [](Inclusion& p) { p.proof.back().data[5] ^= 4; }, kRoot},
      {"a hash missing below", [](Inclusion& p) { p.proof.erase(p.proof.begin()); }, kLength},
      {"a hash missing above", [](Inclusion& p) { p.proof.pop_back(); }, kLength},
      {"a surplus hash below", [](Inclusion& p) { p.proof.insert(p.proof.begin(), Hash256{}); }, kLength},
      {"a surplus hash above", [](Inclusion& p) { p.proof.push_back(p.root); }, kLength},
      {"no hashes at all", [](Inclusion& p) { p.proof.clear(); }, kLength},
      {"the next index", [](Inclusion& p) { ++p.index; }, kShape},
      {"an index beyond the tree", [](Inclusion& p) { p.index = p.size; }, {Fault::merkle_index}},
      {"an index of 64 bits", [](Inclusion& p) { p.index |= std::uint64_t{1} << 63; }, {Fault::merkle_index}},
      {"a size of 0", [](Inclusion& p) { p.size = 0; }, {Fault::merkle_size}},
      {"a size over the bound", [](Inclusion& p) { p.size = kMaxTreeSize + 1; }, {Fault::merkle_size}},
      {"twice the size", [](Inclusion& p) { p.size *= 2; }, kLength},
      {"a node in place of a leaf, with the rest of its path",
       [](Inclusion& p) {
         p.leaf = p.index % 2 == 0 ? node_hash(p.leaf, p.proof[0]) : node_hash(p.proof[0], p.leaf);
         p.proof.erase(p.proof.begin());
       },
       kLength},
      {"the root as its own leaf",
       [](Inclusion& p) {
         p.leaf = p.root;
         p.proof.clear();
       },
       kLength},
  };
  return kDamages;
}

TEST(MerkleTree, EveryDamagedInclusionProofIsRefusedForItsReason) {
  for (std::size_t size : {2u, 8u, 11u, 33u}) {
    const auto all = leaves(size);
    for (std::size_t index = 0; index + 1 < size; ++index) {
      const auto proof = inclusion_proof(all, index).value();
      // The last leaf of a ragged tree may have a path of another shape; index + 1 < size keeps a sibling below.
      for (const Damage& damage : damages()) {
        Inclusion broken{all[index], index, size, proof, root(all)};
        damage.apply(broken);
        const auto verdict = verify_inclusion(broken.leaf, broken.index, broken.size, broken.proof, broken.root);
        ASSERT_FALSE(verdict) << damage.name << ", leaf " << index << " of " << size;
        EXPECT_NE(std::find(damage.faults.begin(), damage.faults.end(), verdict.error().fault), damage.faults.end())
            << damage.name << ": " << to_text(verdict.error());
      }
    }
  }
}

TEST(MerkleTree, TwoHashesOfAProofInTheOtherOrderAreRefused) {
  const auto all = leaves(11);
  auto proof = inclusion_proof(all, 3).value();
  std::swap(proof[0], proof[1]);
  EXPECT_EQ(verify_inclusion(all[3], 3, 11, proof, root(all)).error().fault, Fault::merkle_root_mismatch);
}

TEST(MerkleTree, AnOddNodeIsNotDoubled) {
  // Trees that double the last leaf give (a, b, c) and (a, b, c, c) one root.
  auto all = leaves(3);
  const Hash256 three = root(all);
  all.push_back(all[2]);
  EXPECT_NE(three, root(all));
}

TEST(MerkleTree, EveryGrowthUpTo40LeavesHasAProofThatVerifies) {
  const auto all = leaves(40);
  for (std::size_t size = 0; size <= 40; ++size) {
    const auto now = std::span(all).first(size);
    for (std::size_t old_size = 0; old_size <= size; ++old_size) {
      const auto proof = consistency_proof(now, old_size).value();
      EXPECT_TRUE(verify_consistency(old_size, size, root(now.first(old_size)), root(now), proof))
          << old_size << " to " << size;
    }
  }
}

TEST(MerkleTree, AProofOfAShrinkingTreeIsRefused) {
  EXPECT_EQ(consistency_proof(leaves(4), 5).error().fault, Fault::merkle_size);
  EXPECT_EQ(verify_consistency(5, 4, root(leaves(5)), root(leaves(4)), {}).error().fault, Fault::merkle_size);
}

struct Growth {
  std::uint64_t old_size;
  std::uint64_t new_size;
  Hash256 old_root;
  Hash256 new_root;
  std::vector<Hash256> proof;
};

struct GrowthDamage {
  const char* name;
  std::function<void(Growth&)> apply;
};

TEST(MerkleTree, EveryDamagedConsistencyProofIsRefused) {
  const std::vector<GrowthDamage> kDamages = {
      {"another old root", [](Growth& g) { g.old_root.data[9] ^= 1; }},
      {"another new root", [](Growth& g) { g.new_root.data[9] ^= 1; }},
      {"roots exchanged", [](Growth& g) { std::swap(g.old_root, g.new_root); }},
      {"one bit of the first hash", [](Growth& g) { g.proof.front().data[0] ^= 1; }},
      {"one bit of the last hash", [](Growth& g) { g.proof.back().data[0] ^= 1; }},
      {"a hash missing in front", [](Growth& g) { g.proof.erase(g.proof.begin()); }},
      {"a hash missing at the end", [](Growth& g) { g.proof.pop_back(); }},
      {"a surplus hash in front", [](Growth& g) { g.proof.insert(g.proof.begin(), g.old_root); }},
      {"a surplus hash at the end", [](Growth& g) { g.proof.push_back(g.new_root); }},
      {"no hashes at all", [](Growth& g) { g.proof.clear(); }},
      {"a new size over the bound", [](Growth& g) { g.new_size = kMaxTreeSize + 1; }},
      {"equal sizes", [](Growth& g) { g.old_size = g.new_size; }},
      {"an old size of 0", [](Growth& g) { g.old_size = 0; }},
      {"sizes exchanged", [](Growth& g) { std::swap(g.old_size, g.new_size); }},
  };
  const auto all = leaves(33);
  for (std::size_t new_size : {2u, 7u, 8u, 33u}) {
    const auto now = std::span(all).first(new_size);
    for (std::size_t old_size = 1; old_size < new_size; ++old_size) {
      const Growth good{old_size, new_size, root(now.first(old_size)), root(now),
                        consistency_proof(now, old_size).value()};
      for (const GrowthDamage& damage : kDamages) {
        Growth broken = good;
        damage.apply(broken);
        EXPECT_FALSE(
            verify_consistency(broken.old_size, broken.new_size, broken.old_root, broken.new_root, broken.proof))
            << damage.name << ", " << old_size << " to " << new_size;
      }
    }
  }
}

TEST(MerkleTree, ATreeThatDroppedALeafIsNotConsistent) {
  auto all = leaves(12);
  const Hash256 old_root = root(std::span(all).first(6));
  all.erase(all.begin() + 2);
  const auto proof = consistency_proof(all, 6).value();
  EXPECT_EQ(verify_consistency(6, 11, old_root, root(all), proof).error().fault, Fault::merkle_root_mismatch);
}

}  // namespace
}  // namespace lucid::merkle
