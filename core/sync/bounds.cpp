#include "core/sync/bounds.hpp"

#include <algorithm>

namespace lucid::sync {

Bounds bounds_of(const ChainParams& params) {
  Bounds bounds;
  bounds.block_bytes = params.max_block_bytes;
  bounds.answer_timeout_ms = std::max<std::uint64_t>(1'000, params.slot_timeout_ms);
  bounds.second_ask_ms = bounds.answer_timeout_ms / 4;
  bounds.ask_again_ms = std::max<std::uint64_t>(100, params.slot_timeout_ms / 4);
  bounds.patience_ms = std::max<std::uint64_t>(100, params.slot_timeout_ms / 2);
  bounds.tell_again_ms = std::max<std::uint64_t>(100, params.slot_timeout_ms);
  bounds.slow_rest_ms = bounds.answer_timeout_ms;
  return bounds;
}

}  // namespace lucid::sync
