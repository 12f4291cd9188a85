// What waits for the core while the disk is full.
#include "actors/held_inputs.hpp"

#include <gtest/gtest.h>

namespace lucid::actors {
namespace {

consensus::HeightStarted height(Height at) {
  consensus::HeightPlan plan;
  plan.height = at;
  return {plan};
}

TEST(HeldInputs, ComeBackInTheirOrder) {
  HeldInputs held;
  held.add(consensus::WorkWaiting{1, true});
  held.add(consensus::TimerFired{1, 0, consensus::TimerStep::propose});
  EXPECT_TRUE(std::holds_alternative<consensus::WorkWaiting>(*held.next()));
  EXPECT_TRUE(std::holds_alternative<consensus::TimerFired>(*held.next()));
  EXPECT_FALSE(held.next());
}

TEST(HeldInputs, WhatPeersSayIsNotKept) {
  HeldInputs held;
  held.add(consensus::NewestRecordAsked{});
  EXPECT_EQ(held.size(), 0u);
}

TEST(HeldInputs, OfAllHeightsTheNewestIsKeptWithWhatStillMattersForIt) {
  HeldInputs held;
  held.add(consensus::TimerFired{1, 0, consensus::TimerStep::propose});
  held.add(consensus::WatchOver{7});
  held.add(consensus::WorkWaiting{1, true});
  for (Height at = 2; at <= 1'000; ++at) {
    held.add(consensus::WorkWaiting{at, true});
    held.add(consensus::WorkWaiting{at, false});
    held.add(height(at));
  }
  ASSERT_EQ(held.size(), 3u);
  EXPECT_EQ(std::get<consensus::WatchOver>(*held.next()).number, 7u);
  const auto work = std::get<consensus::WorkWaiting>(*held.next());
  EXPECT_EQ(work.height, 1'000u);
  EXPECT_FALSE(work.waiting) << "the newest word";
  EXPECT_EQ(std::get<consensus::HeightStarted>(*held.next()).plan.height, 1'000u);
}

}  // namespace
}  // namespace lucid::actors
