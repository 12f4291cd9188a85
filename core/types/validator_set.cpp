#include "core/types/validator_set.hpp"

#include "core/base/mutant.hpp"

namespace lucid {

std::optional<std::size_t> ValidatorSet::index_of(const Address& address) const {
  for (std::size_t i = 0; i < members.size(); ++i)
    if (members[i].address == address) return i;
  return std::nullopt;
}

const Validator* ValidatorSet::find(const Address& address) const {
  const auto index = index_of(address);
  return index ? &members[*index] : nullptr;
}

std::size_t ValidatorSet::quorum() const {
  const std::size_t n = members.size();
  if (LUCID_MUTANT(quorum_2f_plus_1)) return 2 * faulty_max() + 1;
  return quorum_rule == QuorumRule::strict ? 2 * n / 3 + 1 : (2 * n + 2) / 3;
}

}  // namespace lucid
