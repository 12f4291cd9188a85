#include <cstdio>

#include "tools/lucid-bench/chain_maker.hpp"
#include "tools/lucid-bench/cluster_phases.hpp"
#include "tools/lucid-bench/scratch.hpp"

namespace lucid::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSyncAnchors = 10;
/// Of a block: its anchors' and its certificate's.
constexpr double kSignaturesOfBlock = kSyncAnchors + kClusterNodes;
constexpr double kGoalBlocksPerSecond = 1'000;
constexpr double kSyncWithin = 300;

/// From the first look at the node that catches up until it has all of the chain.
struct Caught {
  double blocks_per_second = 0;
  double cpu_us_per_block = 0;  // of that node
};
Result<Caught> sync_once(const BenchOptions& options, const fs::path& made) {
  LUCID_TRY_ASSIGN(const Scratch scratch, Scratch::make(options.directory, "cluster"));
  const auto net = scratch.path() / "net";
  std::error_code error;
  fs::copy(made, net, fs::copy_options::recursive, error);
  if (error) return fail(Fault::file_io, net.string(), "to be copied from " + made.string(), error.message());
  LUCID_TRY_ASSIGN(Cluster cluster, Cluster::up(options.lucid, net, "bench", false));
  const HeightWatch watch(cluster);
  if (!watch.all_reach(0, kSyncWithin)) return fail(Fault::no_answer, "/chain/height", "an answer of every node");
  const std::size_t joining = cluster.size() - 1;
  const Height from = *watch.height(joining);
  if (2 * from > options.sync_blocks)
    return fail(Fault::number_range, "--sync-blocks", "more: half of them were fetched before the first look",
                std::to_string(options.sync_blocks));
  const auto start = *watch.reached(joining, from);
  LUCID_TRY_ASSIGN(const double cpu_before, cluster.cpu_seconds(joining));
  if (!watch.all_reach(options.sync_blocks, kSyncWithin))
    return fail(Fault::no_answer, "sync", "height " + std::to_string(options.sync_blocks),
                std::to_string(*watch.height(joining)));
  const auto end = *watch.reached(joining, options.sync_blocks);
  LUCID_TRY_ASSIGN(const double cpu_after, cluster.cpu_seconds(joining));
  LUCID_TRY(cluster.down());
  const auto blocks = static_cast<double>(options.sync_blocks - from);
  return Caught{blocks / std::chrono::duration<double>(end - start).count(), (cpu_after - cpu_before) * 1e6 / blocks};
}

}  // namespace

Status measure_sync(const BenchOptions& options, Table& table) {
  const auto made =
      options.directory / ("localnet-" + std::to_string(options.sync_blocks) + "x" + std::to_string(kSyncAnchors));
  if (!fs::exists(made)) {
    std::fprintf(stderr, "making a chain of %llu blocks in %s, once\n",
                 static_cast<unsigned long long>(options.sync_blocks), made.c_str());
    LUCID_TRY(make_chain(made, {options.sync_blocks, kSyncAnchors, kClusterNodes}));
  }
  std::vector<double> rates, cpu_us;
  for (std::size_t run = 0; run < options.cluster_runs; ++run) {
    LUCID_TRY_ASSIGN(const Caught caught, sync_once(options, made));
    rates.push_back(caught.blocks_per_second);
    cpu_us.push_back(caught.cpu_us_per_block);
  }
  const double rate = median(rates);
  Row row{"sync: blocks of ten anchors and four precommits", rate, "/s"};
  if (const auto recover = table.value_of(kRecoverRow)) {
    row.reference = *recover / kSignaturesOfBlock;
    row.reference_name = "recover loop / 14";
  }
  row.goal = ">= 1,000 /s";
  row.met = rate >= kGoalBlocksPerSecond;
  table.add(row);
  Row cpu{"sync: processor time of a block at the node that fetches", median(cpu_us), "us"};
  if (const auto recover = table.value_of(kRecoverCpuRow)) {
    cpu.reference = *recover * kSignaturesOfBlock;
    cpu.reference_name = "14 recoveries";
  }
  table.add(cpu);
  table.note("sync, blocks a second in each run: " + runs_text(rates));
  return {};
}

}  // namespace lucid::bench
