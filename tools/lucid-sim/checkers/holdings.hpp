// What one machine holds of prevotes and proposals, as far as it may act on them. What is in memory goes with a crash;
// what was stored stays.
//
// Thread-safety: one owner.
#pragma once

#include <algorithm>
#include <map>
#include <vector>

#include "core/types/validator_set.hpp"
#include "tools/lucid-sim/checkers/own_hashes.hpp"

namespace lucid::sim {

struct HeldProposal {
  Said said;
  BlockPtr block;         // absent for its own ones
  TimeMs arrived_at = 0;  // by its own clock
};

class Holdings {
 public:
  void add_prevote(const Said& said, bool stored) {
    if (said.value) add(stored ? stored_ : memory_, said);
  }
  void add_proposal(HeldProposal proposal) {
    auto& list = proposals_[proposal.said.height];
    for (const HeldProposal& known : list)
      if (known.said.is_at_place_of(proposal.said) && known.said.has_content_of(proposal.said)) return;
    list.push_back(std::move(proposal));
  }
  void crash() { memory_.clear(); }
  /// What concerns lower heights is of no use any more; what was stored may come back with an old disk.
  void forget_below(Height height) {
    memory_.erase(memory_.begin(), memory_.lower_bound(height));
    proposals_.erase(proposals_.begin(), proposals_.lower_bound(height));
  }

  /// Distinct members that prevoted for `block` in that round.
  std::size_t prevotes(Height height, Round round, const Hash256& block, const ValidatorSet& set) const {
    const Poll* in_memory = find(memory_, height, round, block);
    const Poll* stored = find(stored_, height, round, block);
    if (in_memory == nullptr && stored == nullptr) return 0;
    return static_cast<std::size_t>(std::count_if(set.members.begin(), set.members.end(), [&](const Validator& member) {
      return (in_memory != nullptr && in_memory->has(member.address)) ||
             (stored != nullptr && stored->has(member.address));
    }));
  }
  const std::vector<HeldProposal>* proposals(Height height) const {
    const auto place = proposals_.find(height);
    return place == proposals_.end() ? nullptr : &place->second;
  }

 private:
  /// The voters for one block in one round.
  struct Poll {
    Round round = 0;
    Hash256 block;
    std::vector<Address> voters;
    bool has(const Address& voter) const { return std::find(voters.begin(), voters.end(), voter) != voters.end(); }
  };
  using Polls = std::map<Height, std::vector<Poll>>;

  static void add(Polls& polls, const Said& said) {
    auto& list = polls[said.height];
    Poll* poll = find(list, said.round, *said.value);
    if (poll == nullptr) {
      if (list.empty()) list.reserve(kFirstPolls);
      poll = &list.emplace_back(Poll{said.round, *said.value, {}});
      poll->voters.reserve(kFirstVoters);
    }
    if (!poll->has(said.signer)) poll->voters.push_back(said.signer);
  }
  static const Poll* find(const Polls& polls, Height height, Round round, const Hash256& block) {
    const auto place = polls.find(height);
    return place == polls.end() ? nullptr : find(place->second, round, block);
  }
  /// The newest rounds stand at the end and are asked for most.
  template <class List>
  static auto find(List& list, Round round, const Hash256& block) -> decltype(list.data()) {
    for (auto poll = list.rbegin(); poll != list.rend(); ++poll)
      if (poll->round == round && poll->block == block) return &*poll;
    return nullptr;
  }

  static constexpr std::size_t kFirstPolls = 2;
  static constexpr std::size_t kFirstVoters = 4;

  Polls memory_;
  Polls stored_;
  std::map<Height, std::vector<HeldProposal>> proposals_;
};

}  // namespace lucid::sim
