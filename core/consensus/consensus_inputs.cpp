// What each input changes. Nothing here decides what follows from it: that is advance().
#include <algorithm>

#include "core/base/mutant.hpp"
#include "core/consensus/consensus.hpp"

namespace lucid::consensus {
namespace {

std::string near_text(Height height) {
  return std::to_string(height) + ", or a neighbour of it";
}

}  // namespace

void Consensus::take(TimeMs now, HeightStarted input, Output& out) {
  const HeightPlan& plan = input.plan;
  if (auto status = check(plan); !status) {
    out.refused = status.error();
    return;
  }
  if (started_ && plan.height <= plan_.height) {
    out.refused =
        Error{Fault::number_range, "plan.height", "above " + std::to_string(plan_.height), std::to_string(plan.height)};
    return;
  }
  // protocol.md section 8: slots never decrease, times increase, and one block is decided a height.
  if (started_ && (plan.slot < plan_.slot || plan.previous_time <= plan_.previous_time)) {
    out.refused =
        Error{Fault::consensus_invariant, "plan.slot and plan.previous_time", "above those of the last height",
              std::to_string(plan.slot.value) + " and " + std::to_string(plan.previous_time)};
    return;
  }
  if (started_ && plan.height == plan_.height + 1 && decided_block_ && *decided_block_ != plan.previous_hash)
    out.alarms.push_back(
        {AlarmKind::two_blocks_decided, Error{Fault::consensus_invariant, "height " + std::to_string(plan_.height),
                                              to_hex(*decided_block_), to_hex(plan.previous_hash)}});
  parent_ = ParentCommit(plan.last_commit, plan.last_validators);
  if (started_ && plan.height == plan_.height + 1)
    for (const auto& vote : votes_->votes_for(plan.last_commit.round, VoteStep::precommit, plan.last_commit.block))
      parent_.add(vote);

  started_ = true;
  plan_ = std::move(input.plan);
  machine_ = {};
  votes_.emplace(plan_.validators);
  book_ = {};
  building_.reset();
  own_block_.reset();
  fetch_asked_.clear();
  alarmed_.clear();
  decided_block_.reset();
  last_rejection_.reset();
  std::erase_if(work_waiting_, [&](const auto& entry) { return entry.first < plan_.height; });

  if (signer_) signer_->raise_floor(plan_.height - 1);
  note(plan_.last_commit, plan_.last_validators, out);
  if (signer_) {
    restore_height(out);
    look_at_start(out);
    if (start_.phase() == StartPhase::asking) ask_others(out);
  }
  auto kept = ahead_.height() == plan_.height ? ahead_.take() : std::vector<AheadBuffer::Entry>{};
  ahead_.reset(plan_.height + 1, plan_.params.max_block_bytes + kAheadVoteBytes);
  for (auto& entry : kept) {
    if (auto* proposal = std::get_if<ProposalArrived>(&entry.message))
      (void)store_proposal(entry.arrived, *proposal, out);  // one that is refused is simply not there
    else
      (void)store_vote(std::get<VoteArrived>(entry.message).vote, out);
  }
  if (machine_.step == RoundStep::waiting && !may_open(now)) start_open_timer(now, out);
}

void Consensus::take(TimeMs, WorkWaiting input, Output& out) {
  if (started_ && (input.height < plan_.height || input.height > plan_.height + 1)) {
    out.refused = Error{Fault::number_range, "height", near_text(plan_.height), std::to_string(input.height)};
    return;
  }
  if (!started_) work_waiting_.clear();
  work_waiting_[input.height] = input.waiting;
}

void Consensus::take(TimeMs now, ProposalArrived input, Output& out) {
  const Height height = input.proposal->height;
  note(*input.proposal);
  if (is_own(input.proposal->proposer) && !judge_own(*input.proposal, false, out)) return;
  Status status;
  if (started_ && height == plan_.height)
    status = store_proposal(now, input, out);
  else if (started_ && height == plan_.height + 1)
    status = ahead_.add(now, std::move(input));
  else
    status = fail(Fault::vote_height, "proposal.height", std::to_string(plan_.height), std::to_string(height));
  if (!status) out.refused = status.error();
}

Status Consensus::store_proposal(TimeMs arrived, ProposalArrived& input, Output& out) {
  const Proposal& proposal = *input.proposal;
  const auto refuse = [](Fault fault, std::string_view field, std::string expected, std::string actual) {
    return fail(fault, field, std::move(expected), std::move(actual));
  };
  if (proposal.proposer != plan_.proposer(proposal.round))
    return refuse(Fault::proposal_not_proposer, "proposer", to_text(plan_.proposer(proposal.round)),
                  to_text(proposal.proposer));
  const Hash256 hash = crypto::header_hash(input.header);
  if (hash != proposal.block) return refuse(Fault::block_hash, "block", to_hex(proposal.block), to_hex(hash));
  votes_->saw(proposal.proposer, proposal.round);
  if (proposal.round > machine_.round + kRoundBound || proposal.round + kRoundBound < machine_.round)
    return refuse(Fault::vote_round, "round",
                  "within " + std::to_string(kRoundBound) + " of " + std::to_string(machine_.round),
                  std::to_string(proposal.round));
  if (proposal.valid_round) LUCID_TRY(store_valid_prevotes(proposal, input.prevotes, out));

  const TimeMs counted_from = std::max(arrived, plan_.gate());
  auto added = book_.add({input.proposal, fault_of(proposal, input.header, input.block_bytes, counted_from, plan_)});
  if (added.outcome == ProposalBook::Outcome::stored || added.outcome == ProposalBook::Outcome::conflicting)
    book_.add_block(proposal.block, input.header, Verdict::unknown);
  if (added.evidence) out.evidence.push_back(std::move(*added.evidence));
  return {};
}

Status Consensus::store_valid_prevotes(const Proposal& proposal, const std::vector<Verified<Vote>>& prevotes,
                                       Output& out) {
  const Round valid_round = *proposal.valid_round;
  if (valid_round >= proposal.round)
    return fail(Fault::proposal_form, "valid_round", "below " + std::to_string(proposal.round),
                std::to_string(valid_round));
  std::set<Address> voters;
  for (const auto& vote : votes_->votes_for(valid_round, VoteStep::prevote, proposal.block)) voters.insert(vote->voter);
  for (const auto& vote : prevotes) {
    const bool backs = vote->step == VoteStep::prevote && vote->height == plan_.height && vote->round == valid_round &&
                       vote->block == proposal.block;
    if (!backs)
      return fail(Fault::proposal_form, "prevotes", "for the block in round " + std::to_string(valid_round),
                  "another vote");
    if (plan_.validators.index_of(vote->voter)) voters.insert(vote->voter);
  }
  if (!votes_->quorum().decides(voters.size()))
    return fail(Fault::proposal_form, "prevotes", std::to_string(plan_.validators.quorum()) + " validators",
                std::to_string(voters.size()));
  for (const auto& vote : prevotes) {
    note(*vote);
    (void)store_vote(vote, out, true);  // a vote of no member does not count
  }
  return {};
}

void Consensus::take(TimeMs now, BlockBuilt input, Output& out) {
  (void)now;
  if (auto status = check_built(input); !status) {
    out.refused = status.error();
    return;
  }
  building_.reset();
  own_block_ = input.block;
  book_.add_block(input.block, input.header, Verdict::valid);
  propose({plan_.height, input.round, input.block, {}, {}, {}}, out);
}

Status Consensus::check_built(const BlockBuilt& input) const {
  const Header& header = input.header;
  const bool awaited = building_ && input.height == plan_.height && input.round == building_->round &&
                       machine_.step == RoundStep::propose;
  if (!awaited)
    return fail(Fault::vote_round, "built block", "one that is still awaited",
                "height " + std::to_string(input.height) + " round " + std::to_string(input.round));
  const bool as_asked = header.height == input.height && header.round == input.round &&
                        header.time == building_->time && header.proposer == signer_->address() &&
                        header.previous_hash == plan_.previous_hash;
  if (!as_asked) return fail(Fault::internal, "built block", "height, round, time and parent as asked", "another");
  if (input.block_bytes > building_->max_bytes)
    return fail(Fault::block_size, "built block", "at most " + std::to_string(building_->max_bytes) + " bytes",
                std::to_string(input.block_bytes) + " bytes");
  if (crypto::header_hash(header) != input.block) return fail(Fault::block_hash, "built block");
  return {};
}

void Consensus::take(TimeMs, BlockChecked input, Output& out) {
  const KnownBlock* known = started_ && input.height == plan_.height ? book_.block(input.block) : nullptr;
  if (!known || known->verdict != Verdict::asked) {
    out.refused = Error{Fault::block_not_found, "checked block", "one whose check was asked", to_hex(input.block)};
    return;
  }
  if (!input.fault) note(input.last_commit, plan_.last_validators, out);
  const Verdict verdict = input.fault ? Verdict::invalid : Verdict::valid;
  book_.set_verdict(input.block, verdict, std::move(input.fault));
}

void Consensus::take(TimeMs now, VoteArrived input, Output& out) {
  const Vote& vote = *input.vote;
  note(vote);
  if (is_own(vote.voter) && !judge_own(vote, false, out)) return;
  Status status;
  if (started_ && vote.height == plan_.height)
    status = store_vote(input.vote, out);
  else if (started_ && vote.height == plan_.height + 1)
    status = ahead_.add(now, std::move(input));
  else if (started_ && vote.height + 1 == plan_.height)
    parent_.add(input.vote);
  else
    status = fail(Fault::vote_height, "vote.height", std::to_string(plan_.height), std::to_string(vote.height));
  if (!status) out.refused = status.error();
}

Status Consensus::store_vote(const Verified<Vote>& vote, Output& out, bool any_round) {
  if (is_own(vote->voter) && !judge_own(*vote, false, out)) return {};
  LUCID_TRY_ASSIGN(auto added, votes_->add(vote, machine_.round, any_round));
  if (added.evidence) out.evidence.push_back(std::move(*added.evidence));
  return {};
}

void Consensus::take(TimeMs, CertificateArrived input, Output& out) {
  const Certificate& certificate = *input.certificate;
  const auto two_blocks = [&](const Hash256& other) {
    out.alarms.push_back({AlarmKind::two_blocks_decided,
                          Error{Fault::consensus_invariant, "height " + std::to_string(certificate.height),
                                to_hex(other), to_hex(certificate.block)}});
  };
  if (started_ && certificate.height + 1 == plan_.height) {
    note(certificate, plan_.last_validators, out);
    if (certificate.block != plan_.previous_hash) return two_blocks(plan_.previous_hash);
    parent_.merge(certificate);
    return;
  }
  if (!started_ || certificate.height != plan_.height) {
    out.refused = Error{Fault::vote_height, "certificate.height", std::to_string(plan_.height),
                        std::to_string(certificate.height)};
    return;
  }
  note(certificate, plan_.validators, out);
  if (decided_block_) {
    if (*decided_block_ != certificate.block) two_blocks(*decided_block_);
    return;
  }
  machine_ =
      apply(machine_, {.kind = EventKind::precommits_block, .round = certificate.round, .block = certificate.block})
          .state;
  decide(certificate.round, certificate.block, &certificate, out);
}

void Consensus::take(TimeMs now, TimerFired input, Output& out) {
  if (!started_) return;
  if (input.step == TimerStep::ask) {
    if (input.height == plan_.height && start_.phase() == StartPhase::asking) ask_others(out);
    return;
  }
  if (machine_.decided || (holds_still() && input.step != TimerStep::open)) return;
  const bool stale = input.height != plan_.height || input.round != machine_.round;
  if (stale && !LUCID_MUTANT(timers_without_generation)) return;
  switch (input.step) {
    case TimerStep::ask:
      return;
    case TimerStep::open:
      if (machine_.step == RoundStep::waiting && !may_open(now)) start_open_timer(now, out);
      return;
    case TimerStep::propose:
      // The arrival of the complete proposal has ended this timeout; checking the block may take longer.
      if (book_.first(machine_.round)) return;
      return perform(now, RoundEvent{.kind = EventKind::timeout_propose, .round = machine_.round, .block = {}}, out);
    case TimerStep::prevote:
      return perform(now, RoundEvent{.kind = EventKind::timeout_prevote, .round = machine_.round, .block = {}}, out);
    case TimerStep::precommit:
      return perform(now, RoundEvent{.kind = EventKind::timeout_precommit, .round = machine_.round, .block = {}}, out);
  }
}

void Consensus::take(TimeMs, PersistFailed input, Output& out) {
  if (!signer_) return;
  stop_signing(AlarmKind::persist_failed, std::move(input.error), out);
  building_.reset();
  if (!started_) return;
  // What was signed in that step never left the node: it follows on the votes of others alone.
  votes_->forget(signer_->address());
  machine_.decided = false;
  decided_block_.reset();
}

}  // namespace lucid::consensus
