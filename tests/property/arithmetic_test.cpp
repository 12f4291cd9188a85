// Slot, epoch and quorum arithmetic beside twins that count instead of dividing.
#include <gtest/gtest.h>
#include <random>

#include "core/params/params.hpp"
#include "core/slots/slots.hpp"
#include "core/types/validator_set.hpp"

namespace lucid {
namespace {

TEST(QuorumTwin, is_the_smallest_number_above_or_at_two_thirds) {
  ValidatorSet set;
  for (std::size_t n = 1; n <= kMaxValidators; ++n) {
    set.members.emplace_back();
    std::size_t strict = 0, two_thirds = 0, faulty = 0;
    while (3 * strict <= 2 * n) ++strict;
    while (3 * two_thirds < 2 * n) ++two_thirds;
    while (3 * (faulty + 1) < n) ++faulty;
    set.quorum_rule = QuorumRule::strict;
    EXPECT_EQ(set.quorum(), strict) << n;
    set.quorum_rule = QuorumRule::two_thirds;
    EXPECT_EQ(set.quorum(), two_thirds) << n;
    EXPECT_EQ(set.faulty_max(), faulty) << n;
    // Two strict quorums share more members than may lie.
    EXPECT_GT(2 * strict, n + faulty) << n;
  }
}

TEST(SlotTwin, counts_the_same_millisecond_by_millisecond) {
  ChainParams params = params::profile_params(Profile::dev, 1'003);
  params.block_interval_ms = 7;
  params.slot_duration_ms = 21;
  params.epoch_slots = 8;
  std::uint64_t slot = 0, within = 0;
  for (TimeMs time = params.slot_origin; time < params.slot_origin + 3'000; ++time) {
    ASSERT_EQ(slots::slot_at(params, time), Slot{slot});
    const std::uint64_t by_next = within + params.block_interval_ms < params.slot_duration_ms ? slot : slot + 1;
    EXPECT_EQ(slots::next_slot(params, Slot{0}, time), Slot{by_next});
    EXPECT_EQ(slots::next_slot(params, Slot{50}, time), Slot{std::max<std::uint64_t>(50, by_next)});
    EXPECT_EQ(time >= slots::closing_time(params, Slot{slot}), by_next > slot);
    EXPECT_EQ(slots::ends_epoch(params, Slot{slot}, time), by_next / 8 > slot / 8);
    if (++within == params.slot_duration_ms) within = 0, ++slot;
  }
  EXPECT_EQ(slot, 142u);
}

TEST(EpochTwin, quarters_split_an_epoch_evenly) {
  for (std::uint64_t length = 4; length <= 64; length += 4) {
    ChainParams params = params::profile_params(Profile::dev, 0);
    params.epoch_slots = length;
    std::array<unsigned, 4> seen{};
    for (std::uint64_t slot = 5 * length; slot < 6 * length; ++slot) {
      EXPECT_EQ(slots::epoch_of(params, Slot{slot}), Epoch{5});
      ++seen[slots::quarter_of(params, Slot{slot})];
    }
    for (const unsigned count : seen) EXPECT_EQ(count, length / 4);
    EXPECT_EQ(slots::first_slot(params, Epoch{5}), Slot{5 * length});
    EXPECT_EQ(slots::last_slot(params, Epoch{5}), Slot{6 * length - 1});
  }
}

}  // namespace
}  // namespace lucid
