#include "api/route.hpp"

#include <algorithm>

#include "api/json_writer.hpp"

namespace lucid::api {

bool is_json(const Request& request) {
  static constexpr std::string_view kType = "application/json";
  if (request.content_type.size() < kType.size()) return false;
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
  return std::equal(kType.begin(), kType.end(), request.content_type.begin(),
                    [&](char expected, char given) { return same(given, expected); });
}

Response json_response(JsonWriter& written, int status) {
  Response response;
  response.status = status;
  response.body = written.take();
  return response;
}

std::size_t body_limit(const Route& route, const Request& request) {
  static constexpr std::size_t kAround = 64 * 1024;  // the other fields
  if (route.body != BodyKind::json_or_bytes || !is_json(request)) return route.body_limit;
  return (route.body_limit + 2) / 3 * 4 + kAround;
}

std::span<const Route> all_routes() {
  static const std::vector<Route> kAll = [] {
    std::vector<Route> out;
    for (const auto& area : {node_routes(), chain_routes(), consensus_routes(), block_routes(), validation_routes(),
                             transaction_routes(), anchoring_routes(), chunk_routes(), session_routes()})
      out.insert(out.end(), area.begin(), area.end());
    return out;
  }();
  return kAll;
}

}  // namespace lucid::api
