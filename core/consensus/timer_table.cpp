#include "core/consensus/timer_table.hpp"

#include "core/base/mutant.hpp"

namespace lucid::consensus {

std::optional<std::uint64_t> TimerTable::set(const TimerKey& key) {
  if (!newest_.empty() && key.height < newest_.rbegin()->first.height) return std::nullopt;
  newest_.erase(newest_.begin(), newest_.lower_bound(TimerKey{key.height}));
  newest_[key] = ++generations_;
  return generations_;
}

std::optional<TimerKey> TimerTable::fire(const TimerKey& key, std::uint64_t generation) {
  if (LUCID_MUTANT(timers_without_generation)) return key;
  const auto found = newest_.find(key);
  if (found == newest_.end() || found->second != generation) return std::nullopt;
  newest_.erase(found);
  return key;
}

}  // namespace lucid::consensus
