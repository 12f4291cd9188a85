// Anchors final a second: a node of this process with the bench profile, its database on disk, and generators that hand
// signed transactions to its block_producer and wait for each answer. What is final is asked of the ledger.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <mutex>

#include "actors/node.hpp"
#include "actors/node_actors.hpp"
#include "tools/lucid-bench/benchmarks.hpp"
#include "tools/lucid-bench/measure.hpp"
#include "tools/lucid-bench/network.hpp"
#include "tools/lucid-bench/scratch.hpp"

namespace lucid::bench {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kWarmUp = 10'000, kMeasured = 100'000;
/// Handed over and not final yet: two blocks' worth, so that the queue never runs dry and never grows. More than that
/// follow the measured ones, and a block at either end, so that the end is under the same load as the beginning.
constexpr std::uint64_t kOutstanding = 16'000;
constexpr std::uint64_t kAnchors = kWarmUp + kMeasured + 3 * kOutstanding;
constexpr unsigned kGenerators = 4;
constexpr std::size_t kBatch = 512;
constexpr auto kAnswerWithin = 60s;
constexpr Height kValidUntil = 1'000'000;

/// Load number i belongs to generator i mod kGenerators: each has accounts of its own (kAccounts is a multiple), so
/// that every account's nonces are handed over in order.
static_assert(kAccounts % kGenerators == 0);

class Load {
 public:
  Load(const crypto::ChainIdentity& chain) : batches_(kGenerators) {
    const Accounts accounts(chain);
    std::vector<Bytes> all(kAnchors);
    on_threads(cores(), [&](unsigned thread) {
      for (std::uint64_t i = thread; i < kAnchors; i += cores()) all[i] = accounts.anchor(i, kValidUntil);
    });
    for (std::uint64_t i = 0; i < kAnchors; ++i) {
      auto& batches = batches_[i % kGenerators];
      if (batches.empty() || batches.back().size() == kBatch) batches.emplace_back();
      batches.back().push_back(std::move(all[i]));
    }
  }
  std::vector<std::vector<Bytes>>& of(unsigned generator) { return batches_[generator]; }

 private:
  std::vector<std::vector<std::vector<Bytes>>> batches_;
};

class Run {
 public:
  Run(actors::NodeActors& node, Load& load) : node_(node), load_(load) {}

  Status go() {
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < kGenerators; ++i) threads.emplace_back([this, i] { generate(i); });
    const Status watched = watch();
    if (!watched) stop_ = true;
    for (auto& thread : threads) thread.join();
    LUCID_TRY(watched);
    if (failure_) return tl::unexpected(*failure_);
    return {};
  }

  double rate() const { return static_cast<double>(to_ - from_) / seconds_; }
  double seconds() const { return seconds_; }
  double generator_cpu() const { return generator_cpu_; }
  double process_cpu() const { return process_cpu_; }
  std::uint64_t measured() const { return to_ - from_; }
  Height blocks() const { return blocks_; }
  std::uint64_t again() const { return again_; }

 private:
  void generate(unsigned generator) {
    const double before = thread_cpu_seconds();
    for (auto& batch : load_.of(generator)) {
      while (!stop_ && submitted_ > final_ + kOutstanding) std::this_thread::sleep_for(1ms);
      if (stop_) break;
      submitted_ += batch.size();
      if (auto handed = hand_over(std::move(batch)); !handed) {
        const std::lock_guard lock(mutex_);
        failure_ = handed.error();
        stop_ = true;
      }
    }
    const std::lock_guard lock(mutex_);
    generator_cpu_ += thread_cpu_seconds() - before;
  }

  /// What was refused for room is handed over again; anything else ends the run.
  Status hand_over(std::vector<Bytes> batch) {
    while (!batch.empty() && !stop_) {
      auto answer = actors::act::call<actors::SubmitResult>(node_.system, node_.block_producer, kAnswerWithin,
                                                            actors::SubmitEncoded{batch});
      if (!answer) return tl::unexpected(answer.error());
      std::vector<Bytes> refused;
      for (std::size_t i = 0; i < batch.size(); ++i) {
        const auto& result = answer->results[i];
        if (result) continue;
        const Fault fault = result.error().fault;
        const bool for_room = fault == Fault::mempool_full || fault == Fault::mempool_sender_full ||
                              fault == Fault::mempool_nonce_gap || fault == Fault::not_ready;
        if (!for_room) return tl::unexpected(result.error());
        refused.push_back(std::move(batch[i]));
      }
      again_ += refused.size();
      batch = std::move(refused);
      if (!batch.empty()) std::this_thread::sleep_for(5ms);
    }
    return {};
  }

