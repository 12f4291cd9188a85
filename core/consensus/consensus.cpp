#include "core/consensus/consensus.hpp"

#include <algorithm>

#include "core/base/mutant.hpp"
#include "core/consensus/timeouts.hpp"

namespace lucid::consensus {

std::string_view alarm_name(AlarmKind kind) {
  switch (kind) {
    case AlarmKind::foreign_signature:
      return "foreign_signature";
    case AlarmKind::persist_failed:
      return "persist_failed";
    case AlarmKind::signing_broken:
      return "signing_broken";
    case AlarmKind::decided_block_invalid:
      return "decided_block_invalid";
    case AlarmKind::two_blocks_decided:
      return "two_blocks_decided";
    case AlarmKind::invariant_broken:
      return "invariant_broken";
    case AlarmKind::sign_state_restored:
      return "sign_state_restored";
  }
  return "";
}

namespace {

/// A quorum prevoted a block here, and the round may end without it all the same: others may not have seen that quorum.
bool is_split(const RoundState& state) {
  return state.valid_updated && state.precommit_timer_started;
}

}  // namespace

Consensus::Consensus(crypto::Verifier verifier, std::optional<VoteSigner> signer, Restored restored, std::uint64_t life)
    : verifier_(verifier),
      signer_(std::move(signer)),
      restored_(std::move(restored)),
      start_(life, restored_.durable.watching) {
  if (!signer_) return;
  if (LUCID_MUTANT(amnesia_after_restart)) restored_ = Restored{{}, {}, {}, restored_.floor};
  if (LUCID_MUTANT(only_last_record_kept) && !restored_.records.empty()) restored_.records = {restored_.records.back()};
  signer_->restore(restored_.records, restored_.floor);
  if (restored_.durable.watching) signer_->doubt_restored();
  halted_ = restored_.durable.halted;
  if (halted_)
    signing_stopped_ = Alarm{AlarmKind::foreign_signature,
                             Error{Fault::foreign_signature, "sign-state", "", "seen before the last start"}};
}

Output Consensus::step(TimeMs now, Input input) {
  Output out;
  std::visit([&](auto& one) { take(now, std::move(one), out); }, input);
  advance(now, out);
  if (signer_ && (out.persist || durable_changed_)) {
    if (!out.persist) out.persist.emplace();
    out.persist->durable = durable();
  }
  durable_changed_ = false;
  return out;
}

// ---- what has become true

// The conditions, in the order in which they are looked at; the first that holds is taken, until none does.
//
//   line  holds when                                                                   step
//   49    q precommits of one round for a block that is known and valid                any
//   36    q prevotes of this round for a block that is known and valid, first time     prevote, precommit
//   -     q prevotes of an earlier round, above the valid value's, for a valid block   propose, prevote, precommit
//   55    f + 1 validators seen in higher rounds                                       any
//   11    round 0 may open (protocol.md section 2)                                     waiting
//   22    the round's proposal, new, judged                                            propose
//   28    the round's proposal, again, with q prevotes of its valid_round, judged      propose
//   44    q prevotes of this round for nil                                             prevote
//   34    q prevotes of this round, first time                                         prevote
//   47    q precommits of this round, first time                                       propose, prevote, precommit
//
// Nothing holds before the gate: what comes earlier is kept until then. While a validator that has just started may
// not sign yet, only line 49 holds: a round that it went through in silence it could not come back to.
std::optional<RoundEvent> Consensus::next_event(TimeMs now) const {
  if (!started_ || machine_.decided) return std::nullopt;
  const Round round = machine_.round;
  const bool waiting = machine_.step == RoundStep::waiting;
  if (waiting && now < plan_.gate()) return std::nullopt;
  if (auto decision = decision_event()) return decision;
  if (holds_still()) return std::nullopt;
  if (machine_.step >= RoundStep::prevote && !machine_.valid_updated)
    if (const auto block = prevoted_block(); block && book_.is_valid(*block))
      return RoundEvent{.kind = EventKind::prevotes_block, .round = round, .block = block};
  if (!waiting)
    if (auto earlier = earlier_prevotes_event()) return earlier;
  if (const auto ahead = votes_->round_to_skip_to(round); ahead && !LUCID_MUTANT(no_round_skip))
    return RoundEvent{.kind = EventKind::others_ahead, .round = *ahead, .block = {}};
  if (waiting) {
    if (!may_open(now)) return std::nullopt;
    return RoundEvent{.kind = EventKind::round_starts, .round = 0, .block = {}};
  }
  if (machine_.step == RoundStep::propose)
    if (auto proposal = proposal_event()) return proposal;
  if (machine_.step == RoundStep::prevote) {
    if (votes_->has_quorum(round, VoteStep::prevote, std::nullopt))
      return RoundEvent{.kind = EventKind::prevotes_nil, .round = round, .block = {}};
    if (!machine_.prevote_timer_started && votes_->has_quorum_of_any(round, VoteStep::prevote))
      return RoundEvent{.kind = EventKind::prevotes_any, .round = round, .block = {}};
  }
  if (!machine_.precommit_timer_started && votes_->has_quorum_of_any(round, VoteStep::precommit))
    return RoundEvent{.kind = EventKind::precommits_any, .round = round, .block = {}};
  return std::nullopt;
}

/// The block that a quorum prevotes in this round.
VoteValue Consensus::prevoted_block() const {
  if (LUCID_MUTANT(one_voting_phase))
    if (const KnownProposal* known = book_.first(machine_.round)) return known->proposal->block;
  return votes_->quorum_block(machine_.round, VoteStep::prevote);
}

/// Rounds that ended and could make a newer valid value (P-3.26), highest first, and the block that a quorum prevoted.
std::vector<MarkedBlock> Consensus::prevoted_earlier() const {
  std::vector<MarkedBlock> out;
  for (const Round round : votes_->block_quorums(VoteStep::prevote)) {
    if (round >= machine_.round) break;
    if (machine_.valid && round <= machine_.valid->round) continue;
    if (const auto block = votes_->quorum_block(round, VoteStep::prevote)) out.push_back({round, *block});
  }
  std::reverse(out.begin(), out.end());
  return out;
}

std::optional<RoundEvent> Consensus::earlier_prevotes_event() const {
  for (const MarkedBlock& prevoted : prevoted_earlier())
    if (book_.is_valid(prevoted.block))
      return RoundEvent{.kind = EventKind::prevotes_earlier, .round = prevoted.round, .block = prevoted.block};
  return std::nullopt;
}

std::optional<RoundEvent> Consensus::decision_event() const {
  for (const Round round : votes_->block_quorums(VoteStep::precommit))
    if (const auto block = votes_->quorum_block(round, VoteStep::precommit); block && book_.is_valid(*block))
      return RoundEvent{.kind = EventKind::precommits_block, .round = round, .block = block};
  return std::nullopt;
}

std::optional<RoundEvent> Consensus::proposal_event() const {
  const KnownProposal* known = book_.first(machine_.round);
  if (!known) return std::nullopt;
  const Proposal& proposal = *known->proposal;
  const KnownBlock* block = book_.block(proposal.block);
  const Verdict verdict = block ? block->verdict : Verdict::unknown;
  const bool judged = known->fault || verdict == Verdict::valid || verdict == Verdict::invalid;
  if (!judged) return std::nullopt;
  return RoundEvent{.kind = proposal.valid_round ? EventKind::proposal_again : EventKind::proposal_new,
                    .round = proposal.valid_round.value_or(machine_.round),
                    .block = proposal.block,
                    .acceptable = !known->fault && verdict == Verdict::valid};
}

TimeMs Consensus::earliest_time() const {
  return LUCID_MUTANT(block_interval_not_enforced) ? plan_.previous_time + 1 : plan_.earliest_time();
}

bool Consensus::may_open(TimeMs now) const {
  const auto self = signer_ ? std::optional(signer_->address()) : std::nullopt;
  if (now >= plan_.gate()) {
    if (book_.first(0)) return true;
    if (votes_->quorum().opens_round(votes_->others_seen(self))) return true;
  }
  if (now < earliest_time()) return false;
  const auto work = work_waiting_.find(plan_.height);
  return now >= plan_.closing_from || (work != work_waiting_.end() && work->second);
}

// ---- what follows

void Consensus::advance(TimeMs now, Output& out) {
  while (const auto event = next_event(now)) {
    if (event->kind == EventKind::round_starts)
      enter_round(now, event->round, out);
    else
      perform(now, *event, out);
  }
  if (started_ && !machine_.decided && (machine_.step != RoundStep::waiting || now >= plan_.gate()))
    ask_about_blocks(out);
}

void Consensus::perform(TimeMs now, const RoundEvent& event, Output& out) {
  const Transition transition = apply(machine_, event);
  const bool marks_changed = transition.state.locked != machine_.locked || transition.state.valid != machine_.valid;
  // A lock binds who signs; whoever only follows has nothing to keep.
  const bool signs = may_sign() && plan_.validators.index_of(signer_->address());
  durable_changed_ = durable_changed_ || (marks_changed && signs && restored_.durable.height <= plan_.height);
  const bool was_split = is_split(machine_);
  machine_ = transition.state;
  if (is_split(machine_) && !was_split) show_valid(out);
  perform(now, transition.action, out);
}

void Consensus::perform(TimeMs now, const RoundAction& action, Output& out) {
  switch (action.kind) {
    case ActionKind::none:
      return;
    case ActionKind::build_value:
      building_ = BuildBlock{plan_.height, action.round, std::max(now, earliest_time()),
                             max_block_bytes(plan_.params, action.round), parent_.certificate()};
      out.requests.emplace_back(*building_);
      return;
    case ActionKind::propose_valid:
      propose({plan_.height, action.round, *action.block, machine_.valid->round, {}, {}}, out);
      return;
    case ActionKind::prevote:
      return vote(VoteStep::prevote, action, out);
    case ActionKind::precommit:
      return vote(VoteStep::precommit, action, out);
    case ActionKind::start_prevote_timer:
      return start_timer(TimerStep::prevote, vote_timeout_ms(plan_.params, action.round), out);
    case ActionKind::start_precommit_timer:
      return start_timer(TimerStep::precommit, vote_timeout_ms(plan_.params, action.round), out);
    case ActionKind::enter_round:
      return enter_round(now, action.round, out);
    case ActionKind::decide:
      return decide(action.round, *action.block, nullptr, out);
  }
}

void Consensus::enter_round(TimeMs now, Round round, Output& out) {
  building_.reset();
  std::set<Round> kept_rounds;
  std::vector<Hash256> kept_blocks;
  for (const auto& mark : {machine_.locked, machine_.valid}) {
    if (!mark) continue;
    kept_rounds.insert(mark->round);
    kept_blocks.push_back(mark->block);
  }
  if (own_block_) kept_blocks.push_back(*own_block_);
  book_.prune(round > kRoundBound ? round - kRoundBound : 0, kept_blocks);
  for (const KnownProposal* known : book_.all())
    if (known->proposal->valid_round) kept_rounds.insert(*known->proposal->valid_round);
  votes_->prune(round, kept_rounds);

  // Line 21, for the proposer too: building takes time, and a builder that hangs must not hold up the round.
  const RoundEvent event{
      .kind = EventKind::round_starts, .round = round, .block = {}, .is_proposer = is_proposer(round)};
  const Transition transition = apply(machine_, event);
  machine_ = transition.state;
  start_timer(TimerStep::propose, propose_timeout_ms(plan_.params, round), out);
  perform(now, transition.action, out);
}

void Consensus::start_timer(TimerStep step, std::uint64_t delay_ms, Output& out) const {
  out.timers.push_back({plan_.height, machine_.round, step, delay_ms});
}

void Consensus::start_open_timer(TimeMs now, Output& out) const {
  std::optional<TimeMs> next;
  const auto consider = [&](TimeMs at) {
    if (at > now && (!next || at < *next)) next = at;
  };
  if (plan_.validators.size() > 1) consider(plan_.gate());  // alone, nothing can wait for the gate
  consider(plan_.earliest_time());
  consider(plan_.closing_from);
  if (next) start_timer(TimerStep::open, *next - now, out);
}

void Consensus::ask_about_blocks(Output& out) {
  const Round round = machine_.round;
  // A proposal that breaks a rule, or a second one, is looked at only if a quorum prevotes it all the same.
  if (const KnownProposal* known = book_.first(round); known && !known->fault)
    ask_about(known->proposal->block, round, out);
  if (const auto block = votes_->quorum_block(round, VoteStep::prevote)) ask_about(*block, round, out);
  if (machine_.step != RoundStep::waiting)
    for (const MarkedBlock& prevoted : prevoted_earlier()) ask_about(prevoted.block, prevoted.round, out);
  // Known already, unless the lock is that of a precommit which an earlier life signed and this disk forgot.
  if (machine_.locked) ask_about(machine_.locked->block, machine_.locked->round, out);
  for (const Round voted : votes_->block_quorums(VoteStep::precommit)) {
    const auto block = votes_->quorum_block(voted, VoteStep::precommit);
    if (!block) continue;
    ask_about(*block, voted, out);
    const KnownBlock* known = book_.block(*block);
    if (!known || known->verdict != Verdict::invalid || !alarmed_.insert(*block).second) continue;
    out.alarms.push_back({AlarmKind::decided_block_invalid, known->fault.value_or(Error{})});
  }
}

void Consensus::ask_about(const Hash256& block, Round round, Output& out) {
  const KnownBlock* known = book_.block(block);
  if (!known) {
    if (fetch_asked_.insert(block).second) out.requests.emplace_back(FetchBlock{plan_.height, round, block});
    return;
  }
  if (known->verdict != Verdict::unknown) return;
  book_.set_verdict(block, Verdict::asked);
  out.requests.emplace_back(CheckBlock{plan_.height, block});
}

void Consensus::decide(Round round, const Hash256& block, const Certificate* learned, Output& out) {
  Certificate empty;
  empty.height = plan_.height;
  empty.round = round;
  empty.block = block;
  ParentCommit commit(empty, plan_.validators);
  for (const auto& vote : votes_->votes_for(round, VoteStep::precommit, block)) commit.add(vote);
  if (learned) commit.merge(*learned);
  decided_block_ = block;
  building_.reset();
  out.decide = Decision{plan_.height, block, commit.certificate()};
}

bool Consensus::is_proposer(Round round) const {
  return may_sign() && plan_.proposer(round) == signer_->address();
}

bool Consensus::needs_block(const Hash256& block) const {
  // Until its height starts, what was restored waits; other inputs come before that.
  const bool restored = std::any_of(restored_.blocks.begin(), restored_.blocks.end(),
                                    [&](const RestoredBlock& kept) { return kept.block == block; });
  return restored || book_.block(block) || own_block_ == block || ahead_.names(block);
}

}  // namespace lucid::consensus
