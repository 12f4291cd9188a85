// Reads a request's query parameters, strictly, as JsonReader reads fields. Parameters that nobody asks for are
// ignored.
//
// Thread-safety: belongs to one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "actors/node_facade.hpp"
#include "api/http_message.hpp"
#include "api/json_reader.hpp"

namespace lucid::api {

class QueryReader {
 public:
  QueryReader(const Request& request, FieldErrors& errors) : request_(request), errors_(errors) {}

  std::optional<std::uint64_t> number(std::string_view name, std::uint64_t min, std::uint64_t max);
  /// The place in `choices`.
  std::optional<std::size_t> choice(std::string_view name, std::span<const std::string_view> choices);
  std::optional<SessionId> uuid(std::string_view name);
  bool flag(std::string_view name);

 private:
  /// Notes a parameter that is given twice.
  const std::string* find(std::string_view name);

  const Request& request_;
  FieldErrors& errors_;
};

struct PageQuery {
  std::uint64_t page = 1;
  std::uint64_t limit = 20;
  actors::Page to_page() const { return {(page - 1) * limit, limit}; }
};
/// `page` ≥ 1 (1) and `limit` 1–100 (20).
PageQuery read_page(QueryReader& query);

}  // namespace lucid::api
