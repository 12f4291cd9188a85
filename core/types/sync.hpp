// What nodes say to each other so that one that was away, or is new, catches up (docs/protocol.md section 10). None of
// it is signed: a tip is a claim, and blocks are trusted only once their certificate is a Verified<Certificate>.
#pragma once

#include <cstdint>

#include "core/base/bounded.hpp"
#include "core/base/fields.hpp"
#include "core/types/block.hpp"

namespace lucid {

/// Of one answer. 32 blocks of the usual few transactions fit one frame; of full ones the bytes are the bound.
inline constexpr std::uint32_t kMaxBlocksPerAnswer = 32;
/// Of one answer's blocks and certificates: with its envelope it stays below a frame's 4 MiB.
inline constexpr std::uint64_t kMaxAnswerBytes = 3 * 1024 * 1024 + 512 * 1024;
/// A block's certificate as a peer sends it, all signatures of the largest set.
inline constexpr std::uint64_t kMaxCertificateBytes = 64 + kMaxValidators * 80;
static_assert(kMaxBlockBytes + kMaxCertificateBytes < kMaxAnswerBytes, "one block always fits");

/// "My chain ends here": said after each commit, to whoever connects, and again from time to time.
struct TipNotice {
  Height height = 0;
  bool operator==(const TipNotice&) const = default;
  LUCID_FIELDS(height)
};

/// Asks for the blocks `from`, from + 1, … with their certificates, at most `count`.
struct GetBlocks {
  Height from = 0;
  std::uint32_t count = 0;
  bool operator==(const GetBlocks&) const = default;
  LUCID_FIELDS(from, count)
};

/// A block and the certificate that made it final.
struct CertifiedBlock {
  Block block;
  Certificate certificate;  // of this very block, not of its parent
  bool operator==(const CertifiedBlock&) const = default;
  LUCID_FIELDS(block, certificate)
};

/// Answers GetBlocks: heights from, from + 1, … without a gap, as many as the bounds allow; none where the sender
/// holds no block `from`. `tip` is the sender's, so that none and a tip below `from` says: there is nothing yet.
struct Blocks {
  Height from = 0;
  Height tip = 0;
  BoundedList<CertifiedBlock, kMaxBlocksPerAnswer> blocks;
  bool operator==(const Blocks&) const = default;
  LUCID_FIELDS(from, tip, blocks)
};

}  // namespace lucid
