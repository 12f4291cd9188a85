// Everything that is done to a cluster on purpose. A run of many seeds counts how often each was done; a kind that
// never was makes it fail, because then the run showed nothing about it.
//
// Numbers stand in digests: append only. Thread-safety: values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lucid::sim {

enum class FaultKind : std::uint8_t {
  drop,
  duplicate,
  reorder,
  delay,
  halves,            // the cluster falls into two parts
  one_against_rest,  // one machine is cut off
  one_way,           // one machine is not heard, but hears
  flapping,          // a partition that comes and goes
  crash,             // one machine ends between any two steps, and starts again
  power_cut,         // all machines at once
  old_disk,          // an image of a disk is put back
  clock_offset,      // a clock stands wrong for a while
  clock_drift,       // a clock runs too fast or too slow
  clock_step,        // a clock jumps
  slow_disk,         // each sync takes 50 ms
  set_change,        // a validator joins, leaves or gets new keys
  // What liars do.
  equivocate,
  withhold,
  split_votes,
  invalid_block,
  stale_block,
  forged_round,
  replay,
  claimed_height,
  future_votes,
  unincludable_transactions,
  twin,          // two machines run with one key
  false_record,  // a machine that starts is told something else than what it signed last
  // What else is done to it.
  owner_change,  // an account joins or leaves the owner registry
};
constexpr FaultKind last_of(FaultKind) {
  return FaultKind::owner_change;
}
inline constexpr std::size_t kFaultKinds = static_cast<std::size_t>(last_of(FaultKind{})) + 1;
constexpr bool is_lie(FaultKind kind) {
  return kind >= FaultKind::equivocate && kind <= FaultKind::false_record;
}

using FaultCounts = std::array<std::uint64_t, kFaultKinds>;

std::string_view fault_name(FaultKind kind);

}  // namespace lucid::sim
