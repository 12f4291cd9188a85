// What `lucid why-stalled` and `lucid schedule` print of a node's answers. A member that is missing or of another type
// is shown as "-": the node may be another version.
//
// Thread-safety: pure functions. Each returns whole lines.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace lucid::tools {

/// Of /consensus/status: whether the chain moves, every cause with its rule, who voted what, clocks and disks.
std::string stall_report(const nlohmann::ordered_json& status);
/// Of /consensus/schedule: a line a slot.
std::string schedule_table(const nlohmann::ordered_json& schedule);

}  // namespace lucid::tools
