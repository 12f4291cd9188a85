// How far another node's wall clock is from this one's, by the answers to pings: its time less this node's at half the
// round trip. Of the newest answers the quickest one counts, since it can be off by half its round trip; of equally
// quick ones the newest, so that a clock that somebody sets shows at once.
//
// Thread-safety: one owner. Units: milliseconds.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>

#include "core/params/params.hpp"

namespace lucid::actors {

class PeerClock {
 public:
  /// `its_time` arrived at `now`, `round_trip_ms` after it was asked for. A time that no block can have is none.
  void answered(TimeMs its_time, TimeMs now, std::uint64_t round_trip_ms) {
    if (its_time > params::kMaxTime || now > params::kMaxTime) return;
    const auto then = static_cast<std::int64_t>(now) - static_cast<std::int64_t>(round_trip_ms / 2);
    answers_.push_back({static_cast<std::int64_t>(its_time) - then, round_trip_ms});
    if (answers_.size() > kNewest) answers_.pop_front();
  }
  /// Absent before the first answer.
  std::optional<std::int64_t> offset_ms() const {
    if (answers_.empty()) return std::nullopt;
    const auto quickest = std::min_element(answers_.rbegin(), answers_.rend(), [](const Answer& a, const Answer& b) {
      return a.round_trip_ms < b.round_trip_ms;
    });
    return quickest->offset_ms;
  }

 private:
  static constexpr std::size_t kNewest = 5;
  struct Answer {
    std::int64_t offset_ms = 0;
    std::uint64_t round_trip_ms = 0;
  };
  std::deque<Answer> answers_;
};

}  // namespace lucid::actors
