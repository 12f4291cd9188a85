// What a person says about the nodes of a localnet: which form groups, and whose clock is off.
//
// Thread-safety: pure functions. Errors: text_form, number_range, naming what was read.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace lucid::tools::localnet {

/// Numbers of nodes, from 1; no node in two groups, none empty.
using Groups = std::vector<std::vector<std::uint32_t>>;

/// "1,2/3,4". Numbers are those of nodes whatever their count is.
Result<Groups> parse_groups(std::string_view text);

/// The same for a localnet of so many nodes: whoever is not named belongs to one more group. Refuses numbers above, and
/// what leaves everybody together.
Result<Groups> all_in_groups(Groups groups, std::uint32_t nodes);

/// Whose clock is off, and by how many milliseconds.
struct ClockOffset {
  std::uint32_t node = 0;
  std::int64_t offset_ms = 0;
  bool operator==(const ClockOffset&) const = default;
};

/// "2=-1500": a clock may be off by as much as a year.
Result<ClockOffset> parse_clock_offset(std::string_view text);

/// By node; a later one of the same node wins. Refuses numbers above `nodes`.
Result<std::map<std::uint32_t, std::int64_t>> offsets_of(const std::vector<std::string>& texts, std::uint32_t nodes);

}  // namespace lucid::tools::localnet
