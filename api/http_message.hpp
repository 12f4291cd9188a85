// A request as routes see it, and their answer: plain values, of no HTTP library.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/bytes.hpp"

namespace lucid::api {

using NameValues = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string id;  // X-Request-ID
  std::string method;
  std::string path;  // decoded, without the query
  NameValues query;  // decoded
  // headers that routes ask for; empty where absent
  std::string content_type, content_encoding, range, if_none_match, origin, host;
  std::string remote_address;
  bool loopback = false;
  Bytes body;

  std::string_view text() const { return {reinterpret_cast<const char*>(body.data()), body.size()}; }
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  NameValues headers;
  std::string body;
  /// Instead of `body`: `length` bytes of these from `offset` on, sent without a copy. With none, but a length, the
  /// answer to HEAD.
  std::shared_ptr<const Bytes> bytes;
  std::size_t offset = 0;
  std::size_t length = 0;
  /// For the log only.
  std::string error;
};

}  // namespace lucid::api
