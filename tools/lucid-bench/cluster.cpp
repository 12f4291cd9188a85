#include "tools/lucid-bench/cluster.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <spawn.h>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

#include "api/client.hpp"
#include "config/genesis_file.hpp"
#include "net/port_forwarder.hpp"

namespace lucid::bench {
namespace {

namespace localnet = tools::localnet;

constexpr std::uint16_t kNodesApart = 100;
/// A node's ports lie from one below to eight above that of its REST.
constexpr std::uint16_t kBelow = 1, kAbove = 8;

bool is_free(std::uint32_t port) {
  return port < 60'000 && net::listen_on_loopback(static_cast<std::uint16_t>(port)).has_value();
}

/// Where all ports that the nodes take are free now.
Result<std::uint16_t> free_first_port() {
  for (int attempt = 0; attempt < 50; ++attempt) {
    LUCID_TRY_ASSIGN(const auto any, net::listen_on_loopback(0));
    const std::uint32_t first = net::port_of(any) + 1u + kBelow;
    bool free = true;
    for (std::uint32_t node = 0; node < kClusterNodes && free; ++node)
      for (std::uint32_t port = first - kBelow; port <= first + kAbove && free; ++port)
        free = is_free(port + kNodesApart * node);
    if (free) return static_cast<std::uint16_t>(first);
  }
  return fail(Fault::port_in_use, "localnet", "free ports for " + std::to_string(kClusterNodes) + " nodes");
}

std::string last_line(const std::string& path) {
  std::ifstream in(path);
  std::string last;
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) last = line;
  return last;
}

}  // namespace

Result<Cluster> Cluster::up(const std::filesystem::path& lucid, const std::filesystem::path& directory,
                            const std::string& profile, bool name_spaces) {
  LUCID_TRY_ASSIGN(auto home, localnet::home_at(directory.string()));
  Cluster cluster(lucid, std::move(home));
  LUCID_TRY_ASSIGN(const std::uint16_t first_port, free_first_port());
  std::vector<std::string> words{"up",    "--validators",  std::to_string(kClusterNodes), "--profile",
                                 profile, "--engine-port", std::to_string(first_port)};
  if (!name_spaces) words.insert(words.end(), {"--netns", "never"});
  cluster.up_ = true;  // also what a broken-off start leaves is taken down
  LUCID_TRY(cluster.run(std::move(words)));
  LUCID_TRY_ASSIGN(cluster.state_, localnet::read_state(cluster.home_));
  if (name_spaces && !cluster.state_.name_spaces)
    return fail(Fault::setting_value, "--netns", "network namespaces for the nodes", "none to be had");
  return cluster;
}

Cluster::Cluster(Cluster&& other) noexcept
    : lucid_(std::move(other.lucid_)),
      home_(std::move(other.home_)),
      state_(std::move(other.state_)),
      up_(std::exchange(other.up_, false)) {}

Cluster::~Cluster() {
  if (const auto ended = down(); !ended) std::fprintf(stderr, "%s\n", to_text(ended.error()).c_str());
}

Status Cluster::run(std::vector<std::string> words) {
  words.insert(words.begin(), {lucid_.string(), "localnet"});
  words.insert(words.end(), {"--dir", home_.directory.string()});
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const std::string log = home_.directory.string() + ".log";
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  pid_t process = -1;
  const int failed = posix_spawn(&process, lucid_.c_str(), &files, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (failed != 0) return fail(Fault::file_io, lucid_.string(), "to be started", std::strerror(failed));
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return fail(Fault::not_ready, "lucid localnet " + words[2], "to work here", last_line(log));
}

Status Cluster::down() {
  std::error_code error;
  if (!std::exchange(up_, false) || !std::filesystem::exists(home_.state(), error)) return {};
  return run({"down"});
}

Status Cluster::cut(const std::string& groups) {
  return run({"partition", groups});
}

Status Cluster::heal() {
  return run({"heal"});
}

Result<crypto::ChainIdentity> Cluster::chain() const {
  LUCID_TRY_ASSIGN(const auto file, config::read_genesis(home_.genesis()));
  return crypto::ChainIdentity{file.genesis.params.chain_id, crypto::genesis_hash(file.genesis)};
}

Result<std::map<std::string, double>> Cluster::metrics(std::size_t node) const {
  LUCID_TRY_ASSIGN(api::Client client, api::Client::make(url(node)));
  LUCID_TRY_ASSIGN(const auto answer, client.get("/metrics"));
  if (!answer.ok()) return fail(Fault::no_answer, "/metrics", "200", api::explain(answer));
  std::istringstream in(answer.body);
  std::map<std::string, double> out;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#' || line.find('{') != std::string::npos) continue;
    const auto gap = line.find(' ');
    if (gap != std::string::npos) out[line.substr(0, gap)] = std::strtod(line.c_str() + gap, nullptr);
  }
  return out;
}

Result<ClusterUse> Cluster::use() const {
  ClusterUse out;
  for (std::size_t i = 0; i < size(); ++i) {
    const pid_t process = state_.nodes[i].process.pid;
    LUCID_TRY_ASSIGN(const double cpu_seconds, read_cpu_seconds(process));
    LUCID_TRY_ASSIGN(const std::uint64_t written_bytes, read_written_bytes(process));
    LUCID_TRY_ASSIGN(const auto figures, metrics(i));
    for (const char* name : {"lucid_peer_bytes_sent_total", "lucid_signatures_recovered_total"})
      if (!figures.contains(name)) return fail(Fault::node_answer, "/metrics", name, "none");
    out.cpu_seconds += cpu_seconds;
    out.written_bytes += written_bytes;
    out.sent_bytes += static_cast<std::uint64_t>(figures.at("lucid_peer_bytes_sent_total"));
    out.signatures += static_cast<std::uint64_t>(figures.at("lucid_signatures_recovered_total"));
  }
  return out;
}

Result<double> Cluster::most_memory_mb() const {
  double most = 0;
  for (const auto& node : state_.nodes) {
    LUCID_TRY_ASSIGN(const ProcessMemory memory, read_memory(node.process.pid));
    most = std::max(most, memory.held_mb());
  }
  return most;
}

}  // namespace lucid::bench
