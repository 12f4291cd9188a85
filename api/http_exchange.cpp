#include "api/http_exchange.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <httplib.h>
#include <random>
#include <utility>

namespace lucid::api {
namespace {

using Clock = std::chrono::steady_clock;

/// The client's own id where it is harmless in a header and a log line, else a new one.
std::string request_id(const std::string& given) {
  const auto plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
           c == '.';
  };
  if (!given.empty() && given.size() <= 64 && std::all_of(given.begin(), given.end(), plain)) return given;
  static const std::uint32_t kProcess = std::random_device{}();
  static std::atomic<std::uint32_t> next{0};
  const std::uint64_t number = std::uint64_t{kProcess} << 32 | next.fetch_add(1);
  std::array<std::uint8_t, 8> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
  return to_hex(bytes);
}

struct RefusalText {
  int status;
  std::string_view reason;
  std::string_view code;
  std::string_view message;
};

constexpr std::array kRefusals{
    RefusalText{400, "Bad Request", kInvalidRequest, "the request is malformed, or can be read in two ways"},
    RefusalText{405, "Method Not Allowed", kWrongMethod, "there is no such method"},
    RefusalText{408, "Request Timeout", kInvalidRequest, "the request did not come in time"},
    RefusalText{413, "Payload Too Large", kBodyTooLarge, "the body is over the limit"},
    RefusalText{414, "URI Too Long", kInvalidRequest, "the request line is longer than 8 KiB"},
    RefusalText{416, "Range Not Satisfiable", kWrongRange, "the Range header is malformed"},
    RefusalText{431, "Request Header Fields Too Large", kInvalidRequest, "the headers exceed 100 lines or 16 KiB"},
    RefusalText{503, "Service Unavailable", kNotReady, "too many connections or requests"},
};

const RefusalText& refusal_text(int status) {
  const auto found =
      std::find_if(kRefusals.begin(), kRefusals.end(), [&](const auto& r) { return r.status == status; });
  return found == kRefusals.end() ? kRefusals.front() : *found;
}

Response refusal_response(int status, std::string_view id) {
  const RefusalText& text = refusal_text(status);
  return error_response({{text.status, text.code}, std::string(text.message), {}, {}, {}, {}}, id);
}

/// The connection as cpp-httplib wants it.
class ConnectionStream final : public httplib::Stream {
 public:
  explicit ConnectionStream(Connection& connection) : connection_(connection) {}
  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  ssize_t read(char* to, std::size_t size) override { return connection_.read(to, size); }
  ssize_t write(const char* from, std::size_t size) override {
    connection_.write({from, size});
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    ip = connection_.address();
    port = connection_.port();
  }
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return connection_.socket(); }

 private:
  Connection& connection_;
};

/// What one request's handlers share; cpp-httplib's callbacks have no room for it.
struct Turn {
  Connection& connection;
  bool answered = false;
  bool last = false;  // of its connection
  std::shared_ptr<const Bytes> bytes;
  std::size_t offset = 0, length = 0;
};
thread_local Turn* current_turn = nullptr;

Request to_request(const httplib::Request& from, const Connection& connection) {
  Request out;
  out.id = request_id(from.get_header_value("X-Request-ID"));
  out.method = from.method;
  out.path = from.path;
  for (const auto& [name, value] : from.params) out.query.emplace_back(name, value);
  out.content_type = from.get_header_value("Content-Type");
  out.content_encoding = from.get_header_value("Content-Encoding");
  out.range = from.get_header_value("Range");
  out.if_none_match = from.get_header_value("If-None-Match");
  out.origin = from.get_header_value("Origin");
  out.host = from.get_header_value("Host");
  out.remote_address = connection.address();
  out.loopback = connection.loopback();
  return out;
}

