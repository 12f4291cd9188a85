#include "tools/lucid-sim/runner.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <thread>

#include "core/crypto/sha256.hpp"
#include "core/slots/slots.hpp"
#include "tools/lucid-sim/checkers/checkers.hpp"
#include "tools/lucid-sim/cluster.hpp"
#include "tools/lucid-sim/digest.hpp"
#include "tools/lucid-sim/scenarios.hpp"
#include "tools/lucid-sim/trace.hpp"

namespace lucid::sim {
namespace {

std::array<std::atomic<std::uint64_t>, kMaxThreads> g_under_way{};

/// What the longest chain of an honest machine tells.
void read_chain(const Cluster& cluster, SeedResult& result) {
  const MemoryChain* longest = nullptr;
  for (const auto& node : cluster.nodes())
    if (!cluster.plan().machines[node->self()].lies)
      if (!longest || node->chain().height() > longest->height()) longest = &node->chain();
  if (!longest) return;
  result.blocks = longest->height();
  const ChainParams& params = cluster.chain().params();
  for (const CommittedRow& row : longest->rows()) {
    const Header& header = row.block->block->header;
    if (row.certificate->round > 0) ++result.rounds_above_0;
    if (slots::ends_epoch(params, header)) ++result.epoch_ends;
    if (header.validators_hash != header.next_validators_hash) ++result.set_changes;
  }
}

/// An exception or a failed check inside the simulation is a crash of its seed and of no other.
SeedResult guarded(SeedRun run, std::uint64_t seed, const Wanted& wanted, std::ostream* trace) {
  try {
    return run(seed, wanted, trace);
  } catch (const std::exception& problem) {
    SeedResult result;
    result.seed = seed;
    result.violation = Violation{ViolationKind::crash, 0, "the program goes on", problem.what()};
    return result;
  }
}

void add(Totals& totals, SeedResult& result) {
  ++totals.seeds;
  totals.real_seeds += result.real_signatures ? 1 : 0;
  totals.blocks += result.blocks;
  totals.rounds_above_0 += result.rounds_above_0;
  totals.epoch_ends += result.epoch_ends;
  totals.set_changes += result.set_changes;
  for (std::size_t i = 0; i < kFaultKinds; ++i) totals.faults[i] += result.faults[i];
  for (const Recovery& recovery : result.recoveries) {
    totals.recoveries_ms.push_back(recovery.took_ms);
    if (result.mainnet_timing)
      totals.over_promise_ms.push_back(static_cast<std::int64_t>(recovery.took_ms) -
                                       static_cast<std::int64_t>(promised_recovery_ms(recovery.dead_leaders)));
  }
  if (result.violation) totals.failed.push_back(std::move(result));
}

Totals sum_up(std::vector<SeedResult> results) {
  Totals totals;
  Bytes digests;
  for (SeedResult& result : results) {
    digests.insert(digests.end(), result.digest.data.begin(), result.digest.data.end());
    add(totals, result);
  }
  std::sort(totals.recoveries_ms.begin(), totals.recoveries_ms.end());
  std::sort(totals.over_promise_ms.begin(), totals.over_promise_ms.end());
  totals.digest = crypto::sha256(digests);
  return totals;
}

}  // namespace

SeedResult run_seed(std::uint64_t seed, const Wanted& wanted, std::ostream* trace) {
  const Scenario* scenario = find_scenario(wanted.scenario);
  Cluster cluster(scenario ? plan_of(*scenario, seed) : make_plan(seed, wanted));
  const ClusterFacts facts = cluster.facts();
  Digest digest;
  cluster.watch_by(digest);
  std::optional<Trace> lines;
  if (trace) cluster.watch_by(lines.emplace(*trace, facts));
  Findings findings;
  const auto checkers = make_checkers(facts, cluster.scheme(), findings);
  for (const auto& checker : checkers) cluster.watch_by(*checker);

  SeedResult result;
  result.seed = seed;
  const auto broken = cluster.run([&] { return findings.first().has_value(); });
  result.violation = findings.first() ? findings.first() : broken;
  result.real_signatures = cluster.plan().signatures == Signatures::real;
  result.mainnet_timing = cluster.plan().params.slot_timeout_ms == 5'000;
  result.faults = cluster.fault_counts();
  result.recoveries = findings.recoveries();
  read_chain(cluster, result);
  for (const std::uint64_t count : result.faults) digest.add(count);
  result.digest = digest.value();
  return result;
}

Totals run_seeds(const SeedRange& range, const Wanted& wanted, unsigned threads, bool stop_at_failure, SeedRun run) {
  if (threads == 0) threads = std::max(1u, std::thread::hardware_concurrency());
  threads = std::min<unsigned>(threads, kMaxThreads);
  std::vector<SeedResult> results(range.last - range.first + 1);
  std::atomic<std::uint64_t> next{0};
  std::atomic<bool> stopped{false};
  const auto work = [&](std::size_t thread) {
    for (std::uint64_t i = next++; i < results.size() && !stopped; i = next++) {
      g_under_way[thread] = range.first + i;
      results[i] = guarded(run, range.first + i, wanted, nullptr);
      if (results[i].violation && stop_at_failure) stopped = true;
    }
    g_under_way[thread] = 0;
  };
  {
    std::vector<std::jthread> pool;
    for (unsigned i = 1; i < threads; ++i) pool.emplace_back(work, i);
    work(0);
  }
  // What was not begun any more has no seed.
  const auto begun =
      std::find_if(results.begin(), results.end(), [](const SeedResult& result) { return result.seed == 0; });
  return sum_up({results.begin(), begun});
}

Totals run_traced(std::uint64_t seed, const Wanted& wanted, std::ostream& trace, SeedRun run) {
  g_under_way[0] = seed;
  Totals totals = sum_up({guarded(run, seed, wanted, &trace)});
  g_under_way[0] = 0;
  return totals;
}

std::uint64_t seed_under_way(std::size_t thread) {
  return g_under_way[thread];
}

}  // namespace lucid::sim
