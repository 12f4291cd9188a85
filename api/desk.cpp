#include "api/desk.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

#include "api/letter_case.hpp"

namespace lucid::api {
namespace {

constexpr std::size_t kMaxLoggedPath = 200;

/// "localhost" of "localhost:8084", "::1" of "[::1]:8084".
std::string_view host_name(std::string_view host) {
  if (host.starts_with('[')) return host.substr(1, std::min(host.find(']'), host.size()) - 1);
  return host.substr(0, host.find(':'));
}

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::any_of(list.begin(), list.end(), [&](const auto& entry) { return to_lower(entry) == to_lower(text); });
}

/// Whether a setting names `text`, or everything.
bool allows(const std::vector<std::string>& setting, std::string_view text) {
  return contains(setting, text) || contains(setting, "*");
}

std::string for_log(std::string_view path) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const char c : path.substr(0, kMaxLoggedPath)) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (byte > 0x20 && byte < 0x7f) {
      out += c;
    } else {
      out += "\\x";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  return out;
}

bool is_preflight(const Request& request, const RouteMatch& match) {
  return request.method == "OPTIONS" && match.known_path;
}

}  // namespace

Desk::Desk(actors::NodeFacade& node, const ServerOptions& options, LogCallback log, HttpCounters& counters,
           bool admin_port)
    : node_(node),
      options_(options),
      log_(std::move(log)),
      counters_(counters),
      admin_port_(admin_port),
      router_(all_routes(), admin_port) {}

/// A page of an origin that is neither this node's own nor named in the settings: its reads the browser keeps from it,
/// its writes nobody else would stop.
bool Desk::foreign_page(const Request& request) const {
  if (request.origin.empty() || allows(options_.cors_origins, request.origin)) return false;
  const std::size_t scheme = request.origin.find("://");
  return scheme == std::string::npos || to_lower(request.origin.substr(scheme + 3)) != to_lower(request.host);
}

std::optional<Response> Desk::refuse(const Request& request, const RouteMatch& match) const {
  const auto refusal = [&](int status, std::string_view code, std::string message, std::string field = {},
                           std::string expected = {}, std::string actual = {}) {
    return error_response(
        {{status, code}, std::move(message), std::move(field), std::move(expected), std::move(actual), {}}, request.id);
  };
  if (!options_.allowed_hosts.empty() && !allows(options_.allowed_hosts, host_name(request.host)))
    return refusal(403, kNotAllowed, "the node does not answer under this name", "Host", "one of the allowed hosts",
                   request.host);
  if (is_preflight(request, match)) return preflight(request, match);
  if (match.route == nullptr && match.known_path) {
    Response response =
        refusal(405, kWrongMethod, "the route does not have this method", "method", match.allow, request.method);
    response.headers.emplace_back("Allow", match.allow);
    return response;
  }
  if (match.route == nullptr) return refusal(404, kUnknownRoute, "there is no such route", "path", {}, request.path);
  const bool writes = match.route->access == Access::write || match.route->access == Access::admin;
  if (match.route->access == Access::admin && !admin_port_ && !request.loopback)
    return refusal(403, kNotAllowed, "this route answers on loopback only", "client", "a loopback address",
                   request.remote_address);
  if (writes && foreign_page(request))
    return refusal(403, kNotAllowed, "pages of this origin may not write here", "Origin", "an allowed origin",
                   request.origin);
  if (match.route->body != BodyKind::none && !request.content_encoding.empty() &&
      to_lower(request.content_encoding) != "identity")
    return validation_response(std::array{FieldError{"Content-Encoding", "identity", request.content_encoding,
                                                     "compressed bodies are not read"}},
                               request.id, 415);
  return std::nullopt;
}

Response Desk::preflight(const Request& request, const RouteMatch& match) const {
  Response response;
  response.status = 204;
  response.headers.emplace_back("Allow", match.allow);
  if (!request.origin.empty() && allows(options_.cors_origins, request.origin)) {
    response.headers.emplace_back("Access-Control-Allow-Methods", match.allow);
    response.headers.emplace_back("Access-Control-Allow-Headers",
                                  "Content-Type, X-Request-ID, X-API-Key, Authorization");
    response.headers.emplace_back("Access-Control-Max-Age", "600");
  }
  return response;
}

Response Desk::answer(Request& request, const RouteMatch& match) const {
  const Call call{match.route, node_,   request,  std::span(match.values).first(match.value_count),
                  options_,    router_, counters_};
  std::string what = "an exception of an unknown type";
  try {
    return match.route->handler(call);
  } catch (const std::exception& error) {
    what = error.what();
  } catch (...) {  // answered below; nothing that a request does may end the node
  }
  return error_response(Error{Fault::internal, "handler", {}, what}, request.id);
}

void Desk::finish(const Request& request, const RouteMatch& match, Response& response,
                  std::uint64_t duration_us) const {
  response.headers.emplace_back("X-Request-ID", request.id);
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  if (!options_.cors_origins.empty()) {
    response.headers.emplace_back("Vary", "Origin");
    if (!request.origin.empty() && allows(options_.cors_origins, request.origin)) {
      response.headers.emplace_back("Access-Control-Allow-Origin", request.origin);
      response.headers.emplace_back("Access-Control-Expose-Headers", "X-Request-ID, ETag, Content-Range");
    }
  }
  counters_.add(match.route, response.status, duration_us);
  if (!log_) return;
  log_({request.id, request.method, match.route == nullptr ? "-" : std::string(match.route->pattern),
        for_log(request.path), request.remote_address, response.status, duration_us, std::move(response.error)});
}

}  // namespace lucid::api
