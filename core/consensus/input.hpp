// What the consensus core is told. Everything signed has been verified before it gets here; `now`, the wall clock in
// milliseconds, goes with every input as an argument of step().
//
// Thread-safety: values.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "core/consensus/height_plan.hpp"
#include "core/crypto/verified.hpp"
#include "core/types/block.hpp"
#include "core/types/newest_record.hpp"

namespace lucid::consensus {

using crypto::Verified;

/// The ledger has committed the parent (or has just started): agree on this height.
struct HeightStarted {
  HeightPlan plan;
};

/// Whether transactions wait that could be included in block `height`. Said anew for every height and on each change.
struct WorkWaiting {
  Height height = 0;
  bool waiting = false;
};

/// A complete proposal: the caller has the block's bytes and keeps them while needs_block() says so.
struct ProposalArrived {
  Verified<Proposal> proposal;
  Header header;                         // hashes to proposal.block; checked again here, it costs one hash
  std::uint64_t block_bytes = 0;         // size of the encoded block
  std::vector<Verified<Vote>> prevotes;  // of a proposal again: those of valid_round
};

/// The answer to BuildBlock: executed, and so valid.
struct BlockBuilt {
  Height height = 0;
  Round round = 0;
  Hash256 block;
  Header header;
  std::uint64_t block_bytes = 0;
};

/// The answer to CheckBlock: executed; `fault` says which rule it broke, absent if none.
struct BlockChecked {
  Height height = 0;
  Hash256 block;
  std::optional<Error> fault;
  Certificate last_commit = {};  // of the block; looked at where there is no fault
};

struct VoteArrived {
  Verified<Vote> vote;
};

/// A decided block learned otherwise (from a peer that is ahead). The caller has the block's bytes.
struct CertificateArrived {
  Verified<Certificate> certificate;
};

/// Which wait is over. `open`: look again whether round 0 may open. `ask`: ask for newest records again.
enum class TimerStep : std::uint8_t { open, propose, prevote, precommit, ask };
constexpr TimerStep last_of(TimerStep) {
  return TimerStep::ask;
}

/// A timer that was asked for has run down. Stale ones are recognised and ignored.
struct TimerFired {
  Height height = 0;
  Round round = 0;
  TimerStep step = TimerStep::open;
};

/// The last output's `persist` could not be stored; nothing after it was done. Signing stops for good.
struct PersistFailed {
  Error error;
};

/// Another validator has started and asks. `from`: whose connection it came over, as the caller has authenticated it.
/// Answered in the same step, also while this node waits for answers itself.
struct NewestRecordAsked {
  Address from;
  NewestRecordQuestion question;
};

/// An answer to this node's question. `from` as above: each validator counts once, whatever it says.
struct NewestRecordTold {
  Address from;
  Verified<NewestRecordAnswer> answer;
};

/// A StartWatch has run down.
struct WatchOver {
  std::uint64_t number = 0;
};

using Input =
    std::variant<HeightStarted, WorkWaiting, ProposalArrived, BlockBuilt, BlockChecked, VoteArrived, CertificateArrived,
                 TimerFired, PersistFailed, NewestRecordAsked, NewestRecordTold, WatchOver>;

}  // namespace lucid::consensus
