// TCP sockets of the node's own transports. All are non-blocking and closed on exec.
//
// Thread-safety: any thread. Units: milliseconds.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "core/base/result.hpp"

namespace lucid::net {

/// Closes its socket. -1: none.
class Socket {
 public:
  Socket() = default;
  explicit Socket(int number) : number_(number) {}
  Socket(Socket&& other) noexcept : number_(other.release()) {}
  Socket& operator=(Socket&& other) noexcept;
  ~Socket();

  int number() const { return number_; }
  /// Gives the socket away without closing it.
  int release() { return std::exchange(number_, -1); }

 private:
  int number_ = -1;
};

/// Connects within the time, trying each address of the host. Fault no_answer, naming host and port.
Result<Socket> dial(const std::string& host, std::uint16_t port, std::uint64_t timeout_ms);

/// Waits until the socket can be read or written (or is broken). False when the time is over first.
bool wait_readable(int socket, std::uint64_t timeout_ms);

/// What every connection between actors wants: small messages at once, a dead peer noticed within 15 s.
void tune(int socket);

/// Ends both directions: whoever waits for the socket wakes up.
void hang_up(int socket);

}  // namespace lucid::net
