#include "tools/lucid/localnet/process.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <poll.h>
#include <sched.h>
#include <sstream>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "tools/lucid/localnet/name_space.hpp"

namespace lucid::tools::localnet {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kToolTimeout{20'000};
constexpr std::size_t kMaxOutputBytes = 65'536;

/// What a process needs between fork and exec, made before: only system calls may be made there.
struct Prepared {
  explicit Prepared(const Launch& launch)
      : arguments(launch.arguments), environment(launch.environment), name_space(name_space_file(launch.name_space)) {
    for (auto& argument : arguments) argument_pointers.push_back(argument.data());
    argument_pointers.push_back(nullptr);
    for (auto& variable : environment) environment_pointers.push_back(variable.data());
    environment_pointers.push_back(nullptr);
  }

  std::vector<std::string> arguments, environment;
  std::string name_space;  // its file; empty: none
  std::vector<char*> argument_pointers, environment_pointers;
};

[[noreturn]] void give_up(const char* what) {
  const char* const parts[] = {"cannot start: ", what, ": ", std::strerror(errno), "\n"};
  for (const char* part : parts)
    if (::write(STDERR_FILENO, part, std::strlen(part)) < 0) break;
  ::_exit(127);
}

/// Waits at the gate, then becomes the program. Its two streams lead to the log already.
[[noreturn]] void become(Prepared& prepared, const std::vector<int>& descriptors, int gate) {
  ::setsid();
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int signal : {SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGHUP}) ::signal(signal, SIG_DFL);
  if (!prepared.name_space.empty()) {
    const int file = ::open(prepared.name_space.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0 || ::setns(file, CLONE_NEWNET) != 0) give_up(prepared.name_space.c_str());
  }
  for (const int descriptor : descriptors)
    if (::fcntl(descriptor, F_SETFD, 0) != 0) give_up("a descriptor that it was to have");
  char byte = 0;
  ssize_t read = 0;
  while ((read = ::read(gate, &byte, 1)) < 0 && errno == EINTR) {
  }
  if (read != 1) ::_exit(0);
  if (::chdir("/") != 0) give_up("/");
  ::execve(prepared.argument_pointers[0], prepared.argument_pointers.data(), prepared.environment_pointers.data());
  give_up(prepared.argument_pointers[0]);
}

std::string this_environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

/// All that comes until the other side closes, or the deadline; false: the deadline came first.
bool read_output(int pipe, std::string& out) {
  const auto deadline = steady_clock::now() + kToolTimeout;
  char piece[4'096];
  for (;;) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now()).count();
    pollfd watched{pipe, POLLIN, 0};
    if (left <= 0) return false;
    if (::poll(&watched, 1, static_cast<int>(left)) <= 0) continue;
    const ssize_t count = ::read(pipe, piece, sizeof piece);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return true;
    if (out.size() < kMaxOutputBytes) out.append(piece, static_cast<std::size_t>(count));
  }
}

std::string on_one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  text.erase(text.find_last_not_of(' ') + 1);
  return text.size() > 400 ? "…" + text.substr(text.size() - 400) : text;
}

}  // namespace

std::string boot_id() {
  std::ifstream in("/proc/sys/kernel/random/boot_id");
  std::string id;
  in >> id;
  return id;
}

std::optional<ProcessId> identify(int pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  // The second field is the program's name in parentheses and may hold anything, also spaces and parentheses.
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(name_end + 1));
  constexpr int kState = 3, kStartTime = 22;
  std::string field;
  for (int number = kState; number <= kStartTime; ++number) {
    if (!(fields >> field)) return std::nullopt;
    if (number == kState && (field == "Z" || field == "X")) return std::nullopt;
  }
  ProcessId id{pid, 0};
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), id.start_ticks);
  if (error != std::errc() || end != field.data() + field.size()) return std::nullopt;
  return id;
}

std::optional<ProcessHandle> ProcessHandle::open(const ProcessId& id) {
  if (id.pid <= 0) return std::nullopt;
  Descriptor descriptor(static_cast<int>(::syscall(SYS_pidfd_open, id.pid, 0)));
  if (descriptor.get() < 0) return std::nullopt;
  // Looked at only now: from here on the number means what the descriptor holds, or nothing.
  if (identify(id.pid) != id) return std::nullopt;
  return ProcessHandle(std::move(descriptor), id.pid);
}

