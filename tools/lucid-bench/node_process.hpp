// A lucidd of its own, as an operator would start it: on loopback, with free ports. It is stopped by its process id.
//
// Thread-safety: one owner.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

#include "core/base/result.hpp"
#include "tools/lucid-bench/process_figures.hpp"

namespace lucid::bench {

struct NodePorts {
  std::uint16_t engine = 0, admin = 0, actors = 0;
};

class NodeProcess {
 public:
  /// Starts `program`; does not wait for it. Ports of 0 are any free ones. Its log goes to data_dir/lucidd.log.
  static Result<NodeProcess> start(const std::filesystem::path& program, const std::filesystem::path& data_dir,
                                   const NodePorts& ports);
  NodeProcess(NodeProcess&& other) noexcept;
  NodeProcess& operator=(NodeProcess&&) = delete;
  ~NodeProcess();  // stop()

  /// Waits for data_dir/ports.json and for /health/readiness to be 200. Faults: no_answer, not_ready (it has ended).
  Result<NodePorts> wait_ready();
  /// As wait_ready(), of ports that are known.
  Status wait_ready_on(const NodePorts& ports);
  Result<ProcessMemory> memory() const { return read_memory(pid_); }
  /// SIGTERM and waits, SIGKILL after ten seconds.
  void stop();
  /// SIGKILL and waits.
  void kill();

 private:
  NodeProcess(pid_t pid, std::filesystem::path data_dir) : pid_(pid), data_dir_(std::move(data_dir)) {}
  bool ended();

  pid_t pid_ = -1;
  std::filesystem::path data_dir_;
};

std::string url_of(std::uint16_t port);

/// The body of POST /anchoring/session, with a new session for each number and run.
std::string anchor_body(std::uint64_t number);
inline constexpr const char* kAnchorPath = "/api/v1/anchoring/session";

}  // namespace lucid::bench
