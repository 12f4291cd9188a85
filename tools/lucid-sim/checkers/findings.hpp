// What checkers found in one run: the first violation, how many there were, and how long recoveries took.
//
// Thread-safety: one cluster is watched by one thread.
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/lucid-sim/observer.hpp"

namespace lucid::sim {

/// A quorum of correct nodes came together (again) while a transaction waited; this is when the next block was there.
struct Recovery {
  TimeMs healed_at = 0;
  std::uint64_t took_ms = 0;
  std::uint64_t dead_leaders = 0;  // rounds since then that a validator outside that quorum led
  bool operator==(const Recovery&) const = default;
};
/// What protocol.md section 8 promises of 99 in 100 recoveries, with mainnet's timing.
constexpr std::uint64_t promised_recovery_ms(std::uint64_t dead_leaders) {
  return 25'000 + 10'000 * dead_leaders;
}
/// And of every one.
inline constexpr std::uint64_t kNextBlockMs = 120'000;

class Findings {
 public:
  /// The first is kept: what follows is often only its consequence.
  void violated(ViolationKind kind, TimeMs time, std::string_view invariant, std::string words) {
    ++violations_;
    if (!first_) first_ = Violation{kind, time, std::string(invariant), std::move(words)};
  }
  void recovered(const Recovery& recovery) { recoveries_.push_back(recovery); }

  const std::optional<Violation>& first() const { return first_; }
  std::uint64_t violations() const { return violations_; }
  const std::vector<Recovery>& recoveries() const { return recoveries_; }

 private:
  std::optional<Violation> first_;
  std::uint64_t violations_ = 0;
  std::vector<Recovery> recoveries_;
};

}  // namespace lucid::sim
