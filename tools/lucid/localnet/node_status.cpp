#include "tools/lucid/localnet/node_status.hpp"

#include <algorithm>
#include <thread>

#include "tools/lucid/node_client.hpp"
#include "tools/lucid/text_table.hpp"

namespace lucid::tools::localnet {
namespace {

constexpr api::ClientOptions kQuick{500, 1'000, 1'000, 1 << 20};

std::optional<std::uint64_t> number_in(const Json& answer, const char* name) {
  const auto found = answer.find(name);
  if (found == answer.end() || !found->is_number_unsigned()) return std::nullopt;
  return found->get<std::uint64_t>();
}

std::string text_in(const Json& answer, const char* name) {
  const auto found = answer.find(name);
  return found != answer.end() && found->is_string() ? printable(found->get<std::string>()) : std::string();
}

std::string shown_number(const std::optional<std::uint64_t>& number) {
  return number ? std::to_string(*number) : "-";
}

Status ask(NodeStatus& node) {
  LUCID_TRY_ASSIGN(NodeClient client, NodeClient::make(node.url, kQuick));
  LUCID_TRY_ASSIGN(const Json chain, client.get_any("/chain/status"));
  node.height = number_in(chain, "current_height");
  node.peers = number_in(chain, "peer_count");
  node.state = text_in(chain, "consensus_status");
  // The chain's own state is worth a row also where this does not come.
  if (const auto consensus = client.get_any("/consensus/status")) {
    node.round = number_in(*consensus, "current_round");
    node.leader = text_in(*consensus, "leader");
  }
  return {};
}

}  // namespace

std::vector<NodeStatus> ask_all(const State& state) {
  std::vector<NodeStatus> nodes(state.nodes.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    NodeStatus& node = nodes[i];
    node.number = state.nodes[i].number;
    node.url = state.nodes[i].url();
    if (!runs(state.nodes[i].process)) {
      node.error = "does not run";
      continue;
    }
    node.pid = state.nodes[i].process.pid;
    threads.emplace_back([&node] {
      if (const auto asked = ask(node); !asked) node.error = "does not answer: " + printable(to_text(asked.error()));
    });
  }
  for (auto& thread : threads) thread.join();
  compare_heights(nodes);
  return nodes;
}

void compare_heights(std::vector<NodeStatus>& nodes) {
  std::uint64_t highest = 0;
  for (const auto& node : nodes) highest = std::max(highest, node.height.value_or(0));
  for (auto& node : nodes)
    if (node.height) node.lag = highest - *node.height;
}

std::string status_table(const std::vector<NodeStatus>& nodes) {
  std::vector<TextRow> rows{{"NODE", "HEIGHT", "ROUND", "LEADER", "PEERS", "LAG", "STATE"}};
  for (const auto& node : nodes)
    rows.push_back({node_name(node.number), shown_number(node.height), shown_number(node.round),
                    node.leader.empty() ? "-" : node.leader, shown_number(node.peers), shown_number(node.lag),
                    node.answers() ? node.state : node.error});
  return text_table(rows);
}

nlohmann::ordered_json status_json(const NodeStatus& node) {
  const auto or_null = [](const auto& value) { return value ? Json(*value) : Json(); };
  return {{"node", node.number},
          {"name", node_name(node.number)},
          {"url", node.url},
          {"pid", node.pid == 0 ? Json() : Json(node.pid)},
          {"answers", node.answers()},
          {"height", or_null(node.height)},
          {"round", or_null(node.round)},
          {"leader", node.leader.empty() ? Json() : Json(node.leader)},
          {"peers", or_null(node.peers)},
          {"lag", or_null(node.lag)},
          {"state", node.answers() ? node.state : node.error}};
}

}  // namespace lucid::tools::localnet
