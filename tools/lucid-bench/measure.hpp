// Clocks, percentiles and work that is made ahead in order.
//
// Thread-safety: free functions from any thread; an Ahead belongs to one.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <thread>
#include <vector>

namespace lucid::bench {

using SteadyTime = std::chrono::steady_clock::time_point;

inline SteadyTime steady_now() {
  return std::chrono::steady_clock::now();
}
inline double seconds_since(SteadyTime start) {
  return std::chrono::duration<double>(steady_now() - start).count();
}
inline std::uint64_t wall_ms() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count());
}

/// Processor time, user and system, in seconds.
double thread_cpu_seconds();
double process_cpu_seconds();

unsigned cores();

/// The value below which `part` (0 to 1) of the values lie. 0 of none.
double percentile(std::vector<double> values, double part);
inline double median(std::vector<double> values) {
  return percentile(std::move(values), 0.5);
}

/// Runs `work(thread)` on so many threads and waits for all.
void on_threads(unsigned count, const std::function<void(unsigned)>& work);

/// Results 0 … count-1 of `make`, in order, made by threads of their own a few ahead of who takes them.
template <class T>
class Ahead {
 public:
  Ahead(std::size_t count, std::function<T(std::size_t)> make) : count_(count), make_(std::move(make)) {
    for (unsigned i = 0; i <= cores(); ++i) start();
  }

  /// There must be one left.
  T next() {
    T out = running_.front().get();
    running_.pop_front();
    start();
    return out;
  }

 private:
  void start() {
    if (started_ == count_) return;
    running_.push_back(std::async(std::launch::async, make_, started_++));
  }

  std::size_t count_;
  std::function<T(std::size_t)> make_;
  std::size_t started_ = 0;
  std::deque<std::future<T>> running_;
};

}  // namespace lucid::bench
