// The command line of lucid-sim.
//
// Thread-safety: values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/lucid-sim/runner.hpp"

namespace lucid::sim {

struct Arguments {
  Wanted wanted;
  SeedRange seeds;
  unsigned threads = 0;  // 0: one a core
  bool trace = false;
  bool actors = false;  // the cluster of real actors
  bool keep_going = false;
  std::string profile = {};  // as given
  std::string faults = "all";
  std::string mutant = {};    // a planted bug by name
  std::string scenario = {};  // arranged by hand: nodes, byzantine and faults are the scenario's
  bool until_caught = false;  // the planted bug's own budget instead of seeds
  bool list_mutants = false;
  std::string plot = {};  // a file: clusters of several sizes are run instead of one
};

/// "A..B" or "A". Fault number_range with the sentence for people.
Result<SeedRange> parse_seeds(std::string_view text);

/// Absent where the program ends at once with `status` (help, or a usage error, which is printed).
struct Parsed {
  std::optional<Arguments> arguments;
  int status = 0;
};
Parsed parse_arguments(int count, const char* const* values, std::ostream& out, std::ostream& err);

/// The one command that shows a seed of this run again, with its trace.
std::string replay_command(const Arguments& arguments, std::uint64_t seed);

}  // namespace lucid::sim
