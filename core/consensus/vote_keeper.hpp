// All votes of one height: rounds from 100 below the current one to 100 above it, two values a voter and step. What
// lies outside is dropped, but the highest round that each validator was seen in is always remembered: that is one
// number each, and it is what moves a node that fell behind by more than the bound.
//
// Thread-safety: one owner.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "core/consensus/vote_set.hpp"
#include "core/types/transaction.hpp"

namespace lucid::consensus {

/// Rounds kept on each side of the current one.
inline constexpr Round kRoundBound = 100;

class VoteKeeper {
 public:
  explicit VoteKeeper(const ValidatorSet& set);

  struct Added {
    VoteSet::Outcome outcome = VoteSet::Outcome::known;
    std::optional<Evidence> evidence;  // where the outcome is `conflicting`
  };
  /// Counts a vote of this height. `any_round`: also outside the bound; for prevotes that come as a quorum. Faults:
  /// vote_not_member, vote_round.
  Result<Added> add(const crypto::Verified<Vote>& vote, Round current, bool any_round = false);
  /// Notes that `validator` was seen in `round`. Ignored where it is no member.
  void saw(const Address& validator, Round round);
  /// Forgets the rounds more than kRoundBound below `current`, except those in `kept`: of locked, valid and
  /// proposed-again values.
  void prune(Round current, const std::set<Round>& kept);

  const Quorum& quorum() const { return quorum_; }
  /// Null where nobody voted.
  const VoteSet* find(Round round, VoteStep step) const;
  /// In which anybody voted, ascending.
  std::vector<Round> rounds() const;
  bool has_quorum(Round round, VoteStep step, const VoteValue& value) const;
  bool has_quorum_of_any(Round round, VoteStep step) const;
  std::optional<Hash256> quorum_block(Round round, VoteStep step) const;
  std::vector<crypto::Verified<Vote>> votes_for(Round round, VoteStep step, const VoteValue& value) const;
  /// Rounds in which a quorum votes for a block in that step, ascending.
  const std::set<Round>& block_quorums(VoteStep step) const {
    return step == VoteStep::prevote ? prevote_quorums_ : precommit_quorums_;
  }

  /// The highest round above `current` that f + 1 distinct validators have reached or passed, if any.
  std::optional<Round> round_to_skip_to(Round current) const;
  /// Distinct members other than `self` from whom anything arrived.
  std::size_t others_seen(const std::optional<Address>& self) const;

  /// Every vote held, by round, step and validator. Until the next change.
  std::vector<const crypto::Verified<Vote>*> all() const;
  /// Takes back all votes of one validator.
  void forget(const Address& validator);

 private:
  struct RoundVotes {
    VoteSet prevotes;
    VoteSet precommits;
  };

  VoteSet& votes_of(Round round, VoteStep step);
  std::set<Round>& quorums_of(VoteStep step) {
    return step == VoteStep::prevote ? prevote_quorums_ : precommit_quorums_;
  }
  void saw(std::size_t member, Round round);

  ValidatorSet set_;
  Quorum quorum_;
  std::map<Round, RoundVotes> rounds_;
  std::set<Round> prevote_quorums_;  // asked after every input: kept as votes come
  std::set<Round> precommit_quorums_;
  std::vector<std::optional<Round>> highest_;  // by member
};

/// The pair in the order that evidence asks for: lower encoding first.
Evidence make_evidence(const SignedMessage& one, const SignedMessage& other);

}  // namespace lucid::consensus
