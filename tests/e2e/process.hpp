// Programs as processes of their own: started, watched with deadlines, ended by their process id, and read afterwards.
//
// Nothing here sleeps: a wait ends when the process does, when the condition holds, or at its deadline.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace lucid::e2e {

using std::chrono::milliseconds;

/// What a slow machine may take for anything that should happen.
inline constexpr milliseconds kPatience{60'000};

/// The path of a program of this build.
std::string program(const std::string& name);

class Process {
 public:
  /// `arguments` begins with the program. What it writes goes to files in `scratch`; it ends with this process.
  Process(std::vector<std::string> arguments, const std::filesystem::path& scratch,
          const std::filesystem::path& work_directory = {});
  ~Process();  // kills it if it still runs
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  int pid() const { return pid_; }
  bool running() { return !wait(milliseconds(0)); }
  void signal(int number) const;
  /// The exit status (128 + signal of one that was killed); absent: it still runs at the deadline.
  std::optional<int> wait(milliseconds within);
  /// Whether the condition held before the deadline and before the process ended.
  bool until(const std::function<bool()>& condition, milliseconds within = kPatience);
  std::string out() const;
  std::string err() const;

 private:
  std::filesystem::path out_, err_;
  int pid_ = -1;
  int pid_fd_ = -1;
  std::optional<int> status_;
};

struct Ended {
  int status = -1;
  std::string out, err;
};
/// Runs a program to its end; status -1 if it does not end in time.
Ended run(std::vector<std::string> arguments, const std::filesystem::path& scratch,
          const std::filesystem::path& work_directory = {}, milliseconds within = kPatience);

}  // namespace lucid::e2e