  /// The ledger answers between two blocks: an answer comes right after the commit that it tells of.
  Status watch() {
    SteadyTime start{};
    double cpu = 0;
    Height first = 0;
    while (!stop_) {
      const auto tip =
          actors::act::call<actors::TipChanged>(node_.system, node_.ledger, kAnswerWithin, actors::GetTip{});
      if (!tip) return tl::unexpected(tip.error());
      const std::uint64_t count = tip->state->log.size();
      if (from_ == 0 && count >= kWarmUp) {
        start = steady_now();
        cpu = process_cpu_seconds();
        from_ = count;
        first = tip->state->height;
      }
      if (from_ != 0 && count >= from_ + kMeasured) {
        seconds_ = seconds_since(start);
        process_cpu_ = process_cpu_seconds() - cpu;
        to_ = count;
        blocks_ = tip->state->height - first;
        stop_ = true;
      }
      final_ = count;
      std::this_thread::sleep_for(1ms);
    }
    return {};
  }

  actors::NodeActors& node_;
  Load& load_;
  std::atomic<bool> stop_ = false;
  std::atomic<std::uint64_t> submitted_ = 0, final_ = 0, again_ = 0;
  std::uint64_t from_ = 0, to_ = 0;
  Height blocks_ = 0;
  double seconds_ = 0, process_cpu_ = 0;
  std::mutex mutex_;
  double generator_cpu_ = 0;
  std::optional<Error> failure_;
};

Result<std::unique_ptr<actors::Node>> start_node(const std::filesystem::path& path) {
  LUCID_TRY_ASSIGN(auto directory, storage::DataDirectory::open(path));
  LUCID_TRY_ASSIGN(const Genesis genesis, make_network(path, Profile::bench, wall_ms()));
  LUCID_TRY_ASSIGN(auto keys, config::read_node_keys(path / "keys"));
  LUCID_TRY_ASSIGN(auto certificates, config::ensure_operator_certs(path));
  const auto say = [](const std::string& sentence) { std::fprintf(stderr, "node: %s\n", sentence.c_str()); };
  return actors::Node::start(
      {std::move(directory), genesis, std::move(keys), std::move(certificates), {}, 0, 0, true, say, say});
}

std::string seconds_text(double seconds) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f", seconds);
  return text.data();
}

}  // namespace

Status bench_anchors(const BenchOptions& options, Table& table) {
  LUCID_TRY_ASSIGN(const Scratch scratch, Scratch::make(options.directory, "anchors"));
  LUCID_TRY_ASSIGN(const auto node, start_node(scratch.path()));
  LUCID_TRY_ASSIGN(const auto kept, config::read_genesis(scratch.path() / "genesis.json"));
  Load load({kept.genesis.params.chain_id, crypto::genesis_hash(kept.genesis)});
  Run run(node->actors(), load);
  const Status done = run.go();
  node->stop("the benchmark is over");
  LUCID_TRY(done);

  Row row{"anchors final", run.rate(), "/s"};
  if (const auto recover = table.value_of(kRecoverRow)) {
    row.reference = recover;
    row.reference_name = kRecoverRow;
    row.goal = "ratio >= 0.5";
    row.met = *row.ratio() >= 0.5;
  }
  table.add(row);
  const double anchors = static_cast<double>(run.measured());
  Row cpu{"processor time of an anchor", run.process_cpu() / anchors * 1e6, "us"};
  if (const auto recover = table.value_of(kRecoverCpuRow)) {
    // Holds on a busy machine too: with all of its processors, 2 would be half of the recover loop.
    cpu.reference = recover;
    cpu.reference_name = kRecoverCpuRow;
  }
  table.add(cpu);
  table.note("anchors final: " + std::to_string(run.measured()) + " in " + std::to_string(run.blocks()) +
             " blocks and " + seconds_text(run.seconds()) + " s; processor time of the process " +
             seconds_text(run.process_cpu()) + " s, of the generators in the whole run " +
             seconds_text(run.generator_cpu()) + " s; handed over again: " + std::to_string(run.again()));
  return {};
}

}  // namespace lucid::bench
