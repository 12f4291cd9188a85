#include "api/server.hpp"

#include <utility>

#include "api/desk.hpp"
#include "api/http_counters.hpp"
#include "api/http_exchange.hpp"
#include "api/http_listener.hpp"

namespace lucid::api {
namespace {

/// One port: its rules, its exchange, its listener.
struct Port {
  Desk desk;
  HttpExchange exchange;
  std::unique_ptr<HttpListener> listener;

  Port(actors::NodeFacade& node, const ServerOptions& options, const LogCallback& log, HttpCounters& counters,
       bool admin)
      : desk(node, options, log, counters, admin), exchange(desk, options) {}

  Status open(const ListenerOptions& options) {
    LUCID_TRY_ASSIGN(listener, HttpListener::open(
                                   options, [this](Connection& connection) { return exchange.serve(connection); },
                                   [](int status) { return HttpExchange::refusal(status); }));
    return {};
  }
};

ListenerOptions listener_options(const ServerOptions& options, bool admin) {
  ListenerOptions out;
  out.field = admin ? "admin_port" : "engine_port";
  out.bind = admin ? "127.0.0.1" : options.bind;
  out.port = admin ? options.admin_port : options.engine_port;
  out.threads = admin ? options.admin_threads : options.threads;
  out.max_waiting = options.max_waiting;
  out.max_connections = options.max_connections;
  out.max_connections_per_address = options.max_connections_per_address;
  out.timeouts = {options.read_timeout_ms, options.write_timeout_ms, options.request_deadline_ms,
                  options.idle_timeout_ms};
  return out;
}

}  // namespace

struct Server::Parts {
  ServerOptions options;
  HttpCounters counters;
  Port engine;
  Port admin;

  Parts(actors::NodeFacade& node, ServerOptions given, const LogCallback& log)
      : options(std::move(given)),
        engine(node, options, log, counters, false),
        admin(node, options, log, counters, true) {}
};

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Server::~Server() {
  stop();
}

Result<std::unique_ptr<Server>> Server::start(actors::NodeFacade& node, ServerOptions options, LogCallback log) {
  if (options.threads == 0 || options.admin_threads == 0)
    return fail(Fault::setting_value, "threads", "at least 1", "0");
  auto parts = std::make_unique<Parts>(node, std::move(options), log);
  LUCID_TRY(parts->engine.open(listener_options(parts->options, false)));
  LUCID_TRY(parts->admin.open(listener_options(parts->options, true)));
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

ServerPorts Server::ports() const {
  return {parts_->engine.listener->port(), parts_->admin.listener->port()};
}

void Server::stop() {
  parts_->engine.listener->stop();
  parts_->admin.listener->stop();
}

}  // namespace lucid::api
