#include "api/http_connection.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "api/letter_case.hpp"

namespace lucid::api {
namespace {

constexpr std::size_t kPiece = 64 * 1024;
constexpr std::size_t kFlushAt = 256 * 1024;
constexpr std::uint64_t kBytesASecond = 256 * 1024;  // the slowest pace that keeps a long transfer alive
constexpr std::uint64_t kMaxDiscarded = 128 * 1024 * 1024;
constexpr std::uint32_t kClosingMs = 2'000;
constexpr std::size_t kMaxChunkLine = 256;  // of a chunked body: size and extensions

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return to_lower(x) == to_lower(y); });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_token(std::string_view text) {
  static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (to_lower(c) >= 'a' && to_lower(c) <= 'z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

}  // namespace

Connection::Connection(int socket, std::string address, std::uint16_t port, bool loopback,
                       const ConnectionTimeouts& timeouts)
    : socket_(socket),
      address_(std::move(address)),
      port_(port),
      loopback_(loopback),
      timeouts_(timeouts),
      last_bytes_(Clock::now()),
      begun_(last_bytes_) {}

Connection::~Connection() {
  ::close(socket_);
}

// ---- a request comes in

Connection::Arrival Connection::receive() {
  for (;;) {
    const auto before = arrival();
    if (before != Arrival::partial) return before;
    const std::ptrdiff_t count = fill();
    if (count == 0) return Arrival::closed;
    if (count < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? Arrival::partial : Arrival::closed;
  }
}

Connection::Arrival Connection::arrival() {
  if (head_end_ == 0) {
    const Arrival head = scan_head();
    if (head != Arrival::ready) return head;
  }
  switch (framing_.body) {
    case Framing::Body::none:
    case Framing::Body::malformed:
      return Arrival::ready;
    case Framing::Body::chunked:
      return Arrival::upload;
    case Framing::Body::length:
      break;
  }
  if (framing_.expects_continue || framing_.length > kCollectedBody) return Arrival::upload;
  return in_.size() - head_end_ >= framing_.length ? Arrival::ready : Arrival::partial;
}

Connection::Clock::time_point Connection::deadline() const {
  if (closing_) return last_bytes_ + std::chrono::milliseconds(kClosingMs);
  if (!idle_) return std::min(last_bytes_ + std::chrono::milliseconds(timeouts_.read_ms), request_deadline());
  return last_bytes_ + std::chrono::milliseconds(first_ ? timeouts_.read_ms : timeouts_.idle_ms);
}

Connection::Clock::time_point Connection::request_deadline() const {
  return begun_ + std::chrono::milliseconds(timeouts_.request_ms + moved_ * 1000 / kBytesASecond);
}

std::string_view Connection::method() const {
  const std::string_view head = std::string_view(in_).substr(0, head_end_);
  return head.substr(0, head.find_first_of(" \r"));
}

void Connection::begin_request() {
  begun_ = last_bytes_ = Clock::now();
  idle_ = false;
  moved_ = 0;
  timed_out_ = false;
}

void Connection::finish_request() {
  in_.erase(0, read_at_);
  if (in_.empty() && in_.capacity() > 2 * kPiece) in_.shrink_to_fit();
  read_at_ = scanned_ = head_end_ = 0;
  framing_ = {};
  body_read_ = false;
  first_ = false;
  idle_ = in_.empty();
  begun_ = last_bytes_ = Clock::now();
  moved_ = 0;
}

/// Looks for the empty line that ends the head; limits what is kept until it comes.
Connection::Arrival Connection::scan_head() {
  const std::size_t found = in_.find("\r\n\r\n", scanned_ < 3 ? 0 : scanned_ - 3);
  if (found == std::string::npos) {
    scanned_ = in_.size();
    if (in_.size() > kMaxHeadLine && in_.find("\r\n") == std::string::npos) return Arrival::line_too_long;
    return in_.size() > kMaxHeadBytes ? Arrival::head_too_large : Arrival::partial;
  }
  if (found + 4 > kMaxHeadBytes) return Arrival::head_too_large;
  const Arrival lines = read_head_lines(std::string_view(in_).substr(0, found + 2));
  if (lines == Arrival::ready) head_end_ = found + 4;
  return lines;
}

Connection::Arrival Connection::read_head_lines(std::string_view head) {
  framing_ = {};
  std::size_t headers = 0;
  for (bool request_line = true; !head.empty(); request_line = false) {
    const std::size_t end = head.find("\r\n");
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(end + 2);
    if (line.size() > kMaxHeadLine) return request_line ? Arrival::line_too_long : Arrival::head_too_large;
    if (line.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos)
      framing_.body = Framing::Body::malformed;
    if (request_line) continue;
    if (++headers > kMaxHeaders) return Arrival::head_too_large;
    if (!note_header(line)) framing_.body = Framing::Body::malformed;
  }
  return Arrival::ready;
}

/// False where the line is no header, or contradicts what an earlier one said of the body.
bool Connection::note_header(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return false;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (same_name(name, "Expect")) framing_.expects_continue = true;
  if (same_name(name, "Transfer-Encoding")) {
    if (framing_.body != Framing::Body::none || !same_name(value, "chunked")) return false;
    framing_.body = Framing::Body::chunked;
  }
  if (same_name(name, "Content-Length")) {
    if (framing_.body != Framing::Body::none || value.empty() || value.size() > 18) return false;
    std::uint64_t length = 0;
    for (const char c : value) {
      if (c < '0' || c > '9') return false;
      length = length * 10 + static_cast<std::uint64_t>(c - '0');
    }
    framing_.body = Framing::Body::length;
    framing_.length = length;
  }
  return true;
}

/// One recv; what came stands at the end of in_. As recv(2), errno included.
std::ptrdiff_t Connection::fill() {
  const std::size_t used = in_.size();
  in_.resize(used + (head_end_ == 0 ? std::size_t{8 * 1024} : kPiece));
  std::ptrdiff_t count = 0;
  do {
    count = ::recv(socket_, in_.data() + used, in_.size() - used, MSG_DONTWAIT);
  } while (count < 0 && errno == EINTR);
  const int error = errno;
  in_.resize(used + static_cast<std::size_t>(std::max<std::ptrdiff_t>(count, 0)));
  if (count > 0) {
    last_bytes_ = Clock::now();
    if (idle_) begun_ = last_bytes_;
    idle_ = false;
    moved_ += static_cast<std::uint64_t>(count);
  }
  errno = error;
  return count;
}

bool Connection::wait(short events, std::uint32_t step_ms) {
  for (;;) {
    const auto until = std::min(Clock::now() + std::chrono::milliseconds(step_ms), request_deadline());
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    pollfd entry{socket_, events, 0};
    const int count = left <= 0 ? 0 : ::poll(&entry, 1, static_cast<int>(left));
    if (count > 0) return true;
    if (count == 0) {
      timed_out_ = true;
      return false;
    }
    if (errno != EINTR) return false;
  }
}

/// Above 0 once bytes stand unread; 0 at the end of the client's stream, below 0 when it broke off or took too long.
std::ptrdiff_t Connection::await_bytes() {
  if (has_unread()) return 1;
  if (!flush()) return -1;
  in_.clear();
  read_at_ = 0;
  for (;;) {
    const std::ptrdiff_t count = fill();
    if (count >= 0) return count;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return -1;
    if (!wait(POLLIN, timeouts_.read_ms)) return -1;
  }
}

std::ptrdiff_t Connection::read(char* to, std::size_t size) {
  const std::ptrdiff_t status = await_bytes();
  if (status <= 0) return status;
  const std::size_t count = std::min(size, in_.size() - read_at_);
  std::copy_n(in_.data() + read_at_, count, to);
  read_at_ += count;
  return static_cast<std::ptrdiff_t>(count);
}

Connection::BodyRead Connection::append(Bytes& body, std::uint64_t size) {
  while (size > 0) {
    if (await_bytes() <= 0) return timed_out_ ? BodyRead::timed_out : BodyRead::closed;
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(size, in_.size() - read_at_));
    const auto from = in_.begin() + static_cast<std::ptrdiff_t>(read_at_);
    body.insert(body.end(), from, from + static_cast<std::ptrdiff_t>(count));
    read_at_ += count;
    size -= count;
  }
  return BodyRead::ok;
}

Connection::BodyRead Connection::read_body(std::size_t limit, Bytes& body) {
  body.clear();
  switch (framing_.body) {
    case Framing::Body::none:
      body_read_ = true;
      return BodyRead::ok;
    case Framing::Body::malformed:
      return BodyRead::malformed;
    case Framing::Body::chunked:
      break;
    case Framing::Body::length:
      if (framing_.length > limit) return BodyRead::too_large;
      body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(framing_.length, 1024 * 1024)));
      break;
  }
  const BodyRead result =
      framing_.body == Framing::Body::chunked ? read_chunks(limit, body) : append(body, framing_.length);
  body_read_ = result == BodyRead::ok;
  return result;
}

