// What the nodes of a localnet say of themselves, side by side.
//
// Thread-safety: ask_all asks every node from a thread of its own and returns once all have answered or their time is
// over; the rest are pure functions.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tools/lucid/localnet/state.hpp"

namespace lucid::tools::localnet {

struct NodeStatus {
  std::uint32_t number = 0;
  std::string url;
  int pid = 0;        // 0: its process does not run
  std::string error;  // not empty: it does not answer, and the rest is unknown
  std::optional<std::uint64_t> height, round, peers;
  std::string leader;                // empty: not known
  std::string state;                 // of its own check whether the chain moves, in words
  std::optional<std::uint64_t> lag;  // blocks behind the highest that answers

  bool answers() const { return error.empty(); }
};

/// At most two seconds, however many nodes there are.
std::vector<NodeStatus> ask_all(const State& state);

/// Fills in the lags.
void compare_heights(std::vector<NodeStatus>& nodes);

std::string status_table(const std::vector<NodeStatus>& nodes);
nlohmann::ordered_json status_json(const NodeStatus& node);

}  // namespace lucid::tools::localnet
