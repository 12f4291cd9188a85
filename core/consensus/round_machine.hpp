// One height of Tendermint, Algorithm 1 of "The latest gossip on BFT consensus" (Buchman, Kwon, Milosevic,
// arXiv:1807.04938), as one function of a state and one event. It sees block ids, never blocks; it knows no clock, no
// vote and no network. Who calls it has found an event to be true (consensus.cpp, next_event) and performs the action.
//
// Two additions to the paper, both from protocol.md: the step `waiting` before round 0 opens (section 2), and that a
// proposer too waits for timeout_propose, because building a block takes time here.
// Thread-safety: pure function.
#pragma once

#include <optional>

#include "core/consensus/vote_set.hpp"

namespace lucid::consensus {

enum class RoundStep : std::uint8_t { waiting, propose, prevote, precommit };

/// A value and the round in which it was locked or became valid.
struct MarkedBlock {
  Round round = 0;
  Hash256 block;
  bool operator==(const MarkedBlock&) const = default;
};

struct RoundState {
  Round round = 0;
  RoundStep step = RoundStep::waiting;
  std::optional<MarkedBlock> locked;
  std::optional<MarkedBlock> valid;
  NilReason prevote_reason = NilReason::none;  // of this round's own prevote, if it was nil
  bool prevote_timer_started = false;          // "for the first time" of line 34, in this round
  bool valid_updated = false;                  // of line 36, in this round
  bool precommit_timer_started = false;        // of line 47, in this round
  bool decided = false;
  bool operator==(const RoundState&) const = default;
};

enum class EventKind : std::uint8_t {
  round_starts,       // lines 11-21; `round`, `is_proposer`
  proposal_new,       // line 22; `block`, `acceptable`
  proposal_again,     // line 28; `block`, `round` = its valid_round, `acceptable`
  prevotes_any,       // line 34
  prevotes_block,     // line 36; `block`, which is known to be valid
  prevotes_earlier,   // P-3.26; the same of an earlier `round`
  prevotes_nil,       // line 44
  precommits_any,     // line 47
  precommits_block,   // line 49; `block`, which is known to be valid, and `round`
  others_ahead,       // line 55; `round`
  timeout_propose,    // line 57; `round`
  timeout_prevote,    // line 61; `round`
  timeout_precommit,  // line 65; `round`
};

struct RoundEvent {
  EventKind kind = EventKind::round_starts;
  Round round = 0;
  VoteValue block;
  bool is_proposer = false;
  bool acceptable = false;  // keeps every rule (valid(v) of the paper, and the rules of a new value)
};

enum class ActionKind : std::uint8_t {
  none,
  build_value,    // line 18
  propose_valid,  // line 16: state.valid
  prevote,        // `block`, `reason`
  precommit,      // `block`, `reason`
  start_prevote_timer,
  start_precommit_timer,
  enter_round,  // `round`: give the machine round_starts
  decide,       // `block`, `round`
};

struct RoundAction {
  ActionKind kind = ActionKind::none;
  Round round = 0;
  VoteValue block;
  NilReason reason = NilReason::none;
  bool operator==(const RoundAction&) const = default;
};

struct Transition {
  RoundState state;
  RoundAction action;
};

/// An event that means nothing in this state leaves it unchanged.
Transition apply(const RoundState& state, const RoundEvent& event);

}  // namespace lucid::consensus