/// Up to the line's end, which is taken and left out.
Connection::BodyRead Connection::read_line(std::string& line) {
  line.clear();
  for (;;) {
    char c = 0;
    if (read(&c, 1) != 1) return timed_out_ ? BodyRead::timed_out : BodyRead::closed;
    line += c;
    if (line.ends_with("\r\n")) break;
    if (line.size() > kMaxChunkLine || c == '\n') return BodyRead::malformed;
  }
  line.resize(line.size() - 2);
  return BodyRead::ok;
}

/// RFC 9112 section 7.1. Extensions and trailers are read and ignored, within bounds.
Connection::BodyRead Connection::read_chunks(std::size_t limit, Bytes& body) {
  std::string line;
  for (;;) {
    if (const auto status = read_line(line); status != BodyRead::ok) return status;
    const std::string_view digits = trimmed(std::string_view(line).substr(0, line.find(';')));
    if (digits.empty() || digits.size() > 8) return BodyRead::malformed;
    std::uint64_t size = 0;
    for (const char c : digits) {
      const char d = to_lower(c);
      if ((d < '0' || d > '9') && (d < 'a' || d > 'f')) return BodyRead::malformed;
      size = size * 16 + static_cast<std::uint64_t>(d <= '9' ? d - '0' : d - 'a' + 10);
    }
    if (size == 0) break;
    if (size > limit - body.size()) return BodyRead::too_large;
    if (const auto status = append(body, size); status != BodyRead::ok) return status;
    if (const auto status = read_line(line); status != BodyRead::ok) return status;
    if (!line.empty()) return BodyRead::malformed;
  }
  for (std::size_t trailers = 0; trailers <= kMaxHeaders; ++trailers) {
    if (const auto status = read_line(line); status != BodyRead::ok) return status;
    if (line.empty()) return BodyRead::ok;
  }
  return BodyRead::malformed;
}

