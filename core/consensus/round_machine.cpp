#include "core/consensus/round_machine.hpp"

#include "core/base/mutant.hpp"

namespace lucid::consensus {
namespace {

Transition unchanged(const RoundState& state) {
  return {state, {}};
}

Transition start_round(RoundState state, const RoundEvent& event) {
  state.round = event.round;        // line 12
  state.step = RoundStep::propose;  // line 13
  state.prevote_reason = NilReason::none;
  state.prevote_timer_started = false;  // "for the first time" is per round
  state.valid_updated = false;
  state.precommit_timer_started = false;
  if (!event.is_proposer) return {state, {}};  // line 14
  if (state.valid && !LUCID_MUTANT(no_second_proposal))
    return {state, {ActionKind::propose_valid, state.round, state.valid->block, NilReason::none}};
  return {state, {ActionKind::build_value, state.round, {}, NilReason::none}};  // line 18
}

Transition prevote(RoundState state, const VoteValue& block, NilReason reason) {
  state.step = RoundStep::prevote;
  state.prevote_reason = reason;
  return {state, {ActionKind::prevote, state.round, block, reason}};
}

Transition precommit(RoundState state, const VoteValue& block, NilReason reason) {
  state.step = RoundStep::precommit;
  return {state, {ActionKind::precommit, state.round, block, reason}};
}

/// Lines 23-26.
Transition prevote_new(const RoundState& state, const RoundEvent& event) {
  const bool free = !state.locked || state.locked->block == event.block;
  if (event.acceptable && free) return prevote(state, event.block, NilReason::none);
  return prevote(state, std::nullopt, NilReason::rejected);
}

/// Lines 29-32; event.round is vr.
Transition prevote_again(const RoundState& state, const RoundEvent& event) {
  const bool newer = !state.locked || state.locked->round <= event.round || LUCID_MUTANT(stale_prevotes_accepted);
  const bool free = newer || state.locked->block == event.block;
  if (event.acceptable && free) return prevote(state, event.block, NilReason::none);
  return prevote(state, std::nullopt, NilReason::rejected);
}

/// Lines 42-43.
RoundState with_valid(RoundState state, const RoundEvent& event) {
  state.valid = MarkedBlock{state.round, *event.block};
  state.valid_updated = true;
  return state;
}

/// P-3.26: what lines 42 and 43 would have done, had the quorum been here in its round.
Transition remember_valid(RoundState state, const RoundEvent& event) {
  const bool newer = event.round < state.round && (!state.valid || state.valid->round < event.round);
  if (newer) state.valid = MarkedBlock{event.round, *event.block};
  return {state, {}};
}

/// Lines 37-43.
Transition lock_and_precommit(const RoundState& state, const RoundEvent& event) {
  RoundState next = with_valid(state, event);
  if (!LUCID_MUTANT(no_lock) && !LUCID_MUTANT(one_voting_phase)) next.locked = next.valid;
  return precommit(next, event.block, NilReason::none);
}

Transition start_prevote_timer(RoundState state) {
  if (state.prevote_timer_started) return unchanged(state);
  state.prevote_timer_started = true;
  return {state, {ActionKind::start_prevote_timer, state.round, {}, NilReason::none}};
}

Transition start_precommit_timer(RoundState state) {
  if (state.precommit_timer_started) return unchanged(state);
  state.precommit_timer_started = true;
  return {state, {ActionKind::start_precommit_timer, state.round, {}, NilReason::none}};
}

Transition decide(RoundState state, const RoundEvent& event) {
  state.decided = true;
  return {state, {ActionKind::decide, event.round, event.block, NilReason::none}};
}

Transition enter(const RoundState& state, Round round) {
  return {state, {ActionKind::enter_round, round, {}, NilReason::none}};
}

/// What counts in every step of a round.
Transition apply_in_any_step(const RoundState& state, const RoundEvent& event) {
  switch (event.kind) {
    case EventKind::round_starts:
      return start_round(state, event);  // line 11
    case EventKind::precommits_block:
      return decide(state, event);  // lines 49-54
    case EventKind::prevotes_earlier:
      return state.step == RoundStep::waiting ? unchanged(state) : remember_valid(state, event);
    case EventKind::others_ahead:  // lines 55-56
      return event.round > state.round ? enter(state, event.round) : unchanged(state);
    case EventKind::precommits_any:  // lines 47-48
      return state.step == RoundStep::waiting ? unchanged(state) : start_precommit_timer(state);
    case EventKind::timeout_precommit:  // lines 65-67
      return state.step != RoundStep::waiting && event.round == state.round ? enter(state, state.round + 1)
                                                                            : unchanged(state);
    default:
      return unchanged(state);
  }
}

}  // namespace

Transition apply(const RoundState& state, const RoundEvent& event) {
  if (state.decided) return unchanged(state);
  switch (state.step) {
    case RoundStep::waiting:
      break;

    case RoundStep::propose:
      switch (event.kind) {
        case EventKind::proposal_new:
          return prevote_new(state, event);  // lines 22-27
        case EventKind::proposal_again:      // lines 28-33
          return event.round < state.round ? prevote_again(state, event) : unchanged(state);
        case EventKind::timeout_propose:  // lines 57-60
          return event.round == state.round ? prevote(state, std::nullopt, NilReason::timed_out) : unchanged(state);
        default:
          break;
      }
      break;

    case RoundStep::prevote:
      switch (event.kind) {
        case EventKind::prevotes_block:
          return lock_and_precommit(state, event);  // lines 36-43
        case EventKind::prevotes_nil:               // lines 44-46
          return precommit(state, std::nullopt, state.prevote_reason);
        case EventKind::prevotes_any:
          return start_prevote_timer(state);  // lines 34-35
        case EventKind::timeout_prevote:      // lines 61-64
          return event.round == state.round ? precommit(state, std::nullopt, NilReason::timed_out) : unchanged(state);
        default:
          break;
      }
      break;

    case RoundStep::precommit:
      if (event.kind == EventKind::prevotes_block && !state.valid_updated)  // lines 36, 42-43
        return {with_valid(state, event), {}};
      break;
  }
  return apply_in_any_step(state, event);
}

}  // namespace lucid::consensus
