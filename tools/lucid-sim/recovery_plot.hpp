// Draws how long a cluster takes to its next block after a heal: for each size of cluster the share of recoveries that
// were over after so many seconds. The same samples give the same bytes.
//
// Thread-safety: pure functions. Milliseconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lucid::sim {

/// All recoveries seen with clusters of one size.
struct RecoverySamples {
  std::uint32_t nodes = 0;
  std::vector<std::uint64_t> sorted_ms;  // ascending
};

/// What half of the samples and 99 in a hundred of them do not exceed, and the longest; absent where there are none.
struct RecoveryFigures {
  std::uint64_t p50_ms = 0;
  std::uint64_t p99_ms = 0;
  std::uint64_t worst_ms = 0;
  bool operator==(const RecoveryFigures&) const = default;
};
std::optional<RecoveryFigures> figures_of(const RecoverySamples& samples);
/// "n = 4: 1200 recoveries, p50 1.2 s, p99 9.8 s, worst 14.0 s"
std::string recovery_words(const RecoverySamples& samples);

/// An SVG document. Sizes without a sample get a line of the legend that says so. At most six sizes are told apart by
/// colour and dash.
std::string recovery_svg(const std::vector<RecoverySamples>& samples);

}  // namespace lucid::sim
