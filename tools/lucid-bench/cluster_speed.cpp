#include <algorithm>

#include "tools/lucid-bench/cluster_phases.hpp"
#include "tools/lucid-bench/network.hpp"
#include "tools/lucid-bench/scratch.hpp"

namespace lucid::bench {
namespace {

constexpr std::uint64_t kWarmUpAnchors = 6'000, kMeasuredAnchors = 20'000;
/// In flight at the end as much as at the beginning.
constexpr std::uint64_t kAnchorsOfRun = kWarmUpAnchors + kMeasuredAnchors + 10'000;
/// Where two cores recover 46,000 signatures a second, 4,000 anchors.
constexpr double kGoalOfRecover = 4'000.0 / 46'000;
constexpr double kCheckedOnce = 1.01;

double per(double sum, std::uint64_t count) {
  return sum / static_cast<double>(count);
}

void add_speed(const std::vector<double>& rates, Table& table) {
  Row row{"4 nodes: anchors final", median(rates), "/s"};
  if (const auto recover = table.value_of(kRecoverRow)) {
    row.reference = recover;
    row.reference_name = kRecoverRow;
    row.goal = "ratio >= 0.087";
    row.met = *row.ratio() >= kGoalOfRecover;
  }
  table.add(row);
  table.note("4 nodes, anchors final in each run: " + runs_text(rates));
}

void add_costs(const ClusterUse& before, const ClusterUse& after, std::uint64_t anchors, std::uint64_t anchor_bytes,
               Table& table) {
  Row cpu{"4 nodes: processor time of an anchor, all four",
          per((after.cpu_seconds - before.cpu_seconds) * 1e6, anchors), "us"};
  if (const auto recover = table.value_of(kRecoverCpuRow)) {
    cpu.reference = *recover * kClusterNodes;
    cpu.reference_name = "four recoveries";
  }
  table.add(cpu);
  const double checked = per(static_cast<double>(after.signatures - before.signatures), anchors) / kClusterNodes;
  table.add({"4 nodes: checks of an anchor's signature by each", checked, "", 1.0, "once", "ratio <= 1.01",
             checked <= kCheckedOnce});
  const auto bytes = static_cast<double>(anchor_bytes);
  table.add({"4 nodes: bytes on the wire of an anchor, full speed",
             per(static_cast<double>(after.sent_bytes - before.sent_bytes), anchors), "bytes",
             bytes * (kClusterNodes - 1), "the anchor to three others"});
  table.add({"4 nodes: bytes on disk of an anchor, full speed",
             per(static_cast<double>(after.written_bytes - before.written_bytes), anchors), "bytes",
             bytes * kClusterNodes, "the anchor at four"});
}

}  // namespace

std::string runs_text(const std::vector<double>& values) {
  std::string out;
  for (const double value : values) {
    std::string text = std::to_string(value);
    text.erase(value >= 100 ? text.find('.') : text.find('.') + 3);
    out += (out.empty() ? "" : ", ") + text;
  }
  return out;
}

Status measure_full_speed(const BenchOptions& options, Table& table) {
  LUCID_TRY_ASSIGN(const Scratch scratch, Scratch::make(options.directory, "cluster"));
  LUCID_TRY_ASSIGN(Cluster cluster, Cluster::up(options.lucid, scratch.path() / "net", "bench", false));
  LUCID_TRY_ASSIGN(const auto chain, cluster.chain());
  std::vector<double> rates;
  ClusterUse before, after, used;
  double generator_cpu = 0;
  std::uint64_t again = 0;
  for (std::size_t run = 0; run < options.cluster_runs; ++run) {
    FullLoad load(cluster, chain, run * kAnchorsOfRun, kAnchorsOfRun);
    LUCID_TRY_ASSIGN(before, cluster.use());
    LUCID_TRY(load.run(kWarmUpAnchors, kMeasuredAnchors));
    LUCID_TRY_ASSIGN(after, cluster.use());
    rates.push_back(load.rate());
    generator_cpu += load.generator_cpu_seconds();
    again += load.again();
    used.cpu_seconds += after.cpu_seconds - before.cpu_seconds;
    used.written_bytes += after.written_bytes - before.written_bytes;
    used.sent_bytes += after.sent_bytes - before.sent_bytes;
    used.signatures += after.signatures - before.signatures;
  }
  add_speed(rates, table);
  const std::uint64_t anchors = kAnchorsOfRun * options.cluster_runs;
  add_costs({}, used, anchors, Accounts(chain).anchor(0, 1'000'000).size(), table);
  LUCID_TRY_ASSIGN(const double memory_mb, cluster.most_memory_mb());
  table.add({"4 nodes: memory of the largest after full speed", memory_mb, "MB"});
  table.note("4 nodes at full speed: processor time of the generators " + runs_text({generator_cpu}) + " s in " +
             std::to_string(anchors) + " anchors, beside the nodes; handed over again: " + std::to_string(again));
  return cluster.down();
}

}  // namespace lucid::bench