/// Process_request has more parameters in newer versions; both are protected, so this is called from within the class.
template <class Self, class Stream, class Setup>
bool process(Self& self, Stream& stream, bool& closed, const Setup& setup) {
  if constexpr (requires { self.process_request(stream, false, closed, setup); }) {
    return self.process_request(stream, false, closed, setup);
  } else {
    std::string remote, local;
    int remote_port = 0;
    stream.get_remote_ip_and_port(remote, remote_port);
    return self.process_request(stream, remote, remote_port, local, 0, false, closed, setup);
  }
}

}  // namespace

class HttpExchange::Library final : public httplib::Server {
 public:
  using httplib::Server::process_request;

  Library(const Desk& desk, const ServerOptions& options) : desk_(desk), options_(options) {
    set_keep_alive_timeout(static_cast<time_t>(options.idle_timeout_ms / 1000));
    set_keep_alive_max_count(1'000'000);
    set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      answer(request, response, *current_turn);
      return HandlerResponse::Handled;
    });
    set_error_handler(HandlerWithResponse([this](const httplib::Request& request, httplib::Response& response) {
      if (current_turn->answered) return HandlerResponse::Unhandled;
      const Request seen = to_request(request, current_turn->connection);
      Response refusal = refusal_response(response.status, seen.id);
      send(seen, {}, refusal, 0, response, *current_turn);
      current_turn->last = true;
      response.set_header("Connection", "close");
      return HandlerResponse::Handled;
    }));
    set_post_routing_handler([](const httplib::Request&, httplib::Response& response) {
      if (response.has_header("Connection")) response.headers.erase("Keep-Alive");
    });
  }

  bool serve(Connection& connection) {
    Turn turn{connection, false, false, nullptr, 0, 0};
    current_turn = &turn;
    ConnectionStream stream(connection);
    bool closed = false;
    const std::function<void(httplib::Request&)> setup = [](httplib::Request& request) {
      request.ranges.clear();  // the chunk routes read the header themselves, one range only
      request.headers.erase("Accept-Encoding");
    };
    const bool written = process(*this, stream, closed, setup);
    current_turn = nullptr;
    if (!written || !connection.flush()) return false;
    if (turn.bytes && !connection.send(ByteView(*turn.bytes).subspan(turn.offset, turn.length))) return false;
    if (turn.last) connection.begin_closing();
    return !closed && !turn.last;
  }

 private:
  /// A body's share of the memory that all bodies together may take, until it is answered.
  class Reservation {
   public:
    Reservation(std::atomic<std::uint64_t>& total, std::uint64_t size, std::uint64_t limit)
        : total_(total), size_(size), granted_(total.fetch_add(size) + size <= limit || size <= kCollectedBody) {}
    ~Reservation() { total_ -= size_; }
    Reservation(const Reservation&) = delete;
    Reservation& operator=(const Reservation&) = delete;
    bool granted() const { return granted_; }

   private:
    std::atomic<std::uint64_t>& total_;
    std::uint64_t size_;
    bool granted_;
  };

  void answer(const httplib::Request& from, httplib::Response& to, Turn& turn) {
    const auto begun = Clock::now();
    Request request = to_request(from, turn.connection);
    const RouteMatch match = desk_.match(request);
    std::optional<Response> response = desk_.refuse(request, match);
    std::optional<Reservation> reserved;
    if (!response) response = take_body(request, match, turn.connection, reserved);
    if (!response) response = desk_.answer(request, match);
    const Framing& framing = turn.connection.framing();
    const bool has_body = framing.body == Framing::Body::chunked || framing.length > 0;
    turn.last = has_body && !turn.connection.body_was_read();
    const auto duration = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begun).count();
    send(request, match, *response, static_cast<std::uint64_t>(duration), to, turn);
    if (turn.last) to.set_header("Connection", "close");
  }

  void send(const Request& request, const RouteMatch& match, Response& response, std::uint64_t duration_us,
            httplib::Response& to, Turn& turn) {
    turn.answered = true;
    desk_.finish(request, match, response, duration_us);
    to.status = response.status;
    for (auto& [name, value] : response.headers) to.headers.emplace(std::move(name), std::move(value));
    if (!response.body.empty() || response.length > 0) to.set_header("Content-Type", response.content_type);
    to.body = std::move(response.body);
    if (response.length == 0) return;
    to.set_header("Content-Length", std::to_string(response.length));
    if (request.method == "HEAD") return;
    turn.bytes = std::move(response.bytes);
    turn.offset = response.offset;
    turn.length = response.length;
  }

  /// Reads the request's body within its route's limit; a response where that fails.
  std::optional<Response> take_body(Request& request, const RouteMatch& match, Connection& connection,
                                    std::optional<Reservation>& reserved) {
    const Framing& framing = connection.framing();
    const bool wanted = match.route->body != BodyKind::none;
    const std::size_t limit = wanted ? body_limit(*match.route, request) : kCollectedBody;
    const std::uint64_t size = framing.body == Framing::Body::chunked ? limit : framing.length;
    const auto too_large = [&] {
      return error_response({{413, kBodyTooLarge},
                             std::string(refusal_text(413).message),
                             "body",
                             "at most " + std::to_string(limit) + " bytes",
                             framing.body == Framing::Body::length ? std::to_string(framing.length) + " bytes" : "more",
                             {}},
                            request.id);
    };
    if (framing.body == Framing::Body::length && framing.length > limit) return too_large();
    reserved.emplace(in_flight_, size, options_.max_body_bytes_in_flight);
    if (!reserved->granted()) return refusal_response(503, request.id);
    switch (connection.read_body(limit, request.body)) {
      case Connection::BodyRead::ok:
        return std::nullopt;
      case Connection::BodyRead::too_large:
        return too_large();
      case Connection::BodyRead::timed_out:
        return refusal_response(408, request.id);
      case Connection::BodyRead::malformed:
        return refusal_response(400, request.id);
      case Connection::BodyRead::closed:
        break;
    }
    const std::array<FieldError, 1> errors{FieldError{"body", "the bytes that Content-Length promises",
                                                      std::to_string(request.body.size()) + " bytes",
                                                      "the body ends early"}};
    return validation_response(errors, request.id, 400);
  }

  const Desk& desk_;
  const ServerOptions& options_;
  std::atomic<std::uint64_t> in_flight_{0};
};

