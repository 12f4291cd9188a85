// --plot FILE: how long clusters of several sizes take to their next block after a heal.
//
// Thread-safety: called by main() alone.
#pragma once

#include <array>
#include <ostream>

#include "tools/lucid-sim/arguments.hpp"

namespace lucid::sim {

inline constexpr std::array<std::uint32_t, 4> kPlottedSizes{4, 7, 10, 16};

/// Runs the seeds with clusters of each size and reports each run as any other; then, where nothing was found, writes
/// the plot. The exit status is that of the first run that found something, or a crash's where the file cannot be
/// written. The last line is the digest over all runs.
int plot_recoveries(std::ostream& out, Arguments arguments);

}  // namespace lucid::sim
