#include "api/client.hpp"

#include <algorithm>
#include <httplib.h>
#include <nlohmann/json.hpp>
#include <utility>

#include "api/letter_case.hpp"

namespace lucid::api {
namespace {

httplib::Headers to_headers(const ClientHeaders& headers) {
  httplib::Headers out;
  for (const auto& [name, value] : headers) out.emplace(name, value);
  return out;
}

struct Url {
  std::string host;
  int port = 80;
};

Result<Url> parse_url(std::string_view text) {
  static constexpr std::string_view kScheme = "http://";
  const auto refuse = [&] {
    return fail(Fault::text_form, "url", "http://host:port", std::string(text.substr(0, 200)));
  };
  if (!text.starts_with(kScheme)) return refuse();
  std::string_view rest = text.substr(kScheme.size());
  if (rest.ends_with('/')) rest.remove_suffix(1);
  Url url;
  std::string_view port;
  if (rest.starts_with('[')) {
    const auto end = rest.find(']');
    if (end == std::string_view::npos) return refuse();
    url.host = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    if (!rest.empty() && rest.front() != ':') return refuse();
    port = rest.empty() ? rest : rest.substr(1);
  } else {
    const auto colon = rest.find(':');
    url.host = rest.substr(0, colon);
    if (colon != std::string_view::npos) {
      port = rest.substr(colon + 1);
      if (port.empty()) return refuse();
    }
  }
  const auto ordinary = [](char c) { return c > ' ' && c < 0x7f && c != '/' && c != '?' && c != '#' && c != '@'; };
  if (url.host.empty() || !std::all_of(url.host.begin(), url.host.end(), ordinary)) return refuse();
  if (!port.empty()) {
    if (port.size() > 5 || port.find_first_not_of("0123456789") != std::string_view::npos) return refuse();
    url.port = std::stoi(std::string(port));
    if (url.port == 0 || url.port > 65535) return refuse();
  }
  return url;
}

std::string_view reason_of(httplib::Error error) {
  switch (error) {
    case httplib::Error::Connection:
      return "nothing listens there, or the host is not known";
    case httplib::Error::ConnectionTimeout:
      return "no connection within the time limit";
    case httplib::Error::Read:
      return "the connection ended, or no answer came in time";
    case httplib::Error::Write:
      return "the connection ended while the request was sent";
    default:
      return "the exchange broke off";
  }
}

}  // namespace

struct Client::Connection {
  std::string base_url;
  ClientOptions options;
  httplib::Client http;

  Connection(std::string url, const Url& parts, const ClientOptions& given)
      : base_url(std::move(url)), options(given), http(parts.host, parts.port) {
    const auto split = [](std::uint32_t ms) { return std::pair<time_t, time_t>(ms / 1000, (ms % 1000) * 1000); };
    const auto [connect_s, connect_us] = split(options.connect_timeout_ms);
    const auto [read_s, read_us] = split(options.read_timeout_ms);
    const auto [write_s, write_us] = split(options.write_timeout_ms);
    http.set_connection_timeout(connect_s, connect_us);
    http.set_read_timeout(read_s, read_us);
    http.set_write_timeout(write_s, write_us);
    http.set_keep_alive(true);
    http.set_tcp_nodelay(true);
    http.set_follow_location(false);
    http.set_url_encode(false);
  }

