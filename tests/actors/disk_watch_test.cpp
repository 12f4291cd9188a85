// What a node tells of its disk, and of another node's clock.
#include "actors/disk_watch.hpp"

#include <gtest/gtest.h>

#include "actors/peer_clock.hpp"

namespace lucid::actors {
namespace {

using Writer = DiskWatch::Writer;

const Status kNoRoom = fail(Fault::storage_full, "sign-state");

void write(DiskWatch& disk, int count, std::uint64_t took_ms) {
  for (int i = 0; i < count; ++i) disk.wrote(Writer::sign_state, {}, took_ms);
}

TEST(DiskWatch, IsFineUntilSomethingElseIsKnown) {
  EXPECT_EQ(DiskWatch(50).health(), DiskHealth());
}

TEST(DiskWatch, IsSlowWhereHalfOfTheNewestWritesTookTooLong) {
  DiskWatch disk(50);
  write(disk, 3, 400);
  EXPECT_EQ(disk.health().state, DiskState::fine) << "three writes say nothing";
  write(disk, 1, 400);
  EXPECT_EQ(disk.health(), (DiskHealth{DiskState::slow, 400}));
  write(disk, 9, 10);
  EXPECT_EQ(disk.health(), (DiskHealth{DiskState::fine, 10}));
  write(disk, 16, 51);
  EXPECT_EQ(disk.health(), (DiskHealth{DiskState::slow, 51}));
  write(disk, 16, 50);
  EXPECT_EQ(disk.health(), (DiskHealth{DiskState::fine, 50})) << "what the timing bears";
}

TEST(DiskWatch, OnlyTheSignStatesWritesAreTimed) {
  DiskWatch disk(50);
  for (int i = 0; i < 16; ++i) disk.wrote(Writer::chain, {}, 400);
  EXPECT_EQ(disk.health(), DiskHealth());
}

TEST(DiskWatch, IsFullUntilWhoeverFoundNoRoomFindsSome) {
  DiskWatch disk(50);
  disk.wrote(Writer::sign_state, kNoRoom);
  disk.wrote(Writer::chain, {});
  EXPECT_EQ(disk.health().state, DiskState::full);
  disk.wrote(Writer::sign_state, {}, 1);
  EXPECT_EQ(disk.health().state, DiskState::fine);
}

TEST(DiskWatch, AnotherErrorIsNoFullDiskAndEndsNone) {
  DiskWatch disk(50);
  disk.wrote(Writer::chain, fail(Fault::storage_io, "chain"));
  EXPECT_EQ(disk.health().state, DiskState::fine);
  disk.wrote(Writer::chain, kNoRoom);
  disk.wrote(Writer::chain, fail(Fault::storage_io, "chain"));
  EXPECT_EQ(disk.health().state, DiskState::full);
}

// ---- clocks

constexpr TimeMs kNow = 1'700'000'000'000;

TEST(PeerClock, IsUnknownUntilItHasAnswered) {
  EXPECT_EQ(PeerClock().offset_ms(), std::nullopt);
}

TEST(PeerClock, IsComparedAtHalfTheRoundTrip) {
  PeerClock clock;
  clock.answered(kNow - 30 - 200, kNow, 60);
  EXPECT_EQ(clock.offset_ms(), -200);
}

TEST(PeerClock, TheQuickestOfTheNewestAnswersCounts) {
  PeerClock clock;
  clock.answered(kNow - 1 + 7, kNow, 2);
  clock.answered(kNow - 1, kNow, 400);  // a detour on one of the two ways
  EXPECT_EQ(clock.offset_ms(), 7);
  for (int i = 0; i < 5; ++i) clock.answered(kNow - 50 + 90, kNow, 100);
  EXPECT_EQ(clock.offset_ms(), 90) << "the quick one is too old by now";
}

TEST(PeerClock, AClockThatSomebodySetsShowsWithTheNextAnswer) {
  PeerClock clock;
  clock.answered(kNow, kNow, 0);
  clock.answered(kNow + 3'600'000, kNow, 0);
  EXPECT_EQ(clock.offset_ms(), 3'600'000);
}

TEST(PeerClock, ATimeThatNoBlockCanHaveIsNone) {
  PeerClock clock;
  clock.answered(std::numeric_limits<TimeMs>::max(), kNow, 0);
  clock.answered(params::kMaxTime + 1, kNow, 0);
  EXPECT_EQ(clock.offset_ms(), std::nullopt);
  clock.answered(params::kMaxTime, kNow, 0);
  EXPECT_EQ(clock.offset_ms(), static_cast<std::int64_t>(params::kMaxTime - kNow));
}

}  // namespace
}  // namespace lucid::actors
