// A chain of several nodes on this machine, each a process of its own: brought up, disturbed and taken down. The
// processes outlive the command; what is known of them stands in the localnet's directory (state.hpp).
//
// Thread-safety: one thread. One command at a time works on a directory; another is refused (storage_locked).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tools/lucid/localnet/groups.hpp"
#include "tools/lucid/localnet/state.hpp"

namespace lucid::tools::localnet {

inline constexpr std::uint32_t kMostNodes = 128;
inline constexpr std::uint16_t kUsualFirstPort = 8084;
inline constexpr std::uint16_t kPortsApart = 100;

struct UpRequest {
  std::optional<std::uint32_t> validators;  // absent: as the directory's genesis says, or four
  std::optional<std::string> profile;       // absent: as the directory's genesis says, or dev
  std::uint16_t first_port = kUsualFirstPort;
  std::uint32_t slow_disk_ms = 0;
  std::vector<std::string> clock_offsets;  // NODE=MILLISECONDS
  bool name_spaces = true;                 // where they can be had
  std::string program;                     // empty: lucidd beside this program
};

/// Says what is worth knowing while a command works.
using Say = std::function<void(const std::string&)>;

/// Makes keys and genesis where the directory has none, starts every node, and returns once all of them answer REST.
/// What a broken-off `up` left is cleaned up first; where it fails nothing of it stays but data. Faults: storage_locked
/// where a localnet runs there, setting_conflict where its genesis is another, port_in_use, not_ready, setting_value,
/// and those of keys and genesis.
Result<State> up(const Home& home, const UpRequest& request, const Say& say);

/// Ends all processes and removes the namespaces; keys, genesis and data stay, and the next `up` continues the chain.
/// The names of nodes that did not heed SIGTERM. Fault file_missing where nothing is up.
Result<std::vector<std::string>> down(const Home& home);

/// kill -9. Faults: number_range, not_ready where it does not run.
Status kill(const Home& home, std::uint32_t node);

/// As `up` started it, or with another program. Returns once it answers. Faults: number_range, storage_locked where it
/// runs, not_ready.
Status start(const Home& home, std::uint32_t node, const std::string& program);

/// Nodes of different groups do not hear each other from now on. Faults: setting_value on a localnet without
/// namespaces, number_range, text_form.
Status partition(const Home& home, const std::string& groups);
Status heal(const Home& home);

/// Fault number_range.
Result<const NodeRecord*> find_node(const State& state, std::uint32_t number);

}  // namespace lucid::tools::localnet
