// Durations by their order of magnitude: four buckets to each power of two, from 1 ns to about a minute.
//
// Thread-safety: one thread at a time records; any thread may read meanwhile and sees each count as of about now.
// Units: nanoseconds. Percentiles are the bucket's upper end: never too low, at most a quarter too high.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace lucid::actors {

inline constexpr std::size_t kHistogramBuckets = 144;

/// The bucket that holds `ns`; the last one holds everything beyond.
constexpr std::size_t bucket_of(std::uint64_t ns) {
  if (ns < 4) return static_cast<std::size_t>(ns);
  const auto power = static_cast<std::size_t>(std::bit_width(ns)) - 1;
  return std::min(4 * (power - 1) + ((ns >> (power - 2)) & 3), kHistogramBuckets - 1);
}

/// The largest duration that falls into `bucket`.
constexpr std::uint64_t bucket_end(std::size_t bucket) {
  if (bucket < 4) return bucket;
  const std::size_t power = bucket / 4 + 1;
  return ((std::uint64_t{5} + bucket % 4) << (power - 2)) - 1;
}

/// Counts read out of one or several histograms.
struct Distribution {
  std::array<std::uint64_t, kHistogramBuckets> counts{};
  std::uint64_t count = 0;
  std::uint64_t max = 0;

  /// Smallest bucket end that `percent` of all durations do not exceed; 0 if there are none.
  std::uint64_t percentile(std::uint64_t percent) const {
    const std::uint64_t rank = (count * percent + 99) / 100;
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts.size(); ++i)
      if (seen += counts[i]; rank != 0 && seen >= rank) return std::min(bucket_end(i), max);
    return max;
  }
};

class Histogram {
 public:
  /// A load and a store instead of an atomic increment: there is only one writer.
  void record(std::uint64_t ns) {
    auto& bucket = counts_[bucket_of(ns)];
    bucket.store(bucket.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    if (ns > max_.load(std::memory_order_relaxed)) max_.store(ns, std::memory_order_relaxed);
  }

  void add_to(Distribution& sum) const {
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      const std::uint64_t count = counts_[i].load(std::memory_order_relaxed);
      sum.counts[i] += count;
      sum.count += count;
    }
    sum.max = std::max(sum.max, max_.load(std::memory_order_relaxed));
  }

 private:
  std::array<std::atomic<std::uint64_t>, kHistogramBuckets> counts_{};
  std::atomic<std::uint64_t> max_{0};
};

}  // namespace lucid::actors
