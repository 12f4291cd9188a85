// The machine's clocks with a wall clock that is off by a fixed time, as a node of a localnet may have it.
//
// Thread-safety: all functions may be called from any thread. Never fails. Units: milliseconds.
#pragma once

#include "actors/runtime/clock.hpp"

namespace lucid::actors {

class OffsetClock final : public Clock {
 public:
  explicit OffsetClock(std::int64_t offset_ms) : offset_ms_(offset_ms) {}

  TimeMs wall_ms() const override { return machine_.wall_ms() + static_cast<TimeMs>(offset_ms_); }
  std::uint64_t monotonic_ms() const override { return machine_.monotonic_ms(); }

 private:
  SystemClock machine_;
  std::int64_t offset_ms_;
};

}  // namespace lucid::actors
