#include "core/slots/slots.hpp"

#include <gtest/gtest.h>

#include "core/params/params.hpp"

namespace lucid::slots {
namespace {

constexpr TimeMs kOrigin = 1'000'000;

ChainParams dev() {
  return params::profile_params(Profile::dev, kOrigin);
}  // slots of 12 s, blocks of 1 s, epochs of 20

TEST(Slots, before_the_origin_there_is_no_slot) {
  EXPECT_EQ(slot_at(dev(), kOrigin - 1), std::nullopt);
  EXPECT_EQ(slot_at(dev(), 0), std::nullopt);
  EXPECT_EQ(slot_at(dev(), kOrigin), Slot{0});
}

TEST(Slots, a_slot_begins_at_its_first_millisecond_and_ends_before_the_next) {
  EXPECT_EQ(slot_at(dev(), kOrigin + 11'999), Slot{0});
  EXPECT_EQ(slot_at(dev(), kOrigin + 12'000), Slot{1});
  EXPECT_EQ(start_of(dev(), Slot{3}), kOrigin + 36'000);
  EXPECT_EQ(slot_at(dev(), start_of(dev(), Slot{3})), Slot{3});
}

TEST(Slots, the_closing_block_is_due_one_interval_before_the_slots_end) {
  EXPECT_EQ(closing_time(dev(), Slot{0}), kOrigin + 11'000);
  EXPECT_EQ(slot_at(dev(), closing_time(dev(), Slot{7})), Slot{7});
}

TEST(Slots, mainnet_slots_count_from_2024) {
  const ChainParams mainnet =
      params::profile_params(Profile::mainnet, params::kMainnetSlotOrigin + 365ull * 86'400'000);
  EXPECT_EQ(slot_at(mainnet, mainnet.start_time), Slot{262'800});
  EXPECT_EQ(epoch_of(mainnet, Slot{262'800}), Epoch{365});
}

TEST(Slots, an_epoch_is_a_run_of_epoch_slots_in_four_quarters) {
  EXPECT_EQ(epoch_of(dev(), Slot{19}), Epoch{0});
  EXPECT_EQ(epoch_of(dev(), Slot{20}), Epoch{1});
  EXPECT_EQ(first_slot(dev(), Epoch{2}), Slot{40});
  EXPECT_EQ(last_slot(dev(), Epoch{2}), Slot{59});
  for (const auto& [slot, quarter] :
       {std::pair{40u, 0u}, {44u, 0u}, {45u, 1u}, {49u, 1u}, {50u, 2u}, {54u, 2u}, {55u, 3u}, {59u, 3u}})
    EXPECT_EQ(quarter_of(dev(), Slot{slot}), quarter) << slot;
}

TEST(Slots, the_next_height_stays_in_the_slot_until_a_block_would_fall_into_the_next) {
  EXPECT_EQ(next_slot(dev(), Slot{0}, kOrigin), Slot{0});
  EXPECT_EQ(next_slot(dev(), Slot{0}, kOrigin + 10'999), Slot{0});
  EXPECT_EQ(next_slot(dev(), Slot{0}, kOrigin + 11'000), Slot{1});
}

TEST(Slots, a_slot_never_goes_back_and_jumps_after_a_stall) {
  EXPECT_EQ(next_slot(dev(), Slot{5}, kOrigin + 1'000), Slot{5});
  EXPECT_EQ(next_slot(dev(), Slot{5}, kOrigin + 12'000 * 40), Slot{40});
}

TEST(Slots, a_block_ends_its_epoch_when_the_next_height_lies_in_a_later_one) {
  const TimeMs last = closing_time(dev(), Slot{19});
  EXPECT_FALSE(ends_epoch(dev(), Slot{19}, last - 1));
  EXPECT_TRUE(ends_epoch(dev(), Slot{19}, last));
  EXPECT_TRUE(ends_epoch(dev(), Slot{3}, start_of(dev(), Slot{90})));
}

TEST(Slots, a_slot_holds_at_most_duration_over_interval_blocks) {
  Slot slot{0};
  TimeMs time = kOrigin;
  unsigned blocks = 1;
  for (; next_slot(dev(), slot, time) == slot; ++blocks) time += dev().block_interval_ms;
  EXPECT_EQ(blocks, 12u);
}

}  // namespace
}  // namespace lucid::slots
