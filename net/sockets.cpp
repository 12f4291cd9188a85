#include "net/sockets.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <limits>
#include <memory>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace lucid::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

bool wait_for(int socket, short events, milliseconds limit) {
  const auto deadline = steady_clock::now() + limit;
  for (;;) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now()).count();
    pollfd waiting{socket, events, 0};
    const int ready =
        ::poll(&waiting, 1, static_cast<int>(std::clamp<long long>(left, 0, std::numeric_limits<int>::max())));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

/// Connected, or why not.
std::string connect_to(const addrinfo& address, int socket, milliseconds limit) {
  if (::connect(socket, address.ai_addr, address.ai_addrlen) == 0) return {};
  if (errno != EINPROGRESS) return std::strerror(errno);
  if (!wait_for(socket, POLLOUT, limit)) return "no answer within " + std::to_string(limit.count()) + " ms";
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  return error == 0 ? std::string() : std::strerror(error);
}

}  // namespace

Socket& Socket::operator=(Socket&& other) noexcept {
  if (this != &other) {
    if (number_ >= 0) ::close(number_);
    number_ = other.release();
  }
  return *this;
}

Socket::~Socket() {
  if (number_ >= 0) ::close(number_);
}

Result<Socket> dial(const std::string& host, std::uint16_t port, std::uint64_t timeout_ms) {
  const std::string where = host + ":" + std::to_string(port);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found); error != 0)
    return fail(Fault::no_answer, where, "an address", ::gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, ::freeaddrinfo);
  const auto deadline = steady_clock::now() + milliseconds(timeout_ms);
  std::string why = "no address";
  for (const addrinfo* address = addresses.get(); address != nullptr; address = address->ai_next) {
    Socket socket(
        ::socket(address->ai_family, address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, address->ai_protocol));
    if (socket.number() < 0) continue;
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
    why = connect_to(*address, socket.number(), std::max(left, milliseconds(0)));
    if (why.empty()) return socket;
  }
  return fail(Fault::no_answer, where, "a connection", why);
}

bool wait_readable(int socket, std::uint64_t timeout_ms) {
  return wait_for(socket, POLLIN, milliseconds(timeout_ms));
}

void tune(int socket) {
  const int on = 1, dead_after_ms = 15'000;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  ::setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead_after_ms, sizeof dead_after_ms);
}

void hang_up(int socket) {
  ::shutdown(socket, SHUT_RDWR);
}

}  // namespace lucid::net
