// The round machine against the lines of Algorithm 1 (arXiv:1807.04938): every event in every step.
#include "core/consensus/round_machine.hpp"

#include <gtest/gtest.h>

#include "core/crypto/sha256.hpp"

namespace lucid::consensus {
namespace {

const Hash256 kX = crypto::sha256(as_bytes("X"));
const Hash256 kY = crypto::sha256(as_bytes("Y"));

RoundState at(RoundStep step, Round round = 2) {
  RoundState state;
  state.round = round;
  state.step = step;
  return state;
}

RoundState locked(RoundState state, Round round, const Hash256& block) {
  state.locked = MarkedBlock{round, block};
  state.valid = state.locked;
  return state;
}

RoundEvent event(EventKind kind, Round round = 2, VoteValue block = {}, bool acceptable = true) {
  return {.kind = kind, .round = round, .block = block, .is_proposer = false, .acceptable = acceptable};
}

constexpr RoundStep kSteps[] = {RoundStep::waiting, RoundStep::propose, RoundStep::prevote, RoundStep::precommit};

struct Expected {
  RoundStep step;
  ActionKind action;
};

struct Row {
  EventKind event;
  Round round;
  std::optional<Expected> in[4];  // by kSteps; absent: nothing happens and nothing changes
};

TEST(RoundMachine, AnswersEveryEventInEveryStepAsTheTableSays) {
  using enum ActionKind;
  constexpr auto kWait = RoundStep::waiting;
  constexpr auto kPropose = RoundStep::propose;
  constexpr auto kPrevote = RoundStep::prevote;
  constexpr auto kPrecommit = RoundStep::precommit;
  const std::optional<Expected> no;
  const Row table[] = {
      {EventKind::proposal_new, 2, {no, Expected{kPrevote, prevote}, no, no}},
      {EventKind::proposal_again, 1, {no, Expected{kPrevote, prevote}, no, no}},
      {EventKind::proposal_again, 2, {no, no, no, no}},  // valid_round must be below the round
      {EventKind::prevotes_any, 2, {no, no, Expected{kPrevote, start_prevote_timer}, no}},
      {EventKind::prevotes_block, 2, {no, no, Expected{kPrecommit, precommit}, Expected{kPrecommit, none}}},
      {EventKind::prevotes_nil, 2, {no, no, Expected{kPrecommit, precommit}, no}},
      {EventKind::precommits_any,
       2,
       {no, Expected{kPropose, start_precommit_timer}, Expected{kPrevote, start_precommit_timer},
        Expected{kPrecommit, start_precommit_timer}}},
      {EventKind::precommits_block,
       0,
       {Expected{kWait, decide}, Expected{kPropose, decide}, Expected{kPrevote, decide}, Expected{kPrecommit, decide}}},
      {EventKind::others_ahead,
       3,
       {Expected{kWait, enter_round}, Expected{kPropose, enter_round}, Expected{kPrevote, enter_round},
        Expected{kPrecommit, enter_round}}},
      {EventKind::others_ahead, 2, {no, no, no, no}},
      {EventKind::timeout_propose, 2, {no, Expected{kPrevote, prevote}, no, no}},
      {EventKind::timeout_propose, 1, {no, no, no, no}},
      {EventKind::timeout_prevote, 2, {no, no, Expected{kPrecommit, precommit}, no}},
      {EventKind::timeout_prevote, 1, {no, no, no, no}},
      {EventKind::timeout_precommit,
       2,
       {no, Expected{kPropose, enter_round}, Expected{kPrevote, enter_round}, Expected{kPrecommit, enter_round}}},
      {EventKind::timeout_precommit, 1, {no, no, no, no}},
  };
  for (const Row& row : table)
    for (std::size_t i = 0; i < 4; ++i) {
      const RoundState before = at(kSteps[i]);
      const Transition after = apply(before, event(row.event, row.round, kX));
      const std::string where = "event " + std::to_string(static_cast<int>(row.event)) + " round " +
                                std::to_string(row.round) + " in " + std::to_string(i);
      if (!row.in[i]) {
        EXPECT_EQ(after.state, before) << where;
        EXPECT_EQ(after.action, RoundAction{}) << where;
        continue;
      }
      EXPECT_EQ(after.state.step, row.in[i]->step) << where;
      EXPECT_EQ(after.action.kind, row.in[i]->action) << where;
    }
}

TEST(RoundMachine, DoesNothingMoreOnceItHasDecided) {
  RoundState state = at(RoundStep::precommit);
  state = apply(state, event(EventKind::precommits_block, 2, kX)).state;
  ASSERT_TRUE(state.decided);
  for (int kind = 0; kind <= static_cast<int>(EventKind::timeout_precommit); ++kind) {
    const Transition after = apply(state, event(static_cast<EventKind>(kind), 3, kY));
    EXPECT_EQ(after.state, state);
    EXPECT_EQ(after.action, RoundAction{});
  }
}

// Lines 14-19.
TEST(RoundMachine, AProposerBuildsOrProposesTheValidValueAgain) {
  RoundEvent start = event(EventKind::round_starts, 3);
  EXPECT_EQ(apply(at(RoundStep::precommit), start).action.kind, ActionKind::none) << "not the proposer";
  start.is_proposer = true;
  EXPECT_EQ(apply(at(RoundStep::precommit), start).action.kind, ActionKind::build_value);
  const Transition again = apply(locked(at(RoundStep::precommit), 1, kX), start);
  EXPECT_EQ(again.action, (RoundAction{ActionKind::propose_valid, 3, kX, NilReason::none}));
}

TEST(RoundMachine, ANewRoundForgetsWhatWasForTheFirstTimeButKeepsTheLock) {
  RoundState state = locked(at(RoundStep::precommit), 1, kX);
  state.prevote_timer_started = state.precommit_timer_started = state.valid_updated = true;
  const RoundState next = apply(state, event(EventKind::round_starts, 3)).state;
  EXPECT_EQ(next.round, 3U);
  EXPECT_EQ(next.step, RoundStep::propose);
  EXPECT_FALSE(next.prevote_timer_started || next.precommit_timer_started || next.valid_updated);
  EXPECT_EQ(next.locked, state.locked);
  EXPECT_EQ(next.valid, state.valid);
}

// Lines 22-26.
TEST(RoundMachine, PrevotesANewValueOnlyIfItIsAcceptableAndNothingElseIsLocked) {
  const auto prevoted = [](const RoundState& state, bool acceptable) {
    return apply(state, event(EventKind::proposal_new, 2, kX, acceptable)).action;
  };
  const RoundState free = at(RoundStep::propose);
  EXPECT_EQ(prevoted(free, true).block, kX);
  EXPECT_EQ(prevoted(free, false).block, std::nullopt);
  EXPECT_EQ(prevoted(free, false).reason, NilReason::rejected);
  EXPECT_EQ(prevoted(locked(free, 1, kX), true).block, kX);
  EXPECT_EQ(prevoted(locked(free, 1, kY), true).block, std::nullopt);
}

// Lines 28-32.
TEST(RoundMachine, FollowsAValueProposedAgainOnlyIfItsQuorumIsNoOlderThanTheLock) {
  const auto prevoted = [](const RoundState& state, Round valid_round, bool acceptable = true) {
    return apply(state, event(EventKind::proposal_again, valid_round, kX, acceptable)).action.block;
  };
  const RoundState state = at(RoundStep::propose, 5);
  EXPECT_EQ(prevoted(state, 0), kX);
  EXPECT_EQ(prevoted(state, 0, false), std::nullopt);
  EXPECT_EQ(prevoted(locked(state, 2, kY), 1), std::nullopt) << "older than the lock";
  EXPECT_EQ(prevoted(locked(state, 2, kY), 2), kX) << "line 29: lockedRound <= vr";
  EXPECT_EQ(prevoted(locked(state, 2, kY), 3), kX);
  EXPECT_EQ(prevoted(locked(state, 2, kX), 1), kX) << "the locked value itself";
}

// Lines 36-43.
TEST(RoundMachine, LocksOnlyInThePrevoteStepButAlwaysTakesTheValidValueOnce) {
  const auto quorum = event(EventKind::prevotes_block, 2, kX);
  const RoundState in_prevote = apply(at(RoundStep::prevote), quorum).state;
  EXPECT_EQ(in_prevote.locked, (MarkedBlock{2, kX}));
  EXPECT_EQ(in_prevote.valid, (MarkedBlock{2, kX}));
  const RoundState late = apply(locked(at(RoundStep::precommit), 0, kY), quorum).state;
  EXPECT_EQ(late.locked, (MarkedBlock{0, kY})) << "precommitted nil already: no lock";
  EXPECT_EQ(late.valid, (MarkedBlock{2, kX}));
  EXPECT_EQ(apply(late, event(EventKind::prevotes_block, 2, kY)).state, late) << "for the first time only";
}

TEST(RoundMachine, AQuorumOfAnEarlierRoundMakesTheValidValueIfItIsNewerAndNeverALock) {
  for (const RoundStep step : {RoundStep::propose, RoundStep::prevote, RoundStep::precommit}) {
    const RoundState state = locked(at(step, 5), 2, kX);
    const Transition newer = apply(state, event(EventKind::prevotes_earlier, 4, kY));
    EXPECT_EQ(newer.state.valid, (MarkedBlock{4, kY}));
    EXPECT_EQ(newer.state.locked, (MarkedBlock{2, kX})) << "nothing is precommitted in a round that is over";
    EXPECT_EQ(newer.action, RoundAction{});
    EXPECT_FALSE(newer.state.valid_updated) << "a quorum of this round still counts for the first time";
    for (const Round not_newer : {0U, 2U, 5U, 6U})
      EXPECT_EQ(apply(state, event(EventKind::prevotes_earlier, not_newer, kY)).state, state) << not_newer;
  }
  const RoundState waiting = at(RoundStep::waiting, 0);
  EXPECT_EQ(apply(waiting, event(EventKind::prevotes_earlier, 0, kY)).state, waiting);
}

// protocol.md section 9: "a timer reset by every message".
TEST(RoundMachine, StartsEachVoteTimerOncePerRound) {
  RoundState state = at(RoundStep::prevote);
  const auto any = event(EventKind::prevotes_any);
  EXPECT_EQ(apply(state, any).action.kind, ActionKind::start_prevote_timer);
  state = apply(state, any).state;
  EXPECT_EQ(apply(state, any).action.kind, ActionKind::none);
  const auto precommits = event(EventKind::precommits_any);
  EXPECT_EQ(apply(state, precommits).action.kind, ActionKind::start_precommit_timer);
  state = apply(state, precommits).state;
  EXPECT_EQ(apply(state, precommits).action.kind, ActionKind::none);
}

TEST(RoundMachine, ANilPrecommitGivesTheReasonOfTheOwnPrevote) {
  const RoundState timed_out = apply(at(RoundStep::propose), event(EventKind::timeout_propose)).state;
  EXPECT_EQ(apply(timed_out, event(EventKind::prevotes_nil)).action.reason, NilReason::timed_out);
  const RoundState rejected = apply(at(RoundStep::propose), event(EventKind::proposal_new, 2, kX, false)).state;
  EXPECT_EQ(apply(rejected, event(EventKind::prevotes_nil)).action.reason, NilReason::rejected);
}

}  // namespace
}  // namespace lucid::consensus
