// A small blocking HTTP client for a node's REST surface: what `lucid` talks through, and the tests.
//
// One Client keeps one connection open between requests and belongs to one thread at a time. A response of any status
// is a value; an Error means that no response came: text_form for a URL that is none, no_answer where nothing answers
// at the URL or not in time, decode_bound for a body beyond the limit. Sizes in bytes, times in milliseconds.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"

namespace lucid::api {

struct ClientOptions {
  std::uint32_t connect_timeout_ms = 2'000;
  std::uint32_t read_timeout_ms = 20'000;  // between two pieces of the answer
  std::uint32_t write_timeout_ms = 20'000;
  std::size_t max_body_bytes = 256 * 1024 * 1024;
};

struct ClientResponse {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  bool ok() const { return status >= 200 && status < 300; }
  /// Empty where there is no such header; `name` in lower case.
  std::string_view header(std::string_view name) const;
  ByteView body_bytes() const { return as_bytes(body); }
};

/// What an error answer says, as one sentence for people: the code, the message and each field named. Also of bodies
/// that are no JSON.
std::string explain(const ClientResponse& response);

/// Percent-encodes what may not stand in a path segment or a query value.
std::string url_encode(std::string_view text);

using ClientHeaders = std::map<std::string, std::string>;

/// Gives the next at most `max_size` bytes of an upload from `offset` on; an empty view ends the upload early, which
/// breaks the request off. The view must hold until the next call.
using UploadSource = std::function<ByteView(std::size_t offset, std::size_t max_size)>;

class Client {
 public:
  /// `base_url` as "http://host[:port]", without a path (a slash at the end is allowed). Opens no connection yet.
  static Result<Client> make(std::string_view base_url, ClientOptions options = {});

  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  ~Client();

  /// `path` begins with a slash and may carry a query.
  Result<ClientResponse> get(std::string_view path, const ClientHeaders& headers = {});
  Result<ClientResponse> head(std::string_view path, const ClientHeaders& headers = {});
  Result<ClientResponse> erase(std::string_view path, const ClientHeaders& headers = {});
  Result<ClientResponse> post_json(std::string_view path, std::string_view json, const ClientHeaders& headers = {});
  Result<ClientResponse> post(std::string_view path, ByteView body, std::string_view content_type,
                              const ClientHeaders& headers = {});
  Result<ClientResponse> put(std::string_view path, ByteView body, std::string_view content_type,
                             const ClientHeaders& headers = {});
  /// As put() and post(), with bytes that need not be in memory at once.
  Result<ClientResponse> put_stream(std::string_view path, std::size_t size_bytes, const UploadSource& source,
                                    std::string_view content_type, const ClientHeaders& headers = {});
  Result<ClientResponse> post_stream(std::string_view path, std::size_t size_bytes, const UploadSource& source,
                                     std::string_view content_type, const ClientHeaders& headers = {});

  const std::string& base_url() const;

 private:
  struct Connection;
  explicit Client(std::unique_ptr<Connection> connection);

  std::unique_ptr<Connection> connection_;
};

}  // namespace lucid::api
