#include "core/credits/leader_order.hpp"

#include <gtest/gtest.h>

#include "core/params/params.hpp"

namespace lucid::credits {
namespace {

Address address(std::uint8_t number) {
  Address out;
  out.data[19] = number;
  return out;
}

/// n validators 1 … n, of whom nothing is known yet, and the slot 1000 of a dev chain.
class Order : public testing::Test {
 protected:
  explicit Order(std::uint8_t n = 4) {
    for (std::uint8_t i = 1; i <= n; ++i) {
      Validator validator;
      validator.address = address(i);
      validator.vrf_key.data[0] = 2;
      validator.vrf_key.data[32] = i;
      set.members.push_back(validator);
      leaders.push_back({address(i), Slot{990}, std::nullopt, 0, std::nullopt});
      standing.rows.push_back({address(i), 0, 100, 100});
    }
  }

  LeaderOrder order() const {
    return leader_order({params, set, standing, leaders, recent, previous_primary, seed, slot});
  }
  std::uint8_t primary() const { return order().leaders.front().data[19]; }
  std::uint8_t last() const { return order().leaders.back().data[19]; }
  LeaderRecord& leader(std::uint8_t number) { return leaders[number - 1u]; }
  Standing& standing_of(std::uint8_t number) { return standing.rows[number - 1u]; }
  void everyone_cools() {
    for (std::size_t i = 0; i < leaders.size(); ++i) leaders[i].last_turn = Slot{slot.value - 4};
  }

