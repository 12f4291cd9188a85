// Everything that this node signs, and when it stops signing.
#include <algorithm>

#include "core/base/mutant.hpp"
#include "core/consensus/consensus.hpp"
#include "core/consensus/timeouts.hpp"

namespace lucid::consensus {

void Consensus::propose(const Proposal& proposal, Output& out) {
  if (!may_sign()) return;
  auto signed_proposal = signer_->sign(proposal, plan_.validators);
  if (!signed_proposal) return not_signed(signed_proposal.error(), out);
  if (!out.persist) out.persist.emplace();
  out.persist->records.push_back(record_of(**signed_proposal));
  ProposalMessage message{*signed_proposal, {}};
  note(**signed_proposal);
  if (proposal.valid_round)
    message.prevotes = votes_->votes_for(*proposal.valid_round, VoteStep::prevote, proposal.block);
  own_block_ = proposal.block;
  book_.add({*signed_proposal, {}});
  votes_->saw(signer_->address(), proposal.round);
  out.send.emplace_back(std::move(message));
}

void Consensus::vote(VoteStep step, const RoundAction& action, Output& out) {
  if (step == VoteStep::prevote && action.reason == NilReason::rejected) {
    out.rejected = rejection();
    last_rejection_ = RejectedProposal{action.round, name_of(plan_.proposer(action.round)), *out.rejected};
  }
  if (!may_sign() || !plan_.validators.index_of(signer_->address())) return;
  // protocol.md section 8: a precommit only with a quorum of prevotes held.
  if (step == VoteStep::precommit && action.block &&
      !votes_->has_quorum(action.round, VoteStep::prevote, action.block) && !LUCID_MUTANT(one_voting_phase))
    return stop_signing(AlarmKind::invariant_broken,
                        Error{Fault::consensus_invariant, "precommit", "a quorum of prevotes", "fewer"}, out);
  Vote vote;
  vote.step = step;
  vote.height = plan_.height;
  vote.round = action.round;
  vote.block = action.block;
  vote.reason = action.reason;
  const auto signed_vote = signer_->sign(vote, plan_.validators);
  if (!signed_vote) return not_signed(signed_vote.error(), out);
  if (!out.persist) out.persist.emplace();
  out.persist->records.push_back(record_of(**signed_vote));
  out.send.emplace_back(*signed_vote);
  note(**signed_vote);
  (void)votes_->add(*signed_vote, machine_.round);  // a member's vote in the current round is always taken
}

/// Why the current round's proposal gets a nil prevote.
Error Consensus::rejection() const {
  const KnownProposal* known = book_.first(machine_.round);
  if (known && known->fault) return *known->fault;
  const KnownBlock* block = known ? book_.block(known->proposal->block) : nullptr;
  if (block && block->fault) return *block->fault;
  const Round locked_round = machine_.locked ? machine_.locked->round : 0;
  return Error{Fault::proposal_locked, "proposal", "the block locked in round " + std::to_string(locked_round),
               "another block"};
}

void Consensus::not_signed(const Error& error, Output& out) {
  if (error.fault == Fault::sign_refused)
    out.rejected = error;  // signed before the last start: nothing to repair, the round goes on without it
  else
    stop_signing(AlarmKind::signing_broken, error, out);
}

void Consensus::stop_signing(AlarmKind kind, Error error, Output& out) {
  if (signing_stopped_) return;
  signing_stopped_ = Alarm{kind, std::move(error)};
  out.alarms.push_back(*signing_stopped_);
  building_.reset();
}

void Consensus::note_foreign(const SignRecord& seen, Output& out) {
  if (halted_) return;
  halted_ = true;
  durable_changed_ = !signing_stopped_ || signing_stopped_->kind != AlarmKind::persist_failed;
  const std::string place = std::to_string(seen.height) + "/" + std::to_string(seen.round);
  signing_stopped_.reset();  // this reason outlasts a restart and so outranks any other
  stop_signing(AlarmKind::foreign_signature, Error{Fault::foreign_signature, "signature at " + place, "", ""}, out);
}

DurableRound Consensus::durable() const {
  // The chain may be older than the sign-state (a restored backup): what was stored for a later height stays.
  DurableRound out = restored_.durable;
  out.halted = halted_;
  out.watching = start_.watch_needed();
  if (!started_ || out.height > plan_.height) return out;
  out = {};
  out.halted = halted_;
  out.watching = start_.watch_needed();
  out.height = plan_.height;
  const auto add_block = [&](const Hash256& block) {
    if (LUCID_MUTANT(lock_without_its_block)) return;
    const bool there = std::find(out.blocks.begin(), out.blocks.end(), block) != out.blocks.end();
    if (!there && (book_.block(block) || own_block_ == block)) out.blocks.push_back(block);
  };
  const auto add_prevotes = [&](const MarkedBlock& mark) {
    for (const auto& vote : votes_->votes_for(mark.round, VoteStep::prevote, mark.block)) out.prevotes.push_back(*vote);
  };
  if (machine_.locked) {
    out.locked_round = machine_.locked->round;
    out.locked_block = machine_.locked->block;
    add_block(machine_.locked->block);
    add_prevotes(*machine_.locked);
  }
  if (machine_.valid) {
    out.valid_round = machine_.valid->round;
    out.valid_block = machine_.valid->block;
    add_block(machine_.valid->block);
    if (machine_.valid != machine_.locked) add_prevotes(*machine_.valid);
  }
  if (own_block_) add_block(*own_block_);
  return out;
}

/// Enters round and step of the newest record and sends everything again: records, blocks, prevotes.
void Consensus::restore_height(Output& out) {
  const std::vector<SignRecord> records = signer_->records();
  const bool signed_here = !records.empty() && records.back().height == plan_.height;
  if (!signed_here) {
    if (restored_.durable.height < plan_.height) restored_ = {};  // the chain has passed it
    return;
  }
  for (const RestoredBlock& block : restored_.blocks) book_.add_block(block.block, block.header, Verdict::valid);
  const Round newest_round = records.back().round;
  const DurableRound& durable = restored_.durable;
  if (durable.height == plan_.height) {
    for (const Vote& vote : durable.prevotes) {
      const auto verified = verifier_.verify(vote, plan_.validators);
      if (!verified) return stop_signing(AlarmKind::signing_broken, verified.error(), out);
      note(vote);
      (void)votes_->add(*verified, newest_round, true);
      if (vote.voter != signer_->address()) out.send.emplace_back(*verified);  // own ones follow as records
    }
    if (durable.locked_round && durable.locked_block)
      machine_.locked = MarkedBlock{*durable.locked_round, *durable.locked_block};
    if (durable.valid_round && durable.valid_block)
      machine_.valid = MarkedBlock{*durable.valid_round, *durable.valid_block};
  }
  enter_newest_record();
  for (const SignRecord& record : records)
    if (record.height == plan_.height) restore_record(record, out);
  if (machine_.step == RoundStep::propose && !holds_still())
    start_timer(TimerStep::propose, propose_timeout_ms(plan_.params, machine_.round), out);
  restored_ = {};
}

void Consensus::restore_record(const SignRecord& record, Output& out) {
  if (record.step == SignStep::propose) {
    const Proposal proposal{record.height,      record.round,       *record.value,
                            record.valid_round, signer_->address(), record.signature};
    const auto verified = verifier_.verify(proposal, plan_.validators);
    if (!verified) return stop_signing(AlarmKind::signing_broken, verified.error(), out);
    votes_->saw(signer_->address(), record.round);
    note(proposal);
    if (!book_.block(proposal.block)) return;  // an old proposal whose block nobody locked: its bytes are gone
    own_block_ = proposal.block;
    book_.add({*verified, {}});
    ProposalMessage message{*verified, {}};
    if (proposal.valid_round)
      message.prevotes = votes_->votes_for(*proposal.valid_round, VoteStep::prevote, proposal.block);
    out.send.emplace_back(std::move(message));
    return;
  }
  Vote vote;
  vote.step = record.step == SignStep::prevote ? VoteStep::prevote : VoteStep::precommit;
  vote.height = record.height;
  vote.round = record.round;
  vote.block = record.value;
  vote.voter = signer_->address();
  vote.signature = record.signature;
  const auto verified = verifier_.verify(vote, plan_.validators);
  if (!verified) return stop_signing(AlarmKind::signing_broken, verified.error(), out);
  note(vote);
  (void)votes_->add(*verified, machine_.round, true);
  out.send.emplace_back(*verified);
}

}  // namespace lucid::consensus
