#include "core/ledger/height_plan.hpp"

#include <gtest/gtest.h>

#include "tests/fixtures/small_chain.hpp"

namespace lucid::ledger {
namespace {

using fixtures::kStart;
using fixtures::SmallChain;

TEST(HeightPlan, height_1_is_the_first_block_of_its_slot_and_follows_genesis) {
  const SmallChain world(4);
  const HeightPlan plan = world.plan();
  EXPECT_EQ(plan.height, 1u);
  EXPECT_EQ(plan.slot, Slot{0});
  EXPECT_TRUE(plan.first_of_slot);
  EXPECT_TRUE(plan.parent_is_genesis);
  EXPECT_EQ(plan.parent_hash, world.chain.hash);
  EXPECT_EQ(plan.earliest_time, kStart + 1'000);
  EXPECT_EQ(plan.closing_time, kStart + 11'000);
  EXPECT_EQ(plan.order.size(), 4u);
}

TEST(HeightPlan, the_plan_before_spares_a_hash_only_of_the_same_set) {
  SmallChain world(4);
  HeightPlan before = world.plan();
  const Hash256 right = before.validators_hash;
  world.grow();
  before.validators_hash.data[0] ^= 1;  // shows that it is taken
  EXPECT_EQ(plan_next(world.chain, world.state, &before).validators_hash, before.validators_hash);
  before.validators.members[2].vrf_key.data[5] ^= 1;
  EXPECT_EQ(plan_next(world.chain, world.state, &before).validators_hash, right);
}

TEST(HeightPlan, round_r_is_led_by_entry_r_mod_n) {
  const SmallChain world(4);
  const HeightPlan plan = world.plan();
  EXPECT_EQ(plan.proposer(0), plan.order[0]);
  EXPECT_EQ(plan.proposer(3), plan.order[3]);
  EXPECT_EQ(plan.proposer(6), plan.order[2]);
}

TEST(HeightPlan, within_a_slot_the_order_begins_at_the_last_proposer) {
  SmallChain world(4);
  const auto first = world.plan();
  world.grow({}, 0, 2);  // the first two leaders are dead: the third proposes
  const auto second = world.plan();
  EXPECT_EQ(second.slot, first.slot);
  EXPECT_FALSE(second.first_of_slot);
  EXPECT_EQ(second.proposer(0), first.order[2]);
  EXPECT_EQ(second.proposer(1), first.order[3]);
  EXPECT_EQ(second.proposer(2), first.order[0]);
  world.grow({}, 0, 1);
  EXPECT_EQ(world.plan().proposer(0), first.order[3]);
}

TEST(HeightPlan, the_next_slot_has_a_new_order_that_is_not_rotated) {
  SmallChain world(4);
  world.close_slot(2);
  const auto plan = world.plan();
  EXPECT_TRUE(plan.first_of_slot);
  EXPECT_EQ(plan.slot, Slot{1});
  EXPECT_EQ(plan.order, plan.slot_order.leaders);
}

TEST(HeightPlan, after_a_stall_the_slot_jumps) {
  SmallChain world(4);
  world.grow({}, kStart + 12'000 * 9 + 500);
  EXPECT_EQ(world.plan().slot, Slot{9});
  EXPECT_EQ(world.state.slot, Slot{0});
}

TEST(HeightPlan, a_value_of_a_later_round_fills_less) {
  ChainParams params = params::profile_params(Profile::dev, kStart);
  EXPECT_EQ(block_bytes_max(params, 0), 1'048'576u);
  EXPECT_EQ(block_bytes_max(params, 1), 524'288u);
  EXPECT_EQ(block_bytes_max(params, 5), 32'768u);
  EXPECT_EQ(block_bytes_max(params, 90), 32'768u);
}

}  // namespace
}  // namespace lucid::ledger
