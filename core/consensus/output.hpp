// The work that one step of the core asks for. The fields stand in the order in which they must be done; whoever
// performs them does all of one output before the next step, and stops at the first that fails:
//
//   1. persist   store and sync; on failure do nothing below and tell the core PersistFailed
//   2. send      to all other validators, also those not connected now (they are offered again later); then answer
//   3. timers    start; one for each (height, round, step), a new one replaces the old
//   4. requests  to block_producer, ledger and clock; the answers come back as inputs
//   5. decide    hand block and certificate to the ledger, which answers with HeightStarted of the next height
//   6. evidence  to block_producer; alarms to health; refused and rejected to the log
//
// Thread-safety: values. Times in milliseconds.
#pragma once

#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "core/consensus/input.hpp"
#include "core/consensus/sign_record.hpp"
#include "core/types/transaction.hpp"

namespace lucid::consensus {

/// A proposal to send together with its block's bytes and, where it proposes again, the prevotes of valid_round.
struct ProposalMessage {
  Verified<Proposal> proposal;
  std::vector<Verified<Vote>> prevotes;
  bool operator==(const ProposalMessage&) const = default;
};
/// The question is asked of every other validator, and answered by NewestRecordTold.
using Message = std::variant<ProposalMessage, Verified<Vote>, NewestRecordQuestion>;

/// To one validator, over the connection that its question came over; dropped where that is gone.
struct AnswerMessage {
  Address to;
  NewestRecordAnswer answer;
  bool operator==(const AnswerMessage&) const = default;
};

struct StartTimer {
  Height height = 0;
  Round round = 0;
  TimerStep step = TimerStep::open;
  std::uint64_t delay_ms = 0;
  bool operator==(const StartTimer&) const = default;
};

/// Answered by BlockBuilt. The header gets this round, this time and this node as its proposer.
struct BuildBlock {
  Height height = 0;
  Round round = 0;
  TimeMs time = 0;
  std::uint64_t max_bytes = 0;  // of the encoded block: halved with each round, so that a slow network gets through
  Certificate last_commit;      // every precommit of the parent that was received by now
  bool operator==(const BuildBlock&) const = default;
};

/// Execute this block on top of the parent, keep nothing. Answered by BlockChecked.
struct CheckBlock {
  Height height = 0;
  Hash256 block;
  bool operator==(const CheckBlock&) const = default;
};

/// A quorum signed a block that nobody sent here. Answered by ProposalArrived or CertificateArrived.
struct FetchBlock {
  Height height = 0;
  Round round = 0;
  Hash256 block;
  bool operator==(const FetchBlock&) const = default;
};

/// Wait this long, whatever heights come and go and whatever the wall clock does. Answered by WatchOver; a new one does
/// not end the old one, but makes it stale.
struct StartWatch {
  std::uint64_t number = 0;
  std::uint64_t delay_ms = 0;
  bool operator==(const StartWatch&) const = default;
};

using Request = std::variant<BuildBlock, CheckBlock, FetchBlock, StartWatch>;

struct Decision {
  Height height = 0;
  Hash256 block;
  Certificate certificate;  // with every precommit held
  bool operator==(const Decision&) const = default;
};

enum class AlarmKind : std::uint8_t {
  foreign_signature,      // this node's key signs elsewhere: signing has stopped until a person acts
  persist_failed,         // the sign-state could not be written: signing has stopped until the next start
  signing_broken,         // a signature just made does not verify, or a stored one no longer does: signing has stopped
  decided_block_invalid,  // a quorum precommitted a block that breaks this node's rules: it cannot follow the chain
  two_blocks_decided,     // certificates for two blocks of one height
  invariant_broken,       // the core was about to break a rule of agreement and did not: signing has stopped
  sign_state_restored,    // others hold a newer record of this key than its disk: it watches before it signs
};
constexpr AlarmKind last_of(AlarmKind) {
  return AlarmKind::sign_state_restored;
}
std::string_view alarm_name(AlarmKind kind);

struct Alarm {
  AlarmKind kind = AlarmKind::invariant_broken;
  Error error;
  bool operator==(const Alarm&) const = default;
};

struct Output {
  std::optional<Persist> persist;
  std::vector<Message> send;
  std::optional<AnswerMessage> answer;
  std::vector<StartTimer> timers;
  std::vector<Request> requests;
  std::optional<Decision> decide;
  std::vector<Evidence> evidence;
  std::vector<Alarm> alarms;
  std::optional<Error> refused;   // why the input was dropped
  std::optional<Error> rejected;  // why a proposal got a nil prevote

  bool operator==(const Output&) const = default;
};

}  // namespace lucid::consensus
