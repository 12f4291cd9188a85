#include "api/http_socket.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <sys/socket.h>
#include <unistd.h>

namespace lucid::api {
namespace {

constexpr int kBacklog = 1024;

struct SocketAddress {
  sockaddr_storage bytes{};
  socklen_t size = 0;
};

std::optional<SocketAddress> parse_bind_address(const std::string& bind, std::uint16_t port) {
  const std::string text = bind == "localhost" ? "127.0.0.1" : bind;
  SocketAddress out;
  sockaddr_in v4{};
  if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&out.bytes, &v4, sizeof v4);
    out.size = sizeof v4;
    return out;
  }
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::memcpy(&out.bytes, &v6, sizeof v6);
    out.size = sizeof v6;
    return out;
  }
  return std::nullopt;
}

std::uint16_t port_of(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    return ntohs(v6.sin6_port);
  }
  sockaddr_in v4{};
  std::memcpy(&v4, &address, sizeof v4);
  return ntohs(v4.sin_port);
}

ClientAddress describe(const sockaddr_storage& address) {
  ClientAddress out;
  out.port = port_of(address);
  std::array<char, INET6_ADDRSTRLEN> text{};
  in_addr v4_address{};
  bool v4 = address.ss_family == AF_INET;
  if (v4) {
    sockaddr_in whole{};
    std::memcpy(&whole, &address, sizeof whole);
    v4_address = whole.sin_addr;
  } else if (address.ss_family == AF_INET6) {
    sockaddr_in6 whole{};
    std::memcpy(&whole, &address, sizeof whole);
    v4 = IN6_IS_ADDR_V4MAPPED(&whole.sin6_addr);
    if (v4) {
      std::memcpy(&v4_address, &whole.sin6_addr.s6_addr[12], 4);
    } else {
      ::inet_ntop(AF_INET6, &whole.sin6_addr, text.data(), text.size());
      out.loopback = IN6_IS_ADDR_LOOPBACK(&whole.sin6_addr);
    }
  }
  if (v4) {
    ::inet_ntop(AF_INET, &v4_address, text.data(), text.size());
    out.loopback = (ntohl(v4_address.s_addr) >> 24) == 127;
  }
  out.text = text.data();
  return out;
}

}  // namespace

Result<ListeningSocket> listen_on(const std::string& bind, std::uint16_t port, std::string_view field) {
  const auto address = parse_bind_address(bind, port);
  if (!address) return fail(Fault::setting_value, "bind", "an IP address", bind);
  const std::string where = bind + ":" + std::to_string(port);
  const int socket = ::socket(address->bytes.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) return fail(Fault::port_refused, field, "a socket", std::strerror(errno));
  // REUSEADDR only lets a node start again while old connections fade; a port that is listened on stays taken.
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_storage bound = address->bytes;
  socklen_t size = address->size;
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&bound), size) != 0 || ::listen(socket, kBacklog) != 0 ||
      ::getsockname(socket, reinterpret_cast<sockaddr*>(&bound), &size) != 0) {
    const int error = errno;
    ::close(socket);
    if (error == EADDRINUSE) return fail(Fault::port_in_use, field, "a free port", where);
    return fail(Fault::port_refused, field, "to listen on " + where, std::strerror(error));
  }
  return ListeningSocket{socket, port_of(bound)};
}

int accept_on(int listening, ClientAddress& client) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  const int socket = ::accept4(listening, reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (socket < 0) return -1;
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  client = describe(address);
  return socket;
}

}  // namespace lucid::api
