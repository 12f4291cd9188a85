// Why the chain stands still: each cause has a sentence of its own, found in a state that has that cause and no other.
#include "core/consensus/stall.hpp"

#include <gtest/gtest.h>
#include <set>

#include "tests/fixtures/consensus_seat.hpp"

namespace lucid::test {
namespace {

/// What node a of a, b, c, d knows while all is well: height 13 is idle, its slot's closing block is 50 s away.
class Stall : public testing::Test {
 protected:
  Stall() {
    const Room room("abcd");
    facts_.params = room_params();
    facts_.validators = room.set();
    facts_.is_member = true;
    facts_.tip = 12;
    facts_.now = kGenesisTime + 200'000;
    facts_.times = {20'000, {}, {}};
    facts_.catch_up.doing = "has nothing to do";
    ConsensusStatus& status = facts_.status;
    status.started = status.may_sign = status.is_member = true;
    status.height = 13;
    status.slot = Slot{3};
    status.step = "waiting";
    status.waiting_for = "a transaction";
    status.proposer = address_of('b');
    status.proposer_name = "b";
    status.parent_time = facts_.now - 20'000;
    status.earliest_time = facts_.now - 10'000;
    status.closing_from = facts_.now + 50'000;
    for (const char name : {'b', 'c', 'd'}) {
      MemberFacts other;
      other.address = address_of(name);
      other.name = std::string(1, name);
      other.connected = other.seen = true;
      other.silent_ms = 700;
      other.height = 12;
      other.clock_offset_ms = 0;
      facts_.others.push_back(other);
    }
  }

  MemberFacts& other(char name) { return facts_.others[static_cast<std::size_t>(name - 'b')]; }
  /// Round 0 began so long ago that a block should be here.
  void overdue(Round round = 2) {
    facts_.status.opened = true;
    facts_.status.step = "prevote";
    facts_.status.round = round;
    facts_.status.waiting_for = "prevotes";
    facts_.times.opened_ms = 60'000;
    votes(round, "approve");
  }
  /// All four have voted so in that round.
  RoundVotes& votes(Round round, std::string_view prevote) {
    RoundVotes votes{round, "b", true, {}};
    for (const char name : {'a', 'b', 'c', 'd'})
      votes.voters.push_back({std::string(1, name), address_of(name), prevote, "none"});
    facts_.rounds.push_back(votes);
    return facts_.rounds.back();
  }
  Diagnosis judge() const { return diagnose(facts_); }
  /// The one cause that is found.
  Cause only(CauseKind kind) const {
    const Diagnosis found = judge();
    EXPECT_EQ(found.causes.size(), 1U);
    for (const Cause& cause : found.causes)
      if (cause.kind == kind) return cause;
    ADD_FAILURE() << cause_name(kind) << " was not found: " << found.summary;
    return {};
  }
  bool finds(CauseKind kind) const {
    for (const Cause& cause : judge().causes)
      if (cause.kind == kind) return true;
    return false;
  }

  StallFacts facts_;
};

// ---- whether it moves

TEST_F(Stall, AnIdleHeightWaitsForItsSlotAndMoves) {
  const Diagnosis found = judge();
  EXPECT_EQ(found.pace, Pace::idle);
  EXPECT_TRUE(found.moving());
  EXPECT_TRUE(found.causes.empty());
  EXPECT_EQ(found.here, 4U);
  EXPECT_EQ(found.needed, 3U);
  EXPECT_EQ(found.summary, "the chain moves: height 13, round 0, waits for a transaction");
}

TEST_F(Stall, AnIdleHeightMayLastAsLongAsItsSlot) {
  facts_.times.here_ms = 100'000;
  EXPECT_EQ(judge().pace, Pace::idle);
  facts_.status.closing_from = facts_.now - 1'000;
  EXPECT_EQ(judge().pace, Pace::idle) << "the closing block is due, and on its way";
  EXPECT_EQ(judge().overdue_ms, 1'000U);
  facts_.status.closing_from = facts_.now - 30'000;
  facts_.status.earliest_time = facts_.now - 40'000;
  EXPECT_EQ(judge().pace, Pace::stalled) << "past the closing block's time nothing explains it";
}

TEST_F(Stall, WaitingWorkMakesABlockDueAtOnceButNotBeforeTheInterval) {
  facts_.times = {90'000, {}, 80'000};
  facts_.status.earliest_time = facts_.now + 1;
  EXPECT_EQ(judge().overdue_ms, 0U);
  facts_.status.earliest_time = facts_.now - 70'000;
  EXPECT_EQ(judge().overdue_ms, 70'000U);
  EXPECT_FALSE(judge().moving());
}

TEST_F(Stall, ARoundThatRunsIsNoStallWithinTheTimeThatADeadLeaderCosts) {
  overdue(1);
  // Two slot timeouts, and rounds 0 and 1 with their votes: 10 + 6 + 2 + 6 + 3 seconds.
  EXPECT_EQ(patience_ms(facts_.params, facts_.validators), 27'000U);
  facts_.times.opened_ms = 26'999;
  EXPECT_EQ(judge().pace, Pace::voting);
  facts_.times.opened_ms = 27'000;
  EXPECT_EQ(judge().pace, Pace::stalled);
}

TEST_F(Stall, WithoutAnythingFoundItSaysWhatItWaitsFor) {
  overdue();
  const Cause cause = only(CauseKind::waiting);
  EXPECT_EQ(to_text(cause), "this node waits for prevotes");
  EXPECT_EQ(judge().summary, "the chain does not move at height 13: this node waits for prevotes");
}

TEST_F(Stall, APartThatDoesNotAnswerIsNamed) {
  facts_.silent_part = "validator";
  facts_.status = {};
  EXPECT_FALSE(judge().moving());
  EXPECT_EQ(to_text(only(CauseKind::part_silent)),
            "this node's validator does not answer: it waits for the disk, or hangs");
}

// ---- who is here

TEST_F(Stall, TwoOfFourAreTooFewWhoeverElseIsDeadOrCutOff) {
  other('c').silent_ms = 12'000;
  other('d').connected = false;
  other('d').silent_ms = 65'000;
  other('d').why_not = "connection refused";
  const Diagnosis found = judge();
  EXPECT_FALSE(found.moving()) << "also an idle height could not be decided";
  EXPECT_EQ(found.here, 2U);
  const Cause cause = only(CauseKind::too_few_validators);
  EXPECT_EQ(to_text(cause),
            "of 4 validators 2 are here, and 3 must sign; missing: c (silent for 12 s) and d (not connected for "
            "1 min 5 s: connection refused)");
  EXPECT_EQ(rule_text(cause), "P-3.4: a block is final when 3 of 4 validators have signed it in one round");
  EXPECT_EQ(found.summary,
            "the chain does not move at height 13: of 4 validators 2 are here, and 3 must sign; missing: c (silent for "
            "12 s) and d (not connected for 1 min 5 s)");
}

TEST_F(Stall, OneAloneSaysThatAllOthersAreMissing) {
  for (const char name : {'b', 'c', 'd'}) {
    other(name).connected = other(name).seen = false;
    other(name).silent_ms = 900;
  }
  EXPECT_EQ(to_text(only(CauseKind::too_few_validators)),
            "of 4 validators 1 is here, and 3 must sign; missing: b (never connected for 900 ms), c (never connected "
            "for 900 ms) and d (never connected for 900 ms)");
}

TEST_F(Stall, ASilenceOfTwoPingsIsNoAbsence) {
  other('c').silent_ms = other('d').silent_ms = kAwayAfterMs - 1;
  EXPECT_TRUE(judge().causes.empty());
  other('c').silent_ms = other('d').silent_ms = kAwayAfterMs;
  EXPECT_TRUE(finds(CauseKind::too_few_validators));
}

TEST_F(Stall, ThreeOfFourMoveAndSayWhoIsMissing) {
  other('d').connected = false;
  other('d').silent_ms = 7'200'000;
  EXPECT_TRUE(judge().moving());
  EXPECT_EQ(to_text(only(CauseKind::validators_missing)),
            "of 4 validators 3 are here, which is enough; missing: d (not connected for 2 h)");
}

TEST_F(Stall, AFollowerCountsTheOthersAlone) {
  facts_.is_member = false;
  facts_.validators = Room("bcd").set();
  EXPECT_EQ(judge().here, 3U);
  other('d').silent_ms = 60'000;
  EXPECT_TRUE(finds(CauseKind::too_few_validators)) << "two of three, and all three must sign";
}

TEST_F(Stall, AloneInItsSetAValidatorMissesNobody) {
  facts_.validators = Room("a").set();
  facts_.others.clear();
  EXPECT_TRUE(judge().moving());
}

// ---- disks

TEST_F(Stall, AFullDiskOfThisNodeIsToldFirst) {
  facts_.disk.state = DiskState::full;
  facts_.status.stopped = Alarm{AlarmKind::persist_failed, {Fault::storage_full, "sign-state", {}, {}}};
  const Cause cause = only(CauseKind::own_disk_full);
  EXPECT_EQ(to_text(cause), "this node's disk is full: it signs nothing and stores no block until there is room");
  EXPECT_EQ(rule_text(cause), "P-3.19: nothing is signed that cannot be stored first");
}

TEST_F(Stall, WithAFullDiskNobodyElseIsBlamedForTheRound) {
  overdue();
  facts_.rounds.back().voters[2].prevote = "none";
  facts_.disk.state = DiskState::full;
  EXPECT_FALSE(judge().moving());
  (void)only(CauseKind::own_disk_full);
}

TEST_F(Stall, ASlowDiskOfThisNodeIsMeasured) {
  facts_.disk = {DiskState::slow, 612};
  EXPECT_EQ(to_text(only(CauseKind::own_disk_slow)),
            "this node's disk is slow: a synced write takes 612 ms, where 500 ms is what this chain's timing bears");
}

TEST_F(Stall, FullDisksOfOthersAreNamed) {
  other('c').disk.state = DiskState::full;
  EXPECT_EQ(to_text(only(CauseKind::peer_disk_full)), "the disk of c is full: it signs nothing until it has room");
  other('d').disk.state = DiskState::full;
  EXPECT_EQ(to_text(only(CauseKind::peer_disk_full)),
            "the disks of c and d are full: they sign nothing until they have room");
}

TEST_F(Stall, SlowDisksOfOthersAreNamedWithTheirTimes) {
  other('b').disk = {DiskState::slow, 1'250};
  EXPECT_EQ(to_text(only(CauseKind::peer_disk_slow)),
            "the disk of b (1.2 s) is slow: a synced write takes so long there, where 500 ms is what this chain's "
            "timing bears");
}

TEST_F(Stall, WhatASlowDiskIsFollowsTheTimingWithABoundBelow) {
  EXPECT_EQ(slow_disk_ms(facts_.params), 500U);
  facts_.params.slot_timeout_ms = 400;
  EXPECT_EQ(slow_disk_ms(facts_.params), 50U);
}

// ---- clocks

TEST_F(Stall, AClockThatIsOffIsNamedWithItsDistance) {
  other('c').clock_offset_ms = 3'600'000;
  const Cause cause = only(CauseKind::peer_clock_off);
  EXPECT_EQ(to_text(cause), "the clock of c (1 h ahead) is off, where 1.0 s is what this chain bears");
  EXPECT_TRUE(rule_text(cause).starts_with("P-3.13: ")) << rule_text(cause);
}

TEST_F(Stall, ClocksWithinThePrecisionAreFine) {
  other('b').clock_offset_ms = -1'000;
  other('c').clock_offset_ms = 1'000;
  EXPECT_TRUE(judge().causes.empty());
}

TEST_F(Stall, WhereAllOthersAgreeThisNodesClockIsTheOneThatIsOff) {
  for (const char name : {'b', 'c', 'd'}) other(name).clock_offset_ms = 90'000;
  EXPECT_EQ(to_text(only(CauseKind::own_clock_off)),
            "this node's clock is 1 min 30 s behind most others', where 1.0 s is what this chain bears");
}

TEST_F(Stall, WithoutAMajorityNobodyIsCalledRight) {
  other('c').clock_offset_ms = 5'000;
  other('d').clock_offset_ms = 5'000;
  EXPECT_EQ(to_text(only(CauseKind::clocks_apart)),
            "the clocks of this node and of c (5.0 s ahead) and d (5.0 s ahead) are apart, where 1.0 s is what this "
            "chain bears; too few are known to say whose is right");
}

TEST_F(Stall, ExtremeClaimsOfAClockDoNoHarm) {
  other('b').clock_offset_ms = std::numeric_limits<std::int64_t>::max() / 2;
  other('c').clock_offset_ms = std::numeric_limits<std::int64_t>::min() / 2;
  EXPECT_FALSE(to_text(judge().causes.front()).empty());
}

TEST_F(Stall, AClockBehindTheChainWaitsUntilItsTimeHasPassed) {
  facts_.status.parent_time = facts_.now + 45'000;
  facts_.status.earliest_time = facts_.now + 55'000;
  facts_.status.closing_from = facts_.now + 55'000;
  const Cause cause = only(CauseKind::own_clock_behind_chain);
  EXPECT_EQ(to_text(cause),
            "this node's clock is 45 s behind the chain: it waits until its newest block's time has "
            "passed");
  EXPECT_TRUE(rule_text(cause).starts_with("P-2.4: ")) << rule_text(cause);
}

// ---- this node's own signing

TEST_F(Stall, AKeyThatSignsElsewhereStopsItUntilAPersonActs) {
  facts_.status.stopped = Alarm{AlarmKind::foreign_signature, {Fault::foreign_signature, "signature at 9/0", {}, {}}};
  const Cause cause = only(CauseKind::key_used_elsewhere);
  EXPECT_EQ(to_text(cause),
            "this node signs nothing any more: another process signs with its key, and a person must say which one "
            "goes on");
  EXPECT_TRUE(rule_text(cause).starts_with("P-3.23: ")) << rule_text(cause);
}

TEST_F(Stall, AnOldCopyOfTheDataWatchesFirst) {
  facts_.status.start = StartPhase::watching;
  const Cause cause = only(CauseKind::data_is_old_copy);
  EXPECT_EQ(to_text(cause),
            "this node signs nothing yet: its data is an old copy, for others hold newer signatures of its key; for "
            "two slots it watches whether its key signs elsewhere");
  EXPECT_TRUE(rule_text(cause).starts_with("P-3.22: ")) << rule_text(cause);
}

TEST_F(Stall, WhoHasStartedWaitsForAnswers) {
  facts_.status.start = StartPhase::asking;
  facts_.status.start_answers = 1;
  const Cause cause = only(CauseKind::start_unanswered);
  EXPECT_EQ(to_text(cause),
            "this node signs nothing before others have said what they hold of its key: 1 of 2 have answered");
  EXPECT_TRUE(rule_text(cause).starts_with("P-3.21: ")) << rule_text(cause);
}

TEST_F(Stall, AnyOtherStopIsToldWithItsReason) {
  facts_.status.stopped = Alarm{AlarmKind::persist_failed, {Fault::storage_io, "sign-state", {}, {}}};
  EXPECT_EQ(to_text(only(CauseKind::signing_stopped)),
            "this node signs nothing until it is started again: persist_failed: " +
                lucid::to_text(Error{Fault::storage_io, "sign-state", {}, {}}));
}

TEST_F(Stall, WhoeverIsNoMemberHasNothingToSign) {
  facts_.is_member = false;
  facts_.status.start = StartPhase::asking;
  EXPECT_TRUE(judge().causes.empty());
}

// ---- catching up

TEST_F(Stall, ANodeThatIsBehindCatchesUpAndMoves) {
  facts_.status = {};
  facts_.catch_up = {true, 800, 0, 2, "asked for block 13"};
  other('c').height = 300;
  EXPECT_EQ(judge().pace, Pace::catching_up);
  EXPECT_EQ(judge().summary, "this node catches up: height 12 is here, sync asked for block 13");
  EXPECT_EQ(to_text(only(CauseKind::behind_the_others)),
            "this node is behind: it holds height 12 and c says that it holds 300; sync asked for block 13");
  facts_.catch_up.tip_for_ms = facts_.times.here_ms = 30'000;
  EXPECT_FALSE(judge().moving()) << "nothing comes in any more";
}

TEST_F(Stall, ABlockOnItsWayMakesNobodyAStraggler) {
  other('c').height = 13;
  EXPECT_TRUE(judge().causes.empty());
}

TEST_F(Stall, ATipThatNobodyHasConfirmedIsNotBuiltUpon) {
  facts_.status = {};
  facts_.times.here_ms = 40'000;
  facts_.catch_up = {true, 40'000, 1, 2, "asked for block 13"};
  EXPECT_FALSE(judge().moving());
  EXPECT_EQ(to_text(only(CauseKind::tip_unconfirmed)),
            "this node does not know yet whether its tip is the newest block: 1 of 2 other validators have said so");
}

TEST_F(Stall, ANodeThatHasStartedAmongTooFewIsToldWhoIsMissingAndNotThatItCatchesUp) {
  facts_.status = {};
  facts_.times.here_ms = 1'000;
  facts_.catch_up = {true, 1'000, 1, 2, "looks for peers"};
  EXPECT_EQ(judge().pace, Pace::catching_up) << "all are here: they will say it";
  other('c').connected = other('d').connected = false;
  EXPECT_FALSE(judge().moving());
  EXPECT_EQ(judge().causes.front().kind, CauseKind::too_few_validators);
  EXPECT_TRUE(finds(CauseKind::tip_unconfirmed));
  other('b').height = 300;
  EXPECT_EQ(judge().pace, Pace::catching_up) << "one is enough to fetch blocks from";
}

// ---- within a height

TEST_F(Stall, AProposalThatThisNodeRejectedIsToldWithTheRule) {
  overdue();
  const Error error{Fault::block_timestamp, "header.time", "at most 1000", "3600000"};
  facts_.status.rejection = RejectedProposal{1, "c", error};
  const Cause cause = only(CauseKind::proposal_rejected);
  EXPECT_EQ(to_text(cause), "this node rejected what c proposed in round 1: " + lucid::to_text(error));
  EXPECT_TRUE(rule_text(cause).starts_with("P-3.13: ")) << rule_text(cause);
}

TEST_F(Stall, WhoRejectedAProposalIsNamed) {
  overdue();
  facts_.rounds.back().voters[1].prevote = "reject";
  facts_.rounds.back().voters[3].prevote = "reject";
  EXPECT_EQ(to_text(only(CauseKind::proposal_refused)), "b and d rejected what b proposed in round 2");
}

TEST_F(Stall, ALeaderThatIsAwayCostsItsRound) {
  overdue();
  facts_.status.step = "propose";
  other('b').connected = false;
  other('b').silent_ms = 9'000;
  const Diagnosis found = judge();
  ASSERT_EQ(found.causes.size(), 2U) << "and it is missing";
  EXPECT_EQ(to_text(found.causes[0]), "b, who leads round 2, is not here: after its time the next in order leads");
  EXPECT_EQ(found.causes[1].kind, CauseKind::validators_missing);
}

TEST_F(Stall, ALeaderThatIsHereAndSaysNothingIsToldApart) {
  overdue();
  facts_.status.step = "propose";
  EXPECT_EQ(to_text(only(CauseKind::proposer_silent)),
            "b, who leads round 2, is connected and has proposed nothing yet");
  facts_.status.proposal = Hash256{};
  EXPECT_FALSE(finds(CauseKind::proposer_silent));
}

TEST_F(Stall, AQuorumForABlockThatIsNotHere) {
  overdue();
  MissingBlock missing{1, {}};
  missing.block.data.fill(0xab);
  facts_.status.missing = missing;
  const Cause cause = only(CauseKind::block_missing);
  EXPECT_EQ(to_text(cause),
            "a quorum signed block abababababababab in round 1, and its bytes are not here: each peer is asked for "
            "them in turn");
}

TEST_F(Stall, ADecidedBlockThatTheDatabaseDoesNotTake) {
  overdue();
  facts_.status.decided = true;
  EXPECT_EQ(to_text(only(CauseKind::block_not_stored)),
            "block 13 is decided, and this node's database has not stored it yet");
}

TEST_F(Stall, VotesThatAreRoundsApartNeverMeet) {
  overdue(5);
  RoundVotes& old = votes(2, "approve");
  std::swap(facts_.rounds[0], old);
  facts_.rounds[1].voters[2].prevote = facts_.rounds[1].voters[3].prevote = "none";
  EXPECT_EQ(to_text(only(CauseKind::votes_split)),
            "the votes lie in rounds too far apart, and 3 must meet in one: this node is in round 5, b in round 5, c "
            "in round 2 and d in round 2");
}

TEST_F(Stall, WhoIsConnectedAndVotesNowhereIsNamed) {
  overdue();
  facts_.rounds.back().voters[2].prevote = "none";
  const Cause cause = only(CauseKind::votes_missing);
  EXPECT_EQ(to_text(cause), "c is connected and has voted in none of the last rounds");
  EXPECT_TRUE(rule_text(cause).starts_with("P-3.4: ")) << rule_text(cause);
}

TEST_F(Stall, NothingOfAHeightIsToldWhileItMoves) {
  overdue();
  facts_.times.opened_ms = 500;
  facts_.rounds.back().voters[2].prevote = "reject";
  EXPECT_TRUE(judge().causes.empty());
}

// ---- words

TEST_F(Stall, EachKindHasANameAndASentenceOfItsOwn) {
  std::set<std::string_view> names;
  std::set<std::string> sentences;
  for (std::uint8_t number = 0; number <= static_cast<std::uint8_t>(last_of(CauseKind{})); ++number) {
    Cause cause;
    cause.kind = static_cast<CauseKind>(number);
    cause.who = {{"b", 1'000, "silent", 1}};
    cause.block = Hash256{};
    cause.detail = "x";
    names.insert(cause_name(cause.kind));
    sentences.insert(to_text(cause));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(last_of(CauseKind{})) + 1);
  EXPECT_EQ(sentences.size(), names.size());
}

TEST_F(Stall, TheWeightiestCauseStandsFirstAndInTheSummary) {
  other('c').connected = other('d').connected = false;
  facts_.disk.state = DiskState::full;
  const Diagnosis found = judge();
  ASSERT_EQ(found.causes.size(), 2U);
  EXPECT_EQ(found.causes[0].kind, CauseKind::own_disk_full);
  EXPECT_EQ(found.causes[1].kind, CauseKind::too_few_validators);
  EXPECT_EQ(found.summary, "the chain does not move at height 13: " + to_text(found.causes[0]));
}

TEST_F(Stall, TimesAreReadable) {
  EXPECT_EQ(duration_text(0), "0 ms");
  EXPECT_EQ(duration_text(999), "999 ms");
  EXPECT_EQ(duration_text(7'290), "7.2 s");
  EXPECT_EQ(duration_text(59'999), "59 s");
  EXPECT_EQ(duration_text(185'000), "3 min 5 s");
  EXPECT_EQ(duration_text(7'800'000), "2 h 10 min");
  EXPECT_EQ(duration_text(93'600'000), "1 d 2 h");
}

// ---- what the core tells of itself

TEST(StatusOfRounds, ShowsWhoVotedWhatInEachRoundAndKeepsTheRejectionOfTheHeight) {
  Seat seat;
  seat.open();
  const Hash256 x = seat.block("X", 0);
  seat.propose('b', 0, x);
  seat.give(BlockChecked{1, x, Error{Fault::block_merkle_root, "header.state_digest", "", ""}});
  seat.prevote('c', 0, x);
  seat.prevote('c', 1, std::nullopt);
  seat.prevote('d', 1, std::nullopt);
  EXPECT_EQ(seat.core->round(), 1U);
  const auto rounds = seat.core->votes_by_round(4);
  ASSERT_EQ(rounds.size(), 2U);
  EXPECT_EQ(rounds[0].round, 0U);
  EXPECT_TRUE(rounds[0].proposed);
  EXPECT_EQ(rounds[0].proposer_name, "b");
  EXPECT_EQ(rounds[0].voters[0].prevote, "reject");
  EXPECT_EQ(rounds[0].voters[2].prevote, "approve");
  EXPECT_FALSE(rounds[1].proposed);
  EXPECT_EQ(rounds[1].voters[3].prevote, "nil");
  EXPECT_EQ(seat.core->votes_by_round(1)[0].round, 1U) << "the newest";
  const ConsensusStatus status = seat.core->status(seat.now);
  EXPECT_EQ(status.rejected, "") << "of this round nothing was rejected";
  ASSERT_TRUE(status.rejection);
  EXPECT_EQ(status.rejection->round, 0U);
  EXPECT_EQ(status.rejection->proposer_name, "b");
  EXPECT_EQ(status.rejection->error.fault, Fault::block_merkle_root);
}

TEST(StatusOfRounds, NamesABlockThatAQuorumSignedAndThatIsNotHere) {
  Seat seat;
  seat.open();
  const Hash256 x = seat.block("X", 0);
  seat.prevote('b', 0, x);
  seat.prevote('c', 0, x);
  EXPECT_FALSE(seat.core->status(seat.now).missing);
  seat.prevote('d', 0, x);
  ASSERT_TRUE(seat.core->status(seat.now).missing);
  EXPECT_EQ(seat.core->status(seat.now).missing->block, x);
  seat.propose('b', 0, x);
  EXPECT_FALSE(seat.core->status(seat.now).missing);
}

}  // namespace
}  // namespace lucid::test
