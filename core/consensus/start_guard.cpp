#include "core/consensus/start_guard.hpp"

namespace lucid::consensus {

std::size_t StartGuard::answers(const ValidatorSet& set, const Address& self) const {
  std::size_t count = 0;
  for (const Validator& member : set.members)
    if (member.address != self && answered_.contains(member.address)) ++count;
  return count;
}

void StartGuard::newer_seen() {
  watch_needed_ = true;
  ++watch_number_;
}

bool StartGuard::look(const ValidatorSet& set, const Address& self) {
  if (phase_ != StartPhase::asking || answers(set, self) + 1 < set.quorum()) return false;
  phase_ = watch_needed_ ? StartPhase::watching : StartPhase::cleared;
  return true;
}

bool StartGuard::watched(std::uint64_t number) {
  if (phase_ != StartPhase::watching || number != watch_number_) return false;
  watch_needed_ = false;
  phase_ = StartPhase::cleared;
  return true;
}

}  // namespace lucid::consensus
