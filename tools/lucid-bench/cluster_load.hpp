// Transactions for a cluster, signed beforehand and handed in over REST, and who watches when they are final.
//
// Thread-safety: one owner; they start threads of their own and end them. Times are of the steady clock.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <optional>

#include "tools/lucid-bench/cluster.hpp"
#include "tools/lucid-bench/measure.hpp"

namespace lucid::bench {

/// Looks every few milliseconds at the height of every node.
class HeightWatch {
 public:
  explicit HeightWatch(const Cluster& cluster);
  ~HeightWatch();
  HeightWatch(const HeightWatch&) = delete;
  HeightWatch& operator=(const HeightWatch&) = delete;

  /// When that node was first seen at that height or above; absent: not yet.
  std::optional<SteadyTime> reached(std::size_t node, Height height) const;
  /// Absent: it has not answered yet.
  std::optional<Height> height(std::size_t node) const;
  /// Of the node that is ahead of all others; 0 where none has answered.
  Height highest() const;
  /// False where that takes longer. Every node counts.
  bool all_reach(Height height, double seconds) const;

 private:
  void look(std::size_t node, const std::string& url);

  mutable std::mutex mutex_;
  std::vector<std::map<Height, SteadyTime>> seen_;  // by node
  std::atomic<bool> stop_ = false;
  std::vector<std::thread> threads_;
};

/// A number of anchors as fast as they are taken: a quarter to each node, in batches of a hundred.
class FullLoad {
 public:
  /// Anchors `first` and following of the accounts (see Accounts::anchor).
  FullLoad(const Cluster& cluster, const crypto::ChainIdentity& chain, std::uint64_t first, std::uint64_t count);

  /// All but the first and the last of them count: from the moment at which `warm_up` are final until `measured` more
  /// are. Returns when all are final.
  Status run(std::uint64_t warm_up, std::uint64_t measured);

  double rate() const { return rate_; }
  /// Handed over again, since a node had no room.
  std::uint64_t again() const { return again_; }
  double generator_cpu_seconds() const { return generator_cpu_; }

 private:
  using Batch = std::vector<std::string>;  // encoded, in hex

  void generate(std::size_t lane);
  Status hand_over(class BatchSender& sender, Batch batch);
  Status watch(std::uint64_t warm_up, std::uint64_t measured);
  void stop_with(const Error& error);

  const Cluster& cluster_;
  std::uint64_t count_;
  std::vector<std::vector<Batch>> lanes_;
  std::atomic<bool> stop_ = false;
  std::atomic<std::uint64_t> handed_over_ = 0, final_ = 0, again_ = 0;
  std::mutex mutex_;
  double rate_ = 0, generator_cpu_ = 0;
  std::optional<Error> failure_;
};

/// So many transactions of 1 kB a second at fixed times, each to one node in turn, whether or not the last answer has
/// come.
class SteadyLoad {
 public:
  static constexpr std::size_t kTransactionBytes = 1'000;

  struct Accepted {
    Hash256 id;
    std::size_t node = 0;
    SteadyTime at{};  // when the answer came
  };

  SteadyLoad(const Cluster& cluster, const crypto::ChainIdentity& chain, double per_second, std::size_t count);
  ~SteadyLoad();  // stop()
  SteadyLoad(const SteadyLoad&) = delete;
  SteadyLoad& operator=(const SteadyLoad&) = delete;

  void start();
  /// Waits until all are handed over.
  void finish();
  /// What is not handed over yet stays so.
  void stop();
  /// After the end.
  const std::vector<Accepted>& accepted() const { return accepted_; }
  std::uint64_t refused() const { return refused_; }
  const std::string& first_refusal() const { return first_refusal_; }

 private:
  void serve();

  const Cluster& cluster_;
  double per_second_;
  std::vector<std::pair<Hash256, std::string>> bodies_;
  SteadyTime start_{};
  std::atomic<bool> stop_ = false;
  std::atomic<std::size_t> next_ = 0;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::vector<Accepted> accepted_;
  std::uint64_t refused_ = 0;
  std::string first_refusal_;
};

}  // namespace lucid::bench