  ChainParams params = params::profile_params(Profile::dev, 0);
  ValidatorSet set;
  StandingTable standing;
  std::vector<LeaderRecord> leaders;
  std::vector<SlotSigners> recent;
  std::optional<Address> previous_primary;
  Hash256 seed;
  Slot slot{1'000};
};

TEST_F(Order, is_a_permutation_that_the_seed_decides_among_equals) {
  std::set<std::uint8_t> primaries;
  for (std::uint8_t i = 0; i < 60; ++i) {
    seed.data[0] = i;
    auto leaders_now = order().leaders;
    primaries.insert(leaders_now.front().data[19]);
    std::sort(leaders_now.begin(), leaders_now.end());
    EXPECT_EQ(leaders_now, (std::vector{address(1), address(2), address(3), address(4)}));
  }
  EXPECT_EQ(primaries.size(), 4u);
}

TEST_F(Order, differs_between_slots_of_one_seed) {
  std::set<std::uint8_t> primaries;
  for (std::uint64_t i = 0; i < 60; ++i) {
    slot = Slot{1'000 + i};
    for (auto& row : leaders) row.since = slot;
    primaries.insert(primary());
  }
  EXPECT_EQ(primaries.size(), 4u);
}

TEST_F(Order, more_credits_lead) {
  standing_of(3).credits = 1;
  EXPECT_EQ(primary(), 3);
}

TEST_F(Order, credits_are_weighed_by_density) {
  standing_of(1).credits = 100;
  standing_of(1).slots_signed = 49;
  standing_of(2).credits = 50;
  EXPECT_EQ(primary(), 2);
  standing_of(1).slots_signed = 51;
  EXPECT_EQ(primary(), 1);
}

TEST_F(Order, each_lost_slot_of_the_epoch_costs_a_tenth_and_ten_cost_all) {
  standing_of(1).credits = 100;
  standing_of(2).credits = 79;
  leader(1).lost_slots = 2;
  EXPECT_EQ(primary(), 1);
  leader(1).lost_slots = 3;
  EXPECT_EQ(primary(), 2);
  leader(1).lost_slots = 4'000'000;
  standing_of(2).credits = 1;
  EXPECT_EQ(primary(), 2);
}

TEST_F(Order, who_had_a_turn_in_the_last_16_slots_is_cooling) {
  standing_of(1).credits = 1'000;
  leader(1).last_turn = Slot{slot.value - 16};
  EXPECT_EQ(last(), 1);
  EXPECT_EQ(order().cooling, std::vector{address(1)});
  leader(1).last_turn = Slot{slot.value - 17};
  EXPECT_EQ(primary(), 1);
  EXPECT_TRUE(order().cooling.empty());
}

TEST_F(Order, never_having_had_a_turn_is_not_cooling) {
  everyone_cools();
  leader(3).last_turn.reset();
  leader(3).since = slot;
  EXPECT_EQ(primary(), 3);
}

TEST_F(Order, where_all_are_cooling_the_weight_of_gap_and_score_decides) {
  everyone_cools();
  leader(2).last_turn = Slot{slot.value - 5};
  EXPECT_EQ(primary(), 2);
  standing_of(4).credits = 1;  // weight 4·(1+1) = 8 beats 5·1
  EXPECT_EQ(primary(), 4);
}

TEST_F(Order, the_previous_primary_is_the_last_of_the_cooling) {
  everyone_cools();
  standing_of(4).credits = 1'000'000;
  previous_primary = address(4);
  EXPECT_EQ(last(), 4);
  leader(4).last_turn = Slot{slot.value - 20};
  EXPECT_EQ(primary(), 4) << "not cooling: being the previous primary does not matter";
}

TEST_F(Order, who_waited_more_than_twice_n_and_cooldown_comes_first_longest_first) {
  standing_of(1).credits = 1'000'000;
  leader(2).last_turn = Slot{slot.value - 40};
  EXPECT_EQ(primary(), 1);
  leader(2).last_turn = Slot{slot.value - 41};
  EXPECT_EQ(primary(), 2);
  leader(3).last_turn = Slot{slot.value - 42};
  EXPECT_EQ(primary(), 3);
}

TEST_F(Order, waiting_counts_from_joining_where_there_was_no_turn) {
  standing_of(1).credits = 1'000'000;
  leader(2).since = Slot{slot.value - 39};
  EXPECT_EQ(primary(), 1);
  leader(2).since = Slot{slot.value - 40};
  EXPECT_EQ(primary(), 2);
}

TEST_F(Order, low_density_demotes_even_the_best) {
  standing_of(1) = {address(1), 1'000'000, 19, 100};
  EXPECT_EQ(last(), 1);
  standing_of(1).slots_signed = 20;
  EXPECT_EQ(primary(), 1);
}

TEST_F(Order, density_is_full_while_too_few_slots_lie_in_the_window) {
  standing_of(1) = {address(1), 1'000'000, 0, 1};  // dev: max(1, 20/10) = 2 slots are asked
  EXPECT_EQ(primary(), 1);
  standing_of(1).slots = 2;
  EXPECT_EQ(last(), 1);
}

TEST_F(Order, a_ban_demotes_through_its_last_epoch) {
  standing_of(1).credits = 1'000'000;
  leader(1).banned_through = Epoch{50};  // slot 1000 lies in epoch 50
  EXPECT_EQ(last(), 1);
  leader(1).banned_through = Epoch{49};
  EXPECT_EQ(primary(), 1);
}

class Absent : public Order {
 protected:
  Absent() {
    for (std::uint64_t back = 3; back > 0; --back) {
      SlotSigners signers;
      signers.slot = Slot{slot.value - back};
      for (std::uint8_t i = 1; i <= 4; ++i) signers.members.push_back({address(i), true});
      recent.push_back(signers);
    }
    standing_of(1).credits = 1'000'000;
  }
  void absent_in(std::size_t index) { recent[index].members[0].has_signed = false; }
};

TEST_F(Absent, no_signature_in_three_slots_demotes) {
  absent_in(0);
  absent_in(1);
  EXPECT_EQ(primary(), 1);
  absent_in(2);
  EXPECT_EQ(last(), 1);
}

TEST_F(Absent, fewer_than_three_slots_demote_nobody) {
  for (std::size_t i = 0; i < 3; ++i) absent_in(i);
  recent.erase(recent.begin());
  EXPECT_EQ(primary(), 1);
}

TEST_F(Absent, who_was_no_member_in_all_three_is_not_demoted) {
  absent_in(1);
  absent_in(2);
  recent[0].members.erase(recent[0].members.begin());
  EXPECT_EQ(primary(), 1);
}

TEST_F(Absent, demoted_comes_behind_cooling) {
  for (std::size_t i = 0; i < 3; ++i) absent_in(i);
  everyone_cools();
  leader(1).last_turn.reset();
  leader(1).since = slot;
  EXPECT_EQ(last(), 1);
}

TEST_F(Absent, where_all_are_demoted_the_order_is_still_whole) {
  for (auto& signers : recent)
    for (auto& member : signers.members) member.has_signed = false;
  EXPECT_EQ(order().leaders.size(), 4u);
  EXPECT_EQ(primary(), 1);
}

TEST_F(Order, the_largest_numbers_that_parameters_allow_do_not_overflow) {
  params.epoch_slots = 1'024;
  params.leader_window_epochs = 1'024;
  params.cooldown_slots = params::kMaxCooldownSlots;
  const std::uint64_t most = 3 * params::kMaxCreditCap * params.leader_window_epochs;
  everyone_cools();
  for (std::uint8_t i = 1; i <= 4; ++i)
    standing_of(i) = {address(i), most, params::kMaxWindowSlots, params::kMaxWindowSlots};
  slot = Slot{5'000};
  for (std::uint8_t i = 1; i <= 4; ++i) leader(i).last_turn = Slot{slot.value - 1'024};
  standing_of(2).credits -= 1;
  EXPECT_EQ(last(), 2);
  standing_of(3).slots_signed -= 1;  // a millionth less density: more than one credit in 2^44
  EXPECT_EQ(last(), 3);
}

TEST(LiveScore, is_credits_by_density_and_penalty_rounded_down) {
  const ChainParams params = params::profile_params(Profile::dev, 0);
  const Standing standing{address(1), 100, 50, 99};
  EXPECT_EQ(live_score(params, &standing, 0), 50u);
  EXPECT_EQ(live_score(params, &standing, 3), 35u);
  EXPECT_EQ(live_score(params, &standing, 12), 0u);
  EXPECT_EQ(live_score(params, nullptr, 0), 0u);
}

}  // namespace
}  // namespace lucid::credits
