#include "tools/lucid-sim/program.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <unistd.h>

#include "tools/lucid-sim/mutant_command.hpp"
#include "tools/lucid-sim/planting.hpp"
#include "tools/lucid-sim/plot_command.hpp"
#include "tools/lucid-sim/report.hpp"

namespace lucid::sim {
namespace {

/// A crash names the seeds that were under way: only calls that a signal handler may make.
void name_seeds(int signal) {
  char line[32];
  const auto say = [](const char* text, std::size_t size) { (void)!write(STDERR_FILENO, text, size); };
  say("lucid-sim ends by a signal; seeds under way:", 44);
  for (std::size_t thread = 0; thread < kMaxThreads; ++thread) {
    std::uint64_t seed = seed_under_way(thread);
    if (seed == 0) continue;
    std::size_t at = sizeof line;
    for (; seed > 0; seed /= 10) line[--at] = static_cast<char>('0' + seed % 10);
    line[--at] = ' ';
    say(line + at, sizeof line - at);
  }
  say("\n", 1);
  std::signal(signal, SIG_DFL);
  _exit(status_of(ViolationKind::crash));
}

/// Becomes the program that has what is asked for, with the same arguments. Returns only where it cannot: the sentence
/// for people.
std::string become(const std::string& program, char** values) {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return "lucid-sim does not find itself: " + error.message() + ".";
  const std::string path = (self.parent_path() / program).string();
  execv(path.c_str(), values);
  return "lucid-sim cannot start " + path + ": " + std::strerror(errno) + ".";
}

int run(const Arguments& arguments, char** values, SeedRun run_actors) {
  if (arguments.list_mutants) {
    list_planted_bugs(std::cout);
    return 0;
  }
  const PlantedBug* bug = find_planted_bug(arguments.mutant);
  if ((bug && !can_plant()) || (arguments.actors && !run_actors)) {
    std::cerr << become(std::string("lucid-sim") + (arguments.actors ? "-actors" : "") + (bug ? "-mutants" : ""),
                        values)
              << '\n';
    return status_of(ViolationKind::crash);
  }
  if (bug) plant(bug->mutant);
  const SeedRun run_one = arguments.actors ? run_actors : run_seed;
  if (arguments.until_caught) return catch_planted_bug(std::cout, *bug, arguments.threads, run_one);
  if (!arguments.plot.empty()) return plot_recoveries(std::cout, arguments);
  Totals totals;
  return run_and_report(std::cout, arguments, totals, run_one);
}

}  // namespace

int run_program(int count, char** values, SeedRun run_actors) {
  for (const int signal : {SIGSEGV, SIGABRT, SIGFPE, SIGILL, SIGBUS}) std::signal(signal, name_seeds);
  const Parsed parsed = parse_arguments(count, values, std::cout, std::cerr);
  return parsed.arguments ? run(*parsed.arguments, values, run_actors) : parsed.status;
}

}  // namespace lucid::sim
