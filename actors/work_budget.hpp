// How much work others may cause: so many units a second, and a store of them for bursts. Unless said otherwise it is
// what one peer may, and a unit about the time of one check of a signature. Debt is allowed (a message's price is known
// only once it is here) and is paid off first.
//
// Thread-safety: one owner. Units: monotonic milliseconds.
#pragma once

#include <algorithm>
#include <cstdint>

namespace lucid::actors {

class WorkBudget {
 public:
  static constexpr std::int64_t kPerSecond = 4'000, kStored = 8'000;

  explicit WorkBudget(std::int64_t per_second = kPerSecond, std::int64_t stored = kStored)
      : per_second_(per_second), stored_(stored), left_(stored * 1'000) {}

  void spend(std::uint64_t units, std::uint64_t now_ms) {
    refill(now_ms);
    left_ -= static_cast<std::int64_t>(units) * 1'000;
  }
  bool in_debt(std::uint64_t now_ms) {
    refill(now_ms);
    return left_ < 0;
  }
  /// Whether it could be spent without debt.
  bool affords(std::uint64_t units, std::uint64_t now_ms) {
    refill(now_ms);
    return left_ >= static_cast<std::int64_t>(units) * 1'000;
  }

 private:
  void refill(std::uint64_t now_ms) {
    if (now_ms > filled_ms_) {
      // Beyond this the store is full whatever the debt was: a peer's debt is bounded by what its socket may hold.
      const auto passed_ms = static_cast<std::int64_t>(std::min<std::uint64_t>(now_ms - filled_ms_, 3'600'000));
      left_ = std::min(stored_ * 1'000, left_ + passed_ms * per_second_);
    }
    filled_ms_ = std::max(filled_ms_, now_ms);
  }

  std::int64_t per_second_, stored_;
  std::int64_t left_;  // thousandths of a unit
  std::uint64_t filled_ms_ = 0;
};

}  // namespace lucid::actors
