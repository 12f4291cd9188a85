#include "core/ledger/block_builder.hpp"

#include <gtest/gtest.h>

#include "core/ledger/block_size.hpp"
#include "core/ledger/evidence.hpp"
#include "tests/fixtures/small_chain.hpp"

namespace lucid::ledger {
namespace {

using fixtures::account_key;
using fixtures::anchor_of;
using fixtures::SmallChain;
using fixtures::some_hash;

TEST(BlockBuilder, what_it_builds_passes_every_rule) {
  SmallChain world(4);
  for (int i = 0; i < 3; ++i) {
    const auto built = world.build({world.next(1, anchor_of(static_cast<std::uint32_t>(i)))});
    ASSERT_TRUE(built) << to_text(built.error());
    const BlockReport report = world.check(built->block);
    EXPECT_TRUE(report.valid()) << to_text(report.first_error().value_or(Error{}));
    EXPECT_EQ(report.execution->state, built->execution.state);
    world.commit(*built);
  }
}

TEST(BlockBuilder, takes_candidates_in_their_order) {
  SmallChain world(1);
  const std::vector candidates{world.next(2, anchor_of(1)), world.next(1, anchor_of(2)), world.next(2, anchor_of(3))};
  const auto built = world.build(candidates);
  ASSERT_EQ(built->block.transactions.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(built->block.transactions[i], (*candidates[i])->encoded);
}

TEST(BlockBuilder, says_which_candidates_can_never_be_included_and_why) {
  SmallChain world(1);
  world.grow({world.next(1, anchor_of(1))});
  const auto used = world.transaction(account_key(1), 0, anchor_of(2));
  const auto expired = world.transaction(account_key(2), 0, anchor_of(3), 1);
  const auto good = world.transaction(account_key(3), 0, anchor_of(4), 2);
  const auto built = world.build({used, expired, good});
  ASSERT_EQ(built->dropped.size(), 2u);
  EXPECT_EQ(built->dropped[0].id, (*used)->id);
  EXPECT_EQ(built->dropped[0].reason.fault, Fault::transaction_nonce);
  EXPECT_EQ(built->dropped[1].id, (*expired)->id);
  EXPECT_EQ(built->dropped[1].reason.fault, Fault::transaction_expired);
  EXPECT_EQ(built->block.transactions.size(), 1u);
}

TEST(BlockBuilder, a_transaction_above_the_chains_limit_is_dropped) {
  Genesis genesis = fixtures::make_genesis(1);
  genesis.params.max_transaction_bytes = 200;
  SmallChain world(genesis);
  const auto built = world.build({world.transaction(account_key(1), 0, anchor_of(1))});
  ASSERT_EQ(built->dropped.size(), 1u);
  EXPECT_EQ(built->dropped[0].reason.fault, Fault::transaction_size);
}

TEST(BlockBuilder, a_nonce_gap_is_left_out_and_not_dropped) {
  SmallChain world(1);
  const auto built = world.build({world.transaction(account_key(1), 1, anchor_of(1))});
  EXPECT_TRUE(built->block.transactions.empty());
  EXPECT_TRUE(built->dropped.empty());
}

TEST(BlockBuilder, respects_the_number_of_transactions) {
  Genesis genesis = fixtures::make_genesis(1);
  genesis.params.max_transactions_per_block = 3;
  SmallChain world(genesis);
  std::vector<crypto::TransactionPtr> candidates;
  for (std::uint32_t i = 0; i < 5; ++i) candidates.push_back(world.next(1, anchor_of(i)));
  EXPECT_EQ(world.build(candidates)->block.transactions.size(), 3u);
}

TEST(BlockBuilder, keeps_a_tenth_of_the_bytes_for_evidence) {
  SmallChain world(4);
  world.grow();
  constexpr std::uint64_t kLimit = 20'000;
  std::vector<crypto::TransactionPtr> candidates;
  for (std::uint32_t i = 0; i < 100; ++i) candidates.push_back(world.next(1, anchor_of(i)));
  const auto without = world.build(candidates, 0, 0, kLimit);
  EXPECT_LE(encoded_size(without->block), kLimit - kLimit / kReservedParts);
  EXPECT_GT(encoded_size(without->block), kLimit - kLimit / kReservedParts - 1'200);
  const auto first = world.vote(world.members.numbers[0], VoteStep::prevote, 1, 0, some_hash(1));
  const auto second = world.vote(world.members.numbers[0], VoteStep::prevote, 1, 0, some_hash(2));
  candidates.push_back(world.next(2, make_evidence(first, second)));
  const auto with = world.build(candidates, 0, 0, kLimit);
  EXPECT_EQ(with->block.transactions.size(), without->block.transactions.size() + 1);
  EXPECT_LE(encoded_size(with->block), kLimit);
}

TEST(BlockBuilder, a_later_round_gets_a_smaller_block) {
  SmallChain world(1);
  std::vector<crypto::TransactionPtr> candidates;
  for (std::uint32_t i = 0; i < 150; ++i) candidates.push_back(world.next(1, anchor_of(i)));
  EXPECT_EQ(world.build(candidates)->block.transactions.size(), 150u);
  const auto built = world.build(candidates, 0, 5);
  EXPECT_LT(built->block.transactions.size(), 150u);
  EXPECT_LE(encoded_size(built->block), 32'768u);
  EXPECT_TRUE(world.check(built->block).valid());
}

TEST(BlockBuilder, a_small_transaction_may_follow_a_large_one_that_does_not_fit) {
  SmallChain world(1);
  const auto large = world.next(1, Data{BoundedString<64>("a"), BoundedBytes<4096>(Bytes(4'000))});
  const auto behind = world.next(1, anchor_of(1));
  const auto small = world.next(2, anchor_of(2));
  const auto built = world.build({large, behind, small}, 0, 0, 3'000);
  ASSERT_EQ(built->block.transactions.size(), 1u);
  EXPECT_EQ(built->block.transactions[0], (*small)->encoded);
  EXPECT_TRUE(built->dropped.empty());
}

TEST(BlockBuilder, refuses_a_time_before_the_gate) {
  SmallChain world(1);
  EXPECT_EQ(world.build({}, world.plan().earliest_time - 1).error().fault, Fault::block_timestamp);
  EXPECT_EQ(world.build({}, params::kMaxTime + 1).error().fault, Fault::block_timestamp);
}

TEST(BlockBuilder, refuses_a_certificate_that_does_not_hold) {
  SmallChain world(4);
  world.grow();
  world.tip_certificate.signatures.resize(2);
  EXPECT_EQ(world.build().error().fault, Fault::block_certificate);
}

TEST(BlockBuilder, block_1_carries_the_empty_certificate_only) {
  SmallChain world(1);
  world.tip_certificate = world.certify(0, world.chain.hash);
  EXPECT_EQ(world.build().error().fault, Fault::block_certificate);
}

TEST(BlockBuilder, a_slots_first_block_needs_a_proof) {
  SmallChain world(1);
  const auto plan = world.plan();
  BuildInput input;
  input.time = plan.earliest_time;
  EXPECT_EQ(build_block(world.chain, world.verifier, world.state, plan, world.reader, input).error().fault,
            Fault::vrf_proof_invalid);
  input.prove_vrf = [](ByteView) -> Result<VrfProof> { return fail(Fault::key_invalid, "vrf"); };
  EXPECT_EQ(build_block(world.chain, world.verifier, world.state, plan, world.reader, input).error().fault,
            Fault::key_invalid);
}

TEST(BlockBuilder, a_broken_disk_ends_it) {
  SmallChain world(1);
  world.reader.broken = true;
  EXPECT_EQ(world.build({world.next(1, anchor_of(1))}).error().fault, Fault::storage_io);
}

TEST(BlockSize, is_that_of_the_encoding) {
  SmallChain world(4);
  std::vector<crypto::TransactionPtr> candidates;
  for (std::uint32_t i = 0; i < 20; ++i) {
    const auto built = world.build(candidates);
    EXPECT_EQ(encoded_size(built->block), codec::encode(built->block).size());
    candidates.push_back(world.next(1, anchor_of(i)));
  }
  candidates.push_back(world.next(2, Data{BoundedString<64>("a"), BoundedBytes<4096>(Bytes(4'000))}));
  EXPECT_EQ(encoded_size(world.build(candidates)->block), codec::encode(world.build(candidates)->block).size());
  Block block;
  for (const std::size_t size : {1u, 255u, 256u, 65'535u, 65'536u}) {
    block.transactions.assign(1, EncodedTransaction(Bytes(size)));
    EXPECT_EQ(encoded_size(block), codec::encode(block).size()) << size;
  }
}

TEST(BlockSize, the_largest_header_stays_below_its_bound) {
  Header header;
  header.version = UINT32_MAX;
  header.chain_id = header.height = header.slot.value = header.time = header.anchor_log_size = UINT64_MAX;
  header.round = UINT32_MAX;
  header.vrf_proof = VrfProof{};
  EXPECT_LE(codec::encode(header).size(), kMaxHeaderBytes);
}

}  // namespace
}  // namespace lucid::ledger
