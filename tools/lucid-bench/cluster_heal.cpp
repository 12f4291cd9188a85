#include "tools/lucid-bench/cluster_phases.hpp"
#include "tools/lucid-bench/scratch.hpp"
#include "tools/lucid/localnet/name_space.hpp"

namespace lucid::bench {
namespace {

constexpr double kGoalSeconds = 15, kCutSeconds = 6, kGiveUpSeconds = 120;
constexpr const char* kHealRow = "4 nodes, dev: next block everywhere after a partition of 6 s heals";
constexpr const char* kHealGoal = "<= 15 s";

/// Seconds from the end of the partition until every node has a block more than any had then.
Result<double> heal_once(Cluster& cluster, const HeightWatch& watch) {
  LUCID_TRY(cluster.cut("1,2/3,4"));
  std::this_thread::sleep_for(std::chrono::duration<double>(kCutSeconds));
  const Height before = watch.highest();
  const auto start = steady_now();
  LUCID_TRY(cluster.heal());
  if (!watch.all_reach(before + 1, kGiveUpSeconds))
    return fail(Fault::no_answer, "the chain", "a block above " + std::to_string(before) + " after the partition");
  return seconds_since(start);
}

}  // namespace

Status measure_healing(const BenchOptions& options, Table& table) {
  if (const std::string missing = tools::localnet::NameSpaces::missing(); !missing.empty()) {
    table.add({kHealRow, 0, "s", {}, {}, kHealGoal, {}, missing});
    return {};
  }
  LUCID_TRY_ASSIGN(const Scratch scratch, Scratch::make(options.directory, "cluster"));
  LUCID_TRY_ASSIGN(Cluster cluster, Cluster::up(options.lucid, scratch.path() / "net", "dev", true));
  LUCID_TRY_ASSIGN(const auto chain, cluster.chain());
  const HeightWatch watch(cluster);
  // Something waits all the time: an idle chain has a block a slot.
  const double longest = static_cast<double>(options.cluster_runs) * (kCutSeconds + kGiveUpSeconds);
  SteadyLoad load(cluster, chain, 1, static_cast<std::size_t>(longest));
  load.start();
  if (!watch.all_reach(2, kGiveUpSeconds)) return fail(Fault::no_answer, "the chain", "blocks before the partition");
  std::vector<double> seconds;
  for (std::size_t run = 0; run < options.cluster_runs; ++run) {
    LUCID_TRY_ASSIGN(seconds.emplace_back(), heal_once(cluster, watch));
  }
  load.stop();
  const double slowest = percentile(seconds, 1);
  table.add({kHealRow, median(seconds), "s", kCutSeconds, "the partition", kHealGoal, slowest <= kGoalSeconds});
  table.note("4 nodes, seconds of each recovery: " + runs_text(seconds));
  return {};
}

}  // namespace lucid::bench
