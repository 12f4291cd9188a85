#include "core/crypto/sha256.hpp"
#include "tools/lucid-bench/benchmarks.hpp"
#include "tools/lucid-bench/measure.hpp"
#include "tools/lucid-sim/runner.hpp"

namespace lucid::bench {
namespace {

constexpr std::uint64_t kSeeds = 300;
constexpr double kGoal = 200;
/// What a seed is compared with: so many hashes of a small block.
constexpr std::uint64_t kHashes = 10'000;
constexpr std::size_t kHashedBytes = 512;
constexpr double kHashSeconds = 1;

/// Loops of kHashes in a second of processor time.
double hash_loops_a_second() {
  Bytes bytes(kHashedBytes);
  std::uint64_t loops = 0;
  const double start = thread_cpu_seconds();
  for (; thread_cpu_seconds() - start < kHashSeconds; ++loops)
    for (std::uint64_t i = 0; i < kHashes; ++i) {
      const Hash256 hash = crypto::sha256(bytes);
      std::copy(hash.data.begin(), hash.data.end(), bytes.begin());  // none can be left out
    }
  return static_cast<double>(loops) / (thread_cpu_seconds() - start);
}

}  // namespace

Status bench_sim(const BenchOptions&, Table& table) {
  const double limit = hash_loops_a_second();
  sim::Wanted wanted;
  wanted.profile = Profile::mainnet;
  wanted.faults = false;
  (void)sim::run_seeds({1, 1}, wanted, 1, true);  // makes the keys
  const double start = thread_cpu_seconds();
  const sim::Totals totals = sim::run_seeds({1, kSeeds}, wanted, 1, true);
  const double seconds = thread_cpu_seconds() - start;
  if (!totals.failed.empty())
    return fail(Fault::consensus_invariant, "lucid-sim", "nothing found",
                "seed " + std::to_string(totals.failed.front().seed));
  const double rate = static_cast<double>(totals.seeds) / seconds;
  table.add({"simulated seeds, n = 4", rate, "/s of one core", limit,
             std::to_string(kHashes) + " SHA-256 of " + std::to_string(kHashedBytes) + " bytes",
             "at least " + std::to_string(static_cast<int>(kGoal)), rate >= kGoal});
  return {};
}

}  // namespace lucid::bench
