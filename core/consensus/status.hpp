// What the core is doing, for people: `/consensus/status`, the validator's state text and `why-stalled`.
//
// Thread-safety: values. Never parsed by the core.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/consensus/output.hpp"
#include "core/consensus/round_machine.hpp"
#include "core/consensus/start_guard.hpp"
#include "core/types/ids.hpp"
#include "core/types/params.hpp"

namespace lucid::consensus {

/// One validator's part in the current round, in Lucid's vote words: approve (for the block), reject (nil after a
/// failed rule), abstain (nil by timeout), nil (nil, reason not said), both (it contradicted itself), none.
struct VoterStatus {
  std::string name;
  Address address;
  std::string_view prevote = "none";
  std::string_view precommit = "none";
};

/// What is held of one round.
struct RoundVotes {
  Round round = 0;
  std::string proposer_name;
  bool proposed = false;            // its proposal is here
  std::vector<VoterStatus> voters;  // in validator order
};

/// A proposal of this height that this node voted against.
struct RejectedProposal {
  Round round = 0;
  std::string proposer_name;
  Error error;
};

/// Signed by a quorum, and its bytes are not here.
struct MissingBlock {
  Round round = 0;
  Hash256 block;
};

struct ConsensusStatus {
  bool started = false;
  Height height = 0;
  Slot slot;
  Round round = 0;
  std::string_view step;    // "waiting", "propose", "prevote", "precommit", "decided"
  std::string waiting_for;  // a sentence
  Address proposer;         // of this round
  std::string proposer_name;
  std::size_t validators = 0;
  std::size_t quorum = 0;
  QuorumRule quorum_rule = QuorumRule::strict;
  std::optional<Hash256> proposal;  // of this round
  std::optional<MarkedBlock> locked;
  std::optional<MarkedBlock> valid;
  std::vector<VoterStatus> voters;  // in validator order
  std::string rejected;             // why this round's proposal got a nil prevote; else empty
  std::string signing;              // a sentence: whether this node signs, and if not why
  bool may_sign = false;
  bool is_member = false;  // this node's key is in the validator set
  StartPhase start = StartPhase::cleared;
  std::size_t start_answers = 0;  // of others to the question of the start
  std::optional<Alarm> stopped;   // why signing has stopped
  bool opened = false;            // round 0 has begun
  bool decided = false;           // and not committed yet
  TimeMs parent_time = 0;
  TimeMs earliest_time = 0;                   // no block of this height may be dated before
  TimeMs closing_from = 0;                    // from here on a block is made even if it is empty
  std::optional<RejectedProposal> rejection;  // the newest of this height
  std::optional<MissingBlock> missing;
};

std::string_view step_name(RoundStep step);
/// "420 ms", "7.2 s", "12 s", "3 min 5 s", "2 h 10 min".
std::string duration_text(std::uint64_t ms);
/// All of it in a few lines.
std::string to_text(const ConsensusStatus& status);

}  // namespace lucid::consensus
