#include "core/ledger/block_rules.hpp"

#include <functional>
#include <gtest/gtest.h>

#include "core/ledger/evidence.hpp"
#include "tests/fixtures/small_chain.hpp"

namespace lucid::ledger {
namespace {

using fixtures::account_key;
using fixtures::anchor_of;
using fixtures::SmallChain;
using fixtures::some_hash;

std::string detail(const BlockReport& report, BlockRule rule, std::string_view name) {
  for (const auto& [key, value] : report.result(rule).details)
    if (key == name) return value;
  return "(no such detail)";
}

/// A chain of four with a block at its tip, and a good block to follow it.
class BlockRules : public testing::Test {
 protected:
  BlockRules() {
    world.grow({world.next(1, anchor_of(1))});
    good = world.build({world.next(1, anchor_of(2)), world.next(2, anchor_of(3))})->block;
  }

  void expect_broken(BlockRule rule, std::string_view field, const std::function<void(Block&)>& damage) {
    Block block = good;
    damage(block);
    const BlockReport report = world.check(block);
    EXPECT_FALSE(report.valid());
    EXPECT_FALSE(report.execution);
    const RuleResult& result = report.result(rule);
    EXPECT_FALSE(result.passed) << field;
    ASSERT_TRUE(result.error) << field;
    EXPECT_EQ(result.error->field, field) << to_text(*result.error);
    if (const auto whole = WholeBlock::of(block)) expect_same(report, check_with(*whole));
  }

  /// With what is known of a block that is whole.
  BlockReport check_with(const WholeBlock& whole) const {
    BlockCheck check{whole.block(), {}, {}, {}, {}};
    check.in_detail = false;
    check.whole = &whole;
    return *check_next_block(world.chain, world.verifier, world.state, world.plan(), world.reader, check);
  }
  static void expect_same(const BlockReport& expected, const BlockReport& report) {
    EXPECT_EQ(report.valid(), expected.valid());
    EXPECT_EQ(report.first_error(), expected.first_error());
    EXPECT_EQ(report.certificate_valid, expected.certificate_valid);
    for (const RuleResult& result : report.results) {
      EXPECT_EQ(result.passed, expected.result(result.rule).passed) << rule_name(result.rule);
      EXPECT_TRUE(result.details.empty()) << rule_name(result.rule);
    }
  }

  SmallChain world{4};
  Block good;
};

TEST_F(BlockRules, what_is_known_of_a_whole_block_changes_no_verdict_and_nothing_that_follows) {
  const auto whole = WholeBlock::of(good);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->hash(), crypto::header_hash(good.header));
  EXPECT_EQ(whole->encoded_bytes(), codec::encode(good).size());
  const BlockReport slow = world.check(good), quick = check_with(*whole);
  expect_same(slow, quick);
  ASSERT_TRUE(quick.execution);
  EXPECT_EQ(quick.execution->header, good.header);
  EXPECT_EQ(quick.execution->hash, slow.execution->hash);
  EXPECT_EQ(quick.execution->state, slow.execution->state);
  EXPECT_EQ(changes_hash(quick.execution->changes), changes_hash(slow.execution->changes));
}

TEST_F(BlockRules, what_is_known_of_another_block_is_not_believed) {
  const auto whole = WholeBlock::of(good);
  Block other = good;
  other.transactions.pop_back();
  EXPECT_FALSE(WholeBlock::of(other));
  BlockCheck check{other, {}, {}, {}, {}};
  check.whole = &*whole;
  const auto report = check_next_block(world.chain, world.verifier, world.state, world.plan(), world.reader, check);
  EXPECT_FALSE(report->result(BlockRule::merkle_root).passed);
}

TEST_F(BlockRules, a_header_that_execution_does_not_confirm_is_refused_in_a_whole_block_too) {
  Block block = good;
  block.header.state_digest.data[0] ^= 1;
  const auto whole = WholeBlock::of(block);
  ASSERT_TRUE(whole);
  EXPECT_FALSE(check_with(*whole).result(BlockRule::transactions).passed);
}

TEST_F(BlockRules, a_good_block_passes_all_six) {
  const BlockReport report = world.check(good);
  EXPECT_TRUE(report.valid());
  EXPECT_TRUE(report.certificate_valid);
  EXPECT_EQ(report.execution->header, good.header);
  EXPECT_EQ(report.first_error(), std::nullopt);
  EXPECT_EQ(detail(report, BlockRule::transactions, "total_transactions"), "2");
  EXPECT_EQ(detail(report, BlockRule::transactions, "valid_transactions"), "2");
  EXPECT_EQ(detail(report, BlockRule::previous_hash, "is_genesis"), "false");
  EXPECT_EQ(detail(report, BlockRule::block_structure, "missing_fields"), "");
}

TEST_F(BlockRules, are_named_and_described) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kBlockRules; ++i) {
    names.insert(rule_name(static_cast<BlockRule>(i)));
    EXPECT_FALSE(rule_description(static_cast<BlockRule>(i)).empty());
  }
  EXPECT_EQ(names, (std::set<std::string_view>{"block_structure", "block_hash", "previous_hash", "merkle_root",
                                               "timestamp", "transactions"}));
}

