#include "core/sync/answer_rules.hpp"

#include <algorithm>

#include "core/codec/codec.hpp"
#include "core/crypto/verifier.hpp"
#include "core/ledger/block_rules.hpp"
#include "core/ledger/block_size.hpp"

namespace lucid::sync {
namespace {

Status same_number(Fault fault, std::string_view field, std::uint64_t expected, std::uint64_t actual) {
  if (expected == actual) return {};
  return fail(fault, field, std::to_string(expected), std::to_string(actual));
}
Status same_hash(Fault fault, std::string_view field, const Hash256& expected, const Hash256& actual) {
  if (expected == actual) return {};
  return fail(fault, field, to_hex(expected), to_hex(actual));
}

Result<CheckedBlock> check_one(const CertifiedBlock& certified, Height height, const Bounds& bounds) {
  const auto& [block, certificate] = certified;
  LUCID_TRY(same_number(Fault::block_structure, "header.height", height, block.header.height));
  LUCID_TRY(same_number(Fault::block_certificate, "certificate.height", height, certificate.height));
  const std::uint64_t block_bytes = ledger::encoded_size(block);
  if (block_bytes > bounds.block_bytes)
    return fail(Fault::block_size, "block", "at most " + std::to_string(bounds.block_bytes) + " bytes",
                std::to_string(block_bytes) + " bytes");
  const Hash256 hash = crypto::header_hash(block.header);
  LUCID_TRY(same_hash(Fault::block_hash, "certificate.block", hash, certificate.block));
  LUCID_TRY(ledger::check_body(block));
  return CheckedBlock{hash, block_bytes + codec::encode(certificate).size()};
}

}  // namespace

Result<std::vector<CheckedBlock>> check_answer(const Blocks& answer, const GetBlocks& request, const Bounds& bounds) {
  LUCID_TRY(same_number(Fault::number_range, "from", request.from, answer.from));
  if (answer.blocks.size() > request.count)
    return fail(Fault::number_range, "blocks", "at most " + std::to_string(request.count),
                std::to_string(answer.blocks.size()));
  std::vector<CheckedBlock> checked;
  checked.reserve(answer.blocks.size());
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < answer.blocks.size(); ++i) {
    if (i > 0)
      LUCID_TRY(same_hash(Fault::block_previous_hash, "header.previous_hash", checked.back().hash,
                          answer.blocks[i].block.header.previous_hash));
    LUCID_TRY_ASSIGN(CheckedBlock one, check_one(answer.blocks[i], request.from + i, bounds));
    bytes += one.bytes;
    checked.push_back(one);
  }
  const std::uint64_t bytes_max = bounds.answer_bytes(request.count);
  if (bytes > bytes_max)
    return fail(Fault::block_size, "blocks", "at most " + std::to_string(bytes_max) + " bytes",
                std::to_string(bytes) + " bytes");
  return checked;
}

GetBlocks served_range(const GetBlocks& request, Height tip) {
  if (request.from == 0 || request.from > tip) return {request.from, 0};  // everyone has the genesis block
  const std::uint64_t there = tip - request.from + 1;
  const std::uint64_t count = std::min<std::uint64_t>({request.count, kMaxBlocksPerAnswer, there});
  return {request.from, static_cast<std::uint32_t>(count)};
}

bool fits_answer(std::uint64_t answer_bytes, std::uint64_t block_bytes) {
  return block_bytes <= kMaxAnswerBytes && answer_bytes <= kMaxAnswerBytes - block_bytes;
}

}  // namespace lucid::sync
