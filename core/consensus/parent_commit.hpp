// The parent's certificate, growing: precommits that arrive after the parent was decided still go into the next
// block's certificate, so that a slow validator is not taken for absent (protocol.md section 5, density).
//
// Thread-safety: one owner.
#pragma once

#include <optional>
#include <vector>

#include "core/crypto/verified.hpp"
#include "core/types/validator_set.hpp"
#include "core/types/vote.hpp"

namespace lucid::consensus {

class ParentCommit {
 public:
  ParentCommit() = default;
  /// From a certificate that was checked, and the set that judged it. Signatures beyond the set are left out.
  ParentCommit(const Certificate& certificate, const ValidatorSet& set);

  /// Takes a late precommit; false where it belongs to another height, round or block, or is there already.
  bool add(const crypto::Verified<Vote>& vote);
  /// The same for a certificate of the same height, round and block.
  bool merge(const Certificate& certificate);

  Certificate certificate() const;

 private:
  Height height_ = 0;
  Round round_ = 0;
  Hash256 block_;
  std::vector<Address> members_;
  std::vector<std::optional<Signature>> signatures_;  // by member; none for the genesis block
};

}  // namespace lucid::consensus