TEST_F(BlockRules, structure_is_what_the_plan_fixes) {
  const auto broken = [&](std::string_view field, const std::function<void(Block&)>& damage) {
    expect_broken(BlockRule::block_structure, field, damage);
  };
  broken("header.version", [](Block& b) { b.header.version = 2; });
  broken("header.chain_id", [](Block& b) { b.header.chain_id = 1; });
  broken("header.height", [](Block& b) { b.header.height = 3; });
  broken("header.slot", [](Block& b) { b.header.slot.value += 1; });
  broken("header.proposer", [](Block& b) { b.header.proposer.data[0] ^= 1; });
  broken("header.proposer", [](Block& b) { b.header.round = 1; });  // a forged round names another proposer
  broken("header.validators_hash", [](Block& b) { b.header.validators_hash.data[0] ^= 1; });
  broken("header.seed", [](Block& b) { b.header.seed.data[0] ^= 1; });
  broken("header.vrf_proof", [](Block& b) { b.header.vrf_proof = VrfProof{}; });  // not the first of its slot
  broken("header.last_commit_hash", [](Block& b) { b.header.last_commit_hash.data[0] ^= 1; });
  broken("header.next_validators_hash", [](Block& b) { b.header.next_validators_hash.data[0] ^= 1; });
}

TEST_F(BlockRules, the_parents_certificate_must_hold) {
  const auto recommit = [](Block& b) { b.header.last_commit_hash = crypto::certificate_hash(b.last_commit); };
  const auto broken = [&](std::string_view field, const std::function<void(Block&)>& damage) {
    expect_broken(BlockRule::block_structure, field, [&](Block& b) {
      damage(b);
      recommit(b);
    });
  };
  broken("certificate.signatures", [](Block& b) { b.last_commit.signatures.resize(2); });
  broken("certificate.signatures[1].validator", [](Block& b) { b.last_commit.signatures[1].validator = 0; });
  broken("certificate.signatures[3].validator", [](Block& b) { b.last_commit.signatures[3].validator = 4; });
  broken("certificate.signatures[2].signature", [](Block& b) { b.last_commit.signatures[2].signature.data[9] ^= 1; });
  broken("certificate.block", [](Block& b) { b.last_commit.block.data[0] ^= 1; });
  broken("certificate.height", [](Block& b) { b.last_commit.height = 0; });
  broken("certificate.signatures[0].signature", [](Block& b) { b.last_commit.round = 1; });
}

TEST_F(BlockRules, a_slots_first_block_carries_its_proposers_proof) {
  world.close_slot();
  good = world.build()->block;
  ASSERT_TRUE(good.header.vrf_proof);
  expect_broken(BlockRule::block_structure, "header.vrf_proof", [](Block& b) { b.header.vrf_proof.reset(); });
  Block forged = good;
  const auto stranger = fixtures::vrf_key(55);
  forged.header.vrf_proof = *crypto::vrf_prove(stranger, vrf_alpha(forged.header.seed, forged.header.slot));
  EXPECT_EQ(world.check(forged).first_error()->fault, Fault::vrf_proof_invalid);
  Block other_slot = good;
  const auto own = fixtures::vrf_key(fixtures::number_of(good.header.proposer));
  other_slot.header.vrf_proof = *crypto::vrf_prove(own, vrf_alpha(good.header.seed, good.header.slot.next()));
  EXPECT_EQ(world.check(other_slot).first_error()->fault, Fault::vrf_proof_invalid);
  EXPECT_FALSE(world.check(other_slot).certificate_valid);
}

