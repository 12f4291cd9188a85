#include "core/ledger/block_size.hpp"

#include "core/codec/codec.hpp"

namespace lucid::ledger {

std::uint64_t transaction_bytes_in_block(const EncodedTransaction& transaction) {
  const std::uint64_t size = transaction.size();
  return size + (size < 0x100 ? 2 : size < 0x10000 ? 3 : 5);
}

std::uint64_t encoded_size(const Block& block) {
  const std::size_t count = block.transactions.size();
  std::uint64_t size = 1 + (count < 16 ? 1 : count < 0x10000 ? 3 : 5);
  size += codec::encode(block.header).size() + codec::encode(block.last_commit).size();
  for (const EncodedTransaction& transaction : block.transactions) size += transaction_bytes_in_block(transaction);
  return size;
}

}  // namespace lucid::ledger
