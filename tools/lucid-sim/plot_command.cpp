#include "tools/lucid-sim/plot_command.hpp"

#include <fstream>

#include "core/crypto/sha256.hpp"
#include "tools/lucid-sim/recovery_plot.hpp"
#include "tools/lucid-sim/report.hpp"

namespace lucid::sim {

int plot_recoveries(std::ostream& out, Arguments arguments) {
  std::vector<RecoverySamples> samples;
  Bytes digests;
  int status = 0;
  for (const std::uint32_t nodes : kPlottedSizes) {
    arguments.wanted.nodes = nodes;
    out << "n = " << nodes << ", F = " << arguments.wanted.byzantine << '\n';
    Totals totals;
    const int found = run_and_report(out, arguments, totals);
    if (status == 0) status = found;
    if (found != 0 && !arguments.keep_going) return status;
    digests.insert(digests.end(), totals.digest.data.begin(), totals.digest.data.end());
    samples.push_back({nodes, std::move(totals.recoveries_ms)});
  }
  for (const RecoverySamples& of_size : samples) out << recovery_words(of_size) << '\n';
  if (status == 0) {
    std::ofstream file(arguments.plot, std::ios::binary);
    file << recovery_svg(samples);
    if (!file.flush()) {
      out << "FAILED: " << arguments.plot << " cannot be written\n";
      status = status_of(ViolationKind::crash);
    }
  }
  out << "digest " << to_hex(crypto::sha256(digests)) << '\n';
  return status;
}

}  // namespace lucid::sim