HttpExchange::HttpExchange(const Desk& desk, const ServerOptions& options)
    : library_(std::make_unique<Library>(desk, options)) {}
HttpExchange::~HttpExchange() = default;

bool HttpExchange::serve(Connection& connection) const {
  static constexpr std::array<std::string_view, 10> kKnown{"GET",     "HEAD",    "POST",  "PUT",   "DELETE",
                                                           "OPTIONS", "CONNECT", "TRACE", "PATCH", "PRI"};
  const bool known = std::find(kKnown.begin(), kKnown.end(), connection.method()) != kKnown.end();
  if (known && connection.framing().body != Framing::Body::malformed) return library_->serve(connection);
  connection.write(refusal(known ? 400 : 405));
  connection.begin_closing();
  return false;
}

std::string HttpExchange::refusal(int status) {
  const RefusalText& text = refusal_text(status);
  const std::string id = request_id({});
  Response response = refusal_response(status, id);
  response.headers.emplace_back("Content-Type", response.content_type);
  response.headers.emplace_back("Content-Length", std::to_string(response.body.size()));
  response.headers.emplace_back("Connection", "close");
  response.headers.emplace_back("X-Request-ID", id);
  if (status == 405) response.headers.emplace_back("Allow", "GET, HEAD, POST, PUT, DELETE, OPTIONS");
  std::string out = "HTTP/1.1 " + std::to_string(text.status) + " " + std::string(text.reason) + "\r\n";
  for (const auto& [name, value] : response.headers) out += name + ": " + value + "\r\n";
  return out + "\r\n" + response.body;
}

}  // namespace lucid::api
