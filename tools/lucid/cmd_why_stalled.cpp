// `lucid why-stalled` and `lucid schedule`: whether the chain moves and if not why, and who leads which slot.
#include <iostream>
#include <memory>

#include "tools/lucid/commands.hpp"
#include "tools/lucid/consensus_text.hpp"
#include "tools/lucid/node_client.hpp"
#include "tools/lucid/report.hpp"

namespace lucid::tools {
namespace {

struct ScheduleArguments {
  NodeOptions node;
  std::optional<std::uint64_t> from, to;
};

Result<Json> ask_consensus(const NodeOptions& options, const std::string& path) {
  LUCID_TRY_ASSIGN(NodeClient node, NodeClient::make(options.url));
  return node.get(path);
}

/// 1 where the chain stands still, or nobody answers.
int why_stalled(const NodeOptions& options) {
  const auto status = ask_consensus(options, "/consensus/status");
  if (!status) return refuse(status.error(), options.json);
  const auto moving = status->find("moving");
  if (moving == status->end() || !moving->is_boolean())
    return refuse(Error{Fault::node_answer, "moving", "true or false", "something else"}, options.json);
  std::cout << (options.json ? status->dump(2) + "\n" : stall_report(*status));
  return moving->get<bool>() ? kExitFine : kExitNo;
}

std::string schedule_path(const ScheduleArguments& arguments) {
  std::string query;
  const auto add = [&](const char* name, const std::optional<std::uint64_t>& value) {
    if (value) query += (query.empty() ? "?" : "&") + std::string(name) + "=" + std::to_string(*value);
  };
  add("from", arguments.from);
  add("to", arguments.to);
  return "/consensus/schedule" + query;
}

int show_schedule(const ScheduleArguments& arguments) {
  const auto schedule = ask_consensus(arguments.node, schedule_path(arguments));
  if (!schedule) return refuse(schedule.error(), arguments.node.json);
  std::cout << (arguments.node.json ? schedule->dump(2) + "\n" : schedule_table(*schedule));
  return kExitFine;
}

}  // namespace

void add_why_stalled(CLI::App& app, int& status) {
  auto options = std::make_shared<NodeOptions>();
  auto* command = app.add_subcommand("why-stalled", "Whether the chain moves, and what keeps it where it does not");
  add_node_options(*command, *options);
  command->callback([options, &status] { status = why_stalled(*options); });
}

void add_schedule(CLI::App& app, int& status) {
  auto arguments = std::make_shared<ScheduleArguments>();
  auto* command = app.add_subcommand("schedule", "Who leads which slot, and what came of it");
  command->add_option("--from", arguments->from, "The first slot; 12 before the one to come unless given");
  command->add_option("--to", arguments->to, "The last slot");
  add_node_options(*command, arguments->node);
  command->callback([arguments, &status] { status = show_schedule(*arguments); });
}

}  // namespace lucid::tools
