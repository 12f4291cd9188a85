// Where actors get the time from: wall time for what others see, monotonic time for what is measured or awaited.
//
// Thread-safety: all functions may be called from any thread. Never fails.
#pragma once

#include <atomic>
#include <cstdint>

#include "core/base/ordinal.hpp"

namespace lucid::actors {

class Clock {
 public:
  virtual ~Clock() = default;
  /// Unix time; may jump when a person or NTP sets it.
  virtual TimeMs wall_ms() const = 0;
  /// Milliseconds since some moment in the past; never goes back.
  virtual std::uint64_t monotonic_ms() const = 0;
};

/// The machine's clocks.
class SystemClock final : public Clock {
 public:
  TimeMs wall_ms() const override;
  std::uint64_t monotonic_ms() const override;
};

/// Stands still until told otherwise: virtual time for tests and the simulator.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(TimeMs wall_ms) : wall_ms_(wall_ms) {}
  TimeMs wall_ms() const override { return wall_ms_; }
  std::uint64_t monotonic_ms() const override { return monotonic_ms_; }

  /// Both clocks go on.
  void advance(std::uint64_t ms) {
    wall_ms_ += ms;
    monotonic_ms_ += ms;
  }
  /// Someone sets the wall clock; the monotonic one does not notice.
  void set_wall(TimeMs wall_ms) { wall_ms_ = wall_ms; }

 private:
  std::atomic<TimeMs> wall_ms_;
  std::atomic<std::uint64_t> monotonic_ms_{0};
};

}  // namespace lucid::actors
