#include "tools/lucid-sim/arguments.hpp"

#include <CLI/CLI.hpp>
#include <charconv>

#include "core/params/params.hpp"
#include "tools/lucid-sim/scenarios.hpp"

namespace lucid::sim {
namespace {

constexpr std::uint32_t kMaxNodes = 40;
constexpr Height kMaxHeights = 10'000;
constexpr std::uint64_t kMaxSeeds = 10'000'000;
constexpr int kUsage = 2;

std::optional<std::uint64_t> read_number(std::string_view text) {
  std::uint64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

/// Of a planted bug and of a scenario, what they say themselves need not be given.
Status fill_in(Arguments& arguments, bool nodes_given, std::string& seeds) {
  if (!arguments.mutant.empty() && !find_planted_bug(arguments.mutant))
    return fail(Fault::text_form, "--mutant", "one of --list-mutants", arguments.mutant);
  if (arguments.until_caught && arguments.mutant.empty())
    return fail(Fault::text_form, "--until-caught", "beside --mutant NAME", "alone");
  if (arguments.until_caught) arguments.actors = find_planted_bug(arguments.mutant)->actors;
  const Scenario* scenario = find_scenario(arguments.scenario);
  if (!arguments.scenario.empty() && !scenario)
    return fail(Fault::text_form, "--scenario", "one of " + scenario_names(), arguments.scenario);
  if (arguments.actors && (scenario || arguments.wanted.byzantine > 0))
    return fail(Fault::text_form, "--actors", "without --scenario and --byzantine: nobody lies there",
                "with one of them");
  if (scenario) arguments.wanted = wanted_by(*scenario);
  const bool plots = !arguments.plot.empty();
  if (plots && (nodes_given || scenario || arguments.actors || arguments.trace || !arguments.mutant.empty()))
    return fail(Fault::text_form, "--plot", "without --nodes, --scenario, --actors, --mutant and --trace",
                "with one of them");
  const bool free = arguments.list_mutants || arguments.until_caught;
  if (!free && !scenario && !plots && !nodes_given)
    return fail(Fault::text_form, "--nodes", "how many validators", "none");
  if (seeds.empty() && (free || scenario)) seeds = "1";
  return {};
}

Status check(Arguments& arguments, const std::string& seeds) {
  LUCID_TRY_ASSIGN(arguments.seeds, parse_seeds(seeds));
  const std::uint32_t n = arguments.wanted.nodes;
  const std::uint32_t f = (n - 1) / 3;
  if (arguments.scenario.empty() && arguments.wanted.byzantine > f)
    return fail(Fault::number_range, "--byzantine",
                "at most " + std::to_string(f) + ", the third of " + std::to_string(n) + " nodes that may lie",
                std::to_string(arguments.wanted.byzantine));
  if (!arguments.profile.empty()) {
    arguments.wanted.profile = params::parse_profile(arguments.profile);
    if (!arguments.wanted.profile)
      return fail(Fault::text_form, "--profile", "mainnet, dev, test or bench", arguments.profile);
  }
  if (arguments.faults != "all" && arguments.faults != "none")
    return fail(Fault::text_form, "--faults", "all or none", arguments.faults);
  if (arguments.scenario.empty()) arguments.wanted.faults = arguments.faults == "all";
  if (arguments.trace && arguments.seeds.first != arguments.seeds.last)
    return fail(Fault::number_range, "--trace", "one seed: --seeds S..S", seeds);
  return {};
}

}  // namespace

Result<SeedRange> parse_seeds(std::string_view text) {
  const auto bad = [&] {
    return fail(Fault::number_range, "--seeds", "A..B with A at least 1 and at most B, up to 2^63, at most ten million",
                std::string(text.substr(0, 60)));
  };
  const auto dots = text.find("..");
  const auto first = read_number(text.substr(0, dots));
  const auto last = dots == std::string_view::npos ? first : read_number(text.substr(dots + 2));
  if (!first || !last || *first == 0 || *first > *last || *last > (std::uint64_t{1} << 63) ||
      *last - *first >= kMaxSeeds)
    return bad();
  return SeedRange{*first, *last};
}

Parsed parse_arguments(int count, const char* const* values, std::ostream& out, std::ostream& err) {
  Arguments arguments;
  std::string seeds;
  CLI::App app(
      "Runs the production core of a whole cluster under faults, in virtual time.\n"
      "Exit status: 0 nothing found, 1 a planted bug not found, 2 usage, 10 crash, 11 safety, 12 liveness.",
      "lucid-sim");
  const auto* nodes =
      app.add_option("--nodes", arguments.wanted.nodes, "validators of the genesis")->check(CLI::Range(1u, kMaxNodes));
  app.add_option("--byzantine", arguments.wanted.byzantine, "how many of them lie, at most")->capture_default_str();
  app.add_option("--seeds", seeds, "A..B: each decides one run");
  app.add_option("--heights", arguments.wanted.heights, "of each run")
      ->capture_default_str()
      ->check(CLI::Range(Height{1}, kMaxHeights));
  app.add_option("--profile", arguments.profile, "parameters of all seeds: mainnet, dev, test or bench (else drawn)");
  app.add_option("--faults", arguments.faults, "all or none")->capture_default_str();
  app.add_option("--threads", arguments.threads, "0: one for each core")->capture_default_str();
  app.add_flag("--actors", arguments.actors, "the cluster of real actors under CAF's deterministic scheduler");
  app.add_flag("--trace", arguments.trace, "one line an event, of one seed");
  app.add_option("--scenario", arguments.scenario, "a world arranged by hand, instead of --nodes and --seeds");
  app.add_option("--plot", arguments.plot, "an SVG file: recovery after a heal, with 4, 7, 10 and 16 validators");
  app.add_flag("--list-mutants", arguments.list_mutants, "the bugs that can be planted, and how each is found");
  app.add_option("--mutant", arguments.mutant, "with this bug planted in core");
  app.add_flag("--until-caught", arguments.until_caught, "the budget of --mutant, until a checker finds it: 0, else 1");
  app.add_flag("--keep-going", arguments.keep_going, "run the other seeds too when one has failed");
  try {
    app.parse(count, values);
  } catch (const CLI::ParseError& error) {
    return {std::nullopt, app.exit(error, out, err) == 0 ? 0 : kUsage};
  }
  Status good = fill_in(arguments, nodes->count() > 0, seeds);
  if (good) good = check(arguments, seeds);
  if (!good) {
    err << to_text(good.error()) << "\nRun with --help for more information.\n";
    return {std::nullopt, kUsage};
  }
  return {arguments, 0};
}

std::string replay_command(const Arguments& arguments, std::uint64_t seed) {
  const std::string number = std::to_string(seed);
  const std::string mutant = arguments.mutant.empty() ? "" : " --mutant " + arguments.mutant;
  if (!arguments.scenario.empty())
    return "lucid-sim" + mutant + " --scenario " + arguments.scenario + " --seeds " + number + ".." + number +
           " --trace";
  std::string out = "lucid-sim" + mutant + (arguments.actors ? " --actors" : "") + " --nodes " +
                    std::to_string(arguments.wanted.nodes) + " --byzantine " +
                    std::to_string(arguments.wanted.byzantine) + " --seeds " + number + ".." + number + " --heights " +
                    std::to_string(arguments.wanted.heights);
  if (!arguments.profile.empty()) out += " --profile " + arguments.profile;
  if (arguments.faults != "all") out += " --faults " + arguments.faults;
  return out + " --trace";
}

}  // namespace lucid::sim
