// How much sync asks for at once and how long it waits. All memory that peers can make a node spend on sync is bounded
// here, whatever they claim.
//
// Thread-safety: values. Monotonic milliseconds and bytes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/types/params.hpp"
#include "core/types/sync.hpp"

namespace lucid::sync {

/// Records of peers, connected or resting. Twice the largest validator set: observers fit too.
inline constexpr std::size_t kMaxPeers = 2 * kMaxValidators;
/// Answers in a row that nobody asked for before their sender counts as flooding: a message may be doubled on its way.
inline constexpr std::uint32_t kMaxUnasked = 8;
/// Requests in a row without an answer before a peer counts as slow.
inline constexpr std::uint32_t kMaxTimeouts = 2;

struct Bounds {
  std::uint32_t window = 64;               // heights above the tip that may be asked for or held
  std::uint32_t count = 16;                // blocks of one request
  std::uint32_t run = 1;                   // blocks that the ledger is given at once, where it can take several
  std::uint64_t block_bytes = 0;           // of one block
  std::uint64_t held_bytes = 16ull << 20;  // of all blocks held and asked for, together
  std::uint64_t answer_timeout_ms = 0;     // then a request counts as unanswered
  std::uint64_t second_ask_ms = 0;         // then the same heights may be asked of another peer too
  std::uint64_t ask_again_ms = 0;          // between two requests for a block that the peer did not have
  std::uint64_t patience_ms = 0;           // how long consensus may be one height behind before sync asks
  std::uint64_t tell_again_ms = 0;         // between two notices of the same tip
  std::uint64_t slow_rest_ms = 0;          // how long a slow peer is asked for nothing
  std::uint64_t lying_rest_ms = 10'000;    // the same for a liar, the first time; doubles each time
  std::uint64_t lying_rest_max_ms = 320'000;
  std::uint64_t execute_again_ms = 1'000;  // after the ledger could not; doubles each time
  std::uint64_t execute_again_max_ms = 60'000;

  /// What an answer to a request for `blocks` blocks may hold.
  std::uint64_t answer_bytes(std::uint32_t blocks) const {
    const std::uint64_t each = block_bytes + kMaxCertificateBytes;
    return blocks * each < kMaxAnswerBytes ? blocks * each : kMaxAnswerBytes;
  }
};

/// For a chain of these parameters: waits follow the slot timeout, so that a healed network recovers within P-8.10.
Bounds bounds_of(const ChainParams& params);

}  // namespace lucid::sync
