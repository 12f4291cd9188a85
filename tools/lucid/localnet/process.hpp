// Processes that outlive the command that started them, and are found again by a later one: by their number together
// with the moment of their start, so that a number that the machine has given to another process since is never
// signalled.
//
// Thread-safety: one thread; HeldProcess and run_to_end fork, so no other thread may run meanwhile. Units:
// milliseconds.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "tools/lucid/descriptor.hpp"

namespace lucid::tools::localnet {

/// As /proc shows it. Holds until the machine starts anew (boot_id).
struct ProcessId {
  int pid = 0;                    // 0: none
  std::uint64_t start_ticks = 0;  // since the start of the machine
  bool operator==(const ProcessId&) const = default;
};

/// Tells one start of the machine from the next.
std::string boot_id();

/// Absent where there is none of that number, also where it has ended and only waits for its parent to notice.
std::optional<ProcessId> identify(int pid);

/// A running process, held so that its number cannot come to mean another one.
class ProcessHandle {
 public:
  /// Absent where that very process does not run (any more).
  static std::optional<ProcessHandle> open(const ProcessId& id);

  void signal(int number) const;
  /// Whether it ends within that time.
  bool ends_within(std::uint64_t timeout_ms) const;

 private:
  ProcessHandle(Descriptor descriptor, int pid) : descriptor_(std::move(descriptor)), pid_(pid) {}

  Descriptor descriptor_;
  int pid_;
};

inline bool runs(const ProcessId& id) {
  return ProcessHandle::open(id).has_value();
}

struct Launch {
  std::vector<std::string> arguments;    // the first is the program's path
  std::vector<std::string> environment;  // NAME=VALUE
  std::filesystem::path log;             // both its streams are appended here
  std::string name_space;                // a network namespace of /run/netns; empty: the caller's
  std::vector<int> descriptors;          // stay open in it, under their numbers
};

/// A process in a session of its own that waits to become its program, so that its number can be written down first:
/// whatever ends this command, no process is left that nobody knows of.
class HeldProcess {
 public:
  /// Faults: file_io.
  static Result<HeldProcess> start(const Launch& launch);

  const ProcessId& id() const { return id_; }
  /// From here on it runs. Where this is never called it ends without having run.
  void release();

 private:
  HeldProcess(ProcessId id, Descriptor gate, Descriptor opener)
      : id_(id), gate_(std::move(gate)), opener_(std::move(opener)) {}

  ProcessId id_;
  Descriptor gate_;  // its end, kept here too: opening the gate of one that has ended must not raise SIGPIPE
  Descriptor opener_;
};

/// The path of this program.
std::filesystem::path this_program();
/// The path of a program, looked for in PATH and where the system's own lie. Empty: there is none.
std::string find_program(const std::string& name);

/// Runs a program to its end, in a network namespace unless that is empty; its output. Fault setting_value, with the
/// last of what it wrote, where it fails or takes longer than twenty seconds.
Result<std::string> run_to_end(const std::vector<std::string>& arguments, const std::string& name_space = {});

}  // namespace lucid::tools::localnet
