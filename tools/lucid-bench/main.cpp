// lucid-bench: measures, and makes and checks long chains to measure on. Exit status 0 done (met or not), 1 could not,
// 2 wrong usage.
#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>
#include <map>

#include "tools/lucid-bench/benchmarks.hpp"
#include "tools/lucid-bench/chain_maker.hpp"

namespace {

namespace fs = std::filesystem;
using namespace lucid;

using Benchmark = Status (*)(const bench::BenchOptions&, bench::Table&);
/// In the order in which they run: what others compare themselves with comes first.
const std::vector<std::pair<std::string, Benchmark>> kBenchmarks = {
    {"recover", bench::bench_recover}, {"anchors", bench::bench_anchors}, {"rest", bench::bench_rest},
    {"memory", bench::bench_memory},   {"restart", bench::bench_restart}, {"sim", bench::bench_sim},
    {"cluster", bench::bench_cluster}};

int refuse(const Error& error) {
  std::cerr << "lucid-bench: " << to_text(error) << ".\n";
  return 1;
}

int run(const std::vector<std::string>& chosen, const bench::BenchOptions& options, bool json) {
  bench::Table table;
  int status = 0;
  for (const auto& [name, benchmark] : kBenchmarks) {
    if (!chosen.empty() && std::find(chosen.begin(), chosen.end(), name) == chosen.end()) continue;
    std::cerr << "measuring " << name << "\n";
    if (const auto done = benchmark(options, table); !done) status = refuse(done.error());
  }
  std::cout << (json ? table.to_json() + "\n" : table.to_text()) << std::flush;
  return status;
}

int check(const fs::path& data_dir) {
  const auto checked = bench::check_chain(data_dir);
  if (!checked) return refuse(checked.error());
  std::cout << "verified " << checked->blocks << " blocks with " << checked->transactions
            << " transactions from genesis in " << checked->seconds << " s, "
            << static_cast<double>(checked->blocks) / checked->seconds << " blocks a second\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  const fs::path programs = fs::read_symlink("/proc/self/exe").parent_path();
  bench::BenchOptions options;
  options.directory = programs.parent_path().parent_path() / "bench-data";
  options.lucidd = programs / "lucidd";
  options.lucid = programs / "lucid";
  bool json = false;
  std::vector<std::string> chosen;
  bench::ChainSize size{0, 10, 1};
  fs::path data_dir;

  CLI::App app(
      "Measures Lucid Blocks. Without a name all benchmarks run: recover, anchors, rest, memory, restart, sim, "
      "cluster.");
  std::vector<std::string> names;
  for (const auto& [name, benchmark] : kBenchmarks) names.push_back(name);
  app.add_option("benchmark", chosen, "Only these")->check(CLI::IsMember(names));
  app.add_flag("--json", json, "A list of rows instead of a table");
  app.add_option("--dir", options.directory, "Where to measure: a directory on the disk that is meant")
      ->capture_default_str();
  app.add_option("--blocks", options.chain_blocks, "Length of the chain of benchmark restart")->capture_default_str();
  app.add_option("--restarts", options.restarts, "How often benchmark restart kills the node")->capture_default_str();
  app.add_option("--sync-blocks", options.sync_blocks, "Blocks that a node fetches in benchmark cluster")
      ->capture_default_str();
  app.add_option("--cluster-runs", options.cluster_runs,
                 "How often benchmark cluster repeats full speed, healing, sync")
      ->capture_default_str();
  app.add_option("--cluster-part", options.cluster_parts, "Only this part of benchmark cluster; once for each")
      ->check(CLI::IsMember(std::vector<std::string>(bench::kClusterParts.begin(), bench::kClusterParts.end())));

  auto* make = app.add_subcommand("make-chain", "Makes a long chain with the production core, and verifies it");
  make->add_option("blocks", size.blocks, "How many blocks")->required();
  make->add_option("--anchors", size.anchors, "Anchors in each block")->capture_default_str();
  make->add_option("--validators", size.validators, "Who signs it; of several the last one gets nothing but its keys")
      ->capture_default_str();
  make->add_option("--dir", data_dir, "The data directory to make")->required();
  auto* verify = app.add_subcommand("verify-chain", "Verifies a whole chain from genesis");
  verify->add_option("--dir", data_dir, "Its data directory; no node may run on it")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }

  if (*make) {
    if (const auto made = bench::make_chain(data_dir, size); !made) return refuse(made.error());
    return check(bench::first_data_dir(data_dir, size.validators));
  }
  if (*verify) return check(data_dir);
  return run(chosen, options, json);
}
