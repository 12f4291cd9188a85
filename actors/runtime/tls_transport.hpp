// CAF's own actor protocol between the processes of one operator, under mutual TLS 1.3: actors are published on a port
// and found there by whoever holds a certificate of the operator's authority. Such a peer is trusted with everything
// (it can reach and end any actor), so this is bound to loopback unless a host is named.
//
// Debian's libcaf_openssl is not used: one bad client makes it drop every healthy connection. Here a client that is
// foreign, plain, silent or talks garbage costs one place among kMaxHandshaking for handshake_ms at most.
// Thread-safety: all functions from any thread; they block. Units: milliseconds, bytes.
#pragma once

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/typed_actor.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "net/tls.hpp"

namespace lucid::actors {

struct TlsTransportSettings {
  net::TlsFiles files;
  std::uint64_t connect_ms = 3'000;    // for TCP
  std::uint64_t handshake_ms = 3'000;  // for TLS after it, on both sides
  std::uint64_t answer_ms = 3'000;     // for CAF's own greeting after that
  /// Largest message that is accepted, CAF's framing included; refused before it is allocated.
  std::size_t max_frame_bytes = 272 * 1024;
  std::size_t max_handshaking = 64;
  /// One sentence for the log of each peer that was turned away. Called from CAF's I/O thread. May be empty.
  std::function<void(const std::string&)> say;
};

/// What every process that speaks this protocol must be configured with before its actor system starts: CAF's I/O, the
/// protocol's name and heartbeats. Messages are decoded in the I/O thread: it then depends on no other thread.
void configure_transport(caf::actor_system_config& config);

class TlsTransport {
 public:
  /// Faults: file_form, internal. `system` was made with configure_transport() and outlives the transport.
  static Result<std::unique_ptr<TlsTransport>> start(caf::actor_system& system, TlsTransportSettings settings);
  /// Ports stay published, and connections open, until the actor system ends.
  ~TlsTransport();
  TlsTransport(const TlsTransport&) = delete;
  TlsTransport& operator=(const TlsTransport&) = delete;

  /// Returns the port, which `port` 0 lets the system choose. Fault not_ready when the port is in use.
  template <class Interface>
  Result<std::uint16_t> publish(const Interface& actor, std::uint16_t port, const std::string& address = "127.0.0.1") {
    return publish_as(caf::actor_cast<caf::strong_actor_ptr>(actor), signatures<Interface>(), port, address);
  }

  /// The actor published there. Faults: no_answer (nobody listens, speaks TLS in time or is trusted), not_ready
  /// (another kind of actor, or none, is published).
  template <class Interface>
  Result<Interface> connect(const std::string& host, std::uint16_t port) {
    LUCID_TRY_ASSIGN(const caf::strong_actor_ptr actor, connect_as(signatures<Interface>(), host, port));
    return caf::actor_cast<Interface>(actor);
  }

 private:
  struct Parts;
  explicit TlsTransport(std::unique_ptr<Parts> parts);

  template <class Interface>
  std::set<std::string> signatures() const {
    return system().message_types(caf::detail::type_list<Interface>{});
  }
  caf::actor_system& system() const;
  Result<std::uint16_t> publish_as(const caf::strong_actor_ptr& actor, std::set<std::string> signatures,
                                   std::uint16_t port, const std::string& address);
  Result<caf::strong_actor_ptr> connect_as(const std::set<std::string>& signatures, const std::string& host,
                                           std::uint16_t port);

  std::unique_ptr<Parts> parts_;
};

}  // namespace lucid::actors
