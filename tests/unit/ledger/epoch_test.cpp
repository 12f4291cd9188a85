// Slots, epochs and seeds as blocks move them on (protocol.md sections 2, 4, 5 and 6).
#include <gtest/gtest.h>

#include "core/crypto/tagged_hash.hpp"
#include "tests/fixtures/small_chain.hpp"

namespace lucid::ledger {
namespace {

using credits::SlotReason;
using fixtures::anchor_of;
using fixtures::kStart;
using fixtures::SmallChain;

TEST(SlotResults, the_primarys_first_block_is_a_success) {
  SmallChain world(4);
  const auto plan = world.plan();
  const auto changes = world.grow();
  ASSERT_EQ(changes.slots.size(), 1u);
  EXPECT_EQ(changes.slots[0].reason, SlotReason::success);
  EXPECT_EQ(changes.slots[0].winner, plan.order[0]);
  EXPECT_EQ(changes.slots[0].leaders.size(), 4u);
  EXPECT_EQ(changes.slots[0].first_height, 1u);
}

TEST(SlotResults, a_fallback_leaders_first_block_costs_the_primary) {
  SmallChain world(4);
  const auto plan = world.plan();
  const auto changes = world.grow({}, 0, 1);
  EXPECT_EQ(changes.slots[0].reason, SlotReason::fallback_success);
  EXPECT_EQ(changes.slots[0].winner, plan.order[1]);
  for (const auto& leader : world.state.credits.leaders) {
    EXPECT_EQ(leader.lost_slots, leader.validator == plan.order[0] ? 1u : 0u);
    const bool had_turn = leader.validator == plan.order[0] || leader.validator == plan.order[1];
    EXPECT_EQ(leader.last_turn.has_value(), had_turn);
  }
}

TEST(SlotResults, later_blocks_of_a_slot_record_nothing_but_their_proposers_turn) {
  SmallChain world(4);
  world.grow();
  const auto plan = world.plan();
  const auto changes = world.grow({}, 0, 2);
  EXPECT_TRUE(changes.slots.empty());
  for (const auto& leader : world.state.credits.leaders) {
    if (leader.validator == plan.proposer(2)) {
      EXPECT_EQ(leader.last_turn, Slot{0});
    }
  }
}

TEST(SlotResults, skipped_slots_are_one_missed_range) {
  SmallChain world(4);
  world.grow({}, kStart + 12'000 * 6);
  const auto changes = world.grow();
  ASSERT_EQ(changes.slots.size(), 2u);
  EXPECT_EQ(changes.slots[0].reason, SlotReason::missed);
  EXPECT_EQ(changes.slots[0].first, Slot{1});
  EXPECT_EQ(changes.slots[0].last, Slot{5});
  EXPECT_EQ(changes.slots[0].winner, std::nullopt);
  EXPECT_EQ(changes.slots[1].first, Slot{6});
}

TEST(SlotResults, genesis_counts_for_no_slot) {
  // Genesis stands in the last interval of slot 0: height 1 lies in slot 1 and slot 0 was missed.
  Genesis genesis = fixtures::make_genesis(4);
  genesis.params.slot_origin = kStart - 11'500;
  SmallChain world(genesis);
  const auto changes = world.grow();
  ASSERT_EQ(changes.slots.size(), 2u);
  EXPECT_EQ(changes.slots[0].first, Slot{0});
  EXPECT_EQ(changes.slots[0].last, Slot{0});
  EXPECT_EQ(changes.slots[1].first, Slot{1});
}

TEST(Epochs, genesis_in_the_last_interval_of_an_epoch_ends_it) {
  // Genesis stands half a second before its epoch's end, and a block may follow a second later.
  Genesis genesis = fixtures::make_genesis(4);
  genesis.params.slot_origin = kStart + 500 - genesis.params.slot_duration_ms * genesis.params.epoch_slots;
  SmallChain world(genesis);
  const auto plan = world.plan();
  EXPECT_EQ(plan.epoch, Epoch{1});
  EXPECT_EQ(plan.seed, next_seed(world.chain.header.seed, {}));
  EXPECT_EQ(world.state.credits.epoch, Epoch{1});
  world.grow();
  EXPECT_EQ(world.headers[1].seed, plan.seed);
}

TEST(Seeds, the_next_epochs_seed_comes_from_the_outputs_of_this_ones_slots) {
  SmallChain world(2);
  const Hash256 first_seed = world.state.seed;
  std::vector<VrfOutput> outputs;
  while (world.state.credits.epoch == Epoch{0}) {
    world.grow();
    const auto changes = world.close_slot();
    EXPECT_TRUE(changes.slots.empty());
    outputs.push_back(*world.reader.slot_results.back().vrf_output);
  }
  EXPECT_EQ(outputs.size(), 20u);
  EXPECT_EQ(world.state.seed, next_seed(first_seed, outputs));
  EXPECT_EQ(world.headers.back().seed, first_seed) << "a header carries the seed of its own epoch";
  world.grow();
  EXPECT_EQ(world.headers.back().seed, world.state.seed);
}

TEST(Seeds, the_output_of_the_block_that_ends_the_epoch_counts_when_it_opens_its_slot) {
  SmallChain world(2);
  for (int slot = 0; slot < 19; ++slot) world.close_slot();
  const Hash256 seed = world.state.seed;
  std::vector<VrfOutput> outputs = *world.reader.vrf_outputs(Slot{0}, Slot{19});
  EXPECT_EQ(outputs.size(), 19u);
  const auto changes = world.close_slot();
  outputs.push_back(*changes.slots.back().vrf_output);
  EXPECT_EQ(world.state.credits.epoch, Epoch{1});
  EXPECT_EQ(world.state.seed, next_seed(seed, outputs));
}

TEST(Seeds, skipped_epochs_iterate_the_seed_with_no_outputs) {
  SmallChain world(2);
  const Hash256 seed = world.state.seed;
  const auto changes = world.grow({}, slots::start_of(world.chain.params(), Slot{65}));
  const VrfOutput output = *changes.slots.back().vrf_output;
  EXPECT_EQ(world.state.credits.epoch, Epoch{3});
  const Hash256 expected = next_seed(next_seed(next_seed(seed, std::vector{output}), {}), {});
  EXPECT_EQ(world.state.seed, expected);
}

TEST(Seeds, are_hashes_under_a_name) {
  const Hash256 seed = fixtures::some_hash(3);
  VrfOutput output;
  output.data.fill(4);
  EXPECT_EQ(next_seed(seed, {}), crypto::tagged_hash("lucid/seed/v1", seed));
  EXPECT_EQ(next_seed(seed, std::vector{output}), crypto::tagged_hash("lucid/seed/v1", seed, output));
}

TEST(Tallies, sessions_in_a_block_credit_those_whose_precommits_are_on_chain) {
  SmallChain world(4);
  world.grow({world.next(1, anchor_of(1)), world.next(1, anchor_of(2))}, 0, 0, {0, 1, 3});
  EXPECT_TRUE(world.state.credits.current.rows.empty()) << "nothing is on chain before the next block";
  world.grow();
  const auto& tally = world.state.credits.current;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto* row = tally.find(world.members.set.members[i].address);
    ASSERT_NE(row, nullptr);
    EXPECT_EQ(row->validation, i == 2 ? 0u : 10u);
    EXPECT_EQ(row->slots, 1u);
    EXPECT_EQ(row->slots_signed, i == 2 ? 0u : 1u);
  }
}

TEST(Tallies, a_refused_anchor_earns_nothing) {
  SmallChain world(1);
  world.grow({world.next(1, anchor_of(1))});
  world.grow({world.next(1, anchor_of(1))});
  world.grow();
  EXPECT_EQ(world.state.credits.current.rows[0].validation, 5u);
}

TEST(Tallies, a_slot_counts_once_and_one_signature_in_it_is_enough) {
  SmallChain world(4);
  world.grow({}, 0, 0, {0, 1, 2});
  world.grow({}, 0, 0, {1, 2, 3});
  world.grow();
  for (const auto& row : world.state.credits.current.rows) {
    EXPECT_EQ(row.slots, 1u);
    EXPECT_EQ(row.slots_signed, 1u);
  }
}

TEST(Tallies, validation_is_capped_by_epoch) {
  Genesis genesis = fixtures::make_genesis(1);
  genesis.params.validation_cap = 12;
  SmallChain world(genesis);
  world.grow({world.next(1, anchor_of(1)), world.next(1, anchor_of(2)), world.next(1, anchor_of(3))});
  world.grow();
  EXPECT_EQ(world.state.credits.current.rows[0].validation, 12u);
}

TEST(Tallies, an_epoch_is_settled_at_the_end_of_the_next_and_counts_from_the_third_on) {
  SmallChain world(1);
  world.grow({world.next(1, anchor_of(1))});
  std::map<std::uint64_t, std::uint64_t> credits_by_epoch;
  while (world.state.credits.epoch < Epoch{12}) {
    world.close_slot();
    const auto* standing = world.state.credits.standing.find(world.members.set.members[0].address);
    credits_by_epoch[world.state.credits.epoch.value] = standing ? standing->credits : 0;
    EXPECT_EQ(world.state.credits.standing.epoch, world.state.credits.epoch);
  }
  // The window of epoch E is the seven epochs up to E-3: epoch 0 counts in 3 … 9.
  for (const auto& [epoch, credits] : credits_by_epoch) EXPECT_EQ(credits, epoch >= 3 && epoch <= 9 ? 5u : 0u) << epoch;
  EXPECT_EQ(world.reader.tallies.at(Epoch{0}).rows[0].validation, 5u);
  EXPECT_EQ(world.reader.tallies.at(Epoch{0}).rows[0].slots, 20u);
  EXPECT_EQ(world.reader.tallies.rbegin()->first, Epoch{10}) << "the end of epoch 11 settles 10";
}

TEST(Tallies, the_certificate_of_an_epochs_last_block_counts_for_that_epoch) {
  SmallChain world(1);
  while (world.state.credits.epoch == Epoch{0}) world.close_slot();
  EXPECT_EQ(world.state.credits.previous->rows[0].slots, 19u);
  world.grow();
  EXPECT_EQ(world.state.credits.previous->rows[0].slots, 20u);
  EXPECT_TRUE(world.state.credits.current.rows.empty());
}

TEST(Tallies, penalties_end_with_their_epoch) {
  SmallChain world(4);
  world.close_slot(1);
  const auto lost = [&] {
    std::uint32_t sum = 0;
    for (const auto& leader : world.state.credits.leaders) sum += leader.lost_slots;
    return sum;
  };
  EXPECT_EQ(lost(), 1u);
  while (world.state.credits.epoch == Epoch{0}) world.close_slot();
  EXPECT_EQ(lost(), 0u);
}

TEST(Leaders, who_signs_nothing_for_three_slots_is_demoted) {
  SmallChain world(4);
  const Address absent = world.members.set.members[2].address;
  for (int slot = 0; slot < 6; ++slot) {
    const auto plan = world.plan();
    const Round round = plan.order[0] == absent ? 1 : 0;
    world.grow({}, 0, round, {0, 1, 3});
    world.close_slot(0, {0, 1, 3});
  }
  EXPECT_EQ(world.plan().order.back(), absent);
  EXPECT_EQ(world.state.credits.recent_slots.size(), 3u);
}

}  // namespace
}  // namespace lucid::ledger
