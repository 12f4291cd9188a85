// The whole core: what opens a round, what it refuses, what raises an alarm, what it says of itself. The mistakes of
// others are in mistakes_test.cpp, conversations in tests/scenario, many nodes in tests/property.
#include "core/consensus/consensus.hpp"

#include <gtest/gtest.h>

#include "tests/fixtures/consensus_seat.hpp"

namespace lucid::test {
namespace {

// ---- opening, building, waiting

TEST(Consensus, OneValidatorDecidesInTheStepOfTheBuiltBlockWithOneWrite) {
  Seat seat('a', "a", "a");
  const Output open = seat.open();
  ASSERT_TRUE(request<BuildBlock>(open));
  const Output output = seat.built(*request<BuildBlock>(open), "X");
  ASSERT_TRUE(output.persist);
  EXPECT_EQ(output.persist->records.size(), 3U);
  EXPECT_EQ(output.send.size(), 3U);
  ASSERT_TRUE(output.decide);
  EXPECT_TRUE(seat.room.verifier().verify(output.decide->certificate, 1, output.decide->block, seat.room.set()));
}

TEST(Consensus, ANewValuesTimeIsNeverBeforeTheInterval) {
  Seat seat('b');
  seat.start();
  seat.now = kGenesisTime + 9'300;  // after the gate, before the interval is over
  seat.prevote('c', 0, std::nullopt);
  const Output open = seat.prevote('d', 0, std::nullopt);
  ASSERT_TRUE(request<BuildBlock>(open));
  EXPECT_EQ(request<BuildBlock>(open)->time, kGenesisTime + 10'000);
}

TEST(Consensus, TheArrivalOfTheProposalEndsTheTimeoutHoweverLongTheCheckTakes) {
  Seat seat;
  seat.open();
  const Hash256 x = seat.block("X", 0);
  seat.propose('b', 0, x);
  seat.now += 60'000;
  EXPECT_EQ(seat.timer(TimerStep::propose, 0), Output{});
  EXPECT_EQ(sent_vote(seat.valid(x), VoteStep::prevote)->block, x);
}

TEST(Consensus, ABuilderThatHangsDoesNotHoldUpTheRound) {
  Seat seat('b');
  const Output open = seat.open();
  ASSERT_TRUE(request<BuildBlock>(open));
  EXPECT_EQ(sent_vote(seat.timer(TimerStep::propose, 0), VoteStep::prevote)->block, std::nullopt);
  const Output late = seat.built(*request<BuildBlock>(open), "X");
  EXPECT_TRUE(late.send.empty());
  EXPECT_EQ(late.refused->fault, Fault::vote_round);
}

TEST(Consensus, WhoIsNoMemberLocksNothingOnItsDisk) {
  Seat seat('e', "abcd", "bcda");
  seat.open();
  const Hash256 x = seat.block("X", 0);
  seat.propose('b', 0, x);
  seat.valid(x);
  for (const char voter : {'b', 'c', 'd'}) {
    const Output output = seat.prevote(voter, 0, x);
    EXPECT_FALSE(output.persist) << "a write for each height, and for nothing";
    EXPECT_TRUE(output.send.empty());
  }
  EXPECT_TRUE(seat.core->status(seat.now).locked) << "it follows all the same";
}

TEST(Consensus, ABuiltBlockMustBeWhatWasAsked) {
  Seat seat('b');
  BuildBlock asked = *request<BuildBlock>(seat.open());
  BuildBlock other = asked;
  other.time += 1;
  EXPECT_EQ(seat.built(other, "X").refused->fault, Fault::internal);
  const Header header = seat.room.header("X", seat.room.plan(), 0, asked.time);
  EXPECT_EQ(seat.give(BlockBuilt{1, 0, Hash256{}, header, 1000}).refused->fault, Fault::block_hash);
  EXPECT_EQ(seat.give(BlockBuilt{1, 0, crypto::header_hash(header), header, 2'000'000}).refused->fault,
            Fault::block_size);
  EXPECT_TRUE(sent_proposal(seat.built(asked, "X")));
}

TEST(Consensus, WorkOfAHeightThatIsAnnouncedEarlyCountsWhenItStarts) {
  Seat seat('b');
  seat.now = kGenesisTime + 10'000;
  seat.give(WorkWaiting{1, true});
  EXPECT_TRUE(request<BuildBlock>(seat.start()));
}

TEST(Consensus, AClockSetBackWaitsAgain) {
  Seat seat('b');
  seat.start();
  seat.give(WorkWaiting{1, true});
  seat.now = kGenesisTime - 3'000;
  const Output output = seat.timer(TimerStep::open, 0);
  ASSERT_EQ(output.timers.size(), 1U);
  EXPECT_EQ(output.timers[0].delay_ms, 12'000U);
  EXPECT_NE(seat.core->status(kGenesisTime - 30'000).waiting_for.find("lags"), std::string::npos);
}

// ---- refusals

TEST(Consensus, RefusesAProposalThatIsNotTheRoundsProposersOrNotItsHeader) {
  Seat seat;
  seat.open();
  const Hash256 x = seat.block("X", 0);
  const Hash256 y = seat.block("Y", 0);
  EXPECT_EQ(seat.propose('c', 0, x).refused->fault, Fault::proposal_not_proposer);
  const auto proposal = seat.room.proposal('b', 1, 0, x);
  EXPECT_EQ(seat.give(ProposalArrived{proposal, seat.headers.at(y), 1000, {}}).refused->fault, Fault::block_hash);
}

TEST(Consensus, RefusesAProposalAgainWhoseValidRoundIsNotBefore) {
  Seat seat;
  seat.open();
  const Hash256 x = seat.block("X", 0);
  EXPECT_EQ(seat.propose('b', 0, x, 0, "bcd").refused->fault, Fault::proposal_form);
  EXPECT_EQ(seat.propose('c', 1, x, 0, "bc").refused->field, "prevotes");
  EXPECT_EQ(seat.propose('c', 1, x, 0, "bcc").refused->field, "prevotes") << "distinct validators";
  EXPECT_EQ(seat.propose('c', 1, x, 0, "bcz").refused->field, "prevotes") << "members";
  std::vector<Verified<Vote>> wrong{seat.room.prevote('b', 0, x), seat.room.prevote('c', 0, x),
                                    seat.room.precommit('d', 0, x)};
  EXPECT_EQ(
      seat.give(ProposalArrived{seat.room.proposal('c', 1, 1, x, 0), seat.headers.at(x), 1000, wrong}).refused->field,
      "prevotes");
  EXPECT_FALSE(seat.propose('c', 1, x, 0, "bcd").refused);
}

TEST(Consensus, RefusesWhatBelongsToAnotherTime) {
  Seat seat;
  EXPECT_EQ(seat.prevote('b', 0, std::nullopt).refused->fault, Fault::vote_height) << "no height has started";
  seat.open();
  const auto height_of = [&](Height height) {
    const Output output = seat.give(VoteArrived{seat.room.prevote('b', 0, std::nullopt, height)});
    return output.refused ? output.refused->fault : Fault::internal;
  };
  EXPECT_EQ(height_of(3), Fault::vote_height);
  EXPECT_EQ(seat.give(VoteArrived{seat.room.prevote('b', 101, std::nullopt)}).refused->fault, Fault::vote_round);
  EXPECT_EQ(seat.give(WorkWaiting{3, true}).refused->fault, Fault::number_range);
  EXPECT_EQ(seat.give(BlockChecked{1, Hash256{}, {}}).refused->fault, Fault::block_not_found);
  EXPECT_EQ(seat.start().refused->field, "plan.height") << "started twice";
  EXPECT_EQ(seat.give(CertificateArrived{seat.room.certificate("bcd", 5, 0, Hash256{})}).refused->fault,
            Fault::vote_height);
  EXPECT_EQ(seat.give(TimerFired{2, 0, TimerStep::propose}), Output{}) << "a stale timer is no fault";
}

// ---- alarms

TEST(Consensus, ItsOwnKeysForeignSignatureStopsItUntilAPersonActs) {
  Seat seat;
  seat.open();
  const Output output = seat.prevote('a', 0, std::nullopt);
  ASSERT_EQ(output.alarms.size(), 1U);
  EXPECT_EQ(output.alarms[0].kind, AlarmKind::foreign_signature);
  EXPECT_TRUE(output.persist->durable.halted);
  EXPECT_FALSE(seat.core->may_sign());
  seat.restart();
  EXPECT_FALSE(seat.core->may_sign()) << "also after a restart";
  seat.start();
  const Hash256 x = seat.block("X", 0);
  seat.propose('b', 0, x);
  EXPECT_TRUE(seat.valid(x).send.empty());
}

TEST(Consensus, AForeignProposalOfItsKeyIsSeenTooAndItsOwnEchoIsNot) {
  Seat seat('b');
  const Output open = seat.open();
  const Output own = seat.built(*request<BuildBlock>(open), "X");
  const ProposalMessage* proposal = sent_proposal(own);
  ASSERT_TRUE(proposal);
  const Hash256 x = proposal->proposal->block;
  EXPECT_EQ(seat.give(ProposalArrived{proposal->proposal, seat.headers.at(x), 1000, {}}), Output{});
  EXPECT_EQ(seat.prevote('b', 0, x), Output{});
  const Output foreign = seat.propose('b', 0, seat.block("Y", 0));
  ASSERT_EQ(foreign.alarms.size(), 1U);
  EXPECT_EQ(foreign.alarms[0].kind, AlarmKind::foreign_signature);
}

TEST(Consensus, AfterAFailedWriteNothingOfThatStepCounts) {
  Seat seat('a', "a", "a");
  const Output open = seat.open();
  ASSERT_TRUE(seat.built(*request<BuildBlock>(open), "X").decide);
  const Output failed = seat.give(PersistFailed{Error{Fault::storage_full, "sign-state", "", ""}});
  ASSERT_EQ(failed.alarms.size(), 1U);
  EXPECT_EQ(failed.alarms[0].kind, AlarmKind::persist_failed);
  EXPECT_FALSE(failed.decide);
  EXPECT_FALSE(failed.persist);
  EXPECT_FALSE(seat.core->decided()) << "its own votes never left the node";
  EXPECT_NE(seat.core->status(seat.now).signing.find("stopped"), std::string::npos);
}

TEST(Consensus, ABlockThatAQuorumDecidedAgainstThisNodesRulesIsAnAlarm) {
  Seat seat;
  seat.open();
  const Hash256 x = seat.block("X", 0);
  seat.propose('b', 0, x);
  seat.give(BlockChecked{1, x, Error{Fault::block_merkle_root, "header.state_digest", "", ""}});
  seat.precommit('b', 0, x);
  seat.precommit('c', 0, x);
  const Output output = seat.precommit('d', 0, x);
  ASSERT_EQ(output.alarms.size(), 1U);
  EXPECT_EQ(output.alarms[0].kind, AlarmKind::decided_block_invalid);
  EXPECT_FALSE(output.decide);
  EXPECT_TRUE(seat.prevote('d', 0, x).alarms.empty()) << "once";
}

TEST(Consensus, TwoCertificatesForOneHeightAreAnAlarm) {
  Seat seat;
  seat.open();
  const Hash256 x = seat.block("X", 0);
  const Hash256 y = seat.block("Y", 1);
  seat.give(CertificateArrived{seat.room.certificate("bcd", 1, 0, x)});
  const Output output = seat.give(CertificateArrived{seat.room.certificate("bcd", 1, 1, y)});
  ASSERT_EQ(output.alarms.size(), 1U);
  EXPECT_EQ(output.alarms[0].kind, AlarmKind::two_blocks_decided);
}

TEST(Consensus, AParentOtherThanTheDecidedBlockIsAnAlarm) {
  Seat seat;
  seat.open();
  seat.give(CertificateArrived{seat.room.certificate("bcd", 1, 0, seat.block("X", 0))});
  HeightPlan plan = seat.room.plan();
  plan.height = 2;
  plan.previous_time += 10'000;
  plan.previous_hash = seat.block("Y", 0);
  plan.last_commit = *seat.room.certificate("bcd", 1, 0, plan.previous_hash);
  const Output output = seat.give(HeightStarted{plan});
  ASSERT_EQ(output.alarms.size(), 1U);
  EXPECT_EQ(output.alarms[0].kind, AlarmKind::two_blocks_decided);
}

TEST(Consensus, RefusesAHeightWhoseSlotOrTimeGoesBack) {
  Seat seat;
  seat.start();
  HeightPlan plan = seat.room.plan();
  plan.height = 2;
  EXPECT_EQ(seat.give(HeightStarted{plan}).refused->fault, Fault::consensus_invariant) << "its parent is as old";
  plan.previous_time += 10'000;
  EXPECT_FALSE(seat.give(HeightStarted{plan}).refused);
  EXPECT_EQ(seat.core->height(), 2U);
}

TEST(Consensus, AChainOlderThanTheSignStateDoesNotWipeIt) {
  Seat seat;
  const Hash256 later = crypto::sha256(as_bytes("later"));
  const auto vote = seat.room.precommit('a', 0, later, 3);
  seat.disk.records = {record_of(*vote)};
  seat.disk.durable.height = 3;
  seat.disk.durable.locked_round = 0;
  seat.disk.durable.locked_block = later;
  const DurableRound stored = seat.disk.durable;
  seat.restart();
  seat.open();
  const Hash256 x = seat.block("X", 0);
  seat.propose('b', 0, x);
  EXPECT_TRUE(seat.valid(x).send.empty()) << "height 1 is below the newest record";
  EXPECT_TRUE(seat.core->may_sign()) << "a refusal is no reason to stop";
  for (const char voter : {'b', 'c', 'd'}) seat.prevote(voter, 0, x);
  for (const char voter : {'b', 'c'}) seat.precommit(voter, 0, x);
  EXPECT_TRUE(seat.precommit('d', 0, x).decide) << "it follows";
  EXPECT_EQ(seat.disk.durable, stored);
}

// A power cut between the precommit and the commit: the next start decides that block, so its bytes must not be let go
// by whatever the node is told before the height starts.
TEST(Consensus, WhatWasRestoredIsNeededUntilItsHeightStarts) {
  Seat seat('b');
  const Output open = seat.open();
  const Output own = seat.built(*request<BuildBlock>(open), "X");
  const Hash256 x = sent_proposal(own)->proposal->block;
  seat.restart();
  EXPECT_TRUE(seat.core->needs_block(x));
  seat.give(WorkWaiting{1, true});
  EXPECT_TRUE(seat.core->needs_block(x)) << "work was announced before the height";
  seat.start();
  EXPECT_TRUE(seat.core->needs_block(x));
}

TEST(Consensus, AStoredSignatureThatNoLongerVerifiesStopsSigning) {
  Seat seat;
  seat.open();
  seat.timer(TimerStep::propose, 0);
  ASSERT_EQ(seat.disk.records.size(), 1U);
  seat.disk.records[0].signature.data[5] ^= 1;
  seat.restart();
  const Output output = seat.start();
  ASSERT_EQ(output.alarms.size(), 1U);
  EXPECT_EQ(output.alarms[0].kind, AlarmKind::signing_broken);
  EXPECT_FALSE(seat.core->may_sign());
}

TEST(Consensus, EveryAlarmHasAName) {
  for (int kind = 0; kind <= static_cast<int>(last_of(AlarmKind{})); ++kind)
    EXPECT_FALSE(alarm_name(static_cast<AlarmKind>(kind)).empty());
}

// ---- words

TEST(ConsensusStatusText, SaysWhoVotedWhatAndWhatItWaitsFor) {
  Seat seat;
  EXPECT_EQ(seat.core->status(seat.now).waiting_for, "the ledger to name the first height");
  seat.open();
  EXPECT_EQ(seat.core->status(seat.now).waiting_for, "the proposal of b");
  const Hash256 x = seat.block("X", 0);
  seat.propose('b', 0, x);
  EXPECT_EQ(seat.core->status(seat.now).waiting_for, "the ledger to check the proposed block 1");
  seat.valid(x);
  seat.give(VoteArrived{seat.room.vote('c', VoteStep::prevote, 1, 0, std::nullopt, NilReason::rejected)});
  seat.give(VoteArrived{seat.room.vote('d', VoteStep::prevote, 1, 0, std::nullopt, NilReason::timed_out)});
  const ConsensusStatus status = seat.core->status(seat.now);
  EXPECT_EQ(status.step, "prevote");
  EXPECT_EQ(status.quorum, 3U);
  EXPECT_EQ(status.proposal, x);
  ASSERT_EQ(status.voters.size(), 4U);
  EXPECT_EQ(status.voters[0].prevote, "approve");
  EXPECT_EQ(status.voters[1].prevote, "none");
  EXPECT_EQ(status.voters[2].prevote, "reject");
  EXPECT_EQ(status.voters[3].prevote, "abstain");
  EXPECT_TRUE(status.may_sign);
  const std::string text = to_text(status);
  EXPECT_NE(text.find("height 1, round 0, prevote"), std::string::npos) << text;
  EXPECT_NE(text.find("c: prevote reject"), std::string::npos) << text;
}

TEST(ConsensusStatusText, SaysWhyAProposalWasRejected) {
  Seat seat;
  seat.open();
  const Hash256 x = seat.block("X", 0);
  seat.propose('b', 0, x);
  seat.give(BlockChecked{1, x, Error{Fault::block_timestamp, "header.time", "1", "0"}});
  EXPECT_NE(seat.core->status(seat.now).rejected.find("header.time"), std::string::npos);
}

TEST(ConsensusStatusText, SaysThatAFollowerDoesNotSign) {
  Seat nobody(std::nullopt);
  EXPECT_NE(nobody.core->status(0).signing.find("follows"), std::string::npos);
  Seat stranger('z');
  stranger.start();
  EXPECT_NE(stranger.core->status(0).signing.find("not in the validator set"), std::string::npos);
  EXPECT_FALSE(stranger.timer(TimerStep::propose, 0).persist);
}

}  // namespace
}  // namespace lucid::test
