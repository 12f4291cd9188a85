#include "tools/lucid-sim/mutant_command.hpp"

#include "tools/lucid-sim/report.hpp"
#include "tools/lucid-sim/scenarios.hpp"

namespace lucid::sim {
namespace {

void say_caught(std::ostream& out, const PlantedBug& bug, const std::string& where, const Violation& violation,
                const std::string& replay) {
  out << "caught " << bug.name << " in " << where << ": " << violation.invariant << ": " << violation.words
      << "\n  replay: " << replay << '\n';
}

}  // namespace

void list_planted_bugs(std::ostream& out) {
  for (const PlantedBug& bug : planted_bugs()) out << line_of(bug) << '\n';
}

int catch_planted_bug(std::ostream& out, const PlantedBug& bug, unsigned threads, SeedRun run) {
  Arguments arguments;
  arguments.mutant = bug.name;
  arguments.actors = bug.actors;
  arguments.scenario = bug.scenario;
  if (const Scenario* scenario = find_scenario(bug.scenario)) {
    arguments.wanted = wanted_by(*scenario);
  } else {
    arguments.wanted.nodes = bug.nodes;
    arguments.wanted.byzantine = bug.byzantine;
    arguments.seeds = bug.seeds;
  }
  const Totals totals = run_seeds(arguments.seeds, arguments.wanted, threads, true, run);
  if (totals.failed.empty()) {
    out << bug.name << " was not caught in "
        << (bug.scenario.empty() ? std::to_string(totals.seeds) + " seeds" : "scenario " + std::string(bug.scenario))
        << '\n';
    return kNotCaught;
  }
  const SeedResult& failed = totals.failed.front();
  const std::string where =
      bug.scenario.empty() ? "seed " + std::to_string(failed.seed) : "scenario " + std::string(bug.scenario);
  say_caught(out, bug, where, *failed.violation, replay_command(arguments, failed.seed));
  return 0;
}

}  // namespace lucid::sim
