// What the simulator's tests ran, for whoever reads the end of the test command: CTest hides what a test that passes
// prints, so it also goes into the file that LUCID_TEST_REPORT names (tools/test sets and reads it).
#pragma once

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

namespace lucid::sim {

/// `line` begins with a word for its kind and has "name=number" for what is summed over all lines of that kind.
inline void report_run(const std::string& line) {
  std::cout << line << "\n";
  const char* path = std::getenv("LUCID_TEST_REPORT");
  // Opened for each line: appended lines of several processes stay whole.
  if (path != nullptr) std::ofstream(path, std::ios::app) << line + "\n" << std::flush;
}

}  // namespace lucid::sim
