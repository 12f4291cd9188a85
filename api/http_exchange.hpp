// One request and its answer on one connection, parsed and written by cpp-httplib. This and client.cpp are the only
// places that know that library; limits that it does not keep are kept by Connection.
//
// Thread-safety: serve() from any thread, for different connections.
#pragma once

#include <memory>
#include <string>

#include "api/desk.hpp"
#include "api/http_connection.hpp"

namespace lucid::api {

class HttpExchange {
 public:
  /// All outlive it.
  HttpExchange(const Desk& desk, const ServerOptions& options);
  ~HttpExchange();

  /// True if the connection may carry another request.
  bool serve(Connection& connection) const;

  /// The whole answer to what never became a request, in the shape of every error; it ends the connection.
  static std::string refusal(int status);

 private:
  class Library;
  std::unique_ptr<Library> library_;
};

}  // namespace lucid::api
