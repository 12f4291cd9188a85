// The mistakes that others have made with this algorithm (protocol.md section 9), as far as they concern the core: each
// by name. (Those of quorum, proposal rules and validator indices are in layers_test.cpp.)
#include <gtest/gtest.h>

#include "core/consensus/consensus.hpp"
#include "tests/fixtures/consensus_seat.hpp"

namespace lucid::test {
namespace {

TEST(ConsensusMistakes, VotesAreNotCountedAgainstAReplacedValidatorSet) {
  Seat seat;
  seat.open();
  const Hash256 x = seat.block("X", 0);
  // Votes of height 2 by d, a member of height 1, come early; height 2 has e in d's place.
  for (const char voter : {'b', 'c', 'd'}) seat.give(VoteArrived{seat.room.precommit(voter, 0, x, 2)});
  seat.give(CertificateArrived{seat.room.certificate("bcd", 1, 0, x)});
  const Room next("abce", "bcea");
  HeightPlan plan = next.plan();
  plan.height = 2;
  plan.previous_hash = x;
  plan.last_commit = *seat.room.certificate("bcd", 1, 0, x);
  plan.last_validators = seat.room.set();
  plan.previous_time = kGenesisTime + 10'000;
  const Output output = seat.give(HeightStarted{plan});
  EXPECT_FALSE(request<FetchBlock>(output)) << "two votes of members are no quorum";
  EXPECT_EQ(seat.give(VoteArrived{seat.room.precommit('d', 0, x, 2)}).refused->fault, Fault::vote_not_member);
}

TEST(ConsensusMistakes, PrecommitsOfAnEarlierRoundStillDecide) {
  Seat seat;
  seat.open();
  const Hash256 x = seat.block("X", 0);
  seat.propose('b', 0, x);
  seat.valid(x);
  seat.prevote('c', 1, std::nullopt);
  seat.prevote('d', 1, std::nullopt);
  ASSERT_EQ(seat.core->round(), 1U);
  seat.precommit('b', 0, x);
  seat.precommit('c', 0, x);
  EXPECT_EQ(seat.precommit('d', 0, x).decide->block, x);
}

TEST(ConsensusMistakes, RoundsDoNotAdvanceOnLocalTimersAlone) {
  Seat seat;
  seat.open();
  seat.prevote('c', 3, std::nullopt);
  EXPECT_EQ(seat.core->round(), 0U) << "one validator moves nobody";
  seat.precommit('c', 3, std::nullopt);
  EXPECT_EQ(seat.core->round(), 0U);
  seat.prevote('d', 5, std::nullopt);
  EXPECT_EQ(seat.core->round(), 3U);
}

TEST(ConsensusMistakes, ATimerIsNotResetByEveryMessage) {
  Seat seat;
  std::size_t started = timers(seat.open(), TimerStep::propose);
  const Hash256 x = seat.block("X", 0);
  started += timers(seat.propose('b', 0, x), TimerStep::propose);
  started += timers(seat.propose('b', 0, x), TimerStep::propose);
  EXPECT_EQ(started, 1U);
  seat.valid(x);
  std::size_t prevote_timers = timers(seat.prevote('b', 0, std::nullopt), TimerStep::prevote);
  prevote_timers += timers(seat.prevote('c', 0, x), TimerStep::prevote);
  prevote_timers += timers(seat.prevote('c', 0, x), TimerStep::prevote);
  prevote_timers += timers(seat.prevote('d', 0, std::nullopt), TimerStep::prevote);
  EXPECT_EQ(prevote_timers, 1U);
}

TEST(ConsensusMistakes, AProposalRepeatedAfterARestartCarriesItsPrevotes) {
  Seat seat('c');  // leads round 1
  seat.open();
  const Hash256 x = seat.block("X", 0);
  seat.propose('b', 0, x);
  seat.valid(x);
  seat.prevote('a', 0, x);
  seat.prevote('b', 0, x);
  ASSERT_EQ(seat.disk.durable.valid_block, x);
  seat.restart();
  seat.start();
  seat.precommit('a', 0, std::nullopt);
  seat.precommit('b', 0, std::nullopt);
  const Output output = seat.timer(TimerStep::precommit, 0);
  const ProposalMessage* proposal = sent_proposal(output);
  ASSERT_TRUE(proposal);
  EXPECT_EQ(proposal->proposal->block, x);
  EXPECT_EQ(proposal->proposal->valid_round, 0U);
  EXPECT_EQ(proposal->prevotes.size(), 3U);
}

TEST(ConsensusMistakes, PrevotesForNilMoveTheRound) {
  Seat seat;
  seat.open();
  seat.timer(TimerStep::propose, 0);
  seat.prevote('c', 0, std::nullopt);
  const Output output = seat.prevote('d', 0, std::nullopt);
  ASSERT_TRUE(sent_vote(output, VoteStep::precommit));
  EXPECT_EQ(sent_vote(output, VoteStep::precommit)->block, std::nullopt);
  EXPECT_EQ(timers(output, TimerStep::prevote), 0U) << "at once, without a timeout";
}

TEST(ConsensusMistakes, AProposalThatArrivesAfterThePrecommitsDecides) {
  Seat seat;
  seat.open();
  const Hash256 x = seat.block("X", 0);
  for (const char voter : {'b', 'c'}) seat.precommit(voter, 0, x);
  const Output asked = seat.precommit('d', 0, x);
  ASSERT_TRUE(request<FetchBlock>(asked));
  EXPECT_EQ(request<FetchBlock>(asked)->block, x);
  EXPECT_TRUE(request<CheckBlock>(seat.propose('b', 0, x)));
  EXPECT_EQ(seat.valid(x).decide->certificate.signatures.size(), 3U);
}

TEST(ConsensusMistakes, EverythingHeldIsOfferedNotTheFirstK) {
  Seat seat;
  seat.open();
  const Hash256 x = seat.block("X", 0);
  seat.propose('b', 0, x);
  seat.valid(x);
  for (const char voter : {'b', 'c', 'd'}) seat.prevote(voter, 0, x);
  for (Round round = 0; round < 20; ++round) seat.precommit('d', round, std::nullopt);
  EXPECT_EQ(seat.core->messages().size(), 1U + 4U + 1U + 20U);
}

TEST(ConsensusMistakes, AnOfferBeginsWhereChanceSaysAndEndsAtItsLimit) {
  Seat seat;
  seat.open();
  for (Round round = 1; round <= 20; ++round) seat.precommit('d', round, std::nullopt);
  const auto held = seat.core->messages();
  ASSERT_EQ(held.size(), 20U);
  for (std::uint64_t chance = 0; chance < 40; ++chance) {
    const auto offered = seat.core->offer(chance, 6);
    ASSERT_EQ(offered.size(), 6U);
    for (std::size_t i = 0; i < offered.size(); ++i) EXPECT_EQ(offered[i], held[(chance + i) % held.size()]) << chance;
  }
  EXPECT_EQ(seat.core->offer(7, 100).size(), held.size());
  EXPECT_TRUE(Seat().core->offer(1, 6).empty()) << "nothing is held yet";
}

TEST(ConsensusMistakes, AnOfferLeavesOutNeitherTheLockNorThisRoundNorForeverAnythingElse) {
  Seat seat;
  seat.open();
  const Hash256 x = seat.block("X", 0);
  seat.propose('b', 0, x);
  seat.valid(x);
  seat.prevote('b', 0, x);
  seat.prevote('c', 0, x);
  for (Round round = 1; round <= 50; ++round) {
    seat.prevote('c', round, std::nullopt);
    seat.prevote('d', round, std::nullopt);
  }
  ASSERT_EQ(seat.core->round(), 50U) << "two others are there";
  const std::vector<Message> needed = {seat.room.prevote('b', 0, x), seat.room.prevote('c', 0, x),
                                       seat.room.prevote('c', 50, std::nullopt),
                                       seat.room.prevote('d', 50, std::nullopt)};
  const auto held = seat.core->messages();
  std::vector<Message> never = held;
  for (std::uint64_t chance = 0; chance < held.size(); ++chance) {
    const auto offered = seat.core->offer(chance, 12);
    ASSERT_EQ(offered.size(), 12U);
    for (const Message& message : needed)
      EXPECT_EQ(std::count(offered.begin(), offered.end(), message), 1) << "by chance " << chance;
    std::erase_if(never,
                  [&](const Message& one) { return std::find(offered.begin(), offered.end(), one) != offered.end(); });
  }
  EXPECT_TRUE(never.empty()) << never.size() << " messages would come to nobody";
}

TEST(ConsensusMistakes, WhoSawAQuorumOfPrevotesShowsItBeforeItsRoundEndsWithoutADecision) {
  Seat seat;
  seat.open();
  const Hash256 x = seat.block("X", 0);
  seat.propose('b', 0, x);
  seat.valid(x);
  seat.prevote('b', 0, x);
  seat.prevote('d', 0, x);
  EXPECT_TRUE(seat.precommit('b', 0, std::nullopt).send.empty());
  const Output split = seat.precommit('c', 0, std::nullopt);
  const std::vector<Message> behind_the_lock = {seat.room.prevote('a', 0, x), seat.room.prevote('b', 0, x),
                                                seat.room.prevote('d', 0, x)};
  EXPECT_EQ(split.send, behind_the_lock) << "c, who leads round 1, may have seen none of them";
  EXPECT_TRUE(seat.precommit('d', 0, std::nullopt).send.empty()) << "once a round";
}

TEST(ConsensusMistakes, SyncMayDecideTheHeightThatConsensusSigns) {
  Seat seat;
  seat.open();
  const Hash256 x = seat.block("X", 0);
  seat.propose('b', 0, x);
  seat.valid(x);
  const Output synced = seat.give(CertificateArrived{seat.room.certificate("bcd", 1, 0, x)});
  EXPECT_EQ(synced.decide->block, x);
  // What comes now signs nothing and decides nothing again.
  for (const char voter : {'b', 'c', 'd'}) EXPECT_EQ(seat.prevote(voter, 0, x), Output{});
  for (const char voter : {'b', 'c', 'd'}) EXPECT_EQ(seat.precommit(voter, 0, x), Output{});
  EXPECT_EQ(seat.timer(TimerStep::propose, 0), Output{});
  EXPECT_EQ(seat.give(CertificateArrived{seat.room.certificate("bcd", 1, 0, x)}), Output{});
}

TEST(ConsensusMistakes, AfterThePowerCutOfAllNodesTheLockStandsWithItsBlock) {
  Seat seat;
  seat.open();
  const Hash256 x = seat.block("X", 0);
  seat.propose('b', 0, x);
  seat.valid(x);
  seat.prevote('b', 0, x);
  seat.prevote('c', 0, x);
  EXPECT_EQ(seat.disk.durable.locked_block, x);
  EXPECT_EQ(seat.disk.durable.blocks, (std::vector<Hash256>{x})) << "a lock without its block is worth nothing";
  EXPECT_EQ(seat.disk.durable.prevotes.size(), 3U);
  seat.restart();
  const Output output = seat.start();
  EXPECT_EQ(output.send.size(), 4U) << "own prevote and precommit, the prevotes of b and c";
  EXPECT_TRUE(seat.core->needs_block(x));
  seat.precommit('b', 0, x);
  EXPECT_EQ(seat.precommit('c', 0, x).decide->block, x);
}

TEST(ConsensusMistakes, AClockWithinToleranceDoesNotLoseItsTurn) {
  // a's clock is fast by half the precision, the proposer's slow by half: its proposal comes a precision late.
  Seat seat;
  seat.start();
  seat.now = kGenesisTime + 10'000;
  const Output open = seat.give(WorkWaiting{1, true});
  ASSERT_EQ(open.timers.size(), 1U);
  EXPECT_EQ(open.timers[0].delay_ms, seat.room.params().slot_timeout_ms + seat.room.params().time_precision_ms);
}

TEST(ConsensusMistakes, ATransactionThatCannotBeIncludedYetOpensNothing) {
  Seat seat;
  seat.start();
  seat.now = kGenesisTime + 20'000;
  EXPECT_EQ(seat.give(WorkWaiting{1, false}), Output{});
  EXPECT_EQ(seat.give(WorkWaiting{2, true}), Output{}) << "work of the next height is no work of this one";
  EXPECT_NE(seat.give(WorkWaiting{1, true}), Output{});
}

TEST(ConsensusMistakes, ARoundChangeDoesNotWaitForTransactions) {
  Seat seat('c');
  seat.start();
  seat.now = kGenesisTime + 10'000;
  seat.prevote('a', 0, std::nullopt);
  seat.prevote('b', 0, std::nullopt);
  ASSERT_EQ(seat.core->status(seat.now).step, "propose") << "opened by others, no work here";
  seat.timer(TimerStep::propose, 0);
  seat.precommit('a', 0, std::nullopt);
  seat.precommit('b', 0, std::nullopt);
  const Output round_1 = seat.timer(TimerStep::precommit, 0);
  ASSERT_TRUE(request<BuildBlock>(round_1)) << "c leads round 1 and proposes, an empty block if need be";
  EXPECT_EQ(request<BuildBlock>(round_1)->max_bytes, 524'288U);
}

}  // namespace
}  // namespace lucid::test
