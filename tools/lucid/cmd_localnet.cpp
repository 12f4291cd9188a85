// `lucid localnet`: several nodes on this machine, brought up, looked at, disturbed and taken down.
#include <algorithm>
#include <csignal>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sys/signalfd.h>

#include "config/numbers.hpp"
#include "net/port_forwarder.hpp"
#include "tools/lucid/commands.hpp"
#include "tools/lucid/local_files.hpp"
#include "tools/lucid/localnet/localnet.hpp"
#include "tools/lucid/localnet/node_status.hpp"
#include "tools/lucid/report.hpp"
#include "tools/lucid/text_table.hpp"

namespace lucid::tools {
namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr std::uint32_t kSlowestDiskMs = 10'000;

struct LocalnetArguments {
  std::string directory = "localnet";
  localnet::UpRequest request;
  std::string netns = "auto";
  std::uint32_t node = 0;
  std::string program;
  std::string groups;
  std::vector<std::string> listeners;
  bool json = false;
};
using Arguments = std::shared_ptr<LocalnetArguments>;

void say(const LocalnetArguments& arguments, const std::string& sentence) {
  (arguments.json ? std::cerr : std::cout) << sentence << "\n" << std::flush;
}

/// The option that a next command on the same localnet needs.
std::string same_directory(const LocalnetArguments& arguments) {
  return arguments.directory == "localnet" ? "" : " --dir " + arguments.directory;
}

OrderedJson state_json(const localnet::Home& home, const localnet::State& state) {
  OrderedJson nodes = OrderedJson::array();
  for (const auto& node : state.nodes)
    nodes.push_back({{"node", node.number},
                     {"name", localnet::node_name(node.number)},
                     {"url", node.url()},
                     {"peers_address", localnet::peer_address(state, node)},
                     {"pid", node.process.pid},
                     {"data_dir", home.node(node.number).string()},
                     {"log", home.log(node.number).string()}});
  return {{"directory", home.directory.string()},
          {"genesis", home.genesis().string()},
          {"profile", state.profile},
          {"name_spaces", state.name_spaces},
          {"nodes", std::move(nodes)}};
}

void print_state(const LocalnetArguments& arguments, const localnet::Home& home, const localnet::State& state) {
  if (arguments.json) {
    std::cout << state_json(home, state).dump(2) << "\n";
    return;
  }
  std::vector<TextRow> rows{{"NODE", "REST", "HEALTH", "PEERS", "PROCESS"}};
  for (const auto& node : state.nodes)
    rows.push_back({localnet::node_name(node.number), node.url(),
                    "http://127.0.0.1:" + std::to_string(node.engine_port - 1) + "/health",
                    localnet::peer_address(state, node), std::to_string(node.process.pid)});
  const std::string directory = same_directory(arguments);
  std::cout << "A localnet is up in " << home.directory.string() << ": " << state.count() << " validator"
            << (state.count() == 1 ? "" : "s") << ", profile " << state.profile
            << (state.name_spaces ? ", each in a network namespace of its own.\n" : ", all on loopback.\n")
            << text_table(rows) << "Try: lucid localnet status" << directory << "\n"
            << "     lucid anchor FILE --node " << state.nodes.front().url() << " --bundle\n"
            << "     lucid localnet down" << directory << "\n";
}

int bring_up(const LocalnetArguments& arguments) {
  const auto home = localnet::home_at(arguments.directory);
  if (!home) return refuse(home.error(), arguments.json);
  localnet::UpRequest request = arguments.request;
  request.name_spaces = arguments.netns == "auto";
  const auto state = localnet::up(*home, request, [&](const std::string& text) { say(arguments, text); });
  if (!state) return refuse(state.error(), arguments.json);
  print_state(arguments, *home, *state);
  return kExitFine;
}

int take_down(const LocalnetArguments& arguments) {
  const auto home = localnet::home_at(arguments.directory);
  if (!home) return refuse(home.error(), arguments.json);
  const auto killed = localnet::down(*home);
  if (!killed) return refuse(killed.error(), arguments.json);
  if (arguments.json) {
    std::cout << OrderedJson{{"directory", home->directory.string()}, {"killed", *killed}}.dump(2) << "\n";
    return kExitFine;
  }
  for (const auto& name : *killed) std::cout << name << " did not end when asked to, and was killed.\n";
  std::cout << "The localnet in " << home->directory.string()
            << " is down. Keys, genesis and data are still there: `up` "
            << "continues the chain, removing the directory forgets it.\n";
  return kExitFine;
}

int show_status(const LocalnetArguments& arguments) {
  const auto home = localnet::home_at(arguments.directory);
  if (!home) return refuse(home.error(), arguments.json);
  const auto state = localnet::read_state(*home);
  if (!state) return refuse(state.error(), arguments.json);
  const auto nodes = localnet::ask_all(*state);
  if (arguments.json) {
    OrderedJson list = OrderedJson::array();
    for (const auto& node : nodes) list.push_back(localnet::status_json(node));
    const OrderedJson partition = state->partition.empty() ? OrderedJson() : OrderedJson(state->partition);
    std::cout << OrderedJson{{"directory", home->directory.string()},
                             {"profile", state->profile},
                             {"name_spaces", state->name_spaces},
                             {"partition", partition},
                             {"nodes", std::move(list)}}
                     .dump(2)
              << "\n";
  } else {
    std::cout << localnet::status_table(nodes);
    if (!state->partition.empty()) std::cout << "Partition: " << state->partition << "\n";
  }
  const bool all = std::all_of(nodes.begin(), nodes.end(), [](const auto& node) { return node.answers(); });
  return all ? kExitFine : kExitNo;
}

int show_log(const LocalnetArguments& arguments) {
  const auto print = [](ByteView piece) -> Status {
    std::cout.write(reinterpret_cast<const char*>(piece.data()), static_cast<std::streamsize>(piece.size()));
    return {};
  };
  const auto shown = [&]() -> Status {
    LUCID_TRY_ASSIGN(const localnet::Home home, localnet::home_at(arguments.directory));
    return stream_file(home.log(arguments.node), print);  // also of one that is down
  }();
  return shown ? kExitFine : refuse(shown.error(), arguments.json);
}

/// Runs what changes a localnet and says what is so now.
template <class Change>
int change(const LocalnetArguments& arguments, const std::string& done, Change&& work) {
  const auto home = localnet::home_at(arguments.directory);
  if (!home) return refuse(home.error(), arguments.json);
  const Status status = work(*home);
  if (!status) return refuse(status.error(), arguments.json);
  if (arguments.json)
    std::cout << OrderedJson{{"done", done}}.dump(2) << "\n";
  else
    std::cout << done << "\n";
  return kExitFine;
}

/// A process of a localnet: passes connections on until SIGTERM, from listeners that it was started with.
int forward(const LocalnetArguments& arguments) {
  std::vector<net::ForwardedPort> ports;
  for (const auto& text : arguments.listeners) {
    const auto equals = text.find('=');
    const auto listener = config::parse_whole(text.substr(0, equals));
    const auto port = config::parse_whole(equals == std::string::npos ? "" : text.substr(equals + 1));
    if (!listener || *listener > 65'535 || !port || *port > 65'535)
      return refuse({Fault::text_form, "listener", "DESCRIPTOR=PORT", text}, false);
    ports.push_back({net::Socket(static_cast<int>(*listener)), static_cast<std::uint16_t>(*port)});
  }
  sigset_t ending;
  sigemptyset(&ending);
  for (const int signal : {SIGTERM, SIGINT}) sigaddset(&ending, signal);
  sigprocmask(SIG_BLOCK, &ending, nullptr);
  const int stop = ::signalfd(-1, &ending, SFD_CLOEXEC);
  if (stop < 0) return refuse({Fault::internal, "signalfd", {}, {}}, false);
  net::forward_ports(std::move(ports), stop);
  return kExitFine;
}

CLI::App* add_localnet_verb(CLI::App& group, const std::string& name, const std::string& help,
                            const Arguments& arguments) {
  auto* verb = group.add_subcommand(name, help);
  verb->add_option("--dir", arguments->directory, "The localnet's directory")->capture_default_str();
  verb->add_flag("--json", arguments->json, "Print JSON");
  return verb;
}

void add_up(CLI::App& group, const Arguments& arguments, int& status) {
  auto* verb = add_localnet_verb(group, "up", "Start every node, and return once all of them answer", arguments);
  auto& request = arguments->request;
  const std::string as_before = " [as the directory's genesis says, else ";
  verb->add_option("--validators", request.validators, "How many nodes" + as_before + "4]");
  verb->add_option("--profile", request.profile, "mainnet, dev, test or bench" + as_before + "dev]");
  verb->add_option("--slow-disk", request.slow_disk_ms, "Milliseconds that every sync of a node's disk takes longer")
      ->type_name("MS")
      ->check(CLI::Range(std::uint32_t{0}, kSlowestDiskMs));
  verb->add_option("--clock-offset", request.clock_offsets, "How far a node's clock is off; once for each")
      ->type_name("NODE=MS")
      ->check(CLI::Validator(
          [](const std::string& text) {
            const auto offset = localnet::parse_clock_offset(text);
            return offset ? std::string() : to_text(offset.error());
          },
          ""));
  verb->add_option("--netns", arguments->netns,
                   "auto: a network namespace for each node where root runs this; never: all on loopback")
      ->check(CLI::IsMember({"auto", "never"}))
      ->capture_default_str();
  verb->add_option("--engine-port", request.first_port, "REST of node 1; that of node I is 100 (I-1) above")
      ->capture_default_str();
  verb->add_option("--lucidd", request.program, "The node's program [lucidd beside this one]")->type_name("PATH");
  verb->callback([arguments, &status] { status = bring_up(*arguments); });
}

void add_node_verbs(CLI::App& group, const Arguments& arguments, int& status) {
  const auto add = [&](const std::string& name, const std::string& help) {
    auto* verb = add_localnet_verb(group, name, help, arguments);
    verb->add_option("node", arguments->node, "Its number, from 1")->required()->check(CLI::Range(1, 128));
    return verb;
  };
  add("logs", "What a node has logged")->callback([arguments, &status] { status = show_log(*arguments); });
  add("kill", "End a node as a power cut would (kill -9)")->callback([arguments, &status] {
    status = change(*arguments, localnet::node_name(arguments->node) + " is killed.",
                    [&](const localnet::Home& home) { return localnet::kill(home, arguments->node); });
  });
  auto* started = add("start", "Start a node that does not run, and return once it answers");
  started->add_option("--lucidd", arguments->program, "Another program for it")->type_name("PATH");
  started->callback([arguments, &status] {
    status = change(*arguments, localnet::node_name(arguments->node) + " answers again.",
                    [&](const auto& home) { return localnet::start(home, arguments->node, arguments->program); });
  });
}

void add_network_verbs(CLI::App& group, const Arguments& arguments, int& status) {
  auto* cut =
      add_localnet_verb(group, "partition", "Let nodes of different groups hear nothing of each other", arguments);
  cut->add_option("groups", arguments->groups, "Such as 1,2/3,4; nodes not named form one more group")
      ->required()
      ->check(CLI::Validator(
          [](const std::string& text) {
            const auto groups = localnet::parse_groups(text);
            return groups ? std::string() : to_text(groups.error());
          },
          ""));
  cut->callback([arguments, &status] {
    status = change(*arguments, "The network is cut: " + arguments->groups + ".",
                    [&](const localnet::Home& home) { return localnet::partition(home, arguments->groups); });
  });
  add_localnet_verb(group, "heal", "End the partition", arguments)->callback([arguments, &status] {
    status = change(*arguments, "Every node hears every other.",
                    [](const localnet::Home& home) { return localnet::heal(home); });
  });
}

}  // namespace

