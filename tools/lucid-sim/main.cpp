#include <csignal>
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

int run(const Arguments& arguments, char** values) {
  if (arguments.list_mutants) {
    list_planted_bugs(std::cout);
    return 0;
  }
  const PlantedBug* bug = find_planted_bug(arguments.mutant);
  if (bug && !can_plant()) {
    std::cerr << become_mutants(values) << '\n';
    return status_of(ViolationKind::crash);
  }
  if (bug) plant(bug->mutant);
  if (arguments.until_caught) return catch_planted_bug(std::cout, *bug, arguments.threads);
  if (!arguments.plot.empty()) return plot_recoveries(std::cout, arguments);
  Totals totals;
  return run_and_report(std::cout, arguments, totals);
}

}  // namespace
}  // namespace lucid::sim

int main(int count, char** values) {
  for (const int signal : {SIGSEGV, SIGABRT, SIGFPE, SIGILL, SIGBUS}) std::signal(signal, lucid::sim::name_seeds);
  const auto parsed = lucid::sim::parse_arguments(count, values, std::cout, std::cerr);
  return parsed.arguments ? lucid::sim::run(*parsed.arguments, values) : parsed.status;
}
