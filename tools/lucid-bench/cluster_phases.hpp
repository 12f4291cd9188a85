// The parts of benchmark cluster, a file each. Each brings up a cluster of its own, adds its rows and takes it down.
//
// Thread-safety: called one after the other, from main.
#pragma once

#include "tools/lucid-bench/benchmarks.hpp"
#include "tools/lucid-bench/cluster_load.hpp"

namespace lucid::bench {

/// Anchors final a second, and what an anchor costs in processor time, bytes and checks of signatures.
Status measure_full_speed(const BenchOptions& options, Table& table);
/// From accepted to final at 80 transactions of 1 kB a second; memory and bytes under that load.
Status measure_latency(const BenchOptions& options, const std::string& profile, std::uint64_t interval_ms,
                       double seconds, Table& table);
/// From the end of a partition until every node has one more block.
Status measure_healing(const BenchOptions& options, Table& table);
/// A validator with nothing but its keys fetches a chain of blocks with ten anchors and four precommits.
Status measure_sync(const BenchOptions& options, Table& table);

/// A few figures, one beside the other.
std::string runs_text(const std::vector<double>& values);

inline constexpr double kSteadyPerSecond = 80;

}  // namespace lucid::bench
