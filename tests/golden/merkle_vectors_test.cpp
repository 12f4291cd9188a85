// The reference tree of certificate transparency: eight leaves, their roots at each size, inclusion and consistency
// proofs. From google/certificate-transparency, cpp/merkletree/merkle_tree_test.cc and
// java/.../MerkleTreeTest (its indices are counted from 0 here); RFC 6962 names no vectors of its own.
#include <gtest/gtest.h>

#include "core/merkle/append_log.hpp"
#include "core/merkle/tree.hpp"
#include "tests/fixtures/hex.hpp"

namespace lucid::merkle {
namespace {

const char* const kLeaves[] = {
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
const char* const kRoots[] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};
const char* const kLeafHashes[] = {
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
    "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658",
    "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
    "46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1",
};

struct Proof {
  std::uint64_t first;  // index, or old size
  std::uint64_t size;
  std::vector<const char*> hashes;
};

const Proof kInclusion[] = {
    {0, 1, {}},
    {0,
     8,
     {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}},
    {5,
     8,
     {"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
    {2, 3, {"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"}},
    {1,
     5,
     {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}},
};

const Proof kConsistency[] = {
    {1, 1, {}},
    {1,
     8,
     {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}},
    {6,
     8,
     {"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
    {2,
     5,
     {"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}},
};

std::vector<Hash256> leaves(std::size_t count) {
  std::vector<Hash256> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(leaf_hash(test::bytes_of(kLeaves[i])));
  return out;
}

std::vector<Hash256> hashes_of(const Proof& proof) {
  std::vector<Hash256> out;
  for (const char* hex : proof.hashes) out.push_back(test::hash_of(hex));
  return out;
}

TEST(ReferenceTree, LeavesAndRootsAreThePublishedOnes) {
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(to_hex(leaves(8)[i]), kLeafHashes[i]) << i;
  for (std::size_t size = 0; size <= 8; ++size) EXPECT_EQ(to_hex(root(leaves(size))), kRoots[size]) << size;
  EXPECT_EQ(to_hex(empty_root()), kRoots[0]);
}

TEST(ReferenceTree, TheAppendLogHasThePublishedRootsAsItGrows) {
  AppendLog log;
  std::vector<LogNode> completed;
  EXPECT_EQ(to_hex(log.root()), kRoots[0]);
  for (std::size_t i = 0; i < 8; ++i) {
    log.append(leaves(8)[i], completed);
    EXPECT_EQ(to_hex(log.root()), kRoots[i + 1]);
  }
}

TEST(ReferenceTree, InclusionProofsAreThePublishedOnes) {
  for (const Proof& proof : kInclusion) {
    const auto all = leaves(proof.size);
    EXPECT_EQ(inclusion_proof(all, proof.first).value(), hashes_of(proof)) << proof.first << " of " << proof.size;
    EXPECT_TRUE(verify_inclusion(all[proof.first], proof.first, proof.size, hashes_of(proof),
                                 test::hash_of(kRoots[proof.size])));
  }
}

TEST(ReferenceTree, ConsistencyProofsAreThePublishedOnes) {
  for (const Proof& proof : kConsistency) {
    EXPECT_EQ(consistency_proof(leaves(proof.size), proof.first).value(), hashes_of(proof))
        << proof.first << " to " << proof.size;
    EXPECT_TRUE(verify_consistency(proof.first, proof.size, test::hash_of(kRoots[proof.first]),
                                   test::hash_of(kRoots[proof.size]), hashes_of(proof)));
  }
}

}  // namespace
}  // namespace lucid::merkle
