#include "core/ledger/execution.hpp"

#include <gtest/gtest.h>

#include "core/crypto/sha256.hpp"
#include "core/merkle/tree.hpp"
#include "core/types/session.hpp"
#include "tests/fixtures/small_chain.hpp"

namespace lucid::ledger {
namespace {

using fixtures::account_key;
using fixtures::address_of;
using fixtures::anchor_of;
using fixtures::session_id;
using fixtures::SmallChain;
using fixtures::some_hash;

TEST(Execution, an_anchor_becomes_a_leaf_that_the_same_header_commits_to) {
  SmallChain world(1);
  const auto transaction = world.next(1, anchor_of(7));
  const auto changes = world.grow({transaction});
  ASSERT_EQ(changes.anchors.size(), 1u);
  const auto& anchor = changes.anchors[0];
  EXPECT_EQ(changes.transactions[0].outcome, Outcome::done);
  EXPECT_EQ(anchor.session, session_id(7));
  EXPECT_EQ(anchor.record.account, address_of(account_key(1)));
  EXPECT_EQ(anchor.record.leaf_index, 0u);
  const auto leaf = codec::decode<AnchorLeaf>(anchor.leaf_bytes);
  ASSERT_TRUE(leaf);
  EXPECT_EQ(leaf->height, 1u);
  EXPECT_EQ(leaf->transaction, (*transaction)->id);
  EXPECT_EQ(leaf->anchor, anchor_of(7));
  EXPECT_EQ(anchor.leaf_hash, merkle::leaf_hash(anchor.leaf_bytes));
  EXPECT_EQ(world.headers.back().anchor_log_size, 1u);
  EXPECT_EQ(world.headers.back().anchor_log_root, anchor.leaf_hash);
  EXPECT_EQ(changes.log_nodes.size(), 1u);
}

TEST(Execution, nonces_run_on_within_and_across_blocks) {
  SmallChain world(1);
  auto changes = world.grow({world.next(1, anchor_of(1)), world.next(1, anchor_of(2)), world.next(2, anchor_of(3))});
  ASSERT_EQ(changes.accounts.size(), 2u);
  EXPECT_TRUE(changes.accounts[0].account < changes.accounts[1].account);
  EXPECT_EQ(*world.reader.next_nonce(address_of(account_key(1))), 2u);
  changes = world.grow({world.next(1, anchor_of(4))});
  EXPECT_EQ(changes.accounts, (std::vector<AccountNonce>{{address_of(account_key(1)), 3}}));
}

TEST(Execution, a_session_is_anchored_once) {
  SmallChain world(1);
  auto changes = world.grow({world.next(1, anchor_of(1)), world.next(2, anchor_of(1))});
  EXPECT_EQ(changes.transactions[0].outcome, Outcome::done);
  EXPECT_EQ(changes.transactions[1].outcome, Outcome::session_already_anchored);
  EXPECT_EQ(changes.anchors.size(), 1u);
  EXPECT_EQ(world.outcome_of(2, anchor_of(1)), Outcome::session_already_anchored);
  EXPECT_EQ(*world.reader.next_nonce(address_of(account_key(2))), 2u) << "a refused operation takes its nonce";
}

TEST(Execution, an_anchor_of_no_chunks_or_an_impossible_time_is_refused) {
  SmallChain world(1);
  EXPECT_EQ(world.outcome_of(1, anchor_of(1, 0)), Outcome::operation_form);
  EXPECT_EQ(world.outcome_of(1, anchor_of(1, kMaxChunksPerSession + 1)), Outcome::operation_form);
  auto late = anchor_of(1);
  late.started_at = params::kMaxTime + 1;
  EXPECT_EQ(world.outcome_of(1, late), Outcome::operation_form);
  EXPECT_EQ(world.state.log.size(), 0u);
}

TEST(Execution, an_owners_signature_is_checked_where_it_is_given) {
  SmallChain world(1);
  auto anchor = anchor_of(1);
  const auto sign = [&](std::uint32_t account) {
    anchor.user_signature = crypto::secp256k1_scheme().sign_recoverable(
        account_key(account), crypto::user_anchor_digest(world.chain.identity, anchor));
  };
  sign(901);
  EXPECT_EQ(world.outcome_of(1, anchor), Outcome::user_signature_invalid);
  sign(900);
  EXPECT_EQ(world.outcome_of(1, anchor), Outcome::done);
}

TEST(Execution, a_genesis_may_require_the_owners_signature) {
  Genesis genesis = fixtures::make_genesis(1);
  genesis.params.user_signature_required = true;
  SmallChain world(genesis);
  EXPECT_EQ(world.outcome_of(1, anchor_of(1)), Outcome::user_signature_invalid);
}

TEST(Execution, a_chunk_is_recorded_by_the_anchoring_account_once_per_index) {
  SmallChain world(1);
  EXPECT_EQ(world.outcome_of(1, AnchorChunk{session_id(1), 0, some_hash(1)}), Outcome::session_not_anchored);
  EXPECT_EQ(world.outcome_of(1, anchor_of(1, 3)), Outcome::done);
  EXPECT_EQ(world.outcome_of(2, AnchorChunk{session_id(1), 0, some_hash(1)}), Outcome::not_the_anchoring_account);
  EXPECT_EQ(world.outcome_of(1, AnchorChunk{session_id(1), 3, some_hash(1)}), Outcome::chunk_index_range);
  EXPECT_EQ(world.outcome_of(1, AnchorChunk{session_id(1), 2, some_hash(1)}), Outcome::done);
  EXPECT_EQ(world.outcome_of(1, AnchorChunk{session_id(1), 2, some_hash(2)}), Outcome::chunk_index_taken);
}

TEST(Execution, chunk_metadata_has_indices_of_its_own) {
  SmallChain world(1);
  const auto metadata = [](std::uint32_t index, std::uint64_t size) {
    return StoreChunkMetadata{session_id(1), index, some_hash(9), size};
  };
  EXPECT_EQ(world.outcome_of(1, metadata(0, 10)), Outcome::session_not_anchored);
  world.grow({world.next(1, anchor_of(1, 3)), world.next(1, AnchorChunk{session_id(1), 0, some_hash(1)})});
  EXPECT_EQ(world.outcome_of(1, metadata(0, 0)), Outcome::operation_form);
  EXPECT_EQ(world.outcome_of(1, metadata(0, kMaxChunkBytes + 1)), Outcome::operation_form);
  EXPECT_EQ(world.outcome_of(2, metadata(0, 10)), Outcome::not_the_anchoring_account);
  EXPECT_EQ(world.outcome_of(1, metadata(3, 10)), Outcome::chunk_index_range);
  EXPECT_EQ(world.outcome_of(1, metadata(0, 10)), Outcome::done);
  EXPECT_EQ(world.outcome_of(1, metadata(0, 10)), Outcome::chunk_index_taken);
}

TEST(Execution, the_same_index_twice_in_one_block_is_taken) {
  SmallChain world(1);
  const auto changes =
      world.grow({world.next(1, anchor_of(1)), world.next(1, AnchorChunk{session_id(1), 0, some_hash(1)}),
                  world.next(1, AnchorChunk{session_id(1), 0, some_hash(1)})});
  EXPECT_EQ(changes.transactions[1].outcome, Outcome::done);
  EXPECT_EQ(changes.transactions[2].outcome, Outcome::chunk_index_taken);
  EXPECT_EQ(changes.chunks.size(), 1u);
}

TEST(Execution, data_needs_a_name) {
  SmallChain world(1);
  EXPECT_EQ(world.outcome_of(1, Data{BoundedString<64>(""), {}}), Outcome::operation_form);
  const auto changes = world.grow({world.next(1, Data{BoundedString<64>("note"), BoundedBytes<4096>{1, 2}})});
  ASSERT_EQ(changes.data.size(), 1u);
  EXPECT_EQ(changes.data[0].data.name, "note");
}

TEST(Execution, operations_of_later_issues_are_not_active_yet_and_take_their_nonce) {
  SmallChain world(1);
  EXPECT_EQ(world.outcome_of(1, SubmitTaskProof{}), Outcome::not_active_yet);
  EXPECT_EQ(world.outcome_of(1, AnswerSample{}), Outcome::not_active_yet);
  EXPECT_EQ(*world.reader.next_nonce(address_of(account_key(1))), 2u);
  EXPECT_EQ(fault_of(Outcome::not_active_yet), Fault::not_active_yet);
}

TEST(Execution, each_outcome_but_done_has_a_fault_of_its_name) {
  EXPECT_EQ(fault_of(Outcome::done), std::nullopt);
  std::set<Fault> faults;
  for (int i = 1; i <= static_cast<int>(last_of(Outcome{})); ++i) faults.insert(*fault_of(static_cast<Outcome>(i)));
  EXPECT_EQ(faults.size(), static_cast<std::size_t>(last_of(Outcome{})));
  EXPECT_FALSE(faults.contains(Fault::internal));
}

class Faulty : public testing::Test {
 protected:
  Result<Execution> run(const std::vector<crypto::TransactionPtr>& transactions) {
    const auto plan = world.plan();
    const BlockDraft draft{0, plan.earliest_time, world.proof_of(plan, 0), world.tip_certificate, transactions};
    return execute(world.chain, world.verifier, world.state, plan, world.reader, draft);
  }
  SmallChain world{1};
};

TEST_F(Faulty, a_wrong_nonce_makes_the_block_invalid) {
  const auto result = run({world.transaction(account_key(1), 1, anchor_of(1))});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error(), (Error{Fault::transaction_nonce, "transactions[0].nonce", "0", "1"}));
}

TEST_F(Faulty, the_same_transaction_twice_makes_the_block_invalid) {
  const auto transaction = world.transaction(account_key(1), 0, anchor_of(1));
  EXPECT_EQ(run({transaction, transaction}).error().field, "transactions[1].nonce");
}

TEST_F(Faulty, an_expired_transaction_makes_the_block_invalid) {
  EXPECT_TRUE(run({world.transaction(account_key(1), 0, anchor_of(1), 1)}));
  const auto result = run({world.transaction(account_key(1), 0, anchor_of(1), 0)});
  EXPECT_EQ(result.error().fault, Fault::transaction_expired);
}

TEST_F(Faulty, a_transaction_above_the_chains_limit_makes_the_block_invalid) {
  Genesis genesis = fixtures::make_genesis(1);
  genesis.params.max_transaction_bytes = 200;
  SmallChain small(genesis);
  const auto plan = small.plan();
  const std::vector transactions{small.transaction(account_key(1), 0, anchor_of(1))};
  const BlockDraft draft{0, plan.earliest_time, small.proof_of(plan, 0), small.tip_certificate, transactions};
  EXPECT_EQ(execute(small.chain, small.verifier, small.state, plan, small.reader, draft).error().fault,
            Fault::transaction_size);
}

TEST_F(Faulty, a_broken_disk_is_no_verdict) {
  world.reader.broken = true;
  EXPECT_EQ(run({world.transaction(account_key(1), 0, anchor_of(1))}).error().fault, Fault::storage_io);
}

TEST(StateDigest, is_a_chain_over_each_blocks_changes) {
  SmallChain world(1);
  const Hash256 before = world.state.digest;
  const auto changes = world.grow({world.next(1, anchor_of(1))});
  EXPECT_EQ(world.state.digest, crypto::sha256(codec::encode_array(before, changes_hash(changes))));
  EXPECT_EQ(world.headers.back().state_digest, world.state.digest);
}

TEST(StateDigest, differs_with_every_kind_of_change) {
  ChangeSet changes;
  std::set<Hash256> seen{changes_hash(changes)};
  const auto grows = [&] { return seen.insert(changes_hash(changes)).second; };
  changes.transactions.push_back({});
  EXPECT_TRUE(grows());
  changes.transactions[0].outcome = Outcome::not_active_yet;
  EXPECT_TRUE(grows());
  changes.accounts.push_back({});
  EXPECT_TRUE(grows());
  changes.anchors.push_back({});
  EXPECT_TRUE(grows());
  changes.chunks.push_back({});
  EXPECT_TRUE(grows());
  changes.data.push_back({});
  EXPECT_TRUE(grows());
  changes.evidence.push_back({});
  EXPECT_TRUE(grows());
  changes.slots.push_back({});
  EXPECT_TRUE(grows());
  changes.tallies.push_back({});
  EXPECT_TRUE(grows());
  changes.sets.push_back({});
  EXPECT_TRUE(grows());
}

TEST(StateDigest, of_the_same_prefix_is_the_same) {
  SmallChain one(4), other(4);
  for (SmallChain* world : {&one, &other}) {
    world->grow({world->next(1, anchor_of(1)), world->next(2, anchor_of(2))});
    world->close_slot(1);
    world->grow({world->next(1, AnchorChunk{session_id(1), 0, some_hash(1)})});
  }
  EXPECT_EQ(one.state, other.state);
  EXPECT_EQ(one.state.hash, other.state.hash);
}

}  // namespace
}  // namespace lucid::ledger
