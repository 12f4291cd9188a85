// Which timers count. Whoever keeps time may be unable to call a timer back (CAF's delayed messages cannot be), so each
// timer that is set gets a generation, and one that comes due counts only while its generation is its key's newest.
//
// Setting a key again replaces its timer; setting one of a newer height drops those of all older heights. A timer that
// was dropped or replaced must say nothing: it would end a round of another height before its time.
// Thread-safety: one owner. Knows no clock.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>

#include "core/base/fields.hpp"
#include "core/consensus/input.hpp"

namespace lucid::consensus {

/// What a timer is for.
struct TimerKey {
  Height height = 0;
  Round round = 0;
  TimerStep step = TimerStep::open;
  auto operator<=>(const TimerKey&) const = default;
  LUCID_FIELDS(height, round, step)
};

class TimerTable {
 public:
  /// The generation of the new timer; absent where timers of a newer height run: then it is not to be set.
  std::optional<std::uint64_t> set(const TimerKey& key);

  /// A timer came due: the key to be told, which does not run any more; absent where the timer is stale.
  std::optional<TimerKey> fire(const TimerKey& key, std::uint64_t generation);

 private:
  std::map<TimerKey, std::uint64_t> newest_;  // running ones
  std::uint64_t generations_ = 0;
};

}  // namespace lucid::consensus
