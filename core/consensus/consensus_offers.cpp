// What is told again to those who may have missed it.
#include <algorithm>

#include "core/base/mutant.hpp"
#include "core/consensus/consensus.hpp"

namespace lucid::consensus {
namespace {

/// Begins `held` at a place that `chance` decides and keeps at most `limit`.
template <class Held>
void turn(std::vector<Held>& held, std::uint64_t chance, std::size_t limit) {
  if (held.empty()) return;
  const std::size_t first = chance % held.size();
  std::rotate(held.begin(), held.begin() + static_cast<std::ptrdiff_t>(first), held.end());
  if (held.size() > limit) held.resize(limit);
}

}  // namespace

std::vector<Message> Consensus::messages() const {
  std::vector<Message> out;
  for (const HeldMessage& one : held()) out.emplace_back(message_of(one));
  return out;
}

std::size_t Consensus::message_count() const {
  return held().size();
}

std::vector<Consensus::HeldMessage> Consensus::held() const {
  std::vector<HeldMessage> out;
  if (!started_) return out;
  if (holds_still()) out.push_back({});
  for (const KnownProposal* known : book_.all()) out.push_back({known, nullptr});
  for (const auto* vote : votes_->all()) out.push_back({nullptr, vote});
  return out;
}

Message Consensus::message_of(const HeldMessage& held) const {
  if (held.vote) return *held.vote;
  if (!held.proposal) return start_.question();
  ProposalMessage message{held.proposal->proposal, {}};
  if (const auto valid_round = message.proposal->valid_round)
    message.prevotes = votes_->votes_for(*valid_round, VoteStep::prevote, message.proposal->block);
  return message;
}

/// The prevotes that make the valid value, to all others while they are still in its round. A liar that gives them to
/// one validator alone hides a lock from the next proposer, which proposes something else in vain: with one such lock
/// a round there would be no end.
void Consensus::show_valid(Output& out) const {
  for (const auto& vote : votes_->votes_for(machine_.valid->round, VoteStep::prevote, machine_.valid->block))
    out.send.emplace_back(vote);
}

/// Whether a peer may need it to leave this round as this node does: it is of this round, or a lock or a valid value
/// rests on it.
bool Consensus::is_urgent(const HeldMessage& held) const {
  const auto rests_on = [&](Round round, const VoteValue& block) {
    const auto marks = [&](const std::optional<MarkedBlock>& mark) {
      return mark && mark->round == round && mark->block == block;
    };
    return marks(machine_.valid) || marks(machine_.locked);
  };
  if (held.vote) {
    const Vote& vote = **held.vote;
    return vote.round == machine_.round || (vote.step == VoteStep::prevote && rests_on(vote.round, vote.block));
  }
  if (held.proposal) {
    const Proposal& proposal = *held.proposal->proposal;
    return proposal.round == machine_.round || rests_on(proposal.round, proposal.block);
  }
  return true;
}

std::vector<Message> Consensus::offer(std::uint64_t chance, std::size_t limit) const {
  std::vector<HeldMessage> chosen = held();
  if (LUCID_MUTANT(gossip_of_the_first)) {
    if (chosen.size() > limit) chosen.resize(limit);
  } else {
    const auto others =
        std::stable_partition(chosen.begin(), chosen.end(), [this](const HeldMessage& one) { return is_urgent(one); });
    std::vector<HeldMessage> rest(others, chosen.end());
    chosen.erase(others, chosen.end());
    const std::size_t kept_free = std::min(rest.size(), limit / 4);
    turn(chosen, chance, limit - kept_free);
    turn(rest, chance, limit - chosen.size());
    chosen.insert(chosen.end(), rest.begin(), rest.end());
  }
  std::vector<Message> out;
  out.reserve(chosen.size());
  for (const HeldMessage& one : chosen) out.emplace_back(message_of(one));
  return out;
}

}  // namespace lucid::consensus
