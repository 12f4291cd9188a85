// One client's connection: its bytes in and out, the framing of a request, and how long each step may take. Everything
// that limits a client (head, lines, header count, body, time) stands here and in http_listener, before any HTTP
// library sees a byte, so that it holds with every version of that library.
//
// Thread-safety: belongs to one thread at a time; the listener hands it over. Sizes in bytes, times in milliseconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"

namespace lucid::api {

inline constexpr std::size_t kMaxHeadBytes = 16 * 1024;  // request line and headers together
inline constexpr std::size_t kMaxHeadLine = 8 * 1024;
inline constexpr std::size_t kMaxHeaders = 100;
/// A body up to here is collected by the listener's loop, so that a slow sender of small requests holds no thread.
inline constexpr std::size_t kCollectedBody = 64 * 1024;

struct ConnectionTimeouts {
  std::uint32_t read_ms = 5'000;
  std::uint32_t write_ms = 5'000;
  std::uint32_t request_ms = 15'000;  // and a second more for each 256 KiB that moved
  std::uint32_t idle_ms = 30'000;
};

/// How a request says where its body ends (RFC 9112 section 6). `malformed` where it contradicts itself, or where a
/// line is none: such a request could be read in two ways.
struct Framing {
  enum class Body : std::uint8_t { none, length, chunked, malformed };
  Body body = Body::none;
  std::uint64_t length = 0;
  bool expects_continue = false;
};

class Connection {
 public:
  using Clock = std::chrono::steady_clock;

  enum class Arrival : std::uint8_t {
    partial,         // more must come
    ready,           // a whole request, or all of it that a thread need not wait for
    upload,          // a head whose body is still to be read
    line_too_long,   // the request line
    head_too_large,  // in bytes, a header's line, or the number of headers
    closed,          // the client went away
  };
  enum class BodyRead : std::uint8_t { ok, too_large, malformed, timed_out, closed };

  /// Takes the socket, which must not block.
  Connection(int socket, std::string address, std::uint16_t port, bool loopback, const ConnectionTimeouts& timeouts);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int socket() const { return socket_; }
  const std::string& address() const { return address_; }
  std::uint16_t port() const { return port_; }
  bool loopback() const { return loopback_; }

  // ---- a request comes in

  /// Takes what the socket has, without waiting, and says how far the request is.
  Arrival receive();
  /// The same of what was taken already (a client may send several requests at once).
  Arrival arrival();
  bool has_unread() const { return read_at_ < in_.size(); }
  /// When the client must have sent its next bytes.
  Clock::time_point deadline() const;

  const Framing& framing() const { return framing_; }
  /// The first word of the request line; empty before the head is there.
  std::string_view method() const;
  /// Starts the request's clock for its answering.
  void begin_request();
  /// After a request was answered: forgets its bytes; what follows is the next one.
  void finish_request();

  /// As read(2), waiting as long as the limits allow; -1 after that.
  std::ptrdiff_t read(char* to, std::size_t size);
  /// Reads the body that framing() promises. Once per request.
  BodyRead read_body(std::size_t limit, Bytes& body);
  bool body_was_read() const { return body_read_; }

  // ---- an answer goes out

  void write(std::string_view bytes);
  /// Sends what was written; false when the client does not take it.
  bool flush();
  bool send(ByteView bytes);

  // ---- the end
  // A close with unread bytes becomes a reset, which takes the answer with it: a client that may still be sending is
  // told the end first, and what it sends is thrown away for a while.

  /// Sends what was written and tells the client that no more will come.
  void begin_closing();
  bool closing() const { return closing_; }
  /// Takes what came since, without waiting; true if the client may still be sending.
  bool discard();

 private:
  Arrival scan_head();
  Arrival read_head_lines(std::string_view head);
  bool note_header(std::string_view line);
  BodyRead read_chunks(std::size_t limit, Bytes& body);
  BodyRead append(Bytes& body, std::uint64_t size);
  BodyRead read_line(std::string& line);
  std::ptrdiff_t fill();
  std::ptrdiff_t await_bytes();
  bool wait(short events, std::uint32_t step_ms);
  Clock::time_point request_deadline() const;

  int socket_;
  std::string address_;
  std::uint16_t port_;
  bool loopback_;
  ConnectionTimeouts timeouts_;

  std::string in_;
  std::size_t read_at_ = 0;   // of in_: what was handed out
  std::size_t scanned_ = 0;   // of in_: where no end of the head was found
  std::size_t head_end_ = 0;  // of in_: behind the head; 0 while it is incomplete
  Framing framing_;
  bool body_read_ = false;
  bool timed_out_ = false;
  bool closing_ = false;
  std::uint64_t discarded_ = 0;
  std::string out_;

  Clock::time_point last_bytes_;
  Clock::time_point begun_;
  bool idle_ = true;
  bool first_ = true;
  std::uint64_t moved_ = 0;  // bytes of this request and its answer
};

}  // namespace lucid::api
