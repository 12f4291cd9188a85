#include "core/consensus/vote_set.hpp"

#include <algorithm>

#include "core/base/mutant.hpp"

namespace lucid::consensus {

VoteSet::Outcome VoteSet::add(std::size_t member, const crypto::Verified<Vote>& vote) {
  auto& votes = by_member_[member];
  const bool known = std::any_of(votes.begin(), votes.end(), [&](const auto& v) {
    return v->block == vote->block && (!LUCID_MUTANT(evidence_against_restart) || v->reason == vote->reason);
  });
  if (known) return Outcome::known;
  if (votes.size() >= 2) return Outcome::surplus;
  votes.push_back(vote);
  ++weights_[vote->block];
  if (votes.size() == 2) return Outcome::conflicting;
  ++voters_;
  return Outcome::counted;
}

std::size_t VoteSet::weight(const VoteValue& value) const {
  const auto found = weights_.find(value);
  return found == weights_.end() ? 0 : found->second;
}

std::optional<Hash256> VoteSet::quorum_block(const Quorum& quorum) const {
  for (const auto& [value, weight] : weights_)
    if (value && quorum.decides(weight)) return value;
  return std::nullopt;
}

std::vector<crypto::Verified<Vote>> VoteSet::votes_for(const VoteValue& value) const {
  std::vector<crypto::Verified<Vote>> out;
  out.reserve(weight(value));
  for (const auto& votes : by_member_)
    for (const auto& vote : votes)
      if (vote->block == value) out.push_back(vote);
  return out;
}

void VoteSet::forget(std::size_t member) {
  auto& votes = by_member_[member];
  if (votes.empty()) return;
  for (const auto& vote : votes) --weights_[vote->block];
  votes.clear();
  --voters_;
}

}  // namespace lucid::consensus
