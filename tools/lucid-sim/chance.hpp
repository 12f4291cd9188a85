// The only source of chance in a simulated cluster: the same seed gives the same numbers everywhere.
//
// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014).
// Thread-safety: one owner.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lucid::sim {

/// One step of SplitMix64's output function: a good mix of 64 bits.
constexpr std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() { return mix(state_ += 0x9e3779b97f4a7c15); }
  /// 0 … bound - 1; `bound` at least 1.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  /// low … high, both included.
  std::uint64_t between(std::uint64_t low, std::uint64_t high) { return low + below(high - low + 1); }
  /// -most … most.
  std::int64_t around(std::uint64_t most) {
    return static_cast<std::int64_t>(below(2 * most + 1)) - static_cast<std::int64_t>(most);
  }
  bool percent(std::uint64_t chance) { return below(100) < chance; }
  bool permille(std::uint64_t chance) { return below(1000) < chance; }
  template <class T>
  const T& one_of(const std::vector<T>& list) {
    return list[below(list.size())];
  }
  template <class T>
  void shuffle(std::vector<T>& list) {
    for (std::size_t i = list.size(); i > 1; --i) std::swap(list[i - 1], list[below(i)]);
  }
  /// A source of its own, so that what one part draws does not move what another draws.
  Chance split(std::uint64_t purpose) { return Chance(mix(next() ^ mix(purpose))); }

 private:
  std::uint64_t state_;
};

}  // namespace lucid::sim
