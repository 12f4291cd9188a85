#include "core/consensus/vote_keeper.hpp"

#include <algorithm>

#include "core/base/mutant.hpp"
#include "core/codec/codec.hpp"

namespace lucid::consensus {

Evidence make_evidence(const SignedMessage& one, const SignedMessage& other) {
  return codec::encode(one) < codec::encode(other) ? Evidence{one, other} : Evidence{other, one};
}

VoteKeeper::VoteKeeper(const ValidatorSet& set) : set_(set), quorum_(set), highest_(set.size()) {}

Result<VoteKeeper::Added> VoteKeeper::add(const crypto::Verified<Vote>& vote, Round current, bool any_round) {
  const auto member = set_.index_of(vote->voter);
  if (!member) return fail(Fault::vote_not_member, "voter", "a member of the validator set", to_text(vote->voter));
  saw(*member, vote->round);
  const bool near = vote->round <= current + kRoundBound && vote->round + kRoundBound >= current;
  if (!near && !any_round)
    return fail(Fault::vote_round, "round", "within " + std::to_string(kRoundBound) + " of " + std::to_string(current),
                std::to_string(vote->round));
  if (LUCID_MUTANT(vote_only_in_its_round) && vote->round != current && !any_round) return Added{};
  VoteSet& votes = votes_of(vote->round, vote->step);
  Added added;
  added.outcome = votes.add(*member, vote);
  if (added.outcome == VoteSet::Outcome::known) return added;
  if (votes.quorum_block(quorum_)) quorums_of(vote->step).insert(vote->round);
  if (added.outcome == VoteSet::Outcome::conflicting) {
    const auto& both = votes.of(*member);
    added.evidence = make_evidence(*both[0], *both[1]);
  }
  return added;
}

VoteSet& VoteKeeper::votes_of(Round round, VoteStep step) {
  auto slot = rounds_.lower_bound(round);
  if (slot == rounds_.end() || slot->first != round)
    slot = rounds_.emplace_hint(slot, round, RoundVotes{VoteSet(set_.size()), VoteSet(set_.size())});
  return step == VoteStep::prevote ? slot->second.prevotes : slot->second.precommits;
}

void VoteKeeper::saw(const Address& validator, Round round) {
  if (const auto member = set_.index_of(validator)) saw(*member, round);
}

void VoteKeeper::saw(std::size_t member, Round round) {
  auto& highest = highest_[member];
  if (!highest || *highest < round) highest = round;
}

void VoteKeeper::prune(Round current, const std::set<Round>& kept) {
  const auto too_old = [&](Round round) { return round + kRoundBound < current && !kept.contains(round); };
  std::erase_if(rounds_, [&](const auto& entry) { return too_old(entry.first); });
  std::erase_if(prevote_quorums_, too_old);
  std::erase_if(precommit_quorums_, too_old);
}

std::vector<Round> VoteKeeper::rounds() const {
  std::vector<Round> out;
  for (const auto& [round, votes] : rounds_) out.push_back(round);
  return out;
}

const VoteSet* VoteKeeper::find(Round round, VoteStep step) const {
  const auto found = rounds_.find(round);
  if (found == rounds_.end()) return nullptr;
  return step == VoteStep::prevote ? &found->second.prevotes : &found->second.precommits;
}

bool VoteKeeper::has_quorum(Round round, VoteStep step, const VoteValue& value) const {
  const VoteSet* votes = find(round, step);
  return votes && quorum_.decides(votes->weight(value));
}

bool VoteKeeper::has_quorum_of_any(Round round, VoteStep step) const {
  const VoteSet* votes = find(round, step);
  return votes && quorum_.decides(votes->voters());
}

std::optional<Hash256> VoteKeeper::quorum_block(Round round, VoteStep step) const {
  const VoteSet* votes = find(round, step);
  return votes ? votes->quorum_block(quorum_) : std::nullopt;
}

std::vector<crypto::Verified<Vote>> VoteKeeper::votes_for(Round round, VoteStep step, const VoteValue& value) const {
  const VoteSet* votes = find(round, step);
  return votes ? votes->votes_for(value) : std::vector<crypto::Verified<Vote>>{};
}

std::optional<Round> VoteKeeper::round_to_skip_to(Round current) const {
  std::vector<Round> reached;
  for (const auto& highest : highest_)
    if (highest && *highest > current) reached.push_back(*highest);
  std::sort(reached.rbegin(), reached.rend());
  // The f + 1 highest: their lowest is a round that f + 1 distinct validators have reached or passed.
  for (std::size_t count = 1; count <= reached.size(); ++count)
    if (quorum_.has_correct_one(count)) return reached[count - 1];
  return std::nullopt;
}

std::size_t VoteKeeper::others_seen(const std::optional<Address>& self) const {
  std::size_t count = 0;
  for (std::size_t i = 0; i < highest_.size(); ++i)
    if (highest_[i] && set_.members[i].address != self) ++count;
  return count;
}

std::vector<const crypto::Verified<Vote>*> VoteKeeper::all() const {
  std::vector<const crypto::Verified<Vote>*> out;
  for (const auto& entry : rounds_)
    for (const VoteSet* votes : {&entry.second.prevotes, &entry.second.precommits})
      for (std::size_t member = 0; member < votes->members(); ++member)
        for (const auto& vote : votes->of(member)) out.push_back(&vote);
  return out;
}

void VoteKeeper::forget(const Address& validator) {
  const auto member = set_.index_of(validator);
  if (!member) return;
  highest_[*member].reset();
  for (auto& entry : rounds_) {
    entry.second.prevotes.forget(*member);
    entry.second.precommits.forget(*member);
    if (!entry.second.prevotes.quorum_block(quorum_)) prevote_quorums_.erase(entry.first);
    if (!entry.second.precommits.quorum_block(quorum_)) precommit_quorums_.erase(entry.first);
  }
}

}  // namespace lucid::consensus
