// What the core is doing, in words.
#include <algorithm>

#include "core/consensus/consensus.hpp"

namespace lucid::consensus {
namespace {

std::string_view word(const VoteSet* votes, std::size_t member) {
  if (!votes || votes->of(member).empty()) return "none";
  const auto& cast = votes->of(member);
  if (cast.size() > 1) return "both";
  if (cast[0]->block) return "approve";
  switch (cast[0]->reason) {
    case NilReason::rejected:
      return "reject";
    case NilReason::timed_out:
      return "abstain";
    case NilReason::none:
      break;
  }
  return "nil";
}

std::string count_of(const VoteSet* votes, std::size_t quorum, std::string_view what) {
  const std::size_t count = votes ? votes->voters() : 0;
  return std::string(what) + ": " + std::to_string(count) + " of at least " + std::to_string(quorum) + " are here";
}

std::string mark_text(const MarkedBlock& mark) {
  return to_hex(mark.block).substr(0, 16) + " of round " + std::to_string(mark.round);
}

}  // namespace

std::string_view step_name(RoundStep step) {
  switch (step) {
    case RoundStep::waiting:
      return "waiting";
    case RoundStep::propose:
      return "propose";
    case RoundStep::prevote:
      return "prevote";
    case RoundStep::precommit:
      return "precommit";
  }
  return "";
}

std::string Consensus::waiting_for(TimeMs now) const {
  const std::string block = "block " + std::to_string(plan_.height);
  if (!started_) return "the ledger to name the first height";
  if (machine_.decided) return "the ledger to store " + block;
  if (holds_still())
    return start_.phase() == StartPhase::asking ? "the others to say what they know of this node's key"
                                                : "two slots, to see whether this node's key signs elsewhere";
  switch (machine_.step) {
    case RoundStep::waiting:
      if (now + plan_.params.block_interval_ms < plan_.previous_time)
        return "this node's clock, which lags " + duration_text(plan_.previous_time - now) +
               " behind the chain: no block may be dated before its parent";
      if (now < plan_.earliest_time())
        return "the block interval, which is over in " + duration_text(plan_.earliest_time() - now);
      if (now < plan_.closing_from)
        return "a transaction, or the closing block of slot " + std::to_string(plan_.slot.value) +
               ", which is due in " + duration_text(plan_.closing_from - now);
      return block + " to be opened";
    case RoundStep::propose:
      if (building_) return "block_producer to build " + block;
      if (book_.first(machine_.round)) return "the ledger to check the proposed " + block;
      return "the proposal of " + name_of(plan_.proposer(machine_.round));
    case RoundStep::prevote:
      return count_of(votes_->find(machine_.round, VoteStep::prevote), plan_.validators.quorum(), "prevotes");
    case RoundStep::precommit:
      return count_of(votes_->find(machine_.round, VoteStep::precommit), plan_.validators.quorum(), "precommits");
  }
  return "";
}

std::string Consensus::name_of(const Address& validator) const {
  const Validator* member = plan_.validators.find(validator);
  return member && !member->name.empty() ? std::string(member->name) : to_text(validator);
}

std::vector<VoterStatus> Consensus::voter_status(Round round) const {
  std::vector<VoterStatus> out;
  const VoteSet* prevotes = votes_->find(round, VoteStep::prevote);
  const VoteSet* precommits = votes_->find(round, VoteStep::precommit);
  for (std::size_t i = 0; i < plan_.validators.size(); ++i) {
    const Validator& member = plan_.validators.members[i];
    out.push_back({name_of(member.address), member.address, word(prevotes, i), word(precommits, i)});
  }
  return out;
}

std::vector<RoundVotes> Consensus::votes_by_round(std::size_t limit) const {
  std::vector<RoundVotes> out;
  if (!started_) return out;
  std::set<Round> rounds{machine_.round};
  for (const Round round : votes_->rounds()) rounds.insert(round);
  for (const KnownProposal* known : book_.all()) rounds.insert(known->proposal->round);
  while (rounds.size() > limit) rounds.erase(rounds.begin());
  for (const Round round : rounds)
    out.push_back({round, name_of(plan_.proposer(round)), book_.first(round) != nullptr, voter_status(round)});
  return out;
}

std::optional<MissingBlock> Consensus::missing_block() const {
  for (const VoteStep step : {VoteStep::precommit, VoteStep::prevote})
    for (const Round round : votes_->block_quorums(step))
      if (const auto block = votes_->quorum_block(round, step); block && !book_.block(*block))
        return MissingBlock{round, *block};
  return std::nullopt;
}

std::string Consensus::signing_text() const {
  if (!signer_) return "this node has no validator's key: it follows";
  if (signing_stopped_)
    return "signing has stopped (" + std::string(alarm_name(signing_stopped_->kind)) +
           "): " + lucid::to_text(signing_stopped_->error);
  if (started_ && !plan_.validators.index_of(signer_->address()))
    return "this node's key is not in the validator set: it follows";
  if (started_ && start_.phase() == StartPhase::asking)
    return "this node signs nothing before it is told what others hold of its key: " +
           std::to_string(start_.answers(plan_.validators, signer_->address())) + " of " +
           std::to_string(plan_.validators.quorum() - 1) + " have answered";
  if (started_ && start_.phase() == StartPhase::watching)
    return "this node signs nothing yet: its disk was copied or restored, and it watches whether its key signs "
           "elsewhere";
  return "this node signs as " + to_text(signer_->address());
}

ConsensusStatus Consensus::status(TimeMs now) const {
  ConsensusStatus out;
  out.started = started_;
  out.waiting_for = waiting_for(now);
  out.signing = signing_text();
  out.may_sign = may_sign();
  out.stopped = signing_stopped_;
  out.start = start_phase();
  out.step = machine_.decided ? "decided" : step_name(machine_.step);
  if (!started_) return out;
  out.height = plan_.height;
  out.slot = plan_.slot;
  out.round = machine_.round;
  out.proposer = plan_.proposer(machine_.round);
  out.proposer_name = name_of(out.proposer);
  out.validators = plan_.validators.size();
  out.quorum = plan_.validators.quorum();
  out.quorum_rule = plan_.validators.quorum_rule;
  if (const KnownProposal* known = book_.first(machine_.round)) out.proposal = known->proposal->block;
  out.locked = machine_.locked;
  out.valid = machine_.valid;
  out.voters = voter_status(machine_.round);
  if (last_rejection_ && last_rejection_->round == machine_.round)
    out.rejected = lucid::to_text(last_rejection_->error);
  out.rejection = last_rejection_;
  out.missing = missing_block();
  out.opened = opened();
  out.decided = machine_.decided;
  out.parent_time = plan_.previous_time;
  out.earliest_time = plan_.earliest_time();
  out.closing_from = plan_.closing_from;
  if (signer_) {
    out.is_member = plan_.validators.index_of(signer_->address()).has_value();
    out.start_answers = start_.answers(plan_.validators, signer_->address());
  }
  return out;
}

std::string to_text(const ConsensusStatus& status) {
  std::string out = "height " + std::to_string(status.height) + ", round " + std::to_string(status.round) + ", " +
                    std::string(status.step) + "; waits for " + status.waiting_for + "\n";
  if (status.started) {
    out += "slot " + std::to_string(status.slot.value) + ", proposer " + status.proposer_name + ", quorum " +
           std::to_string(status.quorum) + " of " + std::to_string(status.validators) +
           (status.quorum_rule == QuorumRule::strict ? "" : " (two thirds: survives no lying validator of three)") +
           "\n";
    if (status.proposal) out += "proposed " + to_hex(*status.proposal).substr(0, 16) + "\n";
    if (status.locked) out += "locked on " + mark_text(*status.locked) + "\n";
    if (status.valid) out += "valid value " + mark_text(*status.valid) + "\n";
    if (!status.rejected.empty()) out += "rejected: " + status.rejected + "\n";
    for (const VoterStatus& voter : status.voters)
      out +=
          voter.name + ": prevote " + std::string(voter.prevote) + ", precommit " + std::string(voter.precommit) + "\n";
  }
  return out + status.signing + "\n";
}

}  // namespace lucid::consensus
