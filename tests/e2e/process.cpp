#include "tests/e2e/process.hpp"

#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace lucid::e2e {

namespace {

using std::chrono::steady_clock;

std::string content(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Between fork and exec: only what is safe there.
[[noreturn]] void become(char* const* arguments, const char* out, const char* err, const char* work_directory) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC;
  const int out_fd = open(out, kFlags, 0600), err_fd = open(err, kFlags, 0600);
  if (out_fd < 0 || err_fd < 0 || dup2(out_fd, 1) < 0 || dup2(err_fd, 2) < 0) _exit(126);
  if (*work_directory != '\0' && chdir(work_directory) != 0) _exit(126);
  execvp(arguments[0], arguments);
  _exit(127);
}

}  // namespace

std::string program(const std::string& name) {
  return std::string(LUCID_BINARY_DIR) + "/" + name;
}

Process::Process(std::vector<std::string> arguments, const std::filesystem::path& scratch,
                 const std::filesystem::path& work_directory) {
  static std::atomic<unsigned> number{0};
  const std::string name = "process-" + std::to_string(++number);
  out_ = scratch / (name + ".out");
  err_ = scratch / (name + ".err");
  std::vector<char*> pointers;
  for (auto& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) become(pointers.data(), out_.c_str(), err_.c_str(), work_directory.c_str());
  EXPECT_GT(pid_, 0) << "cannot start " << arguments.front();
  pid_fd_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  EXPECT_GE(pid_fd_, 0) << "cannot watch " << arguments.front();
}

Process::~Process() {
  if (running()) {
    signal(SIGKILL);
    wait(kPatience);
  }
  close(pid_fd_);
}

void Process::signal(int number) const {
  if (!status_ && pid_ > 0) kill(pid_, number);
}

std::optional<int> Process::wait(milliseconds within) {
  if (status_) return status_;
  pollfd watched{pid_fd_, POLLIN, 0};
  if (poll(&watched, 1, static_cast<int>(within.count())) <= 0) return std::nullopt;
  int status = 0;
  if (waitpid(pid_, &status, 0) != pid_) return std::nullopt;
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return status_;
}

bool Process::until(const std::function<bool()>& condition, milliseconds within) {
  const auto deadline = steady_clock::now() + within;
  constexpr milliseconds kLook{5};
  for (;;) {
    if (condition()) return true;
    if (steady_clock::now() > deadline || wait(kLook)) return false;
  }
}

std::string Process::out() const {
  return content(out_);
}
std::string Process::err() const {
  return content(err_);
}

Ended run(std::vector<std::string> arguments, const std::filesystem::path& scratch,
          const std::filesystem::path& work_directory, milliseconds within) {
  Process process(std::move(arguments), scratch, work_directory);
  const auto status = process.wait(within);
  return {status.value_or(-1), process.out(), process.err()};
}

}  // namespace lucid::e2e
