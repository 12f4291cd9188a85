#include "tools/lucid/localnet/node_processes.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <set>

#include "config/setting_table.hpp"
#include "net/port_forwarder.hpp"
#include "tools/lucid/localnet/name_space.hpp"
#include "tools/lucid/node_client.hpp"

namespace lucid::tools::localnet {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kServeTimeout{60'000};
constexpr std::uint64_t kLookAgainMs = 20;
constexpr milliseconds kTermTimeout{10'000};  // lucidd takes five seconds at most
constexpr std::uint64_t kKillTimeoutMs = 10'000;
constexpr api::ClientOptions kProbe{500, 1'000, 1'000, 1 << 20};

/// REST, health and metrics, and the door of the node's actors.
std::vector<std::uint16_t> forwarded_ports(const NodeRecord& node) {
  constexpr std::uint16_t kActorsDistance = 7;
  return {static_cast<std::uint16_t>(node.engine_port - 1), node.engine_port,
          static_cast<std::uint16_t>(node.engine_port + kActorsDistance)};
}

/// The ports are taken here, in the caller's namespace and before anything runs, so that one in use is told at once.
Status start_forwarder(const Home& home, State& state, NodeRecord& node) {
  Launch launch{{this_program().string(), "localnet", "forward"},
                node_environment(),
                home.log(node.number),
                node_name_space(state.prefix, node.number),
                {}};
  std::vector<net::Socket> listeners;
  for (const auto port : forwarded_ports(node)) {
    LUCID_TRY_ASSIGN(net::Socket listener, net::listen_on_loopback(port));
    launch.arguments.push_back(std::to_string(listener.number()) + "=" + std::to_string(port));
    launch.descriptors.push_back(listener.number());
    listeners.push_back(std::move(listener));
  }
  LUCID_TRY_ASSIGN(HeldProcess forwarder, HeldProcess::start(launch));
  node.forwarder = forwarder.id();
  LUCID_TRY(write_state(home, state));
  forwarder.release();
  return {};
}

std::string last_line(const std::filesystem::path& log) {
  std::ifstream in(log);
  std::string last;
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) last = line;
  return last.empty() ? "nothing in " + log.string() : last;
}

bool answers(const NodeRecord& node) {
  auto client = NodeClient::make(node.url(), kProbe);
  return client && client->get_any("/health/liveness").has_value();
}

tl::unexpected<Error> not_serving(const Home& home, const NodeRecord& node, const std::string& what) {
  return fail(Fault::not_ready, node_name(node.number), "one that answers at " + node.url(),
              what + ": " + last_line(home.log(node.number)));
}

/// Ends those that still run; the names of those that did not heed SIGTERM in time and were killed.
std::vector<std::string> end_processes(const std::vector<std::pair<std::string, ProcessId>>& processes) {
  std::vector<std::pair<std::string, ProcessHandle>> running;
  for (const auto& [name, id] : processes)
    if (auto handle = ProcessHandle::open(id)) running.emplace_back(name, std::move(*handle));
  for (const auto& [name, handle] : running) handle.signal(SIGTERM);
  const auto deadline = steady_clock::now() + kTermTimeout;
  std::vector<std::string> killed;
  for (const auto& [name, handle] : running) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now()).count();
    if (handle.ends_within(static_cast<std::uint64_t>(std::max<std::int64_t>(left, 0)))) continue;
    handle.signal(SIGKILL);
    handle.ends_within(kKillTimeoutMs);
    killed.push_back(name);
  }
  return killed;
}

}  // namespace

std::vector<std::string> node_arguments(const Home& home, const State& state, const NodeRecord& node) {
  std::vector<std::string> out{node.program,
                               "--data-dir",
                               home.node(node.number).string(),
                               "--genesis",
                               home.genesis().string(),
                               "--engine-port",
                               std::to_string(node.engine_port)};
  // The address of the listener for peers. On loopback it is that of the API; alone there is nobody to listen for.
  if (state.name_spaces && state.count() > 1) out.insert(out.end(), {"--peers-bind", node_address(node.number)});
  if (state.slow_disk_ms != 0) out.push_back("--slow-disk-ms=" + std::to_string(state.slow_disk_ms));
  if (node.clock_offset_ms != 0) out.push_back("--clock-offset-ms=" + std::to_string(node.clock_offset_ms));
  return out;
}

std::vector<std::string> node_environment() {
  const std::set<std::string_view> kept{"log_level", "log_format", "debug"};
  std::set<std::string> dropped{"LUCID_CONFIG"};
  for (const auto& rule : config::setting_rules()) {
    if (kept.contains(rule.key)) continue;
    dropped.insert(rule.lucid_env());
    if (!rule.bare_env.empty()) dropped.insert(std::string(rule.bare_env));
  }
  std::vector<std::string> out;
  for (const auto& [name, value] : config::process_environment())
    if (!dropped.contains(name)) out.push_back(name + "=" + value);
  return out;
}

Status start_node(const Home& home, State& state, NodeRecord& node) {
  std::error_code ignored;
  std::filesystem::remove(home.node(node.number) / "ports.json", ignored);  // a killed node leaves it
  if (state.name_spaces && !runs(node.forwarder)) LUCID_TRY(start_forwarder(home, state, node));
  const Launch launch{node_arguments(home, state, node),
                      node_environment(),
                      home.log(node.number),
                      state.name_spaces ? node_name_space(state.prefix, node.number) : std::string(),
                      {}};
  LUCID_TRY_ASSIGN(HeldProcess held, HeldProcess::start(launch));
  node.process = held.id();
  LUCID_TRY(write_state(home, state));
  held.release();
  return {};
}

Status wait_until_it_serves(const Home& home, const NodeRecord& node) {
  const auto deadline = steady_clock::now() + kServeTimeout;
  const auto process = ProcessHandle::open(node.process);
  const auto ports = home.node(node.number) / "ports.json";
  if (!process) return not_serving(home, node, "it ended");
  while (steady_clock::now() < deadline) {
    std::error_code error;
    // Without its list of ports, whoever answers there is another program.
    if (std::filesystem::exists(ports, error) && answers(node)) return {};
    if (node.forwarder.pid != 0 && !runs(node.forwarder)) return not_serving(home, node, "its forwarder ended");
    if (process->ends_within(kLookAgainMs)) return not_serving(home, node, "it ended");
  }
  return not_serving(home, node, "no answer within a minute");
}

Status kill_node(const NodeRecord& node) {
  const auto process = ProcessHandle::open(node.process);
  if (!process) return fail(Fault::not_ready, node_name(node.number), "a process that runs", "none");
  process->signal(SIGKILL);
  if (process->ends_within(kKillTimeoutMs)) return {};
  return fail(Fault::not_ready, node_name(node.number), "the end of process " + std::to_string(node.process.pid),
              "one that still runs");
}

Result<std::vector<std::string>> end_everything(const Home& home, const State& state) {
  std::vector<std::pair<std::string, ProcessId>> nodes, forwarders;
  for (const auto& node : state.nodes) {
    nodes.emplace_back(node_name(node.number), node.process);
    forwarders.emplace_back(node_name(node.number) + "'s forwarder", node.forwarder);
  }
  Result<std::vector<std::string>> killed{end_processes(nodes)};
  for (auto& name : end_processes(forwarders)) killed->push_back(std::move(name));
  if (state.name_spaces) LUCID_TRY(NameSpaces(state.prefix, state.count()).remove());
  std::error_code error;
  std::filesystem::remove(home.state(), error);
  if (error) return fail(Fault::file_io, home.state().string(), "to be removed", error.message());
  return killed;
}

}  // namespace lucid::tools::localnet
