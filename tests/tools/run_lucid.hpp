// `lucid` as a process.
#pragma once

#include <cstdio>
#include <string>
#include <sys/wait.h>

namespace lucid::test {

struct Outcome {
  int status = -1;
  std::string output;  // both streams
  bool says(const std::string& words) const { return output.find(words) != std::string::npos; }
};

/// With the shell's quoting; in `directory` if one is named.
inline Outcome run_lucid(const std::string& arguments, const std::string& directory = ".") {
  const std::string command = "cd '" + directory + "' && " LUCID_BINARY_DIR "/lucid " + arguments + " 2>&1";
  Outcome outcome;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return outcome;
  char piece[4096];
  while (const std::size_t count = std::fread(piece, 1, sizeof piece, pipe)) outcome.output.append(piece, count);
  outcome.status = WEXITSTATUS(::pclose(pipe));
  return outcome;
}

}  // namespace lucid::test