void ProcessHandle::signal(int number) const {
  ::syscall(SYS_pidfd_send_signal, descriptor_.get(), number, nullptr, 0);
}

bool ProcessHandle::ends_within(std::uint64_t timeout_ms) const {
  const auto deadline = steady_clock::now() + milliseconds(timeout_ms);
  for (;;) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now()).count();
    pollfd watched{descriptor_.get(), POLLIN, 0};
    const int ready = ::poll(&watched, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
    if (ready > 0) break;
    if (ready == 0 || errno != EINTR) return false;
  }
  ::waitpid(pid_, nullptr, WNOHANG);  // where it is this command's child
  return true;
}

Result<HeldProcess> HeldProcess::start(const Launch& launch) {
  Prepared prepared(launch);
  const Descriptor log(::open(launch.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (log.get() < 0) return fail(Fault::file_io, launch.log.string(), "to be written", std::strerror(errno));
  const Descriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail(Fault::file_io, "a pipe", {}, std::strerror(errno));
  Descriptor gate(ends[0]), opener(ends[1]);
  const pid_t pid = ::fork();
  if (pid < 0) return fail(Fault::file_io, launch.arguments[0], "to be started", std::strerror(errno));
  if (pid == 0) {
    opener.close_now();
    if (::dup2(nothing.get(), STDIN_FILENO) < 0 || ::dup2(log.get(), STDOUT_FILENO) < 0 ||
        ::dup2(log.get(), STDERR_FILENO) < 0)
      ::_exit(127);
    become(prepared, launch.descriptors, gate.get());
  }
  const auto id = identify(pid);
  if (!id) return fail(Fault::file_io, launch.arguments[0], "to be started", "it ended at once");
  return HeldProcess(*id, std::move(gate), std::move(opener));
}

void HeldProcess::release() {
  if (::write(opener_.get(), "", 1) == 1) opener_.close_now();
}

std::filesystem::path this_program() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error);
}

std::string find_program(const std::string& name) {
  std::istringstream folders(this_environment("PATH") + ":/usr/sbin:/sbin:/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string path = folder + "/" + name;
    if (!folder.empty() && ::access(path.c_str(), X_OK) == 0) return path;
  }
  return {};
}

Result<std::string> run_to_end(const std::vector<std::string>& arguments, const std::string& name_space) {
  std::string words;
  for (const auto& argument : arguments) words += (words.empty() ? "" : " ") + argument;
  Launch launch{arguments, {"PATH=/usr/sbin:/sbin:/usr/bin:/bin", "LC_ALL=C"}, {}, name_space, {}};
  Prepared prepared(launch);
  int ends[2] = {-1, -1};
  int gate_ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail(Fault::file_io, words, {}, std::strerror(errno));
  const Descriptor reader(ends[0]);
  Descriptor writer(ends[1]);
  if (::pipe2(gate_ends, O_CLOEXEC) != 0) return fail(Fault::file_io, words, {}, std::strerror(errno));
  const Descriptor gate(gate_ends[0]);
  Descriptor opener(gate_ends[1]);
  if (::write(opener.get(), "", 1) != 1) return fail(Fault::file_io, words, {}, std::strerror(errno));
  const pid_t pid = ::fork();
  if (pid < 0) return fail(Fault::file_io, words, "to be started", std::strerror(errno));
  if (pid == 0) {
    if (::dup2(writer.get(), STDOUT_FILENO) < 0 || ::dup2(writer.get(), STDERR_FILENO) < 0) ::_exit(127);
    become(prepared, {}, gate.get());
  }
  writer.close_now();
  std::string out;
  const bool in_time = read_output(reader.get(), out);
  if (!in_time) ::kill(pid, SIGKILL);  // our child, not waited for yet: the number is still its own
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (in_time && WIFEXITED(status) && WEXITSTATUS(status) == 0) return out;
  return fail(Fault::setting_value, "--netns", "`" + words + "` to work here",
              in_time ? on_one_line(out) : "no end within twenty seconds");
}

}  // namespace lucid::tools::localnet
