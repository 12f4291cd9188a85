// What is known of a localnet that is up, or was when its command ended: in DIR/localnet.json, written before anything
// is done, so that whatever it names may be there and nothing else is.
//
//   DIR/genesis.json         of the chain, with every node's address
//   DIR/node-I/              data directory of node I; keys in keys/ (0700, files 0600)
//   DIR/node-I/log           what its processes said
//   DIR/localnet.json        this
//   DIR/localnet.lock        held by the command at work
//
// Thread-safety: values; functions without shared state.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tools/lucid/localnet/process.hpp"

namespace lucid::tools::localnet {

/// Where a localnet keeps everything; an absolute path without links.
struct Home {
  std::filesystem::path directory;

  std::filesystem::path genesis() const { return directory / "genesis.json"; }
  std::filesystem::path state() const { return directory / "localnet.json"; }
  std::filesystem::path lock() const { return directory / "localnet.lock"; }
  std::filesystem::path node(std::uint32_t number) const;
  std::filesystem::path keys(std::uint32_t number) const { return node(number) / "keys"; }
  std::filesystem::path log(std::uint32_t number) const { return node(number) / "log"; }
};
/// Fault file_io for a path that cannot be made absolute.
Result<Home> home_at(const std::string& directory);

/// "node-2": its name in the genesis, too.
std::string node_name(std::uint32_t number);

struct NodeRecord {
  std::uint32_t number = 0;       // from 1
  std::uint16_t engine_port = 0;  // REST, of the caller as well; the others follow it (design: admin −1, actors +7)
  std::int64_t clock_offset_ms = 0;
  std::string program;  // lucidd, or what stands for it
  ProcessId process;
  ProcessId forwarder;  // between the caller's loopback and the node's; none without namespaces

  std::string url() const { return "http://127.0.0.1:" + std::to_string(engine_port); }
  bool operator==(const NodeRecord&) const = default;
};

struct State {
  bool complete = false;  // `up` came to its end
  std::string boot;       // the start of the machine that the processes belong to
  std::string profile;
  std::uint32_t slow_disk_ms = 0;
  bool name_spaces = false;
  std::string prefix;     // of their names
  std::string partition;  // as the person said it; empty: none
  std::vector<NodeRecord> nodes;

  std::uint32_t count() const { return static_cast<std::uint32_t>(nodes.size()); }
  bool operator==(const State&) const = default;
};

std::string state_to_json(const State& state);
/// Faults: file_form naming the field.
Result<State> parse_state(std::string_view json, std::string_view source);

/// Without the processes of an earlier start of the machine. Faults: file_missing where no localnet is up there,
/// file_io, file_form.
Result<State> read_state(const Home& home);
Status write_state(const Home& home, const State& state);

/// Where peers of that node find it, as the genesis says.
std::string peer_address(const State& state, const NodeRecord& node);

}  // namespace lucid::tools::localnet
