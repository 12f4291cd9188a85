#include "tools/lucid-sim/message.hpp"

#include "core/ledger/block_size.hpp"

namespace lucid::sim {

SizedBlockPtr sized(BlockPtr block) {
  SizedBlock out;
  if (auto whole = ledger::WholeBlock::of(*block)) out.whole = std::move(*whole);
  out.hash = out.whole ? out.whole->hash() : crypto::header_hash(block->header);
  out.bytes = out.whole ? out.whole->encoded_bytes() : ledger::encoded_size(*block);
  out.block = std::move(block);
  return std::make_shared<const SizedBlock>(std::move(out));
}

}  // namespace lucid::sim
