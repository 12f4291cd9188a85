// Opens a listening socket, and says in one sentence why it cannot.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace lucid::api {

struct ListeningSocket {
  int socket = -1;  // the caller closes it
  std::uint16_t port = 0;
};

/// `bind`: an IPv4 or IPv6 address in digits, or "localhost". `field` names the port in errors. Faults: setting_value,
/// port_in_use, port_refused.
Result<ListeningSocket> listen_on(const std::string& bind, std::uint16_t port, std::string_view field);

struct ClientAddress {
  std::string text;
  std::uint16_t port = 0;
  bool loopback = false;
};
/// The next client of a listening socket: its socket, which does not block; -1 and errno as accept4(2).
int accept_on(int listening, ClientAddress& client);

}  // namespace lucid::api
