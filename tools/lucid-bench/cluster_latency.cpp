// What a client sees at a load that a cupboard of Pis will have.
#include <algorithm>

#include "config/genesis_file.hpp"
#include "core/ledger/chain.hpp"
#include "storage/chain_store.hpp"
#include "storage/data_directory.hpp"
#include "tools/lucid-bench/cluster_phases.hpp"
#include "tools/lucid-bench/scratch.hpp"

namespace lucid::bench {
namespace {

constexpr double kGoalIntervals = 1.5;
constexpr double kGoalMb = 100;

/// What node 1 has stored, read when it is down.
struct Stored {
  std::vector<double> latencies_ms;  // of each transaction
  std::uint64_t rounds_above_0 = 0;  // blocks that took more than one round
};

/// `from`: the height before the load.
Result<Stored> read_stored(const Cluster& cluster, const SteadyLoad& load, const HeightWatch& watch, Height from) {
  LUCID_TRY_ASSIGN(const auto genesis, config::read_genesis(cluster.home().genesis()));
  LUCID_TRY_ASSIGN(const auto chain, ledger::make_chain(genesis.genesis, crypto::secp256k1_scheme()));
  LUCID_TRY_ASSIGN(const auto directory, storage::DataDirectory::open(cluster.home().node(1)));
  LUCID_TRY_ASSIGN(const auto environment, directory.environment(storage::Environment::chain));
  LUCID_TRY_ASSIGN(const auto store, storage::ChainStore::open(*environment, chain));
  LUCID_TRY_ASSIGN(const auto snapshot, store.snapshot());
  LUCID_TRY_ASSIGN(const auto tip, snapshot->tip());
  Result<Stored> out{Stored{}};
  for (Height height = from + 1; height <= tip.state.height; ++height) {
    LUCID_TRY_ASSIGN(const auto row, snapshot->block_row(height));
    if (row.header.round > 0) ++out->rounds_above_0;
  }
  for (const auto& accepted : load.accepted()) {
    LUCID_TRY_ASSIGN(const auto place, snapshot->find_transaction(accepted.id));
    const auto seen = place ? watch.reached(accepted.node, place->height) : std::nullopt;
    if (!seen) return fail(Fault::transaction_not_found, to_hex(accepted.id), "every accepted one to be final");
    out->latencies_ms.push_back(std::chrono::duration<double, std::milli>(*seen - accepted.at).count());
  }
  return out;
}

struct Used {
  ClusterUse before, after;
  Height from = 0, to = 0;
  double memory_mb = 0;

  double of_block(std::uint64_t ClusterUse::*figure) const {
    return static_cast<double>(after.*figure - before.*figure) / static_cast<double>(std::max<Height>(1, to - from));
  }
};

void add_rows(const std::string& profile, const Stored& stored, double interval_ms, Table& table) {
  const std::string name = "4 nodes, " + profile + ": accepted to final, ";
  const double p99 = percentile(stored.latencies_ms, 0.99);
  table.add({name + "p50", median(stored.latencies_ms), "ms", interval_ms, "block interval"});
  table.add(
      {name + "p99", p99, "ms", interval_ms, "block interval", "ratio <= 1.5", p99 <= kGoalIntervals * interval_ms});
}

void add_use(const std::string& profile, const Stored& stored, const Used& used, double transactions_bytes,
             Table& table) {
  const std::string name = "4 nodes, " + profile + ": ";
  const auto blocks = static_cast<double>(used.to - used.from);
  table.add({name + "blocks that took more than one round", static_cast<double>(stored.rounds_above_0), "", blocks,
             "blocks"});
  table.add({name + "memory of the largest", used.memory_mb, "MB", {}, {}, "<= 100 MB", used.memory_mb <= kGoalMb});
  table.add({name + "bytes on the wire of a block", used.of_block(&ClusterUse::sent_bytes), "bytes",
             transactions_bytes / blocks * (kClusterNodes - 1), "its transactions to three others"});
  table.add({name + "bytes on disk of a block", used.of_block(&ClusterUse::written_bytes), "bytes",
             transactions_bytes / blocks * kClusterNodes, "its transactions at four"});
}

/// Until nothing waits at any node.
Status wait_until_final(const Cluster& cluster, double seconds) {
  const auto start = steady_now();
  for (std::size_t node = 0; node < cluster.size();) {
    LUCID_TRY_ASSIGN(const auto figures, cluster.metrics(node));
    const auto waiting = figures.find("lucid_mempool_transactions");
    if (waiting != figures.end() && waiting->second == 0) {
      ++node;
      continue;
    }
    if (seconds_since(start) > seconds) return fail(Fault::no_answer, "the chain", "an empty queue after the load");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return {};
}

}  // namespace

Status measure_latency(const BenchOptions& options, const std::string& profile, std::uint64_t interval_ms,
                       double seconds, Table& table) {
  LUCID_TRY_ASSIGN(const Scratch scratch, Scratch::make(options.directory, "cluster"));
  LUCID_TRY_ASSIGN(Cluster cluster, Cluster::up(options.lucid, scratch.path() / "net", profile, false));
  LUCID_TRY_ASSIGN(const auto chain, cluster.chain());
  const double interval_s = static_cast<double>(interval_ms) / 1'000;
  SteadyLoad load(cluster, chain, kSteadyPerSecond, static_cast<std::size_t>(seconds * kSteadyPerSecond));
  auto watch = std::make_unique<HeightWatch>(cluster);
  if (!watch->all_reach(0, 5)) return fail(Fault::no_answer, "/chain/height", "an answer of every node");
  Used used;
  LUCID_TRY_ASSIGN(used.before, cluster.use());
  used.from = watch->highest();
  load.start();
  load.finish();
  if (load.refused() > 0) return fail(Fault::no_answer, "POST transaction", "202 to each", load.first_refusal());
  LUCID_TRY(wait_until_final(cluster, 30 + 6 * interval_s));
  used.to = watch->highest();
  if (!watch->all_reach(used.to, 10)) return fail(Fault::no_answer, "the chain", "every node at one height");
  LUCID_TRY_ASSIGN(used.after, cluster.use());
  LUCID_TRY_ASSIGN(used.memory_mb, cluster.most_memory_mb());
  LUCID_TRY(cluster.down());
  LUCID_TRY_ASSIGN(const auto stored, read_stored(cluster, load, *watch, used.from));
  add_rows(profile, stored, static_cast<double>(interval_ms), table);
  add_use(profile, stored, used, static_cast<double>(load.accepted().size() * SteadyLoad::kTransactionBytes), table);
  return {};
}

}  // namespace lucid::bench
