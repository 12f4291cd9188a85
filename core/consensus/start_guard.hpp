// Whether a validator that has just started may sign (protocol.md section 3, Copies). It asks the others for the
// newest record that they hold of its key; if one is above its own, its disk was copied or restored, and it watches
// for two slots whether its key goes on signing elsewhere. Knows no vote and no clock.
//
// Thread-safety: one owner.
#pragma once

#include <set>

#include "core/types/newest_record.hpp"
#include "core/types/validator_set.hpp"

namespace lucid::consensus {

enum class StartPhase : std::uint8_t {
  asking,    // fewer than q-1 others have answered
  watching,  // they have, and one knew more than the own disk
  cleared,   // may sign; for the rest of this life
};

class StartGuard {
 public:
  /// `life`: a number that no earlier start of this node had. `watch`: the last life had found a newer record than its
  /// own and ended before its watch was over.
  StartGuard(std::uint64_t life, bool watch) : life_(life), watch_needed_(watch) {}

  StartPhase phase() const { return phase_; }
  NewestRecordQuestion question() const { return {life_}; }
  /// Whether `from` has answered this life's question before.
  bool has_answered(const Address& from) const { return answered_.contains(from); }
  void answered(const Address& from) { answered_.insert(from); }
  /// How many of the set's members other than `self` have answered.
  std::size_t answers(const ValidatorSet& set, const Address& self) const;

  /// A record of the own key above the newest of the own disk was seen. What runs of the watch counts no more.
  void newer_seen();
  bool watch_needed() const { return watch_needed_; }
  /// Leaves `asking` if q-1 others of `set` have answered. Whether the phase changed.
  bool look(const ValidatorSet& set, const Address& self);
  /// Of the watch that runs: whatever ends an earlier one is stale.
  std::uint64_t watch_number() const { return watch_number_; }
  /// The watch is over. Whether the phase changed.
  bool watched(std::uint64_t number);

 private:
  std::uint64_t life_ = 0;
  StartPhase phase_ = StartPhase::asking;
  bool watch_needed_ = false;
  std::uint64_t watch_number_ = 0;
  std::set<Address> answered_;
};

}  // namespace lucid::consensus
