// `lucid status`, `lucid block`, `lucid tx`: what a node says about itself and its chain.
#include <iostream>
#include <memory>

#include "tools/lucid/commands.hpp"
#include "tools/lucid/node_client.hpp"
#include "tools/lucid/report.hpp"

namespace lucid::tools {
namespace {

struct ChainArguments {
  NodeOptions node;
  std::string id = "latest";
};

Result<Json> ask(const ChainArguments& arguments, const std::string& path) {
  LUCID_TRY_ASSIGN(NodeClient node, NodeClient::make(arguments.node.url));
  return node.get(path);
}

Result<Json> whole_status(const ChainArguments& arguments) {
  LUCID_TRY_ASSIGN(NodeClient node, NodeClient::make(arguments.node.url));
  LUCID_TRY_ASSIGN(const Json health, node.get_any("/health"));
  LUCID_TRY_ASSIGN(const Json chain, node.get("/chain/status"));
  LUCID_TRY_ASSIGN(const Json anchoring, node.get("/anchoring/status"));
  return Json{{"node", node.url()}, {"health", health}, {"chain", chain}, {"anchoring", anchoring}};
}

/// 1 where the node answers but is not well.
int status_of(const ChainArguments& arguments) {
  const auto answer = whole_status(arguments);
  const int printed = print_answer(answer, arguments.node.json);
  if (printed != kExitFine) return printed;
  return answer->at("health").value("status", std::string()) == "healthy" ? kExitFine : kExitNo;
}

}  // namespace

void add_status(CLI::App& app, int& status) {
  auto arguments = std::make_shared<ChainArguments>();
  auto* command = app.add_subcommand("status", "Whether a node is well, and where its chain stands");
  add_node_options(*command, arguments->node);
  command->callback([arguments, &status] { status = status_of(*arguments); });
}

void add_block(CLI::App& app, int& status) {
  auto arguments = std::make_shared<ChainArguments>();
  auto* command = app.add_subcommand("block", "Show a block");
  command->add_option("id", arguments->id, "A height, a hash, a block id, or \"latest\"")->capture_default_str();
  add_node_options(*command, arguments->node);
  command->callback([arguments, &status] {
    status = print_answer(ask(*arguments, "/blocks/" + api::url_encode(arguments->id)), arguments->node.json);
  });
}

void add_tx(CLI::App& app, int& status) {
  auto arguments = std::make_shared<ChainArguments>();
  auto* command = app.add_subcommand("tx", "Show a transaction");
  command->add_option("id", arguments->id, "The transaction's id")->required();
  add_node_options(*command, arguments->node);
  command->callback([arguments, &status] {
    status = print_answer(ask(*arguments, "/transactions/" + api::url_encode(arguments->id)), arguments->node.json);
  });
}

}  // namespace lucid::tools
