// Copies of a key (protocol.md section 3): the exchange at the start, and what this node makes of signatures of its own
// key that come from elsewhere. Newest records of others' keys are noted here too, to answer them at their start.
#include <algorithm>

#include "core/base/mutant.hpp"
#include "core/consensus/consensus.hpp"
#include "core/consensus/timeouts.hpp"

namespace lucid::consensus {
namespace {

constexpr std::uint64_t kWatchedSlots = 2;

}  // namespace

/// A validator that would sign but may not yet. It decides on the votes of others and does nothing else of a round.
bool Consensus::holds_still() const {
  return signer_ && !signing_stopped_ && start_.phase() != StartPhase::cleared && started_ &&
         plan_.validators.index_of(signer_->address());
}

void Consensus::ask_others(Output& out) const {
  if (signing_stopped_) return;
  out.send.emplace_back(start_.question());
  start_timer(TimerStep::ask, plan_.params.slot_timeout_ms, out);
}

void Consensus::look_at_start(Output& out) {
  if (!started_ || signing_stopped_ || !start_.look(plan_.validators, signer_->address())) return;
  if (start_.phase() == StartPhase::watching)
    start_watch(out);
  else
    leave_start(out);
}

void Consensus::start_watch(Output& out) const {
  out.requests.emplace_back(StartWatch{start_.watch_number(), kWatchedSlots * plan_.params.slot_duration_ms});
}

/// What was held back is made up for: the timer of a round that was entered by a record.
void Consensus::leave_start(Output& out) {
  const bool in_round = !machine_.decided && machine_.step == RoundStep::propose;
  if (in_round) start_timer(TimerStep::propose, propose_timeout_ms(plan_.params, machine_.round), out);
}

void Consensus::take(TimeMs, NewestRecordAsked input, Output& out) {
  out.answer = AnswerMessage{input.from, newest_.answer(input.from, input.question.life)};
}

void Consensus::take(TimeMs, NewestRecordTold input, Output& out) {
  const NewestRecordAnswer& answer = *input.answer;
  const auto refuse = [&](Fault fault, std::string_view field, std::string expected, std::string actual) {
    out.refused = Error{fault, std::string(field), std::move(expected), std::move(actual)};
  };
  if (!signer_ || !started_ || answer.life != start_.question().life)
    return refuse(Fault::number_range, "answer.life", std::to_string(start_.question().life),
                  std::to_string(answer.life));
  if (is_own(input.from) || !plan_.validators.index_of(input.from))
    return refuse(Fault::vote_not_member, "answer", "from another member of the validator set", to_text(input.from));
  std::vector<SignedMessage> told;
  if (answer.precommit) told.emplace_back(*answer.precommit);
  if (answer.newest) told.push_back(*answer.newest);
  for (const SignedMessage& message : told)
    if (!is_own(signer_of(message)))
      return refuse(Fault::vote_not_member, "answer", "a signature of this node's key", to_text(signer_of(message)));
  // Who tells a second time tells of what was signed since the first.
  const bool first_time = !start_.has_answered(input.from);
  for (const SignedMessage& message : told) (void)judge_own(message, first_time, out);
  start_.answered(input.from);
  look_at_start(out);
}

void Consensus::take(TimeMs, WatchOver input, Output& out) {
  if (!started_ || signing_stopped_ || !start_.watched(input.number)) return;
  durable_changed_ = true;
  leave_start(out);
}

/// Whether a signature of this node's key is one of its own. `told`: by an answer to the question of the start.
bool Consensus::judge_own(const SignedMessage& seen, bool told, Output& out) {
  const SignRecord record = record_of(seen);
  const bool asking = start_.phase() == StartPhase::asking;
  if (LUCID_MUTANT(restored_disk_not_noticed)) return true;
  if (asking && told && signer_->is_passed(record)) note_restored(record, out);
  if (signer_->made(record)) return true;
  const bool learning = asking || (told && start_.phase() == StartPhase::watching);
  if (!learning || !signer_->is_newer(record)) {
    note_foreign(record, out);
    return false;
  }
  take_over(seen, out);
  return true;
}

/// The disk was copied or restored: the key has signed since.
void Consensus::note_restored(const SignRecord& newer, Output& out) {
  if (!start_.watch_needed())
    out.alarms.push_back({AlarmKind::sign_state_restored,
                          Error{Fault::foreign_signature, "newest record", "none above that of this node's disk",
                                "height " + std::to_string(newer.height) + " round " + std::to_string(newer.round)}});
  start_.newer_seen();
  durable_changed_ = true;
}

/// This key signed it in a life of which this disk knows nothing.
void Consensus::take_over(const SignedMessage& seen, Output& out) {
  const SignRecord record = record_of(seen);
  note_restored(record, out);
  if (start_.phase() == StartPhase::watching) start_watch(out);
  signer_->take_over(record);
  if (record.height <= signer_->floor()) return;  // the chain has passed it
  if (!out.persist) out.persist.emplace();
  out.persist->records.push_back(record);
  if (!started_ || record.height != plan_.height || machine_.decided) return;
  enter_newest_record();
  restore_record(record, out);
}

/// Round and step of the newest record, and the lock that an own precommit implies.
void Consensus::enter_newest_record() {
  const std::vector<SignRecord>& records = signer_->records();
  if (records.empty() || records.back().height != plan_.height) return;
  static constexpr RoundStep kSteps[] = {RoundStep::propose, RoundStep::prevote, RoundStep::precommit};
  const auto step = static_cast<std::size_t>(records.back().step);
  machine_.round = records.back().round;
  machine_.step = kSteps[LUCID_MUTANT(double_sign_off_by_one) && step > 0 ? step - 1 : step];
  for (const SignRecord& record : records) {
    const bool locks = record.step == SignStep::precommit && record.value;
    if (locks && (!machine_.locked || machine_.locked->round < record.round))
      machine_.locked = MarkedBlock{record.round, *record.value};
  }
}

void Consensus::note(const SignedMessage& message) {
  const Address& signer = signer_of(message);
  if (plan_.validators.index_of(signer) || plan_.last_validators.index_of(signer)) newest_.note(message);
}

/// The precommits in a checked certificate are as good as any that arrive alone. `set` judged it.
void Consensus::note(const Certificate& certificate, const ValidatorSet& set, Output& out) {
  newest_.note(certificate, set);
  if (!signer_) return;
  const auto self = set.index_of(signer_->address());
  for (const CommitSignature& signature : certificate.signatures)
    if (self && signature.validator == *self) (void)judge_own(precommit_of(certificate, signature, set), false, out);
}

}  // namespace lucid::consensus
