// What is told again to those who may have missed it.
#include <algorithm>

#include "core/base/mutant.hpp"
#include "core/consensus/consensus.hpp"

namespace lucid::consensus {
namespace {

/// Begins `messages` at a place that `chance` decides and keeps at most `limit`.
void turn(std::vector<Message>& messages, std::uint64_t chance, std::size_t limit) {
  if (messages.empty()) return;
  const std::size_t first = chance % messages.size();
  std::rotate(messages.begin(), messages.begin() + static_cast<std::ptrdiff_t>(first), messages.end());
  if (messages.size() > limit) messages.erase(messages.begin() + static_cast<std::ptrdiff_t>(limit), messages.end());
}

}  // namespace

std::vector<Message> Consensus::messages() const {
  std::vector<Message> out;
  if (!started_) return out;
  if (holds_still()) out.emplace_back(start_.question());
  for (const KnownProposal& known : book_.all()) {
    ProposalMessage message{known.proposal, {}};
    if (const auto valid_round = known.proposal->valid_round)
      message.prevotes = votes_->votes_for(*valid_round, VoteStep::prevote, known.proposal->block);
    out.emplace_back(std::move(message));
  }
  for (const auto& vote : votes_->all()) out.emplace_back(vote);
  return out;
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
bool Consensus::is_urgent(const Message& message) const {
  const auto rests_on = [&](Round round, const VoteValue& block) {
    const auto marks = [&](const std::optional<MarkedBlock>& mark) {
      return mark && mark->round == round && mark->block == block;
    };
    return marks(machine_.valid) || marks(machine_.locked);
  };
  if (const auto* vote = std::get_if<Verified<Vote>>(&message))
    return (*vote)->round == machine_.round ||
           ((*vote)->step == VoteStep::prevote && rests_on((*vote)->round, (*vote)->block));
  if (const auto* known = std::get_if<ProposalMessage>(&message))
    return known->proposal->round == machine_.round || rests_on(known->proposal->round, known->proposal->block);
  return true;
}

std::vector<Message> Consensus::offer(std::uint64_t chance, std::size_t limit) const {
  std::vector<Message> urgent = messages();
  if (LUCID_MUTANT(gossip_of_the_first)) {
    if (urgent.size() > limit) urgent.erase(urgent.begin() + static_cast<std::ptrdiff_t>(limit), urgent.end());
    return urgent;
  }
  const auto others = std::stable_partition(urgent.begin(), urgent.end(),
                                            [this](const Message& message) { return is_urgent(message); });
  std::vector<Message> rest(std::make_move_iterator(others), std::make_move_iterator(urgent.end()));
  urgent.erase(others, urgent.end());
  const std::size_t kept_free = std::min(rest.size(), limit / 4);
  turn(urgent, chance, limit - kept_free);
  turn(rest, chance, limit - urgent.size());
  std::move(rest.begin(), rest.end(), std::back_inserter(urgent));
  return urgent;
}

}  // namespace lucid::consensus
