// Sync as stories: who is asked, what is executed, who writes a height, who is dropped.
#include <gtest/gtest.h>

#include "tests/fixtures/sync_seat.hpp"

namespace lucid::test {
namespace {

using sync::Output;

// ---- when a node agrees

TEST(SyncJoining, AloneInItsSetANodeAgreesAtOnce) {
  SyncSeat seat(SyncChain({.length = 3, .members = "a"}));
  const Output out = seat.start(0);
  EXPECT_EQ(out.agree, 1U);
  EXPECT_FALSE(seat.core.catching_up());
  EXPECT_TRUE(out.requests.empty());
  EXPECT_EQ(seat.commit(1).agree, 2U);
}

TEST(SyncJoining, NothingIsAgreedBeforeTheLedgerNamesItsTip) {
  SyncSeat seat(SyncChain({.length = 3, .members = "a"}));
  EXPECT_EQ(seat.after(60'000), Output{});
  EXPECT_EQ(seat.start(2).agree, 3U);
}

TEST(SyncJoining, WaitsForTheWordOfAllButOneOfAQuorum) {
  SyncSeat seat(SyncChain(5));  // n = 4, q = 3: two others
  EXPECT_FALSE(seat.start(5).agree);
  EXPECT_EQ(asked_of(seat.connect('b'), 'b'), (GetBlocks{6, 1}));
  EXPECT_FALSE(seat.nothing('b', 5).agree);
  EXPECT_TRUE(seat.core.catching_up());
  EXPECT_EQ(asked_of(seat.connect('c'), 'c'), (GetBlocks{6, 1}));
  EXPECT_EQ(seat.nothing('c', 5).agree, 6U);
  EXPECT_FALSE(seat.core.catching_up());
}

TEST(SyncJoining, AFollowerWaitsForAWholeQuorum) {
  SyncSeat seat(SyncChain(5), std::nullopt);
  seat.start(5);
  for (const char peer : {'a', 'b', 'c'}) seat.connect(peer);
  EXPECT_FALSE(seat.nothing('a', 5).agree);
  EXPECT_FALSE(seat.nothing('b', 5).agree);
  EXPECT_EQ(seat.nothing('c', 5).agree, 6U);
}

TEST(SyncJoining, TheWordOfOneWhoIsNoMemberOrConnectedTwiceDoesNotCount) {
  SyncSeat seat(SyncChain(5));
  seat.start(5);
  seat.connect('b');
  seat.nothing('b', 5);
  seat.give(sync::PeerConnected{{1}, std::nullopt});     // an observer
  seat.give(sync::PeerConnected{{2}, address_of('z')});  // a validator of another time
  seat.give(sync::PeerConnected{{3}, address_of('b')});  // b again
  seat.give(sync::PeerConnected{{4}, address_of('a')});  // this node's own key
  for (const std::uint64_t id : {1, 2, 3, 4})
    EXPECT_FALSE(seat.give(sync::BlocksArrived{{id}, Blocks{6, 5, {}}}).agree) << id;
  EXPECT_EQ(seat.core.status(seat.now_ms).confirmed, 1U);
}

TEST(SyncJoining, AWordIsTakenBackByAHigherClaimAndByGoing) {
  SyncSeat seat(SyncChain(6));
  seat.start(5);
  seat.connect('b');
  seat.nothing('b', 5);
  seat.claim('b', 6);
  seat.connect('c');
  EXPECT_FALSE(seat.nothing('c', 5).agree) << "b has block 6 by now";
  seat.gone('c');
  seat.connect('d');
  EXPECT_FALSE(seat.nothing('d', 5).agree) << "c is gone";
}

TEST(SyncJoining, WhoeverSaidNothingYetIsAskedAgain) {
  SyncSeat seat(SyncChain(5));
  seat.start(5);
  seat.connect('b');
  const Output out = seat.nothing('b', 5);
  EXPECT_TRUE(out.requests.empty());
  seat.claim('b', 6);
  EXPECT_EQ(seat.core.status(seat.now_ms).asked, 1U);
}

TEST(SyncJoining, OnePeerThatClaimsMuchCannotKeepANodeFromJoining) {
  SyncSeat seat(SyncChain(5));
  seat.start(5);
  for (const char peer : {'b', 'c', 'd'}) seat.connect(peer);
  const Output out = seat.claim('d', Height{1} << 60);
  EXPECT_TRUE(out.requests.empty()) << "it was asked when it connected";
  EXPECT_EQ(seat.core.held_bytes(), 3 * seat.bounds.answer_bytes(1));
  seat.nothing('b', 5);
  EXPECT_EQ(seat.nothing('c', 5).agree, 6U);
}

// ---- catching up

TEST(SyncCatchingUp, GetsBlocksExecutesThemInOrderAndJoins) {
  SyncSeat seat(SyncChain(3));
  seat.start(0);
  for (const char peer : {'b', 'c', 'd'}) seat.connect(peer);
  EXPECT_FALSE(seat.nothing('c', 0).agree) << "c is behind as well";
  EXPECT_FALSE(seat.answer('b', {1, 1}, 3).agree);
  EXPECT_TRUE(seat.core.catching_up());
  Output out = seat.after(0);
  EXPECT_FALSE(out.execute) << "each block once";
  // Block 1 is with the ledger; b was asked for what follows.
  out = seat.answer('b', {2, 2}, 3);
  EXPECT_FALSE(out.execute) << "one at a time";
  for (const Height height : {1, 2}) {
    out = seat.commit(height);
    ASSERT_TRUE(out.execute);
    EXPECT_EQ(out.execute->height, height + 1);
    EXPECT_EQ(out.execute->hash, seat.chain.hash(height + 1));
    EXPECT_EQ(*out.execute->block, seat.chain.at(height + 1).block);
    EXPECT_FALSE(out.agree);
  }
  seat.nothing('d', 0);  // the answer to what it was asked at first
  out = seat.commit(3);
  EXPECT_FALSE(out.agree) << "who else has more has not been asked yet";
  for (const char peer : {'b', 'c'}) out = seat.nothing(peer, 3);
  EXPECT_EQ(out.agree, 4U);
}

TEST(SyncCatchingUp, SeveralPeersAreAskedAtOnceForDifferentHeights) {
  SyncSeat seat(SyncChain(100));
  seat.start(0);
  for (const char peer : {'b', 'c', 'd'}) seat.claim(peer, 100);  // not connected yet
  std::map<Height, std::uint32_t> ranges;
  for (const char peer : {'b', 'c', 'd'}) {
    seat.connect(peer);
    seat.nothing(peer, 0);
  }
  EXPECT_FALSE(seat.core.catching_up()) << "nobody knew better";
  SyncSeat other(SyncChain(100));
  other.connect('b');
  other.connect('c');
  other.connect('d');
  for (const char peer : {'b', 'c', 'd'}) other.claim(peer, 100);
  const Output out = other.start(0);
  for (const auto& request : out.requests) ranges[request.request.from] = request.request.count;
  EXPECT_EQ(ranges, (std::map<Height, std::uint32_t>{{1, 16}, {17, 16}, {33, 16}}));
}

TEST(SyncCatchingUp, AfterARestartMidWayItGoesOnFromItsTip) {
  SyncSeat seat(SyncChain(20));
  seat.connect('b');
  seat.claim('b', 20);
  EXPECT_EQ(asked_of(seat.start(11), 'b'), (GetBlocks{12, 9}));
  EXPECT_EQ(seat.answer('b', {12, 9}, 20).execute->height, 12U);
}

TEST(SyncCatchingUp, ABlockThatTheLedgerCouldNotExecuteIsGivenAgainLater) {
  SyncSeat seat(SyncChain(20));
  seat.connect('b');
  seat.claim('b', 20);
  seat.start(0);
  const auto given = seat.answer('b', {1, 16}, 20).execute;
  ASSERT_TRUE(given);
  const Output out = seat.give(sync::ExecuteFailed{1, Error{Fault::storage_full, "chain", {}, {}}});
  EXPECT_EQ(out.alarms.size(), 1U);
  EXPECT_FALSE(out.execute);
  EXPECT_TRUE(out.drops.empty()) << "the certificate holds: it is not the peer's fault";
  EXPECT_NE(to_text(seat.core.status(seat.now_ms)).find("no room left on the disk"), std::string::npos);
  EXPECT_FALSE(seat.after(999).execute);
  EXPECT_EQ(seat.after(1).execute, given);
  seat.give(sync::ExecuteFailed{1, Error{Fault::storage_full, "chain", {}, {}}});
  EXPECT_FALSE(seat.after(1'999).execute) << "the wait doubles";
  EXPECT_EQ(seat.after(1).execute, given);
}

// ---- several at once

sync::Bounds bounds_with_run(std::uint32_t run) {
  sync::Bounds bounds = SyncSeat::mainnet_bounds();
  bounds.run = run;
  return bounds;
}

/// Heights that the ledger is given by this output.
std::vector<Height> given_by(const Output& out) {
  std::vector<Height> heights;
  if (out.execute) heights.push_back(out.execute->height);
  for (const auto& block : out.execute_after) heights.push_back(block.height);
  return heights;
}

TEST(SyncRuns, BlocksThatOneSetJudgesAreGivenAtOnceAndAnsweredOneByOne) {
  SyncSeat seat(SyncChain(20), 'a', bounds_with_run(4));
  seat.connect('b');
  seat.claim('b', 20);
  seat.start(0);
  const Output out = seat.answer('b', {1, 6}, 20);
  EXPECT_EQ(given_by(out), (std::vector<Height>{1, 2, 3, 4}));
  for (const auto& block : out.execute_after) EXPECT_EQ(block.hash, seat.chain.hash(block.height));
  for (const Height height : {1, 2, 3}) {
    const Output committed = seat.commit(height);
    EXPECT_TRUE(given_by(committed).empty());
    EXPECT_FALSE(committed.agree) << "the next one is with the ledger";
  }
  EXPECT_EQ(given_by(seat.commit(4)), (std::vector<Height>{5, 6}));
}

TEST(SyncRuns, TheyEndWhereTheSetChanges) {
  const SyncChain chain({.length = 6, .members = "abcd", .handover_after = 3, .successors = "efgh"});
  SyncSeat seat(chain, std::nullopt, bounds_with_run(8));
  seat.connect('b');
  seat.claim('b', 6);
  seat.start(0);
  EXPECT_EQ(given_by(seat.answer('b', {1, 6}, 6)), (std::vector<Height>{1, 2, 3}));
  seat.commit(1);
  seat.commit(2);
  EXPECT_EQ(given_by(seat.commit(3)), (std::vector<Height>{4, 5, 6}));
}

TEST(SyncRuns, AForgedCertificateEndsThemAndItsSenderIsDropped) {
  const SyncChain chain(6);
  SyncSeat seat(chain, 'a', bounds_with_run(8));
  seat.connect('b');
  seat.claim('b', 6);
  seat.start(0);
  Blocks answer = chain.answer({1, 6});
  answer.blocks[2] = chain.signed_by(answer.blocks[2], "ab");  // two of four
  const Output out = seat.answer('b', answer);
  EXPECT_EQ(given_by(out), (std::vector<Height>{1, 2}));
  EXPECT_EQ(dropped(out, 'b'), sync::DropReason::lying);
  seat.commit(1);
  EXPECT_TRUE(given_by(seat.commit(2)).empty()) << "nothing else of it is used";
}

TEST(SyncRuns, AfterOneThatCouldNotBeExecutedItAndTheRestAreGivenAgain) {
  SyncSeat seat(SyncChain(20), 'a', bounds_with_run(4));
  seat.connect('b');
  seat.claim('b', 20);
  seat.start(0);
  seat.answer('b', {1, 4}, 20);
  seat.commit(1);
  EXPECT_TRUE(given_by(seat.give(sync::ExecuteFailed{2, Error{Fault::storage_full, "chain", {}, {}}})).empty());
  EXPECT_TRUE(given_by(seat.after(999)).empty());
  EXPECT_EQ(given_by(seat.after(1)), (std::vector<Height>{2, 3, 4}));
}

TEST(SyncRuns, WhereConsensusWritesTheNextHeightItIsGivenThatOneAlone) {
  SyncSeat seat(SyncChain(8), 'a', bounds_with_run(4));
  seat.catch_up(5);
  seat.claim('b', 8);
  const Output out = seat.answer('b', {6, 3}, 8);
  EXPECT_TRUE(given_by(out).empty());
  ASSERT_TRUE(out.decided);
  EXPECT_EQ(out.decided->height, 6U);
  EXPECT_EQ(given_by(seat.commit(6)), (std::vector<Height>{7, 8}));
}

// ---- one writer for each height

TEST(SyncWriters, ABlockThatConsensusMayStillDecideGoesToConsensus) {
  SyncSeat seat(SyncChain(8));
  seat.catch_up(5);
  EXPECT_TRUE(seat.claim('b', 6).requests.empty()) << "one height behind: consensus mends it mostly";
  const Output asked = seat.after(seat.bounds.patience_ms);
  ASSERT_EQ(asked_of(asked, 'b'), (GetBlocks{6, 1}));
  const Output out = seat.answer('b', {6, 1}, 6);
  EXPECT_FALSE(out.execute) << "consensus has begun with 6: only it may write it";
  ASSERT_TRUE(out.decided);
  EXPECT_EQ(out.decided->height, 6U);
  EXPECT_EQ(*out.decided->certificate, seat.chain.at(6).certificate);
  EXPECT_EQ(seat.commit(6).agree, 7U);
}

TEST(SyncWriters, TwoHeightsBehindConsensusEndsItsHeightAndSyncTakesTheNext) {
  SyncSeat seat(SyncChain(8));
  seat.catch_up(5);
  const Output asked = seat.claim('b', 8);
  ASSERT_EQ(asked_of(asked, 'b'), (GetBlocks{6, 3}));
  Output out = seat.answer('b', {6, 3}, 8);
  EXPECT_FALSE(out.execute);
  EXPECT_EQ(out.decided->height, 6U);
  EXPECT_FALSE(seat.core.catching_up());
  out = seat.commit(6);
  EXPECT_FALSE(out.agree) << "7 is decided already";
  EXPECT_FALSE(out.decided);
  EXPECT_EQ(out.execute->height, 7U);
  EXPECT_TRUE(seat.core.catching_up());
  EXPECT_EQ(seat.commit(7).execute->height, 8U);
  EXPECT_FALSE(seat.commit(8).agree) << "first the others must say that there is no more";
  seat.nothing('b', 8);
  EXPECT_EQ(seat.nothing('c', 8).agree, 9U);
}

TEST(SyncWriters, ACommitByConsensusMakesWhatSyncHeldOfItUseless) {
  SyncSeat seat(SyncChain(8));
  seat.catch_up(5);
  seat.claim('b', 7);
  EXPECT_EQ(seat.commit(6).agree, 7U) << "consensus was faster";
  const Output out = seat.answer('b', {6, 2}, 7);
  EXPECT_FALSE(out.execute);
  EXPECT_EQ(out.decided->height, 7U);
}

TEST(SyncWriters, AnAgreedHeightIsNeverExecutedAndAnExecutedOneNeverAgreed) {
  SyncSeat seat(SyncChain(8));
  seat.catch_up(5);
  seat.claim('b', 8);
  EXPECT_TRUE(seat.answer('b', {6, 3}, 8).decided);
  const Output failed = seat.give(sync::ExecuteFailed{6, Error{}});
  EXPECT_TRUE(failed.refused) << "6 was not given to the ledger by sync";
  EXPECT_FALSE(seat.after(600'000).execute);
}

TEST(SyncWriters, AnotherBlockCommittedThanTheCertifiedOneIsAnAlarm) {
  SyncSeat seat(SyncChain(8));
  seat.catch_up(5);
  seat.claim('b', 8);
  seat.answer('b', {6, 3}, 8);
  const SyncChain fork({.length = 8, .flavour = "other"});
  const Output out = seat.give(fork.committed(6));
  ASSERT_EQ(out.alarms.size(), 2U) << "two blocks of one height, and block 7 does not follow";
  EXPECT_EQ(out.alarms[0].fault, Fault::consensus_invariant);
  EXPECT_EQ(out.alarms[1].fault, Fault::block_previous_hash);
}

TEST(SyncWriters, ACommitThatDoesNotFollowTheTipIsRefused) {
  SyncSeat seat(SyncChain(8));
  seat.start(5);
  EXPECT_TRUE(seat.commit(7).refused);
  EXPECT_TRUE(seat.commit(5).refused);
  EXPECT_EQ(seat.core.tip(), 5U);
}

}  // namespace
}  // namespace lucid::test
