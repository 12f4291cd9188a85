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
      if (known.said.place() == proposal.said.place() && known.said.content() == proposal.said.content()) return;
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
    std::size_t count = 0;
    for (const Validator& member : set.members)
      count += has(memory_, height, round, block, member.address) || has(stored_, height, round, block, member.address);
    return count;
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
  };
  using Polls = std::map<Height, std::vector<Poll>>;

  static void add(Polls& polls, const Said& said) {
    auto& list = polls[said.height];
    // The newest rounds stand at the end and are asked for most.
    auto poll = std::find_if(list.rbegin(), list.rend(),
                             [&](const Poll& one) { return one.round == said.round && one.block == *said.value; });
    if (poll == list.rend()) {
      list.push_back({said.round, *said.value, {}});
      poll = list.rbegin();
    }
    if (std::find(poll->voters.begin(), poll->voters.end(), said.signer) == poll->voters.end())
      poll->voters.push_back(said.signer);
  }
  static bool has(const Polls& polls, Height height, Round round, const Hash256& block, const Address& voter) {
    const auto place = polls.find(height);
    if (place == polls.end()) return false;
    for (auto poll = place->second.rbegin(); poll != place->second.rend(); ++poll)
      if (poll->round == round && poll->block == block)
        return std::find(poll->voters.begin(), poll->voters.end(), voter) != poll->voters.end();
    return false;
  }

  Polls memory_;
  Polls stored_;
  std::map<Height, std::vector<HeldProposal>> proposals_;
};

}  // namespace lucid::sim
