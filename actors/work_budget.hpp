// How much work one peer may cause: so many units a second, and a store of them for bursts. A unit is about the time of
// one check of a signature. Debt is allowed (a message's price is known only once it is here) and is paid off first.
//
// Thread-safety: one owner. Units: monotonic milliseconds.
#pragma once

#include <algorithm>
#include <cstdint>

namespace lucid::actors {

class WorkBudget {
 public:
  static constexpr std::int64_t kPerSecond = 4'000, kStored = 8'000;

  void spend(std::uint64_t units, std::uint64_t now_ms) {
    refill(now_ms);
    left_ -= static_cast<std::int64_t>(units) * 1'000;
  }
  bool in_debt(std::uint64_t now_ms) {
    refill(now_ms);
    return left_ < 0;
  }

 private:
  void refill(std::uint64_t now_ms) {
    if (now_ms > filled_ms_) {
      // Beyond this the store is full whatever the debt was: a peer's debt is bounded by what its socket may hold.
      const auto passed_ms = static_cast<std::int64_t>(std::min<std::uint64_t>(now_ms - filled_ms_, 3'600'000));
      left_ = std::min(kStored * 1'000, left_ + passed_ms * kPerSecond);
    }
    filled_ms_ = std::max(filled_ms_, now_ms);
  }

  std::int64_t left_ = kStored * 1'000;  // thousandths of a unit
  std::uint64_t filled_ms_ = 0;
};

}  // namespace lucid::actors
