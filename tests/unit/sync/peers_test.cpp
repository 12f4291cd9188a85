// Peers that lie, are slow, flood or claim: each is found, dropped, and costs only what is bounded.
#include <deque>
#include <gtest/gtest.h>

#include "tests/fixtures/sync_lies.hpp"
#include "tests/fixtures/sync_seat.hpp"

namespace lucid::test {
namespace {

using sync::DropReason;
using sync::Output;

// ---- liars

class SyncLiar : public testing::TestWithParam<SyncLie> {};

TEST_P(SyncLiar, IsDroppedAndAnotherPeerIsAsked) {
  SyncSeat seat(SyncChain(4));
  seat.connect('b');
  seat.claim('b', 4);
  seat.start(0);
  seat.connect('c');
  seat.nothing('c', 0);
  EXPECT_TRUE(seat.claim('c', 4).requests.empty()) << "b has been asked for all of it";
  Blocks answer = seat.chain.answer({1, 1});
  GetParam().tell(answer.blocks[0], seat.chain);
  const Output out = seat.answer('b', answer);
  EXPECT_EQ(dropped(out, 'b'), DropReason::lying);
  EXPECT_EQ(out.drops[0].error.fault, GetParam().fault) << to_text(out.drops[0].error);
  EXPECT_FALSE(out.execute);
  EXPECT_EQ(seat.core.status(seat.now_ms).held, 0U);
  EXPECT_EQ(asked_of(out, 'c'), (GetBlocks{1, 4}));
  EXPECT_EQ(seat.answer('c', {1, 4}, 4).execute->height, 1U);
}

TEST_P(SyncLiar, AboutALaterHeightIsFoundBeforeThatHeightIsExecuted) {
  SyncSeat seat(SyncChain(4));
  seat.connect('b');
  seat.claim('b', 4);
  seat.start(0);
  Blocks answer = seat.chain.answer({1, 4});
  GetParam().tell(answer.blocks[2], seat.chain);
  answer.blocks.resize(3);
  Output out = seat.answer('b', answer);
  if (GetParam().seen_at_once) {
    EXPECT_EQ(dropped(out, 'b'), DropReason::lying);
    EXPECT_FALSE(out.execute) << "nothing of a false answer is used";
    return;
  }
  EXPECT_EQ(out.execute->height, 1U);
  EXPECT_EQ(seat.commit(1).execute->height, 2U);
  out = seat.commit(2);
  EXPECT_EQ(dropped(out, 'b'), DropReason::lying);
  EXPECT_EQ(out.drops[0].error.fault, GetParam().fault);
  EXPECT_FALSE(out.execute);
}

TEST_P(SyncLiar, ConvincesNobodyWhoAgrees) {
  SyncSeat seat(SyncChain(6));
  seat.catch_up(3);
  ASSERT_EQ(asked_of(seat.claim('b', 6), 'b'), (GetBlocks{4, 3}));
  Blocks answer = seat.chain.answer({4, 3});
  GetParam().tell(answer.blocks[0], seat.chain);
  answer.blocks.resize(1);
  const Output out = seat.answer('b', answer);
  EXPECT_EQ(dropped(out, 'b'), DropReason::lying);
  EXPECT_FALSE(out.decided);
  EXPECT_FALSE(seat.core.catching_up());
  EXPECT_EQ(seat.commit(4).agree, 5U);
}

std::string name_of_lie(const testing::TestParamInfo<SyncLie>& info) {
  return info.param.name;
}
INSTANTIATE_TEST_SUITE_P(All, SyncLiar, testing::ValuesIn(sync_lies()), name_of_lie);

TEST(SyncPeers, AnAnswerWithAnotherParentInItsMiddleIsALie) {
  SyncSeat seat(SyncChain(4));
  seat.connect('b');
  seat.claim('b', 4);
  seat.start(0);
  Blocks answer = seat.chain.answer({1, 4});
  answer.blocks[1] = SyncChain({.length = 4, .flavour = "other"}).at(2);
  const Output out = seat.answer('b', answer);
  EXPECT_EQ(dropped(out, 'b'), DropReason::lying);
  EXPECT_EQ(out.drops[0].error.fault, Fault::block_previous_hash);
}

TEST(SyncPeers, MoreBlocksThanAskedAreNoAnswer) {
  SyncSeat seat(SyncChain(4));
  seat.connect('b');
  seat.start(0);  // asked for one
  const Output out = seat.answer('b', {1, 4}, 4);
  EXPECT_TRUE(out.refused);
  EXPECT_TRUE(out.drops.empty()) << "it may be late, and what it answers forgotten";
  EXPECT_FALSE(out.execute);
  EXPECT_EQ(seat.core.status(seat.now_ms).held, 0U);
  EXPECT_EQ(seat.core.status(seat.now_ms).asked, 1U);
}

TEST(SyncPeers, ACertificateOfTheReplacedSetIsRefused) {
  const SyncChain chain({.length = 6, .members = "abcd", .handover_after = 3, .successors = "efgh"});
  SyncSeat seat(chain, std::nullopt);
  seat.connect('b');
  seat.claim('b', 6);
  seat.start(0);
  Blocks answer = chain.answer({1, 6});
  answer.blocks[3] = chain.signed_by(answer.blocks[3], "abcd");
  answer.blocks.resize(4);
  EXPECT_EQ(seat.answer('b', answer).execute->height, 1U);
  EXPECT_EQ(seat.commit(1).execute->height, 2U);
  EXPECT_EQ(seat.commit(2).execute->height, 3U);
  const Output out = seat.commit(3);  // its set of height 4 is efgh
  EXPECT_FALSE(out.execute);
  EXPECT_EQ(dropped(out, 'b'), DropReason::lying);
}

TEST(SyncPeers, SetsThatChangeOnTheWayAreFollowed) {
  const SyncChain chain({.length = 6, .members = "abcd", .handover_after = 3, .successors = "efgh"});
  SyncSeat seat(chain, std::nullopt);
  seat.connect('b');
  seat.claim('b', 6);
  seat.start(0);
  ASSERT_TRUE(seat.answer('b', {1, 6}, 6).execute);
  for (Height height = 1; height < 6; ++height) EXPECT_EQ(seat.commit(height).execute->height, height + 1);
  seat.commit(6);
  for (const char peer : {'c', 'd'}) {
    seat.connect(peer);
    EXPECT_FALSE(seat.nothing(peer, 6).agree);
  }
  seat.nothing('b', 6);
  EXPECT_TRUE(seat.core.catching_up()) << "b, c and d are no members any more: their word counts no longer";
  for (const char peer : {'e', 'f'}) {
    seat.connect(peer);
    EXPECT_FALSE(seat.nothing(peer, 6).agree);
  }
  seat.connect('g');
  EXPECT_EQ(seat.nothing('g', 6).agree, 7U);
}

TEST(SyncPeers, ALiarThatIsNeededIsAskedAgainWhenItsRestIsOver) {
  SyncSeat seat(SyncChain(4));
  seat.connect('b');
  seat.claim('b', 4);
  seat.start(0);
  Blocks answer = seat.chain.answer({1, 4});
  answer.blocks[1].certificate.signatures.clear();
  EXPECT_EQ(seat.answer('b', answer).execute->height, 1U);
  EXPECT_EQ(dropped(seat.commit(1), 'b'), DropReason::lying);
  seat.connect('b');
  EXPECT_TRUE(seat.claim('b', 4).requests.empty()) << "it rests, whether it connects anew or not";
  EXPECT_TRUE(seat.after(seat.bounds.lying_rest_ms - 1).requests.empty());
  EXPECT_EQ(asked_of(seat.after(1), 'b'), (GetBlocks{2, 3}));
  EXPECT_EQ(seat.answer('b', {2, 3}, 4).execute->height, 2U);
}

TEST(SyncPeers, ALiarsRestDoublesUntilItDelivers) {
  SyncSeat seat(SyncChain(4));
  seat.connect('b');
  seat.claim('b', 4);
  seat.start(0);
  Blocks lie = seat.chain.answer({1, 4});
  lie.blocks[0].certificate.signatures.clear();
  for (std::uint64_t rest_ms = seat.bounds.lying_rest_ms; rest_ms <= 4 * seat.bounds.lying_rest_ms; rest_ms *= 2) {
    EXPECT_EQ(dropped(seat.answer('b', lie), 'b'), DropReason::lying);
    seat.gone('b');
    seat.connect('b');
    seat.claim('b', 4);
    EXPECT_TRUE(seat.after(rest_ms - 1).requests.empty()) << rest_ms;
    EXPECT_EQ(asked_of(seat.after(1), 'b'), (GetBlocks{1, 4})) << rest_ms;
  }
}

TEST(SyncPeers, WhatALiarDeliveredGoesWithItAndTheRestStays) {
  SyncSeat seat(SyncChain(40));
  for (const char peer : {'b', 'c'}) {
    seat.connect(peer);
    seat.claim(peer, 40);
  }
  const Output first = seat.start(0);
  const char low = asked_of(first, 'b')->from == 1 ? 'b' : 'c';
  const char high = low == 'b' ? 'c' : 'b';
  seat.answer(high, {17, 16}, 40);
  Blocks lie = seat.chain.answer({1, 16});
  lie.blocks[0].certificate.signatures.clear();
  const Output out = seat.answer(low, lie);
  EXPECT_EQ(dropped(out, low), DropReason::lying);
  EXPECT_EQ(seat.core.status(seat.now_ms).held, 16U);
}

// ---- slow ones

TEST(SyncPeers, TheNextHeightsAreAskedOfAnotherWhenTheFirstIsSlow) {
  SyncSeat seat(SyncChain(10));
  seat.connect('b');
  seat.claim('b', 10);
  seat.start(0);
  seat.connect('c');
  seat.nothing('c', 0);
  EXPECT_TRUE(seat.claim('c', 10).requests.empty()) << "b has been asked for all of it";
  EXPECT_EQ(asked_of(seat.after(seat.bounds.second_ask_ms), 'c'), (GetBlocks{1, 10}));
  EXPECT_EQ(seat.answer('c', {1, 10}, 10).execute->height, 1U);
  EXPECT_TRUE(seat.answer('b', {1, 10}, 10).drops.empty()) << "late, and no lie";
}

TEST(SyncPeers, ASlowPeerIsDroppedAfterTheSecondTimeAndRests) {
  SyncSeat seat(SyncChain(10));
  seat.connect('b');
  seat.claim('b', 10);
  seat.start(0);
  const std::uint64_t timeout_ms = seat.bounds.answer_timeout_ms;
  EXPECT_TRUE(seat.after(timeout_ms - 1).drops.empty());
  Output out = seat.after(1);
  EXPECT_TRUE(out.drops.empty()) << "once is not enough";
  EXPECT_EQ(asked_of(out, 'b'), (GetBlocks{1, 10})) << "there is nobody else";
  out = seat.after(timeout_ms);
  EXPECT_EQ(dropped(out, 'b'), DropReason::slow);
  EXPECT_FALSE(sync::closes_connection(DropReason::slow));
  EXPECT_TRUE(out.requests.empty());
  EXPECT_TRUE(seat.after(seat.bounds.slow_rest_ms - 1).requests.empty());
  EXPECT_EQ(asked_of(seat.after(1), 'b'), (GetBlocks{1, 10}));
}

TEST(SyncPeers, AnAnswerAfterItsTimeIsUsedAllTheSame) {
  SyncSeat seat(SyncChain(10));
  seat.connect('b');
  seat.claim('b', 10);
  seat.start(0);
  seat.after(seat.bounds.answer_timeout_ms);
  seat.after(seat.bounds.answer_timeout_ms);  // dropped as slow
  const Output out = seat.answer('b', {1, 10}, 10);
  EXPECT_EQ(out.execute->height, 1U);
}

TEST(SyncPeers, ASlowPeersRestEndsWithItsConnection) {
  SyncSeat seat(SyncChain(10));
  seat.connect('b');
  seat.claim('b', 10);
  seat.start(0);
  seat.after(seat.bounds.answer_timeout_ms);
  seat.after(seat.bounds.answer_timeout_ms);
  seat.gone('b');
  EXPECT_EQ(asked_of(seat.connect('b'), 'b'), (GetBlocks{1, 1}));
}

TEST(SyncPeers, OneThatClaimsMoreThanItGivesHoldsUpNobody) {
  SyncSeat seat(SyncChain(10));
  seat.connect('b');
  seat.claim('b', 10);
  seat.start(0);
  seat.connect('c');
  seat.nothing('c', 0);
  seat.claim('c', 10);
  const Output out = seat.answer('b', Blocks{1, 10, {}});  // pruned, or lying
  EXPECT_TRUE(out.drops.empty());
  EXPECT_EQ(asked_of(out, 'c'), (GetBlocks{1, 10}));
}

// ---- floods and claims

TEST(SyncPeers, AnswersThatNobodyAskedForAreIgnoredAndThenAFlood) {
  SyncSeat seat(SyncChain(10));
  seat.catch_up(3);
  for (std::uint32_t i = 1; i < sync::kMaxUnasked; ++i) {
    const Output out = seat.answer('b', {4, 7}, 10);
    EXPECT_TRUE(out.refused);
    EXPECT_TRUE(out.drops.empty());
    EXPECT_FALSE(out.decided);
  }
  EXPECT_EQ(dropped(seat.answer('b', {4, 7}, 10), 'b'), DropReason::flooding);
  EXPECT_EQ(seat.core.held_bytes(), 0U);
}

/// All that is asked for is done, peers answer honestly, each answer comes `times` times. How far it got, and the most
/// that was ever held.
struct Followed {
  Height tip = 0;
  std::uint64_t most_held = 0;
  std::size_t drops = 0;
};
Followed follow(SyncSeat& seat, const Output& first, int times) {
  Followed out;
  std::deque<sync::BlocksRequest> requests;
  std::deque<Height> executing;
  const auto perform = [&](const Output& output) {
    requests.insert(requests.end(), output.requests.begin(), output.requests.end());
    if (output.execute) executing.push_back(output.execute->height);
    out.drops += output.drops.size();
    out.most_held = std::max(out.most_held, seat.core.held_bytes());
  };
  perform(first);
  while (!requests.empty() || !executing.empty()) {
    if (!requests.empty()) {
      const auto [peer, request] = requests.front();
      requests.pop_front();
      for (int i = 0; i < times; ++i) perform(seat.give(sync::BlocksArrived{peer, seat.chain.answer(request)}));
    }
    if (executing.empty()) continue;
    out.tip = executing.front();
    executing.pop_front();
    perform(seat.commit(out.tip));
  }
  return out;
}

TEST(SyncPeers, ADoubledAnswerIsNoFlood) {
  SyncSeat seat(SyncChain(100));
  seat.connect('b');
  seat.claim('b', 100);
  const Followed followed = follow(seat, seat.start(0), 2);
  EXPECT_EQ(followed.tip, 100U);
  EXPECT_EQ(followed.drops, 0U);
}

TEST(SyncPeers, ClaimsMoveNoTargetAndTakeNoMemory) {
  SyncSeat seat(SyncChain(4));
  seat.catch_up(3);
  const Output out = seat.claim('d', Height{1} << 60);
  EXPECT_EQ(asked_of(out, 'd'), (GetBlocks{4, 16})) << "it may show what it has";
  EXPECT_FALSE(seat.core.catching_up());
  EXPECT_EQ(seat.core.held_bytes(), seat.bounds.answer_bytes(16));
  EXPECT_EQ(seat.commit(4).agree, 5U) << "agreement goes on meanwhile";
  EXPECT_FALSE(seat.claim('d', UINT64_MAX).agree);
  EXPECT_EQ(dropped(seat.after(seat.bounds.answer_timeout_ms), 'd'), std::nullopt);
  EXPECT_EQ(dropped(seat.after(seat.bounds.answer_timeout_ms), 'd'), DropReason::slow);
}

TEST(SyncPeers, StrangersAndThoseWhoAreGoneAreNotHeard) {
  SyncSeat seat(SyncChain(3));
  seat.start(0);
  EXPECT_TRUE(seat.claim('b', 3).refused);
  EXPECT_TRUE(seat.answer('b', {1, 3}, 3).refused);
  seat.connect('b');
  seat.gone('b');
  EXPECT_TRUE(seat.claim('b', 3).refused);
  EXPECT_EQ(seat.gone('z').refused, std::nullopt);
}

TEST(SyncPeers, RecordsOfPeersAreBounded) {
  SyncSeat seat(SyncChain(3));
  seat.start(0);
  for (std::uint64_t id = 0; id < sync::kMaxPeers; ++id)
    EXPECT_FALSE(seat.give(sync::PeerConnected{{id}, std::nullopt}).refused);
  EXPECT_TRUE(seat.give(sync::PeerConnected{{sync::kMaxPeers}, std::nullopt}).refused);
  seat.give(sync::PeerGone{{0}});
  EXPECT_FALSE(seat.give(sync::PeerConnected{{sync::kMaxPeers}, std::nullopt}).refused);
}

TEST(SyncPeers, LargeBlocksFillNoMoreThanTheBound) {
  sync::Bounds bounds = SyncSeat::mainnet_bounds();
  bounds.held_bytes = 4ull << 20;
  SyncSeat seat(SyncChain({.length = 80, .transaction_bytes = 100'000}), 'a', bounds);
  for (const char peer : {'b', 'c', 'd'}) {
    seat.connect(peer);
    seat.claim(peer, 80);
  }
  const Followed followed = follow(seat, seat.start(0), 1);
  EXPECT_EQ(followed.tip, 80U);
  EXPECT_EQ(followed.drops, 0U);
  EXPECT_LE(followed.most_held, bounds.held_bytes);
  EXPECT_GT(followed.most_held, bounds.held_bytes / 2) << "the bound was never near";
}

TEST(SyncPeers, ABlockThatIsNeededNowDrivesOutOneThatIsNeededLater) {
  sync::Bounds bounds = SyncSeat::mainnet_bounds();
  bounds.count = 2;
  bounds.held_bytes = 2 * bounds.answer_bytes(2);
  SyncSeat seat(SyncChain({.length = 20, .transaction_bytes = 100'000}), 'a', bounds);
  for (const char peer : {'b', 'c'}) {
    seat.connect(peer);
    seat.claim(peer, 20);
  }
  const Output first = seat.start(0);
  const char low = asked_of(first, 'b')->from == 1 ? 'b' : 'c';
  const char high = low == 'b' ? 'c' : 'b';
  Output out = seat.answer(high, {3, 2}, 20);
  EXPECT_FALSE(asked_of(out, high)) << "what is held and what the low one owes fill the room";
  EXPECT_EQ(seat.core.status(seat.now_ms).held, 2U);
  out = seat.after(bounds.second_ask_ms);
  EXPECT_EQ(asked_of(out, high), (GetBlocks{1, 2}));
  EXPECT_EQ(seat.core.status(seat.now_ms).held, 0U);
  EXPECT_LE(seat.core.held_bytes(), bounds.held_bytes);
}

}  // namespace
}  // namespace lucid::test
