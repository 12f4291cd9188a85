#include "tools/lucid-bench/process_figures.hpp"

#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>

namespace lucid::bench {
namespace {

std::string place_of(pid_t process, const char* file) {
  return "/proc/" + std::to_string(process) + "/" + file;
}

}  // namespace

Result<ProcessMemory> read_memory(pid_t process) {
  std::ifstream in(place_of(process, "status"));
  ProcessMemory out;
  std::string name;
  while (in >> name) {
    if (name == "RssAnon:") in >> out.anonymous_kib;
    if (name == "RssShmem:") in >> out.shared_kib;
    if (name == "RssFile:") in >> out.file_kib;
  }
  if (out.anonymous_kib == 0) return fail(Fault::file_io, place_of(process, "status"), "RssAnon");
  return out;
}

Result<double> read_cpu_seconds(pid_t process) {
  std::ifstream in(place_of(process, "stat"));
  std::string line;
  std::getline(in, line);
  // The name, in brackets, may hold anything; user and system time are the twelfth and thirteenth field after it.
  std::istringstream fields(line.substr(std::min(line.size(), line.rfind(')') + 1)));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  std::uint64_t user = 0, system = 0;
  if (!(fields >> user >> system)) return fail(Fault::file_io, place_of(process, "stat"), "processor times");
  return static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

Result<std::uint64_t> read_written_bytes(pid_t process) {
  std::ifstream in(place_of(process, "io"));
  std::string name;
  std::uint64_t value = 0;
  while (in >> name >> value)
    if (name == "write_bytes:") return value;
  return fail(Fault::file_io, place_of(process, "io"), "write_bytes");
}

}  // namespace lucid::bench
