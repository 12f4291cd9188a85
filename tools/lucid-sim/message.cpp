#include "tools/lucid-sim/message.hpp"

#include "core/ledger/block_rules.hpp"
#include "core/ledger/block_size.hpp"

namespace lucid::sim {

SizedBlockPtr sized(BlockPtr block) {
  SizedBlock out;
  out.hash = crypto::header_hash(block->header);
  out.bytes = ledger::encoded_size(*block);
  out.whole = ledger::check_body(*block).has_value();
  out.block = std::move(block);
  return std::make_shared<const SizedBlock>(std::move(out));
}

}  // namespace lucid::sim