// ---- an answer goes out

void Connection::write(std::string_view bytes) {
  out_ += bytes;
  if (out_.size() > kFlushAt) flush();
}

bool Connection::flush() {
  if (out_.empty()) return true;
  const bool sent = send(as_bytes(out_));
  out_.clear();
  return sent;
}

bool Connection::send(ByteView bytes) {
  while (!bytes.empty()) {
    const std::ptrdiff_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(count));
      moved_ += static_cast<std::uint64_t>(count);
      continue;
    }
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK) return false;
    if (!wait(POLLOUT, timeouts_.write_ms)) return false;
  }
  return true;
}

// ---- the end

void Connection::begin_closing() {
  (void)flush();
  ::shutdown(socket_, SHUT_WR);
  closing_ = true;
  last_bytes_ = Clock::now();
}

bool Connection::discard() {
  std::array<char, kPiece> piece;
  for (int pieces = 0; pieces < 16; ++pieces) {  // then the next client's turn
    if (discarded_ > kMaxDiscarded) return false;
    const std::ptrdiff_t count = ::recv(socket_, piece.data(), piece.size(), MSG_DONTWAIT);
    if (count <= 0) return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
    discarded_ += static_cast<std::uint64_t>(count);
  }
  return true;
}

}  // namespace lucid::api
