#include "actors/runtime/clock.hpp"

#include <chrono>

namespace lucid::actors {
namespace {

template <class Source>
std::uint64_t now_ms() {
  using std::chrono::milliseconds;
  return static_cast<std::uint64_t>(std::chrono::duration_cast<milliseconds>(Source::now().time_since_epoch()).count());
}

}  // namespace

TimeMs SystemClock::wall_ms() const {
  return now_ms<std::chrono::system_clock>();
}
std::uint64_t SystemClock::monotonic_ms() const {
  return now_ms<std::chrono::steady_clock>();
}

}  // namespace lucid::actors
