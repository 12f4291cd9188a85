// How long a round waits, and what a block of a late round may hold (protocol.md section 3). Capped, so that a stalled
// network resumes within seconds of healing.
//
// Thread-safety: pure functions. Milliseconds and bytes; divisions round down and come last.
#pragma once

#include "core/base/ordinal.hpp"
#include "core/types/params.hpp"

namespace lucid::consensus {

/// min(slot_timeout + slot_timeout·r/5, 4·slot_timeout), plus time_precision in round 0: a proposer whose clock is
/// slow but within tolerance must not lose its slots.
std::uint64_t propose_timeout_ms(const ChainParams& params, Round round);
/// min(slot_timeout/5 + slot_timeout·r/10, 2·slot_timeout), of prevote and precommit.
std::uint64_t vote_timeout_ms(const ChainParams& params, Round round);
/// time_delay·(1 + r): how old a new value of that round may be.
std::uint64_t proposal_delay_ms(const ChainParams& params, Round round);
/// max_block_bytes / 2^min(r, 5): what a new value of that round may fill (the ledger's rule).
std::uint64_t max_block_bytes(const ChainParams& params, Round round);

}  // namespace lucid::consensus
