#include "tools/lucid-bench/benchmarks.hpp"
#include "tools/lucid-bench/measure.hpp"
#include "tools/lucid-bench/node_process.hpp"
#include "tools/lucid-bench/scratch.hpp"

namespace lucid::bench {
namespace {

using namespace std::chrono_literals;

/// A slot of the bench profile: a closing block is in it.
constexpr auto kIdle = 12s;
constexpr double kGoalMib = 64;

double mib(std::uint64_t kib) {
  return static_cast<double>(kib) / 1024;
}

}  // namespace

Status bench_memory(const BenchOptions& options, Table& table) {
  LUCID_TRY_ASSIGN(const Scratch scratch, Scratch::make(options.directory, "memory"));
  LUCID_TRY_ASSIGN(NodeProcess node, NodeProcess::start(options.lucidd, scratch.path() / "data", {}));
  if (const auto ready = node.wait_ready(); !ready) return tl::unexpected(ready.error());
  std::this_thread::sleep_for(kIdle);
  LUCID_TRY_ASSIGN(const ProcessMemory memory, node.memory());
  const double held = mib(memory.anonymous_kib + memory.shared_kib);
  table.add({"memory idle (RssAnon + RssShmem)", held, "MiB", {}, {}, "<= 64 MiB", held <= kGoalMib});
  table.add({"memory idle, mapped files (RssFile)", mib(memory.file_kib), "MiB"});
  return {};
}

}  // namespace lucid::bench
