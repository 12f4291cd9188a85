// Finds the route of a method and path, and answers with it. Literal segments win over {…}.
//
// Thread-safety: const after construction. The routes outlive it.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/route.hpp"

namespace lucid::api {

inline constexpr std::size_t kMaxPathParams = 2;

struct RouteMatch {
  const Route* route = nullptr;  // none: unknown path or method
  bool known_path = false;
  std::string allow;                                      // the methods of a known path, for Allow
  std::array<std::string_view, kMaxPathParams> values{};  // point into the path given
  std::size_t value_count = 0;
};

class Router {
 public:
  /// With `admin_port` only the routes that the admin port answers.
  Router(std::span<const Route> routes, bool admin_port);
  ~Router();

  RouteMatch match(std::string_view method, std::string_view path) const;
  std::span<const Route* const> routes() const { return routes_; }

 private:
  struct Node;
  static const Node* find(const Node& node, std::string_view rest, RouteMatch& match);

  std::vector<const Route*> routes_;
  std::unique_ptr<Node> root_;
};

}  // namespace lucid::api
