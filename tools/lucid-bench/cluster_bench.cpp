#include <algorithm>

#include "tools/lucid-bench/cluster_phases.hpp"

namespace lucid::bench {
namespace {

struct SteadyProfile {
  const char* name;
  std::uint64_t interval_ms;
  double seconds;  // some blocks
};
constexpr SteadyProfile kSteadyProfiles[] = {{"dev", 1'000, 30}, {"mainnet", 10'000, 60}};

}  // namespace

Status bench_cluster(const BenchOptions& options, Table& table) {
  if (!table.value_of(kRecoverRow)) LUCID_TRY(bench_recover(options, table));
  const auto& parts = options.cluster_parts;
  const auto wanted = [&](const char* part) {
    return parts.empty() || std::find(parts.begin(), parts.end(), part) != parts.end();
  };
  if (wanted("sync")) LUCID_TRY(measure_sync(options, table));
  if (wanted("speed")) LUCID_TRY(measure_full_speed(options, table));
  if (wanted("latency"))
    for (const auto& profile : kSteadyProfiles)
      LUCID_TRY(measure_latency(options, profile.name, profile.interval_ms, profile.seconds, table));
  if (wanted("healing")) LUCID_TRY(measure_healing(options, table));
  return {};
}

}  // namespace lucid::bench
