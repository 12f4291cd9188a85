#include "tools/lucid-bench/node_process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <nlohmann/json.hpp>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/client.hpp"
#include "core/crypto/sha256.hpp"
#include "core/types/ids.hpp"
#include "storage/data_directory.hpp"
#include "tools/lucid-bench/measure.hpp"

namespace lucid::bench {
namespace {

using namespace std::chrono_literals;

constexpr double kReadyWithin = 60, kStopWithin = 10;
constexpr auto kLookAgain = 1ms;

Status not_started(const std::filesystem::path& data_dir) {
  return fail(Fault::not_ready, "lucidd", "to go on running", "it ended; see " + (data_dir / "lucidd.log").string());
}

std::optional<NodePorts> read_ports(const std::filesystem::path& path) {
  std::ifstream in(path);
  const auto json = nlohmann::json::parse(in, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  return NodePorts{json.value("engine", std::uint16_t{0}), json.value("admin", std::uint16_t{0}),
                   json.value("actors", std::uint16_t{0})};
}

}  // namespace

Result<NodeProcess> NodeProcess::start(const std::filesystem::path& program, const std::filesystem::path& data_dir,
                                       const NodePorts& ports) {
  LUCID_TRY(storage::make_directory(data_dir));
  std::error_code ignored;
  std::filesystem::remove(data_dir / "ports.json", ignored);  // what a killed one left
  std::vector<std::string> words{program.string(), "--dev",           "--profile",     "bench",
                                 "--data-dir",     data_dir.string(), "--engine-port", std::to_string(ports.engine)};
  if (ports.engine != 0)
    words.insert(words.end(),
                 {"--admin-port", std::to_string(ports.admin), "--actors-port", std::to_string(ports.actors)});
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  const std::string log = (data_dir / "lucidd.log").string();
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  pid_t pid = -1;
  const int failed = posix_spawn(&pid, program.c_str(), &files, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (failed != 0) return fail(Fault::file_io, program.string(), "to be started", std::strerror(failed));
  return NodeProcess(pid, data_dir);
}

NodeProcess::NodeProcess(NodeProcess&& other) noexcept : pid_(other.pid_), data_dir_(std::move(other.data_dir_)) {
  other.pid_ = -1;
}

NodeProcess::~NodeProcess() {
  stop();
}

bool NodeProcess::ended() {
  if (pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = -1;
  return pid_ < 0;
}

Result<NodePorts> NodeProcess::wait_ready() {
  const auto start = steady_now();
  while (seconds_since(start) < kReadyWithin) {
    if (ended()) return tl::unexpected(not_started(data_dir_).error());
    if (const auto ports = read_ports(data_dir_ / "ports.json")) {
      LUCID_TRY(wait_ready_on(*ports));
      return *ports;
    }
    std::this_thread::sleep_for(kLookAgain);
  }
  return fail(Fault::no_answer, "lucidd", "ports.json in time");
}

Status NodeProcess::wait_ready_on(const NodePorts& ports) {
  LUCID_TRY_ASSIGN(api::Client client, api::Client::make(url_of(ports.engine)));
  const auto start = steady_now();
  while (seconds_since(start) < kReadyWithin) {
    if (ended()) return not_started(data_dir_);
    const auto answer = client.get("/health/readiness");
    if (answer && answer->status == 200) return {};
    std::this_thread::sleep_for(kLookAgain);
  }
  return fail(Fault::no_answer, "lucidd", "/health/readiness to be 200 in time");
}

void NodeProcess::stop() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGTERM);
  const auto start = steady_now();
  while (seconds_since(start) < kStopWithin) {
    if (ended()) return;
    std::this_thread::sleep_for(kLookAgain);
  }
  kill();
}

void NodeProcess::kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

std::string url_of(std::uint16_t port) {
  return "http://127.0.0.1:" + std::to_string(port);
}

std::string anchor_body(std::uint64_t number) {
  const std::string name = "lucid-bench rest " + std::to_string(wall_ms()) + " " + std::to_string(number);
  const Hash256 hash = crypto::sha256(as_bytes(name));
  SessionId session;
  std::copy_n(hash.data.begin(), 16, session.data.begin());
  Address owner;
  std::copy_n(hash.data.begin(), Address::kSize, owner.data.begin());
  return R"({"session_id":")" + to_text(session) + R"(","merkle_root":")" + to_hex(hash) + R"(","owner_address":")" +
         to_text(owner) +
         R"(","manifest_data":{"chunk_count":8,"total_size":8388608,"created_at":"2024-06-01T12:00:00Z"}})";
}

}  // namespace lucid::bench
