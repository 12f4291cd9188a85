// Between the exchange of bytes and the handlers: who may ask, which methods a path has, CORS, and what every answer
// carries; counts and logs.
//
// Thread-safety: const after construction; handlers run in the caller's thread. What is given outlives it.
#pragma once

#include <cstdint>
#include <optional>

#include "api/http_counters.hpp"
#include "api/router.hpp"

namespace lucid::api {

class Desk {
 public:
  Desk(actors::NodeFacade& node, const ServerOptions& options, LogCallback log, HttpCounters& counters,
       bool admin_port);

  RouteMatch match(const Request& request) const { return router_.match(request.method, request.path); }
  /// What stands in the way of reading the request's body, if anything: the route, the method, the client.
  std::optional<Response> refuse(const Request& request, const RouteMatch& match) const;
  /// The handler's answer. Handlers that throw are answered 500.
  Response answer(Request& request, const RouteMatch& match) const;
  /// Puts on the headers that every answer has, counts and logs.
  void finish(const Request& request, const RouteMatch& match, Response& response, std::uint64_t duration_us) const;

 private:
  Response preflight(const Request& request, const RouteMatch& match) const;
  bool foreign_page(const Request& request) const;

  actors::NodeFacade& node_;
  const ServerOptions& options_;
  LogCallback log_;
  HttpCounters& counters_;
  bool admin_port_;
  Router router_;
};

}  // namespace lucid::api
