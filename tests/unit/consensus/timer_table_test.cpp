#include "core/consensus/timer_table.hpp"

#include <gtest/gtest.h>

namespace lucid::consensus {
namespace {

constexpr TimerKey kPropose{7, 0, TimerStep::propose};
constexpr TimerKey kPrevote{7, 0, TimerStep::prevote};
constexpr TimerKey kOpenNext{8, 0, TimerStep::open};

TEST(TimerTable, ATimerThatComesDueIsToldOnce) {
  TimerTable timers;
  const auto generation = timers.set(kPropose);
  ASSERT_TRUE(generation);
  EXPECT_EQ(timers.fire(kPropose, *generation), kPropose);
  EXPECT_FALSE(timers.fire(kPropose, *generation));
}

TEST(TimerTable, AReplacedTimerIsStaleAndTheNewOneCounts) {
  TimerTable timers;
  const auto replaced = timers.set(kPropose);
  const auto newest = timers.set(kPropose);
  ASSERT_TRUE(replaced && newest);
  EXPECT_FALSE(timers.fire(kPropose, *replaced));
  EXPECT_EQ(timers.fire(kPropose, *newest), kPropose);
}

TEST(TimerTable, TimersOfOneHeightRunBesideEachOther) {
  TimerTable timers;
  const auto propose = timers.set(kPropose);
  const auto prevote = timers.set(kPrevote);
  ASSERT_TRUE(propose && prevote);
  EXPECT_EQ(timers.fire(kPrevote, *prevote), kPrevote);
  EXPECT_EQ(timers.fire(kPropose, *propose), kPropose);
}

TEST(TimerTable, ANewerHeightMakesTheTimersOfOlderOnesStale) {
  TimerTable timers;
  const auto propose = timers.set(kPropose);
  const auto open = timers.set(kOpenNext);
  ASSERT_TRUE(propose && open);
  EXPECT_FALSE(timers.fire(kPropose, *propose));
  EXPECT_FALSE(timers.set(kPrevote)) << "a timer of an older height was set";
  EXPECT_EQ(timers.fire(kOpenNext, *open), kOpenNext);
}

TEST(TimerTable, AnUnknownKeyOrAnotherTimersGenerationSaysNothing) {
  TimerTable timers;
  const auto propose = timers.set(kPropose);
  ASSERT_TRUE(propose);
  EXPECT_FALSE(timers.fire(kPrevote, *propose));
  EXPECT_FALSE(timers.fire(kPropose, *propose + 1));
}

}  // namespace
}  // namespace lucid::consensus
