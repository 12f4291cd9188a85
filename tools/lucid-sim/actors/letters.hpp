// What the peers of actors say to each other in the simulation. Letters travel by pointer; signatures were checked by
// whoever sent them first: in this cluster nobody lies.
//
// Thread-safety: values; what is pointed to is immutable.
#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "core/consensus/output.hpp"
#include "core/types/sync.hpp"
#include "tools/lucid-sim/links.hpp"

namespace lucid::sim {

/// Something of agreement, for the validator.
struct SignedLetter {
  consensus::Message message;
  BlockPtr block;  // of a proposal
  std::uint64_t block_bytes = 0;
};
struct BlockWantedLetter {
  Height height = 0;
  Hash256 block;
};
struct TransactionsLetter {
  std::vector<Bytes> transactions;
};
using BlocksPtr = std::shared_ptr<const Blocks>;
using Letter = std::variant<SignedLetter, BlockWantedLetter, NewestRecordAnswer, TransactionsLetter, TipNotice,
                            GetBlocks, BlocksPtr>;
using LetterPtr = std::shared_ptr<const Letter>;
using Post = Links<LetterPtr>;

}  // namespace lucid::sim
