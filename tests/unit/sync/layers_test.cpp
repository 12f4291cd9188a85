// The layers of sync, each alone, and what a node gives to one that asks.
#include <gtest/gtest.h>
#include <set>

#include "core/codec/codec.hpp"
#include "core/params/params.hpp"
#include "tests/fixtures/sync_seat.hpp"

namespace lucid::test {
namespace {

using namespace sync;

// ---- serving

TEST(SyncServing, AnAskedRangeIsCutToWhatIsThereAndToTheBound) {
  struct Case {
    GetBlocks asked;
    Height tip;
    std::uint32_t count;
  };
  for (const Case& one :
       {Case{{1, 5}, 10, 5}, Case{{8, 5}, 10, 3}, Case{{10, 5}, 10, 1}, Case{{11, 5}, 10, 0}, Case{{0, 5}, 10, 0},
        Case{{1, 0}, 10, 0}, Case{{1, 1}, 0, 0}, Case{{1, UINT32_MAX}, 1'000'000, kMaxBlocksPerAnswer},
        Case{{UINT64_MAX, 5}, 10, 0}, Case{{UINT64_MAX, UINT32_MAX}, UINT64_MAX, 1}}) {
    EXPECT_EQ(served_range(one.asked, one.tip), (GetBlocks{one.asked.from, one.count}))
        << one.asked.from << " " << one.asked.count << " of " << one.tip;
  }
}

TEST(SyncServing, AnAnswerHoldsNoMoreThanItsBytesAndAlwaysOneBlock) {
  EXPECT_TRUE(fits_answer(0, kMaxBlockBytes + kMaxCertificateBytes));
  EXPECT_TRUE(fits_answer(kMaxAnswerBytes - 10, 10));
  EXPECT_FALSE(fits_answer(kMaxAnswerBytes - 10, 11));
  EXPECT_FALSE(fits_answer(kMaxAnswerBytes, 1));
  EXPECT_FALSE(fits_answer(10, UINT64_MAX));
}

TEST(SyncServing, WhatIsServedPassesTheRulesOfWhoeverAsked) {
  const SyncChain chain(20);
  const GetBlocks request{3, 16};
  const auto checked = check_answer(chain.answer(served_range(request, 20)), request, SyncSeat::mainnet_bounds());
  ASSERT_TRUE(checked) << to_text(checked.error());
  ASSERT_EQ(checked->size(), 16U);
  EXPECT_EQ(checked->front().hash, chain.hash(3));
  EXPECT_EQ(checked->front().bytes,
            codec::encode(chain.at(3).block).size() + codec::encode(chain.at(3).certificate).size());
}

// ---- what an answer must keep

TEST(SyncAnswer, OfAnotherHeightOrLongerThanAskedIsRefused) {
  const SyncChain chain(20);
  const Bounds bounds = SyncSeat::mainnet_bounds();
  EXPECT_EQ(check_answer(chain.answer({4, 2}), {3, 2}, bounds).error().field, "from");
  EXPECT_EQ(check_answer(chain.answer({3, 3}), {3, 2}, bounds).error().field, "blocks");
  EXPECT_TRUE(check_answer(chain.answer({3, 1}), {3, 2}, bounds)) << "less is no fault";
  EXPECT_TRUE(check_answer(Blocks{21, 20, {}}, {21, 1}, bounds));
}

TEST(SyncAnswer, OfMoreBytesThanAnAnswerMayHoldIsRefused) {
  const Bounds bounds = SyncSeat::mainnet_bounds();
  EXPECT_EQ(bounds.answer_bytes(1), bounds.block_bytes + kMaxCertificateBytes);
  EXPECT_EQ(bounds.answer_bytes(32), kMaxAnswerBytes);
  const SyncChain chain({.length = 36, .transaction_bytes = kMaxTransactionBytes, .transactions = 2});
  EXPECT_TRUE(check_answer(chain.answer({1, 17}), {1, 32}, bounds)) << "3.5 MB";
  EXPECT_EQ(check_answer(chain.answer({1, 18}), {1, 32}, bounds).error().fault, Fault::block_size);
}

TEST(SyncBounds, OfEveryProfileLeaveRoomForSeveralAnswersAndFitItsPace) {
  for (const Profile profile : {Profile::mainnet, Profile::dev, Profile::test, Profile::bench}) {
    const ChainParams params = params::profile_params(profile, kGenesisTime);
    const Bounds bounds = bounds_of(params);
    EXPECT_GE(bounds.held_bytes, 4 * bounds.answer_bytes(bounds.count));
    EXPECT_LE(bounds.count, kMaxBlocksPerAnswer);
    EXPECT_LT(bounds.second_ask_ms, bounds.answer_timeout_ms);
    EXPECT_LE(bounds.answer_timeout_ms, 5'000U);
    EXPECT_GT(bounds.patience_ms, 0U);
    EXPECT_GT(bounds.tell_again_ms, 0U);
  }
}

// ---- blocks that wait

HeldBlock held_from(char peer, std::uint64_t bytes) {
  return {Hash256{}, std::make_shared<const Block>(), Certificate{}, bytes, peer_of(peer)};
}

TEST(SyncWindow, CountsItsBytesWhateverComesAndGoes) {
  BlockWindow window;
  window.add(5, held_from('b', 100));
  window.add(5, held_from('c', 700));
  EXPECT_EQ(window.bytes(), 100U) << "what is held stays";
  window.add(6, held_from('c', 10));
  window.add(9, held_from('b', 1));
  EXPECT_EQ(window.bytes(), 111U);
  EXPECT_TRUE(window.evict_above(6));
  EXPECT_FALSE(window.holds(9));
  EXPECT_FALSE(window.evict_above(6)) << "6 itself is not above 6";
  window.remove_of(peer_of('b'));
  EXPECT_EQ(window.find(5), nullptr);
  EXPECT_EQ(window.bytes(), 10U);
  window.remove_up_to(6);
  EXPECT_EQ(window.bytes(), 0U);
  EXPECT_EQ(window.size(), 0U);
}

// ---- peers

TEST(SyncPeerBook, ChoosesWhoeverIsFreeAndWithoutTimeoutsFirst) {
  PeerBook book(1);
  const auto any = [](const Peer&) { return true; };
  EXPECT_EQ(book.choose(0, any), std::nullopt);
  for (const char peer : {'b', 'c', 'd'}) book.connect(peer_of(peer), {}, 0);
  book.find(peer_of('b'))->timeouts = 1;
  book.find(peer_of('c'))->rest_until_ms = 10;
  for (int i = 0; i < 20; ++i) EXPECT_EQ(book.choose(9, any), peer_of('d'));
  book.find(peer_of('d'))->asked = Asked{{1, 1}, 0, 1'000};
  EXPECT_EQ(book.reserved_bytes(), 1'000U);
  EXPECT_EQ(book.choose(9, any), peer_of('b'));
  EXPECT_EQ(book.choose(10, any), peer_of('c')) << "its rest is over";
}

TEST(SyncPeerBook, SpreadsItsChoiceByTheSeed) {
  std::set<std::vector<std::uint64_t>> orders;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    PeerBook book(seed);
    PeerBook same(seed);
    std::set<std::uint64_t> chosen;
    std::vector<std::uint64_t> order;
    for (std::uint64_t peer = 0; peer < 4; ++peer) {
      book.connect({peer}, {}, 0);
      same.connect({peer}, {}, 0);
    }
    for (int i = 0; i < 64; ++i) {
      const auto one = book.choose(0, [](const Peer&) { return true; });
      EXPECT_EQ(one, same.choose(0, [](const Peer&) { return true; }));
      chosen.insert(one->value);
      order.push_back(one->value);
    }
    EXPECT_EQ(chosen.size(), 4U) << "everyone gets a turn";
    orders.insert(order);
  }
  EXPECT_GT(orders.size(), 15U);
}

TEST(SyncPeerBook, OfManyLiarsThoseWhoseRestEndsFirstAreForgottenFirst) {
  PeerBook book(1);
  const Bounds bounds;
  for (std::uint64_t id = 0; id < kMaxPeers; ++id) book.banish({id}, id, bounds);
  ASSERT_NE(book.connect({kMaxPeers}, {}, 0), nullptr);
  EXPECT_EQ(book.all().size(), kMaxPeers);
  EXPECT_FALSE(book.all().contains({0}));
  EXPECT_EQ(book.connected(), 1U);
  EXPECT_TRUE(book.connect({1}, {}, 1)->resting(1)) << "connecting anew ends no liar's rest";
}

TEST(SyncPeerBook, AliarsRestHasALongestTime) {
  PeerBook book(1);
  const Bounds bounds;
  for (int i = 0; i < 30; ++i) book.banish({1}, 0, bounds);
  EXPECT_EQ(book.all().at({1}).lying_rest_ms, bounds.lying_rest_max_ms);
}

// ---- words

TEST(SyncStatus, SaysInASentenceWhatItDoes) {
  SyncSeat seat(SyncChain(9));
  const auto text = [&] { return to_text(seat.core.status(seat.now_ms)); };
  EXPECT_EQ(text(),
            "catching up: tip 0; sync waits for the ledger to name its tip\n"
            "0 peers connected, 0 resting; 0 requests open; 0 blocks of 0 bytes held\n");
  seat.start(5);
  EXPECT_EQ(text(),
            "catching up: tip 5; sync looks for peers: 2 validators must say that there is no block 6 yet, 0 of all "
            "peers are connected\n"
            "0 peers connected, 0 resting; 0 requests open; 0 blocks of 0 bytes held\n"
            "0 of 2 validators say that nothing follows the tip yet\n");
  for (const char peer : {'b', 'c', 'd'}) seat.connect(peer);
  seat.nothing('b', 5);
  seat.claim('d', 9);
  EXPECT_EQ(text(),
            "catching up: tip 5; sync asked for block 6\n"
            "peers claim up to height 9, which only certificates prove\n"
            "3 peers connected, 0 resting; 2 requests open; 0 blocks of 0 bytes held\n"
            "1 of 2 validators say that nothing follows the tip yet\n");
  seat.nothing('c', 5);
  EXPECT_EQ(text().substr(0, 60), "caught up: tip 5; sync has nothing to do: consensus decides ");
  seat.answer('d', {6, 1}, 9);
  EXPECT_NE(text().find("sync gave consensus block 6, which others decided"), std::string::npos) << text();
  seat.commit(6);
  EXPECT_EQ(drop_reason_name(DropReason::slow), "slow");
}

}  // namespace
}  // namespace lucid::test
