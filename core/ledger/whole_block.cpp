#include "core/ledger/whole_block.hpp"

#include "core/crypto/verifier.hpp"
#include "core/ledger/block_size.hpp"
#include "core/merkle/tree.hpp"

namespace lucid::ledger {
namespace {

Result<std::vector<Hash256>> ids_of_whole_body(const Block& block) {
  const Hash256 certificate = crypto::certificate_hash(block.last_commit);
  if (const Hash256& named = block.header.last_commit_hash; certificate != named)
    return fail(Fault::block_certificate, "header.last_commit_hash", to_hex(named), to_hex(certificate));
  std::vector<Hash256> ids;
  ids.reserve(block.transactions.size());
  for (const EncodedTransaction& encoded : block.transactions) ids.push_back(crypto::transaction_id(encoded));
  const Hash256 root = transactions_root(ids);
  if (const Hash256& named = block.header.transactions_root; root != named)
    return fail(Fault::block_merkle_root, "header.transactions_root", to_hex(named), to_hex(root));
  return ids;
}

}  // namespace

Status check_body(const Block& block) {
  LUCID_TRY(ids_of_whole_body(block));
  return {};
}

Result<WholeBlock> WholeBlock::of(const Block& block) {
  LUCID_TRY_ASSIGN(auto ids, ids_of_whole_body(block));
  return WholeBlock(block, std::move(ids));
}

WholeBlock::WholeBlock(const Block& block, std::vector<Hash256> ids)
    : block_(&block),
      hash_(crypto::header_hash(block.header)),
      ids_(std::move(ids)),
      encoded_bytes_(encoded_size(block)) {}

Hash256 transactions_root(std::span<const Hash256> ids) {
  std::vector<Hash256> leaves;
  leaves.reserve(ids.size());
  for (const Hash256& id : ids) leaves.push_back(merkle::leaf_hash(id));
  return merkle::root(leaves);
}

}  // namespace lucid::ledger