  Result<ClientResponse> finish(const httplib::Result& result, bool over_limit = false) {
    if (over_limit)
      return fail(Fault::decode_bound, "body", "at most " + std::to_string(options.max_body_bytes) + " bytes", "more");
    if (!result) return fail(Fault::no_answer, "url", "a node at " + base_url, std::string(reason_of(result.error())));
    ClientResponse out;
    out.status = result->status;
    for (const auto& [name, value] : result->headers) out.headers.emplace(to_lower(name), value);
    out.body = std::move(const_cast<httplib::Response&>(*result).body);
    return out;
  }
};

Client::Client(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

Result<Client> Client::make(std::string_view base_url, ClientOptions options) {
  LUCID_TRY_ASSIGN(const Url parts, parse_url(base_url));
  std::string url(base_url);
  if (url.ends_with('/')) url.pop_back();
  return Client(std::make_unique<Connection>(std::move(url), parts, options));
}

const std::string& Client::base_url() const {
  return connection_->base_url;
}

Result<ClientResponse> Client::get(std::string_view path, const ClientHeaders& headers) {
  std::string body;
  bool over_limit = false;
  const std::size_t limit = connection_->options.max_body_bytes;
  auto result = connection_->http.Get(std::string(path), to_headers(headers), [&](const char* data, std::size_t size) {
    over_limit = body.size() + size > limit;
    if (!over_limit) body.append(data, size);
    return !over_limit;
  });
  LUCID_TRY_ASSIGN(ClientResponse response, connection_->finish(result, over_limit));
  response.body = std::move(body);
  return response;
}

Result<ClientResponse> Client::head(std::string_view path, const ClientHeaders& headers) {
  return connection_->finish(connection_->http.Head(std::string(path), to_headers(headers)));
}

Result<ClientResponse> Client::erase(std::string_view path, const ClientHeaders& headers) {
  return connection_->finish(connection_->http.Delete(std::string(path), to_headers(headers)));
}

Result<ClientResponse> Client::post_json(std::string_view path, std::string_view json, const ClientHeaders& headers) {
  return post(path, as_bytes(json), "application/json", headers);
}

Result<ClientResponse> Client::post(std::string_view path, ByteView body, std::string_view content_type,
                                    const ClientHeaders& headers) {
  return connection_->finish(connection_->http.Post(std::string(path), to_headers(headers),
                                                    reinterpret_cast<const char*>(body.data()), body.size(),
                                                    std::string(content_type)));
}

Result<ClientResponse> Client::put(std::string_view path, ByteView body, std::string_view content_type,
                                   const ClientHeaders& headers) {
  return connection_->finish(connection_->http.Put(std::string(path), to_headers(headers),
                                                   reinterpret_cast<const char*>(body.data()), body.size(),
                                                   std::string(content_type)));
}

namespace {

httplib::ContentProvider provider_of(const UploadSource& source) {
  return [&source](std::size_t offset, std::size_t length, httplib::DataSink& sink) {
    static constexpr std::size_t kPiece = 256 * 1024;
    const ByteView piece = source(offset, std::min(length, kPiece));
    if (piece.empty()) return length == 0;
    return sink.write(reinterpret_cast<const char*>(piece.data()), piece.size());
  };
}

}  // namespace

Result<ClientResponse> Client::put_stream(std::string_view path, std::size_t size_bytes, const UploadSource& source,
                                          std::string_view content_type, const ClientHeaders& headers) {
  return connection_->finish(connection_->http.Put(std::string(path), to_headers(headers), size_bytes,
                                                   provider_of(source), std::string(content_type)));
}

Result<ClientResponse> Client::post_stream(std::string_view path, std::size_t size_bytes, const UploadSource& source,
                                           std::string_view content_type, const ClientHeaders& headers) {
  return connection_->finish(connection_->http.Post(std::string(path), to_headers(headers), size_bytes,
                                                    provider_of(source), std::string(content_type)));
}

std::string_view ClientResponse::header(std::string_view name) const {
  const auto found = headers.find(std::string(name));
  return found == headers.end() ? std::string_view{} : std::string_view(found->second);
}

std::string explain(const ClientResponse& response) {
  const std::string status = "HTTP " + std::to_string(response.status);
  const auto json = nlohmann::json::parse(response.body, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded() || !json.is_object() || !json.contains("error") || !json["error"].is_object()) return status;
  const auto text_of = [](const nlohmann::json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  const auto& error = json["error"];
  std::string out = text_of(error, "code") + ": " + text_of(error, "message") + " (" + status + ")";
  if (!error.contains("details") || !error["details"].is_object()) return out;
  const auto& details = error["details"];
  if (!details.contains("validation_errors") || !details["validation_errors"].is_array()) return out;
  for (const auto& one : details["validation_errors"]) {
    if (one.is_object()) out += "; " + text_of(one, "field") + ": " + text_of(one, "message");
  }
  return out;
}

std::string url_encode(std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
                       byte == '-' || byte == '_' || byte == '.' || byte == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  return out;
}

}  // namespace lucid::api
