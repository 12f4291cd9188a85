#include "api/router.hpp"

#include <algorithm>
#include <utility>

namespace lucid::api {
namespace {

/// The first segment of `rest`, which begins with a slash; `rest` becomes what follows it.
std::string_view take_segment(std::string_view& rest) {
  rest.remove_prefix(1);
  const std::size_t end = std::min(rest.find('/'), rest.size());
  const std::string_view segment = rest.substr(0, end);
  rest.remove_prefix(end);
  return segment;
}

}  // namespace

struct Router::Node {
  std::map<std::string_view, Node> literal;
  std::unique_ptr<Node> any;
  std::vector<const Route*> routes;
};

Router::Router(std::span<const Route> routes, bool admin_port) : root_(std::make_unique<Node>()) {
  for (const Route& route : routes) {
    if (admin_port && !route.on_admin_port) continue;
    routes_.push_back(&route);
    Node* node = root_.get();
    for (std::string_view rest = route.pattern; !rest.empty();) {
      const std::string_view segment = take_segment(rest);
      if (segment.starts_with('{')) {
        if (!node->any) node->any = std::make_unique<Node>();
        node = node->any.get();
      } else {
        node = &node->literal[segment];
      }
    }
    node->routes.push_back(&route);
  }
}

Router::~Router() = default;

const Router::Node* Router::find(const Node& node, std::string_view rest, RouteMatch& match) {
  if (rest.empty()) return node.routes.empty() ? nullptr : &node;
  const std::string_view segment = take_segment(rest);
  if (const auto literal = node.literal.find(segment); literal != node.literal.end()) {
    if (const Node* found = find(literal->second, rest, match)) return found;
  }
  if (!node.any || segment.empty() || match.value_count == kMaxPathParams) return nullptr;
  match.values[match.value_count++] = segment;
  const Node* found = find(*node.any, rest, match);
  if (found == nullptr) --match.value_count;
  return found;
}

RouteMatch Router::match(std::string_view method, std::string_view path) const {
  RouteMatch out;
  if (!path.starts_with('/')) return out;
  const Node* node = find(*root_, path, out);
  if (node == nullptr) return out;
  out.known_path = true;
  for (const Route* route : node->routes) {
    if (route->method == method) out.route = route;
  }
  const auto has = [&](std::string_view name) {
    return std::any_of(node->routes.begin(), node->routes.end(), [&](const Route* r) { return r->method == name; });
  };
  if (out.route == nullptr && method == "HEAD" && has("GET")) {
    for (const Route* route : node->routes) {
      if (route->method == "GET") out.route = route;
    }
  }
  if (out.route != nullptr) return out;
  for (const std::string_view name : {"GET", "HEAD", "POST", "PUT", "DELETE"}) {
    if (has(name) || (name == "HEAD" && has("GET"))) out.allow += std::string(name) + ", ";
  }
  out.allow += "OPTIONS";
  return out;
}

}  // namespace lucid::api
