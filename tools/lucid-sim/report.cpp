#include "tools/lucid-sim/report.hpp"

#include <chrono>

namespace lucid::sim {
namespace {

std::string seconds(std::int64_t ms) {
  const std::int64_t tenths = (ms < 0 ? -ms : ms) / 100;
  return std::string(ms < 0 ? "-" : "") + std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

template <class T>
const T& ninety_ninth(const std::vector<T>& sorted) {
  return sorted[sorted.size() - 1 - sorted.size() / 100];
}

/// Which faults a run of these arguments must have had.
bool expected(FaultKind kind, const Arguments& arguments) {
  if (is_lie(kind)) return arguments.wanted.byzantine > 0;
  if (!arguments.wanted.faults) return false;
  const bool of_disks = kind == FaultKind::old_disk || kind == FaultKind::slow_disk;
  if (arguments.actors && (of_disks || kind == FaultKind::set_change || kind == FaultKind::owner_change)) return false;
  if (kind == FaultKind::old_disk) return arguments.wanted.nodes > 3 && arguments.wanted.byzantine == 0;
  if (kind == FaultKind::set_change) return !arguments.wanted.profile;
  return true;
}

void print_faults(std::ostream& out, const Totals& totals) {
  out << "faults:";
  for (std::size_t i = 0; i < kFaultKinds; ++i)
    if (totals.faults[i] > 0) out << ' ' << fault_name(static_cast<FaultKind>(i)) << ' ' << totals.faults[i];
  out << '\n';
}

int check_faults(std::ostream& out, const Arguments& arguments, const Totals& totals) {
  if (totals.seeds < kSeedsForEveryFault) return 0;
  int status = 0;
  for (std::size_t i = 0; i < kFaultKinds; ++i) {
    const auto kind = static_cast<FaultKind>(i);
    if (totals.faults[i] > 0 || !expected(kind, arguments)) continue;
    out << "FAILED: the fault " << fault_name(kind) << " never happened in " << totals.seeds << " seeds\n";
    status = status_of(ViolationKind::crash);
  }
  return status;
}

int check_recoveries(std::ostream& out, const Totals& totals) {
  if (!totals.recoveries_ms.empty())
    out << "recovery after a heal: " << totals.recoveries_ms.size() << ", worst "
        << seconds(static_cast<std::int64_t>(totals.recoveries_ms.back())) << ", p99 "
        << seconds(static_cast<std::int64_t>(ninety_ninth(totals.recoveries_ms))) << '\n';
  if (totals.over_promise_ms.empty()) return 0;
  const std::int64_t over = ninety_ninth(totals.over_promise_ms);
  out << "of them with mainnet's timing: " << totals.over_promise_ms.size() << ", p99 "
      << (over > 0 ? "above" : "below") << " 25 s + 10 s a dead leader by " << seconds(over > 0 ? over : -over) << '\n';
  if (totals.over_promise_ms.size() < kRecoveriesForPromise || over <= 0) return 0;
  out << "FAILED: more than one recovery in a hundred took longer than promised\n";
  return status_of(ViolationKind::liveness);
}

}  // namespace

int status_of(ViolationKind kind) {
  switch (kind) {
    case ViolationKind::crash:
      return 10;
    case ViolationKind::safety:
      return 11;
    case ViolationKind::liveness:
      return 12;
  }
  return 10;
}

int report(std::ostream& out, const Arguments& arguments, const Totals& totals, std::uint64_t took_ms) {
  int status = 0;
  for (const SeedResult& failed : totals.failed) {
    const Violation& violation = *failed.violation;
    out << "FAILED: seed " << failed.seed << ": " << violation.invariant << ": " << violation.words
        << "\n  replay: " << replay_command(arguments, failed.seed) << '\n';
    if (status == 0) status = status_of(violation.kind);
  }
  out << "seeds " << totals.seeds << " (" << totals.real_seeds << " with real signatures), blocks " << totals.blocks
      << ", rounds above 0: " << totals.rounds_above_0 << ", epoch ends " << totals.epoch_ends << ", set changes "
      << totals.set_changes << '\n';
  print_faults(out, totals);
  const int slow = check_recoveries(out, totals);
  const int missing = status == 0 ? check_faults(out, arguments, totals) : 0;
  if (status == 0) status = slow != 0 ? slow : missing;
  const std::uint64_t a_second = took_ms == 0 ? 0 : totals.seeds * 10'000 / took_ms;
  out << "time " << seconds(static_cast<std::int64_t>(took_ms)) << ", seeds a second " << a_second / 10 << '.'
      << a_second % 10 << '\n';
  out << "digest " << to_hex(totals.digest) << '\n';
  return status;
}

int run_and_report(std::ostream& out, const Arguments& arguments, Totals& totals, SeedRun run) {
  const auto start = std::chrono::steady_clock::now();
  totals = arguments.trace
               ? run_traced(arguments.seeds.first, arguments.wanted, out, run)
               : run_seeds(arguments.seeds, arguments.wanted, arguments.threads, !arguments.keep_going, run);
  const auto took = std::chrono::steady_clock::now() - start;
  const auto took_ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
  return report(out, arguments, totals, static_cast<std::uint64_t>(took_ms));
}

}  // namespace lucid::sim
