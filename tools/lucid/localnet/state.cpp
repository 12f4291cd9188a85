#include "tools/lucid/localnet/state.hpp"

#include <limits>
#include <nlohmann/json.hpp>

#include "config/json_reader.hpp"
#include "tools/lucid/local_files.hpp"
#include "tools/lucid/localnet/name_space.hpp"

namespace lucid::tools::localnet {
namespace {

using config::JsonReader;
using OrderedJson = nlohmann::ordered_json;

constexpr std::size_t kMaxStateBytes = 1 << 20;
constexpr std::size_t kMaxNodes = 128;
constexpr std::uint16_t kPeersDistance = 6;

OrderedJson process_json(const ProcessId& process) {
  return {{"pid", process.pid}, {"start_ticks", process.start_ticks}};
}

template <class Number>
Result<Number> bounded_number(const JsonReader& in, std::string_view key) {
  LUCID_TRY_ASSIGN(const JsonReader member, in.member(key));
  LUCID_TRY_ASSIGN(const std::uint64_t number, member.number());
  if (number > static_cast<std::uint64_t>(std::numeric_limits<Number>::max())) return member.wrong("a smaller number");
  return static_cast<Number>(number);
}

Result<std::string> text_member(const JsonReader& in, std::string_view key) {
  LUCID_TRY_ASSIGN(const JsonReader member, in.member(key));
  return member.text(4'096);
}

Result<bool> switch_member(const JsonReader& in, std::string_view key) {
  LUCID_TRY_ASSIGN(const JsonReader member, in.member(key));
  return member.boolean();
}

Result<ProcessId> process_member(const JsonReader& in, std::string_view key) {
  LUCID_TRY_ASSIGN(const JsonReader member, in.member(key));
  LUCID_TRY(member.object({"pid", "start_ticks"}));
  Result<ProcessId> process{ProcessId{}};
  LUCID_TRY_ASSIGN(process->pid, bounded_number<int>(member, "pid"));
  LUCID_TRY_ASSIGN(process->start_ticks, bounded_number<std::uint64_t>(member, "start_ticks"));
  return process;
}

Result<NodeRecord> read_node(const JsonReader& in) {
  LUCID_TRY(in.object({"number", "engine_port", "clock_offset_ms", "program", "process", "forwarder"}));
  Result<NodeRecord> node{NodeRecord{}};
  LUCID_TRY_ASSIGN(node->number, bounded_number<std::uint32_t>(in, "number"));
  LUCID_TRY_ASSIGN(node->engine_port, bounded_number<std::uint16_t>(in, "engine_port"));
  LUCID_TRY_ASSIGN(const JsonReader offset, in.member("clock_offset_ms"));
  if (!offset.value().is_number_integer()) return offset.wrong("a whole number");
  node->clock_offset_ms = offset.value().get<std::int64_t>();
  LUCID_TRY_ASSIGN(node->program, text_member(in, "program"));
  LUCID_TRY_ASSIGN(node->process, process_member(in, "process"));
  LUCID_TRY_ASSIGN(node->forwarder, process_member(in, "forwarder"));
  return node;
}

}  // namespace

std::filesystem::path Home::node(std::uint32_t number) const {
  return directory / node_name(number);
}

Result<Home> home_at(const std::string& directory) {
  std::error_code error;
  const auto absolute = std::filesystem::absolute(directory, error);
  auto path = error ? absolute : std::filesystem::weakly_canonical(absolute, error);
  if (error) return fail(Fault::file_io, directory, "a path", error.message());
  if (!path.has_filename()) path = path.parent_path();  // "net/" and "net" are one
  return Home{std::move(path)};
}

std::string node_name(std::uint32_t number) {
  return "node-" + std::to_string(number);
}

std::string state_to_json(const State& state) {
  OrderedJson nodes = OrderedJson::array();
  for (const auto& node : state.nodes)
    nodes.push_back({{"number", node.number},
                     {"engine_port", node.engine_port},
                     {"clock_offset_ms", node.clock_offset_ms},
                     {"program", node.program},
                     {"process", process_json(node.process)},
                     {"forwarder", process_json(node.forwarder)}});
  const OrderedJson out{{"complete", state.complete},       {"boot", state.boot},
                        {"profile", state.profile},         {"slow_disk_ms", state.slow_disk_ms},
                        {"name_spaces", state.name_spaces}, {"prefix", state.prefix},
                        {"partition", state.partition},     {"nodes", std::move(nodes)}};
  return out.dump(2) + "\n";
}

Result<State> parse_state(std::string_view json, std::string_view source) {
  LUCID_TRY_ASSIGN(const nlohmann::json document, config::parse_document(json, source, {}));
  const JsonReader in(document, "", {});
  LUCID_TRY(in.object({"complete", "boot", "profile", "slow_disk_ms", "name_spaces", "prefix", "partition", "nodes"}));
  Result<State> state{State{}};
  LUCID_TRY_ASSIGN(state->complete, switch_member(in, "complete"));
  LUCID_TRY_ASSIGN(state->boot, text_member(in, "boot"));
  LUCID_TRY_ASSIGN(state->profile, text_member(in, "profile"));
  LUCID_TRY_ASSIGN(state->slow_disk_ms, bounded_number<std::uint32_t>(in, "slow_disk_ms"));
  LUCID_TRY_ASSIGN(state->name_spaces, switch_member(in, "name_spaces"));
  LUCID_TRY_ASSIGN(state->prefix, text_member(in, "prefix"));
  LUCID_TRY_ASSIGN(state->partition, text_member(in, "partition"));
  LUCID_TRY_ASSIGN(const JsonReader list, in.member("nodes"));
  LUCID_TRY_ASSIGN(const auto entries, list.entries(kMaxNodes));
  for (const auto& entry : entries) {
    LUCID_TRY_ASSIGN(const NodeRecord node, read_node(entry));
    if (node.number != state->nodes.size() + 1) return entry.wrong("the nodes in order");
    state->nodes.push_back(node);
  }
  return state;
}

Result<State> read_state(const Home& home) {
  const auto bytes = read_whole_file(home.state(), kMaxStateBytes);
  if (!bytes && bytes.error().fault == Fault::file_missing)
    return fail(Fault::file_missing, home.state().string(), "a localnet that is up there (`lucid localnet up`)",
                "none");
  if (!bytes) return tl::unexpected(bytes.error());
  const std::string_view json(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  LUCID_TRY_ASSIGN(State state, parse_state(json, home.state().string()));
  // After another start of the machine the numbers mean other processes.
  if (state.boot != boot_id())
    for (auto& node : state.nodes) node.process = node.forwarder = {};
  return state;
}

Status write_state(const Home& home, const State& state) {
  return write_whole_file(home.state(), as_bytes(state_to_json(state)));
}

std::string peer_address(const State& state, const NodeRecord& node) {
  return (state.name_spaces ? node_address(node.number) : "127.0.0.1") + ":" +
         std::to_string(node.engine_port + kPeersDistance);
}

}  // namespace lucid::tools::localnet
