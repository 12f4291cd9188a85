// A validator that has just started: whom it asks, when it may sign, and how it finds out that its disk is an old one
// or that its key signs elsewhere (protocol.md section 3, Copies). a is the one that starts, among a, b, c, d.
#include <gtest/gtest.h>

#include "core/codec/codec.hpp"
#include "tests/fixtures/consensus_seat.hpp"

namespace lucid::test {
namespace {

bool asks(const Output& output) {
  for (const Message& message : output.send)
    if (std::holds_alternative<NewestRecordQuestion>(message)) return true;
  return false;
}

bool alarmed(const Output& output, AlarmKind kind) {
  for (const Alarm& alarm : output.alarms)
    if (alarm.kind == kind) return true;
  return false;
}

/// What a asks for once two of the others have answered: by now round 0 is open, and its proposal has been found valid.
struct Waking : Seat {
  Waking() : Seat('a') {
    wake();
    now = kGenesisTime + 10'000;
    x = block("X", 0);
  }
  Vote own(VoteStep step, Round round, VoteValue value, Height height = 1) const {
    return *room.vote('a', step, height, round, value);
  }
  Hash256 x;
};

// ---- asking

TEST(StartExchange, SignsNothingUntilQMinusOneOthersHaveAnswered) {
  Waking seat;
  seat.propose('b', 0, seat.x);
  EXPECT_TRUE(seat.valid(seat.x).send.empty());
  EXPECT_TRUE(seat.told('b').send.empty()) << "one of two";
  const Output cleared = seat.told('c');
  ASSERT_TRUE(sent_vote(cleared, VoteStep::prevote));
  EXPECT_EQ(sent_vote(cleared, VoteStep::prevote)->block, seat.x) << "the round that waited goes on at once";
}

TEST(StartExchange, AsksAtTheStartAgainOnATimerAndAtTheNextHeight) {
  Seat seat('a');
  const Output first = seat.wake();
  EXPECT_TRUE(asks(first));
  EXPECT_EQ(timers(first, TimerStep::ask), 1U);
  const Output again = seat.give(TimerFired{1, 0, TimerStep::ask});
  EXPECT_TRUE(asks(again));
  EXPECT_EQ(timers(again, TimerStep::ask), 1U);
  const auto offered = seat.core->messages();
  ASSERT_EQ(offered.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<NewestRecordQuestion>(offered[0])) << "and whoever connects is offered it";
  HeightPlan next = seat.room.plan();
  next.height = 2;
  next.previous_time += 10'000;
  EXPECT_TRUE(asks(seat.give(HeightStarted{next})));
  seat.told('b');
  seat.told('c');
  EXPECT_FALSE(asks(seat.give(TimerFired{2, 0, TimerStep::ask}))) << "answered";
  EXPECT_TRUE(seat.core->messages().empty());
}

TEST(StartExchange, AloneNothingWaits) {
  Seat seat('a', "a", "a");
  EXPECT_FALSE(asks(seat.wake()));
  EXPECT_TRUE(seat.core->may_sign());
}

TEST(StartExchange, AFollowerAsksNobody) {
  Seat seat(std::nullopt);
  EXPECT_FALSE(asks(seat.wake()));
}

TEST(StartExchange, EachOtherMemberCountsOnceAndNobodyElseCounts) {
  Waking seat;
  seat.told('b');
  seat.told('b');
  EXPECT_FALSE(seat.core->may_sign());
  EXPECT_EQ(seat.told('z').refused->fault, Fault::vote_not_member);
  EXPECT_EQ(seat.told('a').refused->fault, Fault::vote_not_member) << "a copy may say what it likes";
  EXPECT_FALSE(seat.core->may_sign());
  seat.told('d');
  EXPECT_TRUE(seat.core->may_sign());
}

TEST(StartExchange, AnAnswerToAnEarlierLifeCountsForNothing) {
  Waking seat;
  seat.restart();
  seat.wake();
  const auto stale = seat.room.answer(seat.life - 1);
  EXPECT_EQ(seat.give(NewestRecordTold{address_of('b'), stale}).refused->field, "answer.life");
  seat.told('c');
  EXPECT_FALSE(seat.core->may_sign());
}

TEST(StartExchange, AnAnswerAboutAnotherKeyIsRefused) {
  Waking seat;
  const Output output = seat.told('b', *seat.room.precommit('c', 0, seat.x));
  EXPECT_EQ(output.refused->fault, Fault::vote_not_member);
  seat.told('c');
  EXPECT_FALSE(seat.core->may_sign()) << "b has not answered yet";
}

TEST(StartExchange, AnInventedAnswerIsNeverVerified) {
  const Room room("abcd");
  Vote forged{VoteStep::prevote, 9, 0, {}, address_of('a'), NilReason::none, {}};
  EXPECT_FALSE(room.verifier().verify(NewestRecordAnswer{1, SignedMessage(forged), {}}, room.set()));
  EXPECT_FALSE(room.verifier().verify(NewestRecordAnswer{1, {}, forged}, room.set()));
  EXPECT_TRUE(room.verifier().verify(NewestRecordAnswer{1, {}, {}}, room.set())) << "nothing held";
}

TEST(StartExchange, WhileItWaitsItDecidesOnTheVotesOfOthers) {
  Waking seat;
  seat.propose('b', 0, seat.x);
  seat.valid(seat.x);
  seat.precommit('b', 0, seat.x);
  seat.precommit('c', 0, seat.x);
  EXPECT_TRUE(seat.precommit('d', 0, seat.x).decide);
}

// All power went; each waits for the others' answers, and their rounds begin before those come.
TEST(StartExchange, ARoundIsNotWaitedThroughInSilence) {
  Waking seat;
  const Output early = seat.give(WorkWaiting{1, true});
  EXPECT_TRUE(early.timers.empty()) << "round 0 does not open";
  EXPECT_TRUE(seat.timer(TimerStep::propose, 0).send.empty());
  seat.told('b');
  const Output cleared = seat.told('c');
  EXPECT_EQ(timers(cleared, TimerStep::propose), 1U);
  EXPECT_TRUE(sent_vote(seat.timer(TimerStep::propose, 0), VoteStep::prevote)) << "and takes its whole course";
}

TEST(StartExchange, AProposerThatFellBeforeItsPrevoteGoesOnWithItsRoundOnceCleared) {
  Seat seat('b');
  const Output built = seat.built(*request<BuildBlock>(seat.open()), "X");
  seat.disk.records.resize(1);  // the prevote did not reach the disk
  seat.restart();
  EXPECT_EQ(timers(seat.wake(), TimerStep::propose), 0U);
  seat.told('a');
  const Output cleared = seat.told('c');
  EXPECT_EQ(timers(cleared, TimerStep::propose), 1U);
  EXPECT_EQ(sent_vote(cleared, VoteStep::prevote)->block, sent_proposal(built)->proposal->block);
}

// ---- answering

TEST(StartExchange, AnswersWhileItWaitsItself) {
  Waking seat;
  const auto vote = seat.room.prevote('b', 0, seat.x);
  seat.give(VoteArrived{vote});
  const Output output = seat.give(NewestRecordAsked{address_of('b'), {42}});
  ASSERT_TRUE(output.answer);
  EXPECT_EQ(output.answer->to, address_of('b'));
  EXPECT_EQ(output.answer->answer.life, 42U);
  EXPECT_EQ(output.answer->answer.newest, SignedMessage(*vote));
  EXPECT_EQ(seat.give(NewestRecordAsked{address_of('c'), {1}}).answer->answer, (NewestRecordAnswer{1, {}, {}}));
}

TEST(StartExchange, HoldsTheNewestOfWhateverHeightAndTheLockBehindIt) {
  Seat seat('a');
  seat.open();
  const Hash256 x = seat.block("X", 0);
  const auto answer = [&] { return seat.give(NewestRecordAsked{address_of('b'), {1}}).answer->answer; };
  const auto lock = seat.room.precommit('b', 0, x);
  const auto later = seat.room.prevote('b', 1, std::nullopt);
  seat.give(VoteArrived{later});
  EXPECT_FALSE(answer().precommit);
  seat.give(VoteArrived{lock});
  EXPECT_EQ(answer().newest, SignedMessage(*later)) << "what comes late replaces nothing newer";
  EXPECT_EQ(answer().precommit, *lock);
  const auto far = seat.room.prevote('b', 0, std::nullopt, 90);
  EXPECT_TRUE(seat.give(VoteArrived{far}).refused) << "of no use here";
  EXPECT_EQ(answer(), (NewestRecordAnswer{1, SignedMessage(*far), {}})) << "and yet remembered";
}

TEST(StartExchange, KnowsWhatCertificatesProposalsAndTheirPrevotesHold) {
  Seat seat('a');
  seat.open();
  const Hash256 x = seat.block("X", 0);
  const auto newest_of = [&](char name) {
    const auto newest = seat.give(NewestRecordAsked{address_of(name), {1}}).answer->answer.newest;
    return newest ? record_of(*newest).place() : std::tuple<Height, Round, SignStep>{};
  };
  seat.propose('c', 1, x, 0, "bcd");
  EXPECT_EQ(newest_of('c'), std::tuple(1U, 1U, SignStep::propose));
  EXPECT_EQ(newest_of('d'), std::tuple(1U, 0U, SignStep::prevote));
  seat.give(CertificateArrived{seat.room.certificate("bcd", 1, 2, x)});
  EXPECT_EQ(newest_of('d'), std::tuple(1U, 2U, SignStep::precommit));
  EXPECT_EQ(seat.give(NewestRecordAsked{address_of('z'), {1}}).answer->answer, (NewestRecordAnswer{1, {}, {}}));
}

TEST(StartExchange, TheLastCommitOfTheFirstHeightIsAllThatARestartedNodeHolds) {
  Seat seat('a');
  const Hash256 x = seat.block("X", 0);
  HeightPlan plan = seat.room.plan();
  plan.height = 2;
  plan.previous_time += 10'000;
  plan.previous_hash = x;
  plan.last_commit = *seat.room.certificate("bcd", 1, 0, x);
  seat.give(HeightStarted{plan});
  const auto answer = seat.give(NewestRecordAsked{address_of('c'), {1}}).answer->answer;
  EXPECT_EQ(answer.newest, SignedMessage(*seat.room.precommit('c', 0, x)));
}

// ---- an old disk

TEST(StartExchange, AnAnswerAboveTheOwnNewestRecordIsAnAlarmAndAWatchOfTwoSlots) {
  Waking seat;
  seat.propose('b', 0, seat.x);
  seat.valid(seat.x);
  const Output found = seat.told('b', seat.own(VoteStep::prevote, 0, seat.x));
  EXPECT_TRUE(alarmed(found, AlarmKind::sign_state_restored));
  ASSERT_TRUE(found.persist) << "the next start must know it without the others";
  EXPECT_EQ(found.persist->records.size(), 1U);
  EXPECT_TRUE(found.persist->durable.watching);
  const Output watching = seat.told('c');
  ASSERT_TRUE(request<StartWatch>(watching));
  EXPECT_EQ(request<StartWatch>(watching)->delay_ms, 240'000U);
  EXPECT_FALSE(seat.core->may_sign());
  const Output over = seat.give(WatchOver{request<StartWatch>(watching)->number});
  EXPECT_TRUE(seat.core->may_sign());
  ASSERT_TRUE(over.persist);
  EXPECT_FALSE(over.persist->durable.watching);
}

// Over a fast network the missed blocks are here before the answers.
TEST(StartExchange, AnAnswerThatTheChainHasPassedSinceIsAnAlarmAndAWatchToo) {
  Waking seat;
  HeightPlan later = seat.room.plan();
  later.height = 9;
  later.previous_time += 80'000;
  seat.give(HeightStarted{later});
  const Output found = seat.told('b', seat.own(VoteStep::precommit, 0, seat.x, 4));
  EXPECT_TRUE(alarmed(found, AlarmKind::sign_state_restored));
  ASSERT_TRUE(found.persist);
  EXPECT_TRUE(found.persist->durable.watching);
  const Output watching = seat.told('c', seat.own(VoteStep::precommit, 0, seat.x, 4));
  EXPECT_TRUE(watching.alarms.empty()) << "once is enough";
  ASSERT_TRUE(request<StartWatch>(watching));
  EXPECT_FALSE(seat.core->may_sign());
}

TEST(StartExchange, NothingAtOrBelowTheHighestAnswerIsSignedAgain) {
  Waking seat;
  const auto told = seat.own(VoteStep::prevote, 2, std::nullopt);
  seat.told('b', seat.own(VoteStep::precommit, 1, std::nullopt));
  const Output watching = seat.told('c', told);
  seat.give(WatchOver{request<StartWatch>(watching)->number});
  EXPECT_EQ(seat.core->round(), 2U) << "it enters round and step of the newest";
  for (const char voter : {'b', 'c', 'd'}) seat.prevote(voter, 2, std::nullopt);
  ASSERT_FALSE(seat.disk.records.empty());
  EXPECT_EQ(seat.disk.records.back().place(), std::tuple(1U, 2U, SignStep::precommit));
  const auto at_2 = std::count_if(seat.disk.records.begin(), seat.disk.records.end(), [](const SignRecord& record) {
    return record.round == 2 && record.step == SignStep::prevote;
  });
  EXPECT_EQ(at_2, 1) << "the one of the earlier life";
}

TEST(StartExchange, TakesTheLockThatItsOwnPrecommitImpliesAlsoWithoutItsBlock) {
  Waking seat;
  const Output found = seat.told('b', seat.own(VoteStep::precommit, 0, seat.x));
  const ConsensusStatus status = seat.core->status(seat.now);
  EXPECT_EQ(status.locked, (MarkedBlock{0, seat.x}));
  EXPECT_EQ(found.persist->durable.locked_block, seat.x);
  EXPECT_TRUE(found.persist->durable.blocks.empty()) << "its bytes are not here: naming them would fail the write";
  ASSERT_TRUE(request<FetchBlock>(found));
  EXPECT_EQ(request<FetchBlock>(found)->block, seat.x);

  const Output watching = seat.told('c');
  seat.give(WatchOver{request<StartWatch>(watching)->number});
  for (const char voter : {'b', 'c'}) seat.precommit(voter, 0, std::nullopt);
  seat.timer(TimerStep::precommit, 0);
  const Hash256 y = seat.block("Y", 1);
  seat.propose('c', 1, y);
  EXPECT_EQ(sent_vote(seat.valid(y), VoteStep::prevote)->block, std::nullopt) << "locked on X";
  // The proposal comes after all: the block is checked and from now on stored with the lock.
  const Output late = seat.propose('b', 0, seat.x);
  ASSERT_TRUE(request<CheckBlock>(late));
  seat.valid(seat.x);
  for (const char voter : {'b', 'd'}) seat.prevote(voter, 1, std::nullopt);
  ASSERT_EQ(seat.disk.blocks.size(), 1U);
  EXPECT_EQ(seat.disk.blocks[0].block, seat.x);
}

TEST(StartExchange, TakesTheLockThatIsOlderThanTheNewestRecordToo) {
  Waking seat;
  seat.told('b', seat.own(VoteStep::prevote, 3, std::nullopt), seat.own(VoteStep::precommit, 1, seat.x));
  EXPECT_EQ(seat.core->status(seat.now).locked, (MarkedBlock{1, seat.x}));
  EXPECT_EQ(seat.core->round(), 3U);
}

TEST(StartExchange, ARecordOfAHeightToComeTakesEffectThere) {
  Waking seat;
  seat.told('b', seat.own(VoteStep::precommit, 1, seat.x, 2));
  const Output watching = seat.told('c');
  seat.give(WatchOver{request<StartWatch>(watching)->number});
  seat.give(WorkWaiting{1, true});
  EXPECT_FALSE(sent_vote(seat.timer(TimerStep::propose, 0), VoteStep::prevote)) << "height 1 lies below the record";
  EXPECT_TRUE(seat.core->may_sign());
  HeightPlan next = seat.room.plan();
  next.height = 2;
  next.previous_time += 10'000;
  seat.give(HeightStarted{next});
  EXPECT_EQ(seat.core->round(), 1U);
  EXPECT_EQ(seat.core->status(seat.now).locked, (MarkedBlock{1, seat.x}));
}

TEST(StartExchange, WhatTheEarlierLifeSignedBelowTheAnswerIsNotForeign) {
  Waking seat;
  seat.told('b', seat.own(VoteStep::prevote, 2, seat.x));
  seat.told('c');
  EXPECT_TRUE(seat.give(VoteArrived{seat.room.prevote('a', 1, std::nullopt)}).alarms.empty());
  const Output conflict = seat.give(VoteArrived{seat.room.prevote('a', 2, std::nullopt)});
  EXPECT_TRUE(alarmed(conflict, AlarmKind::foreign_signature)) << "two values for the answer's own place";
}

// An old image's own votes come back with the gossip of the height, before the answers.
TEST(StartExchange, WhileItAsksAnOwnVoteFromElsewhereIsAnAnswerLikeAnyOther) {
  Waking seat;
  const Output seen = seat.give(VoteArrived{seat.room.precommit('a', 0, seat.x)});
  EXPECT_TRUE(alarmed(seen, AlarmKind::sign_state_restored));
  EXPECT_FALSE(alarmed(seen, AlarmKind::foreign_signature));
  EXPECT_EQ(seat.core->status(seat.now).locked, (MarkedBlock{0, seat.x}));
}

TEST(StartExchange, ThatTheSameAnswerComesTwiceIsNoSecondAlarm) {
  Waking seat;
  seat.told('b', seat.own(VoteStep::prevote, 0, seat.x));
  const Output same = seat.told('c', seat.own(VoteStep::prevote, 0, seat.x));
  EXPECT_TRUE(same.alarms.empty());
  EXPECT_TRUE(request<StartWatch>(same));
}

TEST(StartExchange, AnAnswerAtOrBelowTheOwnRecordsIsNoAlarm) {
  Seat seat('a');
  seat.open();
  seat.timer(TimerStep::propose, 0);
  ASSERT_EQ(seat.disk.records.size(), 1U);
  seat.restart();
  seat.wake();
  const Output output = seat.told('b', *seat.room.prevote('a', 0, std::nullopt));
  EXPECT_TRUE(output.alarms.empty());
  seat.told('c');
  EXPECT_TRUE(seat.core->may_sign());
}

// ---- a copy that runs

TEST(StartExchange, ASignatureDuringTheWatchStopsItUntilAPersonActs) {
  Waking seat;
  seat.told('b', seat.own(VoteStep::prevote, 0, seat.x));
  const Output watching = seat.told('c');
  const Output seen = seat.give(VoteArrived{seat.room.precommit('a', 0, seat.x)});
  EXPECT_TRUE(alarmed(seen, AlarmKind::foreign_signature));
  EXPECT_TRUE(seen.persist->durable.halted);
  seat.give(WatchOver{request<StartWatch>(watching)->number});
  EXPECT_FALSE(seat.core->may_sign());
  seat.restart();
  seat.start();
  EXPECT_FALSE(seat.core->may_sign());
}

TEST(StartExchange, WhoAnswersLateDuringTheWatchMakesItBeginAnew) {
  Waking seat;
  seat.told('b', seat.own(VoteStep::prevote, 0, seat.x));
  const auto first = request<StartWatch>(seat.told('c'))->number;
  const Output late = seat.told('d', seat.own(VoteStep::precommit, 0, seat.x));
  EXPECT_FALSE(alarmed(late, AlarmKind::foreign_signature)) << "d may hold what b and c never got";
  ASSERT_TRUE(request<StartWatch>(late));
  seat.give(WatchOver{first});
  EXPECT_FALSE(seat.core->may_sign()) << "the first watch counts no more";
  seat.give(WatchOver{request<StartWatch>(late)->number});
  EXPECT_TRUE(seat.core->may_sign());
}

TEST(StartExchange, WhoAnswersASecondTimeWithMoreHasSeenTheCopySign) {
  Waking seat;
  seat.told('b', seat.own(VoteStep::prevote, 0, seat.x));
  seat.told('c');
  EXPECT_TRUE(alarmed(seat.told('b', seat.own(VoteStep::precommit, 0, seat.x)), AlarmKind::foreign_signature));
}

TEST(StartExchange, AWatchThatAPowerCutEndedIsHeldAgain) {
  Waking seat;
  seat.told('b', seat.own(VoteStep::prevote, 0, seat.x));
  seat.restart();
  seat.wake();
  seat.told('b');  // the others have forgotten
  const Output watching = seat.told('c');
  EXPECT_TRUE(request<StartWatch>(watching));
  EXPECT_FALSE(seat.core->may_sign());
}

// ---- own signatures in certificates

TEST(ForeignSignature, IsFoundInACertificate) {
  Seat seat('a');
  seat.open();
  const Hash256 x = seat.block("X", 0);
  const Output output = seat.give(CertificateArrived{seat.room.certificate("abc", 1, 0, x)});
  EXPECT_TRUE(alarmed(output, AlarmKind::foreign_signature));
  EXPECT_TRUE(output.decide) << "the block is decided all the same";
}

TEST(ForeignSignature, IsFoundInTheLastCommitOfAHeightThatItDidNotSign) {
  Seat seat('a');
  seat.open();
  const Hash256 x = seat.block("X", 0);
  seat.give(CertificateArrived{seat.room.certificate("bcd", 1, 0, x)});
  HeightPlan next = seat.room.plan();
  next.height = 2;
  next.previous_time += 10'000;
  next.previous_hash = x;
  next.last_commit = *seat.room.certificate("bcd", 1, 0, x);
  EXPECT_TRUE(seat.give(HeightStarted{next}).alarms.empty());
  const Header header = seat.room.header("Y", next, 0, next.earliest_time());
  const Hash256 y = crypto::header_hash(header);
  seat.now = next.earliest_time();
  const Output proposed = seat.give(ProposalArrived{seat.room.proposal('b', 2, 0, y), header, 1000, {}});
  ASSERT_TRUE(request<CheckBlock>(proposed));
  const Certificate with_a = *seat.room.certificate("abc", 1, 0, x);
  const Output checked = seat.give(BlockChecked{2, y, {}, with_a});
  EXPECT_TRUE(alarmed(checked, AlarmKind::foreign_signature));
  EXPECT_FALSE(sent_vote(checked, VoteStep::prevote));
}

TEST(ForeignSignature, TheOwnPrecommitInTheLastCommitIsNone) {
  Seat seat('a');
  seat.open();
  const Hash256 x = seat.block("X", 0);
  seat.propose('b', 0, x);
  seat.valid(x);
  for (const char voter : {'b', 'c'}) seat.prevote(voter, 0, x);
  for (const char voter : {'b', 'c'}) seat.precommit(voter, 0, x);
  ASSERT_TRUE(seat.core->decided());
  HeightPlan next = seat.room.plan();
  next.height = 2;
  next.previous_time += 10'000;
  next.previous_hash = x;
  next.last_commit = *seat.room.certificate("abc", 1, 0, x);
  EXPECT_TRUE(seat.give(HeightStarted{next}).alarms.empty());
  EXPECT_TRUE(seat.give(VoteArrived{seat.room.precommit('a', 0, x)}).alarms.empty()) << "an echo";
  EXPECT_TRUE(alarmed(seat.give(VoteArrived{seat.room.precommit('a', 1, x)}), AlarmKind::foreign_signature));
}

TEST(ForeignSignature, IsFoundAtAHeightToComeAndWhereItIsNotTheProposer) {
  Seat ahead('a');
  ahead.open();
  EXPECT_TRUE(
      alarmed(ahead.give(VoteArrived{ahead.room.prevote('a', 0, std::nullopt, 7)}), AlarmKind::foreign_signature));
  Seat out_of_turn('a');
  out_of_turn.open();
  EXPECT_TRUE(alarmed(out_of_turn.propose('a', 0, out_of_turn.block("X", 0)), AlarmKind::foreign_signature));
}

// ---- bytes and words

TEST(NewestRecordBytes, AreTheFieldsInOrder) {
  const Room room("abcd");
  const Hash256 x = crypto::sha256(as_bytes("X"));
  const NewestRecordAnswer answer{7, SignedMessage(*room.prevote('a', 3, x)), *room.precommit('a', 1, x)};
  EXPECT_EQ(*codec::decode<NewestRecordAnswer>(codec::encode(answer)), answer);
  EXPECT_EQ(to_hex(codec::encode(NewestRecordAnswer{7, {}, {}})), "9307c0c0");
  EXPECT_EQ(to_hex(codec::encode(NewestRecordQuestion{300})), "91cd012c");
}

TEST(ConsensusStatusText, SaysWhatAStartWaitsFor) {
  Waking seat;
  seat.told('b', seat.own(VoteStep::prevote, 0, seat.x));
  EXPECT_NE(seat.core->status(seat.now).signing.find("1 of 2 have answered"), std::string::npos);
  seat.told('c');
  EXPECT_NE(seat.core->status(seat.now).signing.find("copied or restored"), std::string::npos);
  EXPECT_NE(seat.core->status(seat.now).waiting_for.find("two slots"), std::string::npos);
}

}  // namespace
}  // namespace lucid::test
