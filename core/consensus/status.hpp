// What the core is doing, for people: `/consensus/status`, the validator's state text and `why-stalled`.
//
// Thread-safety: values. Never parsed by the core.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/consensus/round_machine.hpp"
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
};

std::string_view step_name(RoundStep step);
/// All of it in a few lines.
std::string to_text(const ConsensusStatus& status);

}  // namespace lucid::consensus
