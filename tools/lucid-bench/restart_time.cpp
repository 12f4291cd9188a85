// From kill -9 to ready: /health/readiness is 200 and an anchor was answered 202.
#include <cstdio>

#include "api/client.hpp"
#include "tools/lucid-bench/benchmarks.hpp"
#include "tools/lucid-bench/chain_maker.hpp"
#include "tools/lucid-bench/measure.hpp"
#include "tools/lucid-bench/node_process.hpp"
#include "tools/lucid-bench/scratch.hpp"

namespace lucid::bench {
namespace {

constexpr double kGoalSeconds = 1;

Status anchor_one(const NodePorts& ports, std::uint64_t number) {
  LUCID_TRY_ASSIGN(api::Client client, api::Client::make(url_of(ports.engine)));
  LUCID_TRY_ASSIGN(const auto answer, client.post_json(kAnchorPath, anchor_body(number)));
  if (answer.status != 202) return fail(Fault::no_answer, kAnchorPath, "202", api::explain(answer));
  return {};
}

/// Seconds of each restart on the chain in `data_dir`.
Result<std::vector<double>> restart(const BenchOptions& options, const std::filesystem::path& data_dir) {
  std::vector<double> out;
  LUCID_TRY_ASSIGN(auto first, NodeProcess::start(options.lucidd, data_dir, {}));
  auto running = std::make_unique<NodeProcess>(std::move(first));
  LUCID_TRY_ASSIGN(const NodePorts ports, running->wait_ready());
  LUCID_TRY(anchor_one(ports, 0));
  for (std::size_t i = 1; i <= options.restarts; ++i) {
    const auto start = steady_now();
    running->kill();
    LUCID_TRY_ASSIGN(auto next, NodeProcess::start(options.lucidd, data_dir, ports));
    running = std::make_unique<NodeProcess>(std::move(next));
    LUCID_TRY(running->wait_ready_on(ports));
    LUCID_TRY(anchor_one(ports, i));
    out.push_back(seconds_since(start));
  }
  return out;
}

}  // namespace

Status bench_restart(const BenchOptions& options, Table& table) {
  const auto data_dir = options.directory /
                        ("chain-" + std::to_string(options.chain_blocks) + "x" + std::to_string(options.chain_anchors));
  if (!std::filesystem::exists(data_dir)) {
    std::fprintf(stderr, "making a chain of %llu blocks in %s, once\n",
                 static_cast<unsigned long long>(options.chain_blocks), data_dir.c_str());
    LUCID_TRY(make_chain(data_dir, {options.chain_blocks, options.chain_anchors}));
  }
  LUCID_TRY_ASSIGN(const Scratch scratch, Scratch::make(options.directory, "restart"));
  LUCID_TRY_ASSIGN(const auto empty, restart(options, scratch.path() / "data"));
  LUCID_TRY_ASSIGN(const auto full, restart(options, data_dir));
  const double seconds = median(full);
  table.add({"kill -9 to ready, " + std::to_string(options.chain_blocks) + " blocks", seconds, "s", median(empty),
             "the same on a new chain", "< 1 s", seconds < kGoalSeconds});
  table.add({"kill -9 to ready, slowest of " + std::to_string(full.size()), percentile(full, 1), "s",
             percentile(empty, 1), "the same on a new chain"});
  return {};
}

}  // namespace lucid::bench
