// How many bytes a block's encoding takes, without encoding its transactions again.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>

#include "core/types/block.hpp"

namespace lucid::ledger {

/// The array of three fields and the longest head of the transactions' array.
inline constexpr std::uint64_t kBlockFrameBytes = 1 + 5;

/// With the head that msgpack puts before binary of that length.
std::uint64_t transaction_bytes_in_block(const EncodedTransaction& transaction);

/// codec::encode(block).size().
std::uint64_t encoded_size(const Block& block);

}  // namespace lucid::ledger
