// The node's REST surface over HTTP (docs/api.md): one listener for all routes, and one on loopback, with threads of
// its own, that answers health, metrics and monitoring when the first is busy.
//
// start() returns with both ports open; from then on requests are answered by the server's own threads, which call the
// facade. The facade and the log callback must outlive the server; both are called from several threads at once.
// Errors of start(): setting_value (an address that is none), port_in_use, port_refused. Sizes in bytes, times in
// milliseconds.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "actors/node_facade.hpp"

namespace lucid::api {

struct ServerOptions {
  std::string bind = "127.0.0.1";    // of the engine port; the admin port is always on loopback
  std::uint16_t engine_port = 8084;  // 0: any free one
  std::uint16_t admin_port = 8083;   // 0: any free one
  std::string service = "lucid-blocks-engine";
  std::string version = "0.1.0";

  std::size_t threads = 16;  // that answer requests; an idle connection holds none
  std::size_t admin_threads = 4;
  std::size_t max_waiting = 128;  // requests that wait for a thread; what comes then is answered 503
  std::size_t max_connections = 256;
  std::size_t max_connections_per_address = 16;              // loopback is exempt
  std::size_t max_body_bytes_in_flight = 192 * 1024 * 1024;  // of all requests together

  std::uint32_t read_timeout_ms = 5'000;  // for the next piece of a request that has begun
  std::uint32_t write_timeout_ms = 5'000;
  std::uint32_t request_deadline_ms = 15'000;  // a whole request; longer by a second for each 256 KiB that moved
  std::uint32_t idle_timeout_ms = 30'000;      // between two requests of a connection

  std::vector<std::string> cors_origins;   // none: no page of another origin may read or post; "*": any
  std::vector<std::string> allowed_hosts;  // names a Host header may carry; none or "*": any
};

/// One answered request, for the log: never a body or a header's value.
struct RequestLog {
  std::string request_id;
  std::string method;
  std::string route;  // the pattern, as "/api/v1/blocks/{id}"; "-" where no route matched
  std::string path;   // as asked, at most 200 characters, control characters escaped
  std::string remote_address;
  int status = 0;
  std::uint64_t duration_us = 0;
  std::string error;  // in words, empty if none; also what the client is not told
};
using LogCallback = std::function<void(const RequestLog&)>;

struct ServerPorts {
  std::uint16_t engine = 0;
  std::uint16_t admin = 0;
};

class Server {
 public:
  static Result<std::unique_ptr<Server>> start(actors::NodeFacade& node, ServerOptions options, LogCallback log);

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();  // stop()

  ServerPorts ports() const;

  /// Accepts no more, lets the requests under way finish (each facade call has its deadline), then closes. May be
  /// called twice.
  void stop();

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace lucid::api
