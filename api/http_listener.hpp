// A listening socket with its event loop and its threads. The loop collects what clients send and holds idle
// connections; a thread is given a connection only when a whole request is there (or the head of a long upload, of
// which at most half of the threads take care), so neither idle nor slow clients keep others waiting.
//
// A port belongs to one program: SO_REUSEPORT stays off. Thread-safety: open, port and stop from one thread; `serve` is
// called from the threads made here.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "api/http_connection.hpp"

namespace lucid::api {

struct ListenerOptions {
  std::string field;  // of the port, in errors
  std::string bind;
  std::uint16_t port = 0;
  std::size_t threads = 4;
  std::size_t max_waiting = 128;
  std::size_t max_connections = 256;
  std::size_t max_connections_per_address = 16;
  ConnectionTimeouts timeouts;
};

class HttpListener {
 public:
  /// Answers the one request that `connection` holds; true if it may carry another.
  using Serve = std::function<bool(Connection& connection)>;
  /// The whole answer to what never becomes a request: of status 408, 414, 431 or 503.
  using Refusal = std::function<std::string(int status)>;

  /// Faults: setting_value (no address), port_in_use, port_refused.
  static Result<std::unique_ptr<HttpListener>> open(const ListenerOptions& options, Serve serve, Refusal refusal);

  HttpListener(const HttpListener&) = delete;
  HttpListener& operator=(const HttpListener&) = delete;
  ~HttpListener();  // stop()

  std::uint16_t port() const;
  void stop();

 private:
  class Engine;
  explicit HttpListener(std::unique_ptr<Engine> engine);

  std::unique_ptr<Engine> engine_;
};

}  // namespace lucid::api
