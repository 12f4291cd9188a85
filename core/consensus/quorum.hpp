// How many signatures are enough. Compared by multiplication: no division, no rounding (protocol.md section 3).
//
// Thread-safety: values.
#pragma once

#include <cstddef>

#include "core/types/validator_set.hpp"

namespace lucid::consensus {

class Quorum {
 public:
  explicit Quorum(const ValidatorSet& set)
      : members_(set.size()), faulty_max_(set.faulty_max()), rule_(set.quorum_rule) {}

  /// Whether `signers` distinct members decide: more than two thirds of the set (strict), or two thirds.
  bool decides(std::size_t signers) const;
  /// f + 1: whether there must be a correct member among `signers` distinct ones.
  bool has_correct_one(std::size_t signers) const { return signers > faulty_max_; }
  /// max(2, f + 1): whether `others` distinct other members open round 0. One early vote must open nothing.
  bool opens_round(std::size_t others) const;

 private:
  std::size_t members_;
  std::size_t faulty_max_;
  QuorumRule rule_;
};

}  // namespace lucid::consensus
