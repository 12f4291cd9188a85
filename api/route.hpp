// A route as data, and what its handler is called with. The one table of all routes is all_routes(): dispatch, 405,
// OPTIONS, /openapi.json and /docs are made from it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "actors/node_facade.hpp"
#include "api/error_body.hpp"
#include "api/http_message.hpp"
#include "api/server.hpp"

namespace lucid::api {

class HttpCounters;
class JsonWriter;
class Router;
struct Route;

/// Who may ask. Until there is authentication, `admin` means a client on loopback, and the others mean everyone.
enum class Access : std::uint8_t { everyone, read, write, admin };
enum class BodyKind : std::uint8_t { none, json, bytes, json_or_bytes };

inline constexpr std::size_t kJsonLimit = 1024 * 1024;
inline constexpr std::size_t kChunkLimit = 4 * 1024 * 1024;
inline constexpr std::size_t kBatchLimit = 8 * 1024 * 1024;
inline constexpr std::size_t kManifestLimit = 64 * 1024 * 1024;

/// What a handler is given. `path[i]` is the i-th {…} of the pattern.
struct Call {
  const Route* route;
  actors::NodeFacade& node;
  Request& request;  // a handler may move its body away
  std::span<const std::string_view> path;
  const ServerOptions& options;
  const Router& router;
  const HttpCounters& counters;

  Response fail(const Error& error) const { return error_response(error, request.id); }
  Response fail(const FieldErrors& errors, int status = 422) const {
    return validation_response(errors.list(), request.id, status);
  }
  /// The body could not be read at all.
  Response malformed(const Error& error) const {
    FieldErrors errors;
    errors.add(error);
    return fail(errors, 400);
  }
};

using Handler = Response (*)(const Call&);

struct Route {
  std::string_view method;
  std::string_view pattern;  // whole path; a segment in braces takes any one segment
  Access access = Access::read;
  BodyKind body = BodyKind::none;
  std::size_t body_limit = 0;
  int success = 200;
  Handler handler = nullptr;
  std::string_view summary;
  std::string_view query = {};  // names of its query parameters, parted by blanks
  bool on_admin_port = false;   // answered there, too
};

/// Whether the body says that it is JSON.
bool is_json(const Request& request);

/// What was written, as the answer.
Response json_response(JsonWriter& written, int status = 200);

/// A body's limit: where a route takes bytes or JSON with the same bytes in base64, the JSON may be a third longer.
std::size_t body_limit(const Route& route, const Request& request);

/// Every route that is served.
std::span<const Route> all_routes();

// By area; all_routes() joins them.
std::span<const Route> node_routes();
std::span<const Route> chain_routes();
std::span<const Route> consensus_routes();
std::span<const Route> block_routes();
std::span<const Route> validation_routes();
std::span<const Route> transaction_routes();
std::span<const Route> anchoring_routes();
std::span<const Route> chunk_routes();
std::span<const Route> session_routes();

}  // namespace lucid::api
