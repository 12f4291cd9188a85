// Published answers of SHA-256 and Keccak-256.
#include <gtest/gtest.h>

#include "core/crypto/keccak256.hpp"
#include "core/crypto/sha256.hpp"

namespace lucid::crypto {
namespace {

struct Answer {
  const char* message;
  const char* hash;
};

// RFC 6234 section 8.5 (TEST1, TEST2_1) and the empty message of the NIST CAVP file SHA256ShortMsg.rsp (Len = 0).
const Answer kSha256[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

TEST(Sha256Vectors, ShortMessagesHaveThePublishedHashes) {
  for (const Answer& answer : kSha256)
    EXPECT_EQ(to_hex(sha256(as_bytes(answer.message))), answer.hash) << answer.message;
}

// RFC 6234 section 8.5, TEST3: a million times the letter a.
TEST(Sha256Vectors, AMillionLettersInPiecesHaveThePublishedHash) {
  const std::string piece(997, 'a');
  Sha256 hasher;
  std::size_t left = 1'000'000;
  while (left > 0) {
    const std::size_t now = std::min(left, piece.size());
    hasher.update(as_bytes(piece).first(now));
    left -= now;
  }
  EXPECT_EQ(to_hex(hasher.finish()), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// The Keccak team's answers with the original padding: the empty message of the submission's ShortMsgKAT_256.txt (also
// Ethereum's EMPTY_HASH), "abc" and the pangram as Ethereum's libraries (ethers, web3) publish them.
const Answer kKeccak256[] = {
    {"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"},
    {"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"},
    {"The quick brown fox jumps over the lazy dog", "4d741b6f1eb29cb2a9b9911c82f56fa8d73b04959d3d9d222895df6c0b28aa15"},
};

TEST(Keccak256Vectors, ShortMessagesHaveThePublishedHashes) {
  for (const Answer& answer : kKeccak256)
    EXPECT_EQ(to_hex(keccak256(as_bytes(answer.message))), answer.hash) << answer.message;
}

// Selectors of the contracts as Lucid's clients publish them (the first four bytes of the signature's hash).
TEST(Keccak256Vectors, ContractSignaturesHaveThePublishedSelectors) {
  const auto selector = [](const char* signature) { return to_hex(keccak256(as_bytes(signature))).substr(0, 8); };
  EXPECT_EQ(selector("registerSession(bytes32,bytes32,uint64,address,bytes32,uint32)"), "87fc3557");
  EXPECT_EQ(selector("registerSession(bytes32,bytes32,uint256,address,bytes32,uint256)"), "3c643f8e");
  EXPECT_EQ(selector("anchorChunk(bytes32,uint32,bytes32)"), "ec59d2bc");
  EXPECT_EQ(selector("getSessionAnchor(bytes32)"), "8446d01a");
  EXPECT_EQ(selector("isChunkStored(bytes32)"), "6ef99b56");
}

}  // namespace
}  // namespace lucid::crypto
