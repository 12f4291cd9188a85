// What an answer to GetBlocks must keep, as far as it can be judged without a validator set: it is what was asked, each
// block is the one its certificate names, and each body is the one its header names. So once the certificate holds, all
// of the block is what a quorum signed, and whoever sent another one lied. And the other side: what a node gives.
//
// Thread-safety: pure functions. Faults: block_structure, block_size, block_hash, block_previous_hash,
// block_merkle_root, block_certificate, number_range.
#pragma once

#include <vector>

#include "core/base/result.hpp"
#include "core/sync/bounds.hpp"

namespace lucid::sync {

struct CheckedBlock {
  Hash256 hash;             // of the header
  std::uint64_t bytes = 0;  // of block and certificate, encoded
  bool operator==(const CheckedBlock&) const = default;
};

/// One for each block of `answer`, which answers `request`. Cheap checks first.
Result<std::vector<CheckedBlock>> check_answer(const Blocks& answer, const GetBlocks& request, const Bounds& bounds);

/// What of a request a node with this tip serves: a count of 0 is nothing. The caller reads these heights in order and
/// stops where fits_answer() says no, or where it holds no block.
GetBlocks served_range(const GetBlocks& request, Height tip);
/// Whether a block of `block_bytes` (with its certificate) still goes into an answer that holds `answer_bytes`.
bool fits_answer(std::uint64_t answer_bytes, std::uint64_t block_bytes);

}  // namespace lucid::sync
