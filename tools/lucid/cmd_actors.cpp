// `lucid actors tree|top|inspect NAME`: what the actors of a running node do, read through the node's own TLS with the
// key in its data directory.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <thread>
#include <unistd.h>

#include "actors/introspection_client.hpp"
#include "config/operator_certs.hpp"
#include "tools/lucid/actor_tables.hpp"
#include "tools/lucid/commands.hpp"
#include "tools/lucid/report.hpp"

namespace lucid::tools {
namespace {

using actors::IntrospectionClient;
using Json = nlohmann::ordered_json;

constexpr auto kRefresh = std::chrono::seconds(1);

struct ActorsArguments {
  std::string data_dir = "data";
  std::uint16_t port = 0;  // 0: as the node says in its data directory
  std::string name;
  bool watch = false;
  bool json = false;
};

/// The port that the running node wrote down when it started (ports.json).
Result<std::uint16_t> port_of_node(const std::string& data_dir) {
  const auto path = std::filesystem::path(data_dir) / "ports.json";
  std::ifstream file(path);
  const auto ports = Json::parse(file, nullptr, false);
  if (!ports.is_object() || !ports.contains("actors") || !ports["actors"].is_number_unsigned())
    return fail(Fault::file_missing, path.string(), "a running node's list of ports, or --actors-port", "none");
  return ports["actors"].get<std::uint16_t>();
}

Result<std::unique_ptr<IntrospectionClient>> connect(const ActorsArguments& arguments) {
  LUCID_TRY_ASSIGN(const auto certs, config::find_operator_certs(arguments.data_dir));
  IntrospectionClient::Target target;
  target.files = {certs.ca_certificate, certs.node_certificate, certs.node_key, config::kOperatorNodeName};
  target.port = arguments.port;
  if (target.port == 0) {
    LUCID_TRY_ASSIGN(target.port, port_of_node(arguments.data_dir));
  }
  return IntrospectionClient::connect(target);
}

Json list_json(const std::vector<actors::ActorView>& views) {
  Json list = Json::array();
  for (const auto& view : views) list.push_back(actor_json(view));
  return list;
}

int tree(const ActorsArguments& arguments) {
  const auto client = connect(arguments);
  if (!client) return refuse(client.error(), arguments.json);
  const auto views = (*client)->snapshot();
  if (!views) return refuse(views.error(), arguments.json);
  std::cout << (arguments.json ? list_json(*views).dump(2) + "\n" : actor_tree(*views));
  return kExitFine;
}

int top(const ActorsArguments& arguments) {
  const auto client = connect(arguments);
  if (!client) return refuse(client.error(), arguments.json);
  const bool clears = arguments.watch && !arguments.json && ::isatty(STDOUT_FILENO) == 1;
  for (;;) {
    const auto views = (*client)->snapshot();
    if (!views) return refuse(views.error(), arguments.json);
    if (clears) std::cout << "\x1b[H\x1b[2J";
    std::cout << (arguments.json ? list_json(*views).dump() + "\n" : actor_table(*views)) << std::flush;
    if (!arguments.watch || !std::cout) return kExitFine;
    std::this_thread::sleep_for(kRefresh);
  }
}

int inspect(const ActorsArguments& arguments) {
  const auto client = connect(arguments);
  if (!client) return refuse(client.error(), arguments.json);
  const auto view = (*client)->actor(arguments.name);
  if (!view) return refuse(view.error(), arguments.json);
  std::cout << (arguments.json ? actor_json(*view).dump(2) + "\n" : actor_in_full(*view));
  return kExitFine;
}

CLI::App* add_verb(CLI::App& group, const std::string& name, const std::string& help,
                   const std::shared_ptr<ActorsArguments>& arguments) {
  auto* verb = group.add_subcommand(name, help);
  verb->add_option("--data-dir", arguments->data_dir, "The node's data directory, which holds the key")
      ->envname("LUCID_DATA_DIR")
      ->capture_default_str();
  verb->add_option("--actors-port", arguments->port,
                   "Where the node's actors listen; as the node wrote it down unless given")
      ->envname("LUCID_ACTORS_PORT");
  verb->add_flag("--json", arguments->json, "For programs");
  return verb;
}

}  // namespace

void add_actors(CLI::App& app, int& status) {
  auto arguments = std::make_shared<ActorsArguments>();
  auto* group = app.add_subcommand("actors", "What the actors of a running node on this machine do");
  group->require_subcommand(1);
  add_verb(*group, "tree", "Who supervises whom, and each one's state", arguments)->callback([arguments, &status] {
    status = tree(*arguments);
  });
  auto* table = add_verb(*group, "top", "Mailboxes and handling times, the busiest first", arguments);
  table->add_flag("--watch", arguments->watch, "Once a second, until interrupted");
  table->callback([arguments, &status] { status = top(*arguments); });
  auto* one = add_verb(*group, "inspect", "Everything about one actor", arguments);
  one->add_option("name", arguments->name, "Its name in the tree")->required();
  one->callback([arguments, &status] { status = inspect(*arguments); });
}

}  // namespace lucid::tools
