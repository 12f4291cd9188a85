// The clocks of one machine: a wall clock that is off, drifts and steps, and a monotonic one that only drifts.
//
// Thread-safety: one cluster is one thread. Milliseconds; drift in parts per million of true time.
#pragma once

#include <cstdint>

#include "core/base/ordinal.hpp"

namespace lucid::sim {

class SimClock {
 public:
  SimClock(TimeMs start, std::int64_t offset_ms, std::int64_t drift_ppm)
      : start_(start), since_(start), offset_ms_(offset_ms), drift_ppm_(drift_ppm) {}

  /// How far the wall clock is from true time.
  std::int64_t offset_ms() const { return offset_ms_; }
  TimeMs wall_ms(TimeMs now) const { return now + static_cast<std::uint64_t>(offset_ms_); }
  /// Moves the wall clock by what it has drifted since the last call: between two calls its offset stays, so that it
  /// can be told exactly. Whether it moved.
  bool drift_on(TimeMs now) {
    const std::int64_t total = drifted(now);
    if (total == applied_ms_) return false;
    offset_ms_ += total - applied_ms_;
    applied_ms_ = total;
    return true;
  }
  /// Since some moment of its own; never goes back.
  std::uint64_t monotonic_ms(TimeMs now) const {
    return now - start_ + static_cast<std::uint64_t>(monotonic_gain_ms_ + drifted(now));
  }
  /// How much true time passes while this machine measures `delay_ms`.
  std::uint64_t true_delay_ms(std::uint64_t delay_ms) const {
    const auto delay = static_cast<std::int64_t>(delay_ms);
    const std::int64_t off = delay * drift_ppm_ / 1'000'000;
    return delay > off ? static_cast<std::uint64_t>(delay - off) : 0;
  }

  void set_offset(std::int64_t offset_ms) { offset_ms_ = offset_ms; }
  void step(std::int64_t by_ms) { offset_ms_ += by_ms; }
  void set_drift(TimeMs now, std::int64_t drift_ppm) {
    drift_on(now);
    monotonic_gain_ms_ += drifted(now);
    since_ = now;
    applied_ms_ = 0;
    drift_ppm_ = drift_ppm;
  }
  std::int64_t drift_ppm() const { return drift_ppm_; }

 private:
  std::int64_t drifted(TimeMs now) const { return static_cast<std::int64_t>(now - since_) * drift_ppm_ / 1'000'000; }

  TimeMs start_;
  TimeMs since_;  // of the drift
  std::int64_t offset_ms_;
  std::int64_t applied_ms_ = 0;         // to the wall clock, of the drift
  std::int64_t monotonic_gain_ms_ = 0;  // at since_
  std::int64_t drift_ppm_;
};

}  // namespace lucid::sim
