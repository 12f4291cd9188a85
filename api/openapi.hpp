// The description of the served routes for programs (OpenAPI 3.0) and for people (one plain page), made from the route
// table.
//
// Thread-safety: pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "api/route.hpp"

namespace lucid::api {

std::string openapi_document(std::span<const Route* const> routes, std::string_view version);
std::string docs_page(std::span<const Route* const> routes, std::string_view version);
std::string_view access_name(Access access);

}  // namespace lucid::api
