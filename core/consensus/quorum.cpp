#include "core/consensus/quorum.hpp"

#include "core/base/mutant.hpp"

namespace lucid::consensus {

bool Quorum::decides(std::size_t signers) const {
  if (LUCID_MUTANT(quorum_2f_plus_1)) return signers > 2 * faulty_max_;
  return rule_ == QuorumRule::strict ? signers * 3 > members_ * 2 : signers * 3 >= members_ * 2 && signers > 0;
}

bool Quorum::opens_round(std::size_t others) const {
  if (LUCID_MUTANT(one_early_vote_opens)) return others >= 1;
  return others >= 2 && has_correct_one(others);
}

}  // namespace lucid::consensus