void add_localnet(CLI::App& app, int& status) {
  auto arguments = std::make_shared<LocalnetArguments>();
  auto* group = app.add_subcommand("localnet", "Several nodes on this machine, for development and tests");
  group->require_subcommand(1);
  group->footer(
      "Node I answers REST at 127.0.0.1:8084+100(I-1), and keeps data, keys and log in DIR/node-I. Run by root, with "
      "iproute2 and nftables installed, each node has a network namespace of its own, which `partition` needs.");
  add_up(*group, arguments, status);
  add_localnet_verb(*group, "down", "End every node; data stay, and the next up continues the chain", arguments)
      ->callback([arguments, &status] { status = take_down(*arguments); });
  add_localnet_verb(*group, "status",
                    "Every node's height, round, leader, peers and lag; ends with 1 where one does not answer",
                    arguments)
      ->callback([arguments, &status] { status = show_status(*arguments); });
  add_node_verbs(*group, arguments, status);
  add_network_verbs(*group, arguments, status);
  auto* hidden = group->add_subcommand("forward", "Part of a localnet: passes connections on to a node");
  hidden->group("");
  hidden->add_option("listener", arguments->listeners, "DESCRIPTOR=PORT")->required();
  hidden->callback([arguments, &status] { status = forward(*arguments); });
}

}  // namespace lucid::tools
