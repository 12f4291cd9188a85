#include "tools/lucid/localnet/localnet.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>

#include "config/private_files.hpp"
#include "core/params/params.hpp"
#include "tools/lucid/genesis_maker.hpp"
#include "tools/lucid/local_files.hpp"
#include "tools/lucid/localnet/name_space.hpp"
#include "tools/lucid/localnet/node_processes.hpp"
#include "tools/lucid/named_keys.hpp"

namespace lucid::tools::localnet {
namespace {

constexpr std::uint32_t kUsualNodes = 4;
constexpr std::uint32_t kPortsAbove = 7;  // the highest that follows a node's N
constexpr std::uint32_t kLastPort = 65'535;

/// Only one command at a time changes what is up. No process of a localnet inherits the lock.
Result<Descriptor> take_turn(const Home& home) {
  Descriptor file(::open(home.lock().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (file.get() < 0) return fail(Fault::file_io, home.lock().string(), {}, std::strerror(errno));
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0)
    return fail(Fault::storage_locked, home.directory.string(), {}, "another `lucid localnet` at work there");
  return file;
}

/// Of a localnet that is there: asking for one that is not leaves no lock behind.
Result<Descriptor> take_turn_on_existing(const Home& home) {
  LUCID_TRY(read_state(home));
  return take_turn(home);
}

Result<State> read_complete_state(const Home& home) {
  LUCID_TRY_ASSIGN(State state, read_state(home));
  if (!state.complete)
    return fail(Fault::not_ready, home.directory.string(), "a localnet that came up whole",
                "what a broken-off `up` left (`lucid localnet down` or `up` cleans it up)");
  return state;
}

/// Refuses where a localnet runs; ends what is left of one that was broken off or whose nodes are gone.
Status clear_the_way(const Home& home, const Say& say) {
  const auto state = read_state(home);
  if (!state && state.error().fault == Fault::file_missing) return {};
  if (!state) return tl::unexpected(state.error());
  for (const auto& node : state->nodes)
    if (state->complete && runs(node.process))
      return fail(Fault::storage_locked, home.directory.string(),
                  "no localnet that runs there (`lucid localnet down` ends it)",
                  node_name(node.number) + " as process " + std::to_string(node.process.pid));
  say("Cleaning up what is left of an earlier start.");
  LUCID_TRY(end_everything(home, *state));
  return {};
}

// ---- keys and genesis

/// Those that are there already, of a chain or of an `up` that was broken off before its genesis, stay.
Status make_keys(const Home& home, std::uint32_t number) {
  LUCID_TRY(config::ensure_private_directory(home.node(number)));
  const auto public_file = public_key_file(home.keys(number), node_name(number));
  std::error_code error;
  if (std::filesystem::exists(public_file, error)) return {};
  LUCID_TRY(make_named_keys(home.keys(number), node_name(number), public_file));
  return {};
}

Result<config::GenesisFile> new_genesis(const Home& home, const UpRequest& request) {
  GenesisRequest wanted;
  wanted.profile = request.profile.value_or("dev");
  for (std::uint32_t number = 1; number <= request.validators.value_or(kUsualNodes); ++number) {
    LUCID_TRY(make_keys(home, number));
    const std::string name = node_name(number);
    wanted.validators.push_back(name + "=" + public_key_file(home.keys(number), name).string());
  }
  return make_genesis(wanted);
}

/// The chain's genesis, which every later start continues.
Result<config::GenesisFile> kept_genesis(const Home& home, const UpRequest& request) {
  LUCID_TRY_ASSIGN(auto file, config::read_genesis(home.genesis()));
  const auto differs = [&](const char* option, const std::string& kept, const std::string& asked) {
    return fail(Fault::setting_conflict, option,
                kept + " as in " + home.genesis().string() + ", or another --dir for another chain", asked);
  };
  const std::string count = std::to_string(file.genesis.validators.size());
  if (request.validators && std::to_string(*request.validators) != count)
    return differs("--validators", count, std::to_string(*request.validators));
  const std::string profile(params::profile_name(file.genesis.params.profile));
  if (request.profile && *request.profile != profile) return differs("--profile", profile, *request.profile);
  return file;
}

Result<config::GenesisFile> genesis_of(const Home& home, const UpRequest& request) {
  std::error_code error;
  return std::filesystem::exists(home.genesis(), error) ? kept_genesis(home, request) : new_genesis(home, request);
}

/// With every node's address as it is this time: the addresses stand outside of the hash.
Status write_addresses(const Home& home, const State& state, config::GenesisFile file) {
  file.peers.clear();
  for (const auto& node : state.nodes) file.peers.push_back({node_name(node.number), peer_address(state, node)});
  const std::string json = config::genesis_to_json(file);
  LUCID_TRY(config::parse_genesis(json, home.genesis().string()));
  return write_whole_file(home.genesis(), as_bytes(json));
}

// ---- bringing it up

Result<std::string> node_program(const std::string& asked) {
  const auto path = asked.empty() ? this_program().parent_path() / "lucidd" : std::filesystem::absolute(asked);
  if (::access(path.c_str(), X_OK) != 0) return fail(Fault::file_missing, path.string(), "the node's program");
  return path.string();
}

Result<State> planned(const Home& home, const UpRequest& request, const config::GenesisFile& genesis) {
  Result<State> state{State{}};
  const auto count = static_cast<std::uint32_t>(genesis.genesis.validators.size());
  const std::uint32_t highest = request.first_port + kPortsApart * (count - 1) + kPortsAbove;
  if (request.first_port < 2 || highest > kLastPort)
    return fail(Fault::setting_value, "--engine-port", "room for the ports of " + std::to_string(count) + " nodes",
                std::to_string(request.first_port));
  LUCID_TRY_ASSIGN(const auto offsets, offsets_of(request.clock_offsets, count));
  if (!offsets.empty() && genesis.genesis.params.profile == Profile::mainnet)
    return fail(Fault::setting_value, "--clock-offset", "a profile for development or tests", "mainnet");
  LUCID_TRY_ASSIGN(const std::string program, node_program(request.program));
  state->boot = boot_id();
  state->profile = params::profile_name(genesis.genesis.params.profile);
  state->slow_disk_ms = request.slow_disk_ms;
  state->prefix = name_prefix(home.directory);
  for (std::uint32_t number = 1; number <= count; ++number) {
    NodeRecord node;
    node.number = number;
    node.engine_port = static_cast<std::uint16_t>(request.first_port + kPortsApart * (number - 1));
    if (const auto found = offsets.find(number); found != offsets.end()) node.clock_offset_ms = found->second;
    node.program = program;
    state->nodes.push_back(std::move(node));
  }
  return state;
}

/// Namespaces where they were asked for and this machine lets them be made; else all on loopback, saying why.
Status make_name_spaces(const Home& home, State& state, const Say& say) {
  const auto without = [&](const std::string& why) {
    say("All nodes are on loopback, and `partition` will not work: " + why + ".");
  };
  if (const std::string missing = NameSpaces::missing(); !missing.empty()) {
    without(missing);
    return {};
  }
  const NameSpaces name_spaces(state.prefix, state.count());
  LUCID_TRY(name_spaces.check_free());
  state.name_spaces = true;
  LUCID_TRY(write_state(home, state));
  const auto made = name_spaces.make();
  if (made) return {};
  LUCID_TRY(name_spaces.remove());
  state.name_spaces = false;
  without(to_text(made.error()));
  return write_state(home, state);
}

Status start_all(const Home& home, State& state, const UpRequest& request, config::GenesisFile genesis,
                 const Say& say) {
  if (request.name_spaces) LUCID_TRY(make_name_spaces(home, state, say));
  LUCID_TRY(write_addresses(home, state, std::move(genesis)));
  for (auto& node : state.nodes) LUCID_TRY(start_node(home, state, node));
  for (const auto& node : state.nodes) LUCID_TRY(wait_until_it_serves(home, node));
  state.complete = true;
  return write_state(home, state);
}

}  // namespace

Result<State> up(const Home& home, const UpRequest& request, const Say& say) {
  if (request.validators && (*request.validators < 1 || *request.validators > kMostNodes))
    return fail(Fault::number_range, "--validators", "1 to " + std::to_string(kMostNodes),
                std::to_string(*request.validators));
  std::error_code error;
  std::filesystem::create_directories(home.directory, error);
  if (error) return fail(Fault::file_io, home.directory.string(), "a directory", error.message());
  LUCID_TRY_ASSIGN(const Descriptor turn, take_turn(home));
  LUCID_TRY(clear_the_way(home, say));
  LUCID_TRY_ASSIGN(auto genesis, genesis_of(home, request));
  LUCID_TRY_ASSIGN(State state, planned(home, request, genesis));
  LUCID_TRY(write_state(home, state));
  auto started = start_all(home, state, request, std::move(genesis), say);
  if (started) return state;
  if (const auto ended = end_everything(home, state); !ended) say(to_text(ended.error()));
  return tl::unexpected(started.error());
}

Result<std::vector<std::string>> down(const Home& home) {
  LUCID_TRY_ASSIGN(const Descriptor turn, take_turn_on_existing(home));
  LUCID_TRY_ASSIGN(const State state, read_state(home));
  return end_everything(home, state);
}

Result<const NodeRecord*> find_node(const State& state, std::uint32_t number) {
  if (number < 1 || number > state.count())
    return fail(Fault::number_range, "node", "1 to " + std::to_string(state.count()), std::to_string(number));
  return &state.nodes[number - 1];
}

Status kill(const Home& home, std::uint32_t node) {
  LUCID_TRY_ASSIGN(const Descriptor turn, take_turn_on_existing(home));
  LUCID_TRY_ASSIGN(const State state, read_complete_state(home));
  LUCID_TRY_ASSIGN(const NodeRecord* record, find_node(state, node));
  return kill_node(*record);
}

Status start(const Home& home, std::uint32_t node, const std::string& program) {
  LUCID_TRY_ASSIGN(const Descriptor turn, take_turn_on_existing(home));
  LUCID_TRY_ASSIGN(State state, read_complete_state(home));
  LUCID_TRY(find_node(state, node));
  NodeRecord& record = state.nodes[node - 1];
  if (runs(record.process))
    return fail(Fault::storage_locked, node_name(node), "a node that does not run",
                "process " + std::to_string(record.process.pid));
  if (state.boot != boot_id())
    return fail(Fault::not_ready, home.directory.string(), "a localnet of this start of the machine (`up` again)",
                "one of an earlier start");
  if (!program.empty()) {
    LUCID_TRY_ASSIGN(record.program, node_program(program));
  }
  LUCID_TRY(start_node(home, state, record));
  return wait_until_it_serves(home, record);
}

Status partition(const Home& home, const std::string& groups) {
  LUCID_TRY_ASSIGN(const Descriptor turn, take_turn_on_existing(home));
  LUCID_TRY_ASSIGN(State state, read_complete_state(home));
  if (!state.name_spaces)
    return fail(Fault::setting_value, "--netns",
                "a localnet whose nodes have network namespaces: `lucid localnet up` as root without --netns never, "
                "with the packages iproute2 and nftables",
                "one on loopback, where nothing stands between the nodes");
  LUCID_TRY_ASSIGN(Groups parsed, parse_groups(groups));
  LUCID_TRY_ASSIGN(parsed, all_in_groups(std::move(parsed), state.count()));
  LUCID_TRY(NameSpaces(state.prefix, state.count()).cut(parsed));
  state.partition = groups;
  return write_state(home, state);
}

Status heal(const Home& home) {
  LUCID_TRY_ASSIGN(const Descriptor turn, take_turn_on_existing(home));
  LUCID_TRY_ASSIGN(State state, read_complete_state(home));
  if (!state.name_spaces) return {};  // there is nothing that could have been cut
  LUCID_TRY(NameSpaces(state.prefix, state.count()).heal());
  state.partition.clear();
  return write_state(home, state);
}

}  // namespace lucid::tools::localnet
