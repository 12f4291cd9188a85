// Four validators on this machine as a person brings them up: `lucid localnet`, real processes, real connections.
//
// Thread-safety: one owner; what is const, from any thread. Taken down with its owner.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/crypto/verifier.hpp"
#include "tools/lucid-bench/process_figures.hpp"
#include "tools/lucid/localnet/state.hpp"

namespace lucid::bench {

inline constexpr std::uint32_t kClusterNodes = 4;

/// What the processes of all nodes have used since their start.
struct ClusterUse {
  double cpu_seconds = 0;
  std::uint64_t written_bytes = 0;
  std::uint64_t sent_bytes = 0;  // to each other
  std::uint64_t signatures = 0;  // of transactions, checked
};

class Cluster {
 public:
  /// `directory`: of a localnet, or new. Where there is one its genesis decides the profile. Faults: port_in_use,
  /// file_io, and not_ready with the last that `lucid localnet` said.
  static Result<Cluster> up(const std::filesystem::path& lucid, const std::filesystem::path& directory,
                            const std::string& profile, bool name_spaces);
  Cluster(Cluster&& other) noexcept;
  Cluster& operator=(Cluster&&) = delete;
  ~Cluster();

  Status down();
  Status cut(const std::string& groups);
  Status heal();

  std::size_t size() const { return state_.nodes.size(); }
  std::string url(std::size_t node) const { return state_.nodes[node].url(); }
  const tools::localnet::Home& home() const { return home_; }
  Result<crypto::ChainIdentity> chain() const;

  /// Of one sample of /metrics, by name; those with labels left out.
  Result<std::map<std::string, double>> metrics(std::size_t node) const;
  Result<ClusterUse> use() const;
  /// Of one node, since its start.
  Result<double> cpu_seconds(std::size_t node) const { return read_cpu_seconds(state_.nodes[node].process.pid); }
  /// Of the node that holds most.
  Result<double> most_memory_mb() const;

 private:
  Cluster(std::filesystem::path lucid, tools::localnet::Home home) : lucid_(std::move(lucid)), home_(std::move(home)) {}
  Status run(std::vector<std::string> words);

  std::filesystem::path lucid_;
  tools::localnet::Home home_;
  tools::localnet::State state_;
  bool up_ = false;
};

}  // namespace lucid::bench
