#include "actors/slot_clock.hpp"

#include <gmock/gmock.h>

#include "core/slots/slots.hpp"
#include "tests/actors/fixture.hpp"

namespace lucid::actors {
namespace {

using std::chrono::milliseconds;
using Step = consensus::TimerStep;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SlotClockTest : public ActorTest {
 protected:
  SlotClockTest() {
    params_.slot_duration_ms = 12'000;
    params_.block_interval_ms = 1'000;
    params_.epoch_slots = 20;
    params_.slot_origin = kTestStart - 5 * 12'000;  // slot 5 begins with the test
  }

  void start() {
    heard_ = std::make_shared<Heard<TimerFired, SlotStarted>>();
    const auto listener = listen<TimerFired, SlotStarted>(heard_);
    slot_clock_ = make_slot_clock(system(), place(),
                                  {params_, clock(), Route<TimerListener>(listener), {Route<SlotListener>(listener)}});
    run();
  }

  std::vector<TimerKey> fired() {
    std::vector<TimerKey> keys;
    for (const auto& timer : heard_->of<TimerFired>()) keys.push_back(timer.key);
    return keys;
  }
  std::vector<std::uint64_t> slots() {
    std::vector<std::uint64_t> numbers;
    for (const auto& started : heard_->of<SlotStarted>()) numbers.push_back(started.slot.value);
    return numbers;
  }

  ChainParams params_;
  std::shared_ptr<Heard<TimerFired, SlotStarted>> heard_;
  SlotClockActor slot_clock_;
};

constexpr TimerKey kPropose{7, 0, Step::propose};
constexpr TimerKey kPrevote{7, 0, Step::prevote};

TEST_F(SlotClockTest, ATimerFiresWhenItsTimeHasPassedAndNotBefore) {
  start();
  tell(slot_clock_, SetTimer{kPropose, 500});
  advance(milliseconds(499));
  EXPECT_THAT(fired(), IsEmpty());
  advance(milliseconds(1));
  EXPECT_THAT(fired(), ElementsAre(kPropose));
  advance(milliseconds(5'000));
  EXPECT_EQ(fired().size(), 1u);
}

TEST_F(SlotClockTest, TimersOfOneHeightRunBesideEachOther) {
  start();
  tell(slot_clock_, SetTimer{kPrevote, 300});
  tell(slot_clock_, SetTimer{kPropose, 200});
  advance(milliseconds(300));
  EXPECT_THAT(fired(), ElementsAre(kPropose, kPrevote));
}

TEST_F(SlotClockTest, SettingAKeyAgainReplacesTheTimer) {
  start();
  tell(slot_clock_, SetTimer{kPropose, 200});
  advance(milliseconds(100));
  tell(slot_clock_, SetTimer{kPropose, 1'000});
  advance(milliseconds(999));
  EXPECT_THAT(fired(), IsEmpty());
  advance(milliseconds(1));
  EXPECT_THAT(fired(), ElementsAre(kPropose));
}

TEST_F(SlotClockTest, AFiredKeyCanBeSetAgain) {
  start();
  tell(slot_clock_, SetTimer{kPropose, 0});
  advance(milliseconds(1));
  tell(slot_clock_, SetTimer{kPropose, 5});
  advance(milliseconds(5));
  EXPECT_THAT(fired(), ElementsAre(kPropose, kPropose));
}

TEST_F(SlotClockTest, ANewHeightDropsTheTimersOfOlderOnes) {
  start();
  tell(slot_clock_, SetTimer{kPropose, 200});
  tell(slot_clock_, SetTimer{{8, 0, Step::open}, 300});
  advance(milliseconds(1'000));
  EXPECT_THAT(fired(), ElementsAre(TimerKey{8, 0, Step::open}));
}

TEST_F(SlotClockTest, ATimerOfAnOlderHeightIsNotSet) {
  start();
  tell(slot_clock_, SetTimer{{8, 0, Step::open}, 300});
  tell(slot_clock_, SetTimer{kPropose, 100});
  advance(milliseconds(1'000));
  EXPECT_THAT(fired(), ElementsAre(TimerKey{8, 0, Step::open}));
}

TEST_F(SlotClockTest, ATimerDoesNotCareForTheWallClock) {
  start();
  tell(slot_clock_, SetTimer{kPropose, 500});
  clock().set_wall(kTestStart + 3'600'000);
  advance(milliseconds(499));
  EXPECT_THAT(fired(), IsEmpty());
  clock().set_wall(kTestStart - 3'600'000);
  advance(milliseconds(1));
  EXPECT_THAT(fired(), ElementsAre(kPropose));
}

TEST_F(SlotClockTest, SaysTheCurrentSlotAtTheStartAndEachNextOneOnTime) {
  start();
  ASSERT_THAT(slots(), ElementsAre(5));
  advance(milliseconds(11'999));
  EXPECT_THAT(slots(), ElementsAre(5));
  advance(milliseconds(1));
  EXPECT_THAT(slots(), ElementsAre(5, 6));
  const SlotStarted& sixth = heard_->of<SlotStarted>().back();
  EXPECT_EQ(sixth.epoch, Epoch{0});
  EXPECT_EQ(sixth.begins_at, kTestStart + 12'000);
  EXPECT_EQ(sixth.ends_at, kTestStart + 24'000);
  EXPECT_EQ(view("slot_clock").state, "slot 6 of epoch 0");
}

TEST_F(SlotClockTest, NamesTheEpochOfASlot) {
  params_.slot_origin = kTestStart - 20 * 12'000;
  start();
  EXPECT_EQ(heard_->of<SlotStarted>().front().epoch, Epoch{1});
}

TEST_F(SlotClockTest, BeforeTheOriginThereIsNoSlot) {
  params_.slot_origin = kTestStart + 2'500;
  start();
  advance(milliseconds(2'499));
  EXPECT_THAT(slots(), IsEmpty());
  advance(milliseconds(1));
  EXPECT_THAT(slots(), ElementsAre(0));
}

TEST_F(SlotClockTest, AWallClockSetForwardIsNoticedWithinASecondAndOnlyTheNewestSlotIsSaid) {
  start();
  clock().set_wall(kTestStart + 10 * 12'000);
  advance(milliseconds(1'000));
  EXPECT_THAT(slots(), ElementsAre(5, 15));
}

TEST_F(SlotClockTest, AWallClockSetBackDoesNotMakeSlotsDecrease) {
  start();
  advance(milliseconds(12'000));
  clock().set_wall(kTestStart - 12'000);
  advance(milliseconds(35'999));
  EXPECT_THAT(slots(), ElementsAre(5, 6));
  advance(milliseconds(1));
  EXPECT_THAT(slots(), ElementsAre(5, 6, 7));
}

TEST_F(SlotClockTest, ARestartedClockHasForgottenItsTimersAndSaysTheSlotAgain) {
  start();
  tell(slot_clock_, SetTimer{kPropose, 500});
  kill(slot_clock_);
  start();
  advance(milliseconds(1'000));
  EXPECT_THAT(fired(), IsEmpty());
  EXPECT_THAT(slots(), ElementsAre(5));
  EXPECT_EQ(view("slot_clock").restarts, 1u);
}

}  // namespace
}  // namespace lucid::actors
