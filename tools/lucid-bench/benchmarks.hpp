// The benchmarks, one file each. Each adds its rows; an error says what it could not do.
//
// Thread-safety: called one after the other, from main. They start threads and processes and end them.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/types/vote.hpp"
#include "tools/lucid-bench/table.hpp"

namespace lucid::bench {

struct BenchOptions {
  std::filesystem::path directory;  // on the disk that is to be measured; made if missing
  std::filesystem::path lucidd;     // the program
  std::filesystem::path lucid;      // and the one that brings several up
  std::uint64_t chain_blocks = 100'000;
  std::uint64_t chain_anchors = 10;  // in each block
  std::size_t restarts = 5;
  double rest_seconds = 10;
  std::uint64_t sync_blocks = 6'000;
  std::size_t cluster_runs = 3;            // of what benchmark cluster repeats
  std::vector<std::string> cluster_parts;  // of kClusterParts; empty: all
};

/// libsecp256k1's recover loop over all cores: the reference of what follows.
Status bench_recover(const BenchOptions& options, Table& table);
/// Anchors final a second through the actors of a node in this process.
Status bench_anchors(const BenchOptions& options, Table& table);
/// POST /anchoring/session at 100 requests a second, open loop.
Status bench_rest(const BenchOptions& options, Table& table);
/// What an idle node holds in memory.
Status bench_memory(const BenchOptions& options, Table& table);
/// From kill -9 to an anchor answered 202, on a long chain and on a new one.
Status bench_restart(const BenchOptions& options, Table& table);
/// Seeds of sixty heights that the simulator runs in a second of one core: four machines, mainnet's timing, no liars
/// and no faults.
Status bench_sim(const BenchOptions& options, Table& table);
/// Four validators on this machine, real processes: full speed, latency, memory, bytes, recovery, sync.
Status bench_cluster(const BenchOptions& options, Table& table);

inline constexpr std::array kClusterParts{"sync", "speed", "latency", "healing"};

/// The names of rows that others compare themselves with.
inline constexpr const char* kRecoverRow = "recover loop";
inline constexpr const char* kRecoverCpuRow = "processor time of a recovery";

}  // namespace lucid::bench
