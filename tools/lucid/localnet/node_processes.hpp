// The processes of a localnet: started one by one, each written down before it runs; ended by what was written down.
//
// Thread-safety: one thread, under the localnet's lock (localnet.cpp).
#pragma once

#include <string>
#include <vector>

#include "tools/lucid/localnet/state.hpp"

namespace lucid::tools::localnet {

/// What lucidd is started with.
std::vector<std::string> node_arguments(const Home& home, const State& state, const NodeRecord& node);

/// Of the variables here, those that a node gets: no settings of lucidd but those of its log, as each node's come from
/// the localnet.
std::vector<std::string> node_environment();

/// The node's process, and its forwarder where it has a namespace; the state is written before either runs. Faults:
/// port_in_use, file_io.
Status start_node(const Home& home, State& state, NodeRecord& node);

/// Waits until the node answers REST at the caller's loopback. Fault not_ready with the last line of its log, where it
/// ends or takes longer than a minute.
Status wait_until_it_serves(const Home& home, const NodeRecord& node);

/// SIGKILL, and waits for the end. Fault not_ready where it does not run.
Status kill_node(const NodeRecord& node);

/// Ends every process of the state that still runs, politely where it heeds that, then its namespaces, then the state's
/// file. The names of nodes that had to be killed.
Result<std::vector<std::string>> end_everything(const Home& home, const State& state);

}  // namespace lucid::tools::localnet
