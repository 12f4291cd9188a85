// Passes TCP connections on: from listeners that were opened in one network namespace to loopback of the one that runs
// this, so that a node in a namespace of its own is reached from outside of it. Bytes go both ways untouched, each
// direction ends by itself, and whoever reads slowly is waited for.
//
// Thread-safety: forward_ports() blocks one thread; it keeps at most 400 connections, and more wait to be accepted.
#pragma once

#include <cstdint>
#include <vector>

#include "net/sockets.hpp"

namespace lucid::net {

/// Listens at 127.0.0.1; 0 means any free port. Faults: port_in_use, port_refused.
Result<Socket> listen_on_loopback(std::uint16_t port);
/// The port that a listener has got.
std::uint16_t port_of(const Socket& listener);

struct ForwardedPort {
  Socket listener;
  std::uint16_t to = 0;  // a port of loopback here
};

/// Until `stop` can be read; then every connection is closed.
void forward_ports(std::vector<ForwardedPort> ports, int stop);

}  // namespace lucid::net
