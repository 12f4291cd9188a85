// lucid-sim as people start it, and what a planted bug must show there.
#pragma once

#include <array>
#include <cstdio>
#include <fstream>
#include <gtest/gtest.h>
#include <iostream>
#include <string>
#include <sys/wait.h>

#include "tools/lucid-sim/mutants.hpp"

namespace lucid::sim {

struct Ran {
  int status = -1;
  std::string out;
};
inline Ran run_sim(const std::string& arguments) {
  Ran ran;
  FILE* pipe = popen((std::string(LUCID_BINARY_DIR) + "/lucid-sim " + arguments + " 2>&1").c_str(), "r");
  std::array<char, 4096> part{};
  while (const std::size_t size = fread(part.data(), 1, part.size(), pipe)) ran.out.append(part.data(), size);
  const int ended = pclose(pipe);
  ran.status = WIFEXITED(ended) ? WEXITSTATUS(ended) : -1;
  return ran;
}

/// Whether the program's file has this text.
inline bool holds(const std::string& program, const std::string& text) {
  std::ifstream in(std::string(LUCID_BINARY_DIR) + "/" + program, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  EXPECT_GT(bytes.size(), 100'000U) << program;
  return bytes.find(text) != std::string::npos;
}

/// Within its budget, and the command that is printed shows the same violation again.
inline void expect_caught_and_replayed(const PlantedBug& bug) {
  const Ran caught = run_sim("--threads 1 --mutant " + std::string(bug.name) + " --until-caught");
  ASSERT_EQ(caught.status, 0) << caught.out;
  const std::string marker = "replay: lucid-sim ";
  const auto at = caught.out.find(marker);
  ASSERT_NE(at, std::string::npos) << caught.out;
  const auto from = at + marker.size();
  const Ran replayed = run_sim(caught.out.substr(from, caught.out.find('\n', from) - from));
  EXPECT_GE(replayed.status, 10) << replayed.out;
  EXPECT_LE(replayed.status, 12);
  const std::string words = caught.out.substr(caught.out.find(": ") + 2, at - caught.out.find(": ") - 5);
  EXPECT_NE(replayed.out.find(words), std::string::npos) << "the replay shows another violation than " << words;
  std::cout << caught.out;
}

}  // namespace lucid::sim
