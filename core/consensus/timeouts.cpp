#include "core/consensus/timeouts.hpp"

#include <algorithm>

#include "core/base/mutant.hpp"
#include "core/ledger/height_plan.hpp"

namespace lucid::consensus {
namespace {

// All formulas reach their cap before round 20; beyond it the product could only overflow.
constexpr Round kCapped = 20;
static_assert(kCapped * 1 / 5 + 1 >= 4, "propose: 1 + r/5 is at its cap of 4");
static_assert(2 + kCapped >= 20, "votes: (2 + r)/10 is at its cap of 2");

}  // namespace

std::uint64_t propose_timeout_ms(const ChainParams& params, Round round) {
  const std::uint64_t slot_timeout_ms = params.slot_timeout_ms;
  const std::uint64_t grown_ms = slot_timeout_ms * (5 + std::min(round, kCapped)) / 5;
  if (LUCID_MUTANT(timeouts_without_cap)) return slot_timeout_ms << std::min(round, kCapped);
  return std::min(grown_ms, 4 * slot_timeout_ms) + (round == 0 ? params.time_precision_ms : 0);
}

std::uint64_t vote_timeout_ms(const ChainParams& params, Round round) {
  const std::uint64_t slot_timeout_ms = params.slot_timeout_ms;
  if (LUCID_MUTANT(timeouts_without_cap)) return slot_timeout_ms / 5 << std::min(round, kCapped);
  return std::min(slot_timeout_ms * (2 + std::min(round, kCapped)) / 10, 2 * slot_timeout_ms);
}

std::uint64_t proposal_delay_ms(const ChainParams& params, Round round) {
  return params.time_delay_ms * (std::uint64_t{1} + round);
}

std::uint64_t max_block_bytes(const ChainParams& params, Round round) {
  return ledger::block_bytes_max(params, round);
}

}  // namespace lucid::consensus
