// The votes of one step of one round: one a validator, and at most one more if it contradicts itself. A second,
// different vote is no error but evidence; it counts for its own value too, because other nodes may have received only
// that one, and a quorum that they saw must be reproducible here.
//
// Thread-safety: one owner.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/consensus/quorum.hpp"
#include "core/crypto/verified.hpp"
#include "core/types/vote.hpp"

namespace lucid::consensus {

/// What a vote is for: a block, or nil (absent).
using VoteValue = std::optional<Hash256>;

class VoteSet {
 public:
  explicit VoteSet(std::size_t members) : by_member_(members) {}

  enum class Outcome : std::uint8_t {
    counted,
    known,        // same content as before
    conflicting,  // counted, and contradicts the member's first vote
    surplus,      // a third content: dropped, the evidence is there already
  };
  /// `member` is an index below the number of members.
  Outcome add(std::size_t member, const crypto::Verified<Vote>& vote);

  /// Distinct members that voted at all.
  std::size_t voters() const { return voters_; }
  /// Distinct members that voted for `value`.
  std::size_t weight(const VoteValue& value) const;
  /// The block that a quorum voted for, if there is one.
  std::optional<Hash256> quorum_block(const Quorum& quorum) const;

  /// The votes for `value`, in validator order.
  std::vector<crypto::Verified<Vote>> votes_for(const VoteValue& value) const;
  /// A member's votes, first the one that came first; empty where it has not voted.
  const std::vector<crypto::Verified<Vote>>& of(std::size_t member) const { return by_member_[member]; }
  std::size_t members() const { return by_member_.size(); }

  /// Takes back all of a member's votes.
  void forget(std::size_t member);

 private:
  std::vector<std::vector<crypto::Verified<Vote>>> by_member_;
  std::map<VoteValue, std::size_t> weights_;
  std::size_t voters_ = 0;
};

}  // namespace lucid::consensus