TEST_F(BlockRules, sizes_are_bounded) {
  Genesis genesis = fixtures::make_genesis(1);
  genesis.params.max_transactions_per_block = 2;
  SmallChain small(genesis);
  Block block = small.build({small.next(1, anchor_of(1)), small.next(1, anchor_of(2))})->block;
  EXPECT_TRUE(small.check(block).valid());
  block.transactions.push_back((*small.next(1, anchor_of(3)))->encoded);
  EXPECT_EQ(small.check(block).first_error()->fault, Fault::block_size);
  EXPECT_EQ(small.check(block).first_error()->field, "transactions");

  Block wide = good;
  for (int i = 0; i < 11; ++i) wide.transactions.push_back(EncodedTransaction(Bytes(100'000)));
  EXPECT_EQ(world.check(wide).first_error()->field, "block");
}

TEST_F(BlockRules, a_value_of_a_late_round_must_be_small) {
  std::vector<crypto::TransactionPtr> candidates;
  for (std::uint32_t i = 0; i < 150; ++i) candidates.push_back(world.next(7, anchor_of(1'000 + i)));
  Block block = world.build(candidates)->block;
  EXPECT_TRUE(world.check(block).valid());
  block.header.round = 8;  // the same proposer as in round 0, four validators
  EXPECT_EQ(world.check(block).first_error()->fault, Fault::block_size);
}

TEST_F(BlockRules, a_claimed_hash_must_be_the_headers) {
  BlockCheck input{good, some_hash(9), {}, {}, {}};
  const auto report = check_next_block(world.chain, world.verifier, world.state, world.plan(), world.reader, input);
  EXPECT_FALSE(report->result(BlockRule::block_hash).passed);
  EXPECT_EQ(detail(*report, BlockRule::block_hash, "expected_hash"), to_hex(crypto::header_hash(good.header)));
  EXPECT_EQ(detail(*report, BlockRule::block_hash, "actual_hash"), to_hex(some_hash(9)));
  EXPECT_TRUE(report->result(BlockRule::block_structure).passed);
}

TEST_F(BlockRules, a_block_follows_its_parent) {
  expect_broken(BlockRule::previous_hash, "header.previous_hash", [](Block& b) { b.header.previous_hash = {}; });
}

TEST_F(BlockRules, roots_are_those_of_the_block) {
  const auto broken = [&](std::string_view field, const std::function<void(Block&)>& damage) {
    expect_broken(BlockRule::merkle_root, field, damage);
  };
  broken("header.transactions_root", [](Block& b) { b.header.transactions_root.data[0] ^= 1; });
  broken("header.transactions_root", [](Block& b) { b.transactions.pop_back(); });
  broken("header.transactions_root", [](Block& b) { std::swap(b.transactions[0], b.transactions[1]); });
  broken("header.evidence_hash", [](Block& b) { b.header.evidence_hash.data[0] ^= 1; });
  broken("header.anchor_log_root", [](Block& b) { b.header.anchor_log_root.data[0] ^= 1; });
  broken("header.anchor_log_size", [](Block& b) { b.header.anchor_log_size += 1; });
}

TEST_F(BlockRules, a_block_is_dated_an_interval_after_its_parent) {
  expect_broken(BlockRule::timestamp, "header.time", [](Block& b) { b.header.time -= 1; });
  expect_broken(BlockRule::timestamp, "header.time", [](Block& b) { b.header.time = params::kMaxTime + 1; });
}

TEST_F(BlockRules, a_block_dated_beyond_the_latest_time_is_not_executed) {
  BlockCheck input{good, {}, good.header.time + 5'000, good.header.time - 1, {}};
  const auto report = check_next_block(world.chain, world.verifier, world.state, world.plan(), world.reader, input);
  EXPECT_FALSE(report->result(BlockRule::timestamp).passed);
  EXPECT_EQ(detail(*report, BlockRule::timestamp, "time_diff_seconds"), "5");
  EXPECT_EQ(detail(*report, BlockRule::timestamp, "block_time"), std::to_string(good.header.time));
  EXPECT_EQ(report->result(BlockRule::transactions).error->actual, "one that failed");
}

TEST_F(BlockRules, transactions_decode_carry_good_signatures_and_lead_to_the_digest) {
  const auto with_root = [](const std::function<void(Block&)>& damage) {
    return [damage](Block& b) {
      damage(b);
      std::vector<Hash256> ids;
      for (const auto& encoded : b.transactions) ids.push_back(crypto::transaction_id(encoded));
      b.header.transactions_root = transactions_root(ids);
    };
  };
  const auto broken = [&](std::string_view field, const std::function<void(Block&)>& damage) {
    expect_broken(BlockRule::transactions, field, with_root(damage));
  };
  broken("transactions[1].transaction", [](Block& b) { b.transactions[1].push_back(0); });
  broken("transactions[1].transaction.chain_id", [&](Block& b) {
    Genesis other = fixtures::make_genesis(4);
    other.params.chain_id = 9;
    b.transactions[1] = EncodedTransaction(SmallChain(other).encoded(account_key(2), 0, anchor_of(3)));
  });
  broken("transactions[1].nonce", [](Block& b) { b.transactions[1] = b.transactions[0]; });
  broken("transactions[0].valid_until_height",
         [&](Block& b) { b.transactions[0] = EncodedTransaction(world.encoded(account_key(1), 1, anchor_of(2), 1)); });
  expect_broken(BlockRule::transactions, "header.state_digest", [](Block& b) { b.header.state_digest.data[0] ^= 1; });
}

TEST_F(BlockRules, known_transactions_are_not_verified_again_but_must_be_the_same_bytes) {
  std::size_t asked = 0;
  std::map<Hash256, crypto::TransactionPtr> pool;
  for (const auto& encoded : good.transactions) {
    auto verified = world.verifier.verify(encoded);
    auto known = std::make_shared<const crypto::Verified<crypto::SignedTransaction>>(std::move(*verified));
    pool[(*known)->id] = known;
  }
  BlockCheck input{good, {}, {}, {}, [&](const Hash256& id) {
                     ++asked;
                     return pool[id];
                   }};
  EXPECT_TRUE(check_next_block(world.chain, world.verifier, world.state, world.plan(), world.reader, input)->valid());
  EXPECT_EQ(asked, 2u);
}

TEST_F(BlockRules, a_thorough_check_looks_at_signatures_even_where_a_cheap_rule_failed) {
  Block block = good;
  block.header.previous_hash = {};
  EXPECT_EQ(detail(world.check(block), BlockRule::transactions, "valid_transactions"), "(no such detail)");
  const BlockReport report = world.check(block, true);
  EXPECT_EQ(detail(report, BlockRule::transactions, "valid_transactions"), "2");
  EXPECT_TRUE(report.result(BlockRule::transactions).passed);
  EXPECT_TRUE(report.certificate_valid);
  EXPECT_FALSE(report.valid());
  EXPECT_FALSE(report.execution);
}

TEST_F(BlockRules, a_broken_disk_is_no_verdict) {
  world.reader.broken = true;
  BlockCheck input{good, {}, {}, {}, {}};
  const auto report = check_next_block(world.chain, world.verifier, world.state, world.plan(), world.reader, input);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().fault, Fault::storage_io);
}

class PastBlock : public BlockRules {
 protected:
  PastBlock() {
    world.commit(*world.build({world.next(4, anchor_of(9)), world.next(5, anchor_of(10))}));
    world.grow();
  }
  BlockReport check_past(const Block& block, Height height) const {
    const std::optional<Header> parent = height == 0 ? std::nullopt : std::optional(world.headers[height - 1]);
    return check_past_block(world.chain, world.verifier, world.headers[height], parent,
                            BlockCheck{block, {}, {}, {}, {}});
  }
};

TEST_F(PastBlock, what_was_committed_passes) {
  for (Height height = 1; height <= world.state.height; ++height) {
    const BlockReport report = check_past(world.blocks[height - 1], height);
    EXPECT_TRUE(report.valid()) << to_text(report.first_error().value_or(Error{}));
    EXPECT_TRUE(report.certificate_valid);
  }
  Block genesis_block;
  genesis_block.header = world.chain.header;
  const BlockReport report = check_past(genesis_block, 0);
  EXPECT_TRUE(report.valid()) << to_text(report.first_error().value_or(Error{}));
  EXPECT_EQ(detail(report, BlockRule::previous_hash, "is_genesis"), "true");
}

TEST_F(PastBlock, another_header_or_body_is_told_apart) {
  Block block = world.blocks[1];
  block.header.state_digest.data[0] ^= 1;
  EXPECT_FALSE(check_past(block, 2).result(BlockRule::block_hash).passed);
  block = world.blocks[1];
  block.header.height = 1;
  EXPECT_FALSE(check_past(block, 2).result(BlockRule::block_structure).passed);
  block = world.blocks[1];
  block.last_commit.signatures.pop_back();
  EXPECT_EQ(check_past(block, 2).first_error()->field, "header.last_commit_hash");
  block = world.blocks[1];
  block.header.previous_hash = {};
  EXPECT_FALSE(check_past(block, 2).result(BlockRule::previous_hash).passed);
  block = world.blocks[1];
  block.transactions.pop_back();
  EXPECT_FALSE(check_past(block, 2).result(BlockRule::merkle_root).passed);
  block = world.blocks[1];
  block.header.time -= 1;
  EXPECT_FALSE(check_past(block, 2).result(BlockRule::timestamp).passed);
  block = world.blocks[1];
  block.transactions[0][20] ^= 1;
  EXPECT_FALSE(check_past(block, 2).valid());
  block = world.blocks[1];
  block.header.evidence_hash.data[0] ^= 1;
  EXPECT_EQ(check_past(block, 2).result(BlockRule::merkle_root).error->field, "header.evidence_hash");
}

}  // namespace
}  // namespace lucid::ledger
