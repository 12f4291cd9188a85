#include "core/credits/tally.hpp"

#include <gtest/gtest.h>

#include "core/credits/credit_state.hpp"
#include "core/params/params.hpp"

namespace lucid::credits {
namespace {

Address worker_address(std::uint8_t number) {
  Address out;
  out.data[19] = number;
  return out;
}

ValidatorSet set_of(std::initializer_list<std::uint8_t> numbers) {
  ValidatorSet set;
  for (const std::uint8_t number : numbers) {
    Validator validator;
    validator.address = worker_address(number);
    set.members.push_back(validator);
  }
  return set;
}

EpochTally tally_of(std::uint64_t epoch, std::initializer_list<TallyRow> rows) {
  EpochTally tally;
  tally.epoch = {epoch};
  tally.rows.assign(rows.begin(), rows.end());
  return tally;
}

const ChainParams kParams = params::profile_params(Profile::dev, 0);

TEST(Tally, rows_stand_by_address_and_are_made_once) {
  EpochTally tally;
  tally.row(worker_address(3)).relay = 1;
  tally.row(worker_address(1)).storage = 2;
  tally.row(worker_address(3)).validation = 4;
  ASSERT_EQ(tally.rows.size(), 2u);
  EXPECT_EQ(tally.rows[0].entity, worker_address(1));
  EXPECT_EQ(tally.find(worker_address(3))->credits(), 5u);
  EXPECT_EQ(tally.find(worker_address(2)), nullptr);
}

TEST(Standing, what_enters_the_window_leaves_it_again) {
  const StandingTable empty;
  const auto one = tally_of(1, {{worker_address(1), 10, 20, 30, 4, 5}});
  const auto two = tally_of(2, {{worker_address(1), 1, 1, 1, 2, 2}, {worker_address(2), 0, 0, 7, 1, 1}});
  const StandingTable first = advance(empty, one, {});
  const StandingTable second = advance(first, two, {});
  EXPECT_EQ(second.find(worker_address(1))->credits, 63u);
  EXPECT_EQ(second.find(worker_address(1))->slots, 7u);
  const StandingTable third = advance(second, {}, one);
  EXPECT_EQ(third.find(worker_address(1))->credits, 3u);
  EXPECT_EQ(third.find(worker_address(1))->slots_signed, 2u);
  const StandingTable fourth = advance(third, {}, two);
  EXPECT_TRUE(fourth.rows.empty()) << "who has nothing in the window has no row";
}

TEST(Density, is_one_until_enough_slots_are_counted) {
  const Standing standing{worker_address(1), 0, 1, 2};
  EXPECT_EQ(density(kParams, nullptr), (Fraction{1, 1}));
  EXPECT_EQ(density(kParams, &standing), (Fraction{1, 2}));
  const Standing few{worker_address(1), 0, 0, 1};
  EXPECT_EQ(density(kParams, &few), (Fraction{1, 1}));
  ChainParams short_epochs = kParams;
  short_epochs.epoch_slots = 4;
  EXPECT_EQ(density(short_epochs, &few), (Fraction{0, 1}));
}

TEST(Credits, a_certificate_of_a_settled_epoch_takes_nothing_more) {
  const ValidatorSet set = set_of({1, 2, 3, 4});
  CreditState state = genesis_credits(set, Epoch{5}, Slot{100});
  slot_started(state, set, {{worker_address(1), worker_address(2), worker_address(3), worker_address(4)}, {}},
               Slot{100}, worker_address(1));
  for (int i = 0; i < 3; ++i) end_epoch(state, set, Slot{0}, {});
  const std::vector<std::uint32_t> signers{0, 1, 2};
  certificate_carried(state, kParams, set, Epoch{5}, Slot{100}, 9, signers);
  EXPECT_TRUE(state.current.rows.empty());
  EXPECT_TRUE(state.previous->rows.empty());
  EXPECT_TRUE(state.recent_slots.back().members[0].has_signed) << "who is there is known all the same";
}

TEST(Credits, recent_slots_are_the_last_three) {
  const ValidatorSet set = set_of({1});
  CreditState state = genesis_credits(set, Epoch{0}, Slot{0});
  for (std::uint64_t slot : {1u, 4u, 5u, 9u})
    slot_started(state, set, {{worker_address(1)}, {}}, Slot{slot}, worker_address(1));
  ASSERT_EQ(state.recent_slots.size(), 3u);
  EXPECT_EQ(state.recent_slots.front().slot, Slot{4});
  EXPECT_EQ(state.recent_slots.back().slot, Slot{9});
}

TEST(Credits, members_come_and_go_with_the_set_and_bans_outlive_them) {
  const ValidatorSet old_set = set_of({1, 2, 3});
  CreditState state = genesis_credits(old_set, Epoch{0}, Slot{0});
  evidence_accepted(state, worker_address(2), Epoch{0}, Epoch{0}, Slot{3});
  end_epoch(state, set_of({1, 4}), Slot{20}, {});
  ASSERT_EQ(state.leaders.size(), 3u) << "1, the banned 2, and 4";
  EXPECT_EQ(state.leaders[1].banned_through, Epoch{1});
  EXPECT_EQ(state.leaders[2].validator, worker_address(4));
  EXPECT_EQ(state.leaders[2].since, Slot{20});
  end_epoch(state, set_of({1, 4}), Slot{40}, {});
  EXPECT_EQ(state.leaders.size(), 2u);
}

}  // namespace
}  // namespace lucid::credits
