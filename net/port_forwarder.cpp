#include "net/port_forwarder.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <list>
#include <memory>
#include <netinet/in.h>
#include <optional>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace lucid::net {
namespace {

constexpr std::size_t kMaxConnections = 400;
constexpr std::size_t kPieceBytes = 65'536;
constexpr int kBacklog = 128;
constexpr int kAcceptPauseMs = 100;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool may_come_later() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/// One direction of a connection: at most one piece is on its way, so a slow reader slows the writer down.
class Flow {
 public:
  Flow(int from, int to) : from_(from), to_(to) {}

  bool wants_input() const { return !ended_ && begin_ == end_; }
  bool wants_output() const { return begin_ != end_; }
  bool done() const { return ended_ && begin_ == end_; }

  /// False: this connection is broken.
  bool move() {
    if (done()) return true;
    if (wants_input()) {
      const ssize_t count = ::recv(from_, piece_->data(), piece_->size(), 0);
      if (count < 0) return may_come_later();
      begin_ = 0;
      end_ = static_cast<std::size_t>(count);
      ended_ = count == 0;
      if (ended_) ::shutdown(to_, SHUT_WR);
    }
    while (begin_ != end_) {
      const ssize_t count = ::send(to_, piece_->data() + begin_, end_ - begin_, MSG_NOSIGNAL);
      if (count < 0) return may_come_later();
      begin_ += static_cast<std::size_t>(count);
    }
    return true;
  }

 private:
  int from_, to_;
  bool ended_ = false;
  std::size_t begin_ = 0, end_ = 0;
  std::unique_ptr<std::array<char, kPieceBytes>> piece_ = std::make_unique<std::array<char, kPieceBytes>>();
};

class Passage {
 public:
  /// Absent where nobody listens at the port.
  static std::unique_ptr<Passage> open(Socket outside, std::uint16_t port) {
    Socket inside(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const sockaddr_in address = loopback(port);
    if (inside.number() < 0) return nullptr;
    if (::connect(inside.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
        errno != EINPROGRESS)
      return nullptr;
    tune(outside.number());
    tune(inside.number());
    return std::make_unique<Passage>(std::move(outside), std::move(inside));
  }
  Passage(Socket outside, Socket inside)
      : outside_(std::move(outside)),
        inside_(std::move(inside)),
        in_(outside_.number(), inside_.number()),
        out_(inside_.number(), outside_.number()) {}

  std::array<pollfd, 2> wishes() const {
    const auto events = [](bool input, bool output) {
      return static_cast<short>((input ? POLLIN : 0) | (output ? POLLOUT : 0));
    };
    if (!connected_) return {pollfd{outside_.number(), 0, 0}, pollfd{inside_.number(), POLLOUT, 0}};
    return {pollfd{outside_.number(), events(in_.wants_input(), out_.wants_output()), 0},
            pollfd{inside_.number(), events(out_.wants_input(), in_.wants_output()), 0}};
  }
  /// False: it is over.
  bool move(const pollfd& outside, const pollfd& inside) {
    if (((outside.revents | inside.revents) & (POLLERR | POLLNVAL)) != 0) return false;
    if (!connected_ && (inside.revents & POLLOUT) != 0) connected_ = true;
    if (!connected_) return (outside.revents & POLLHUP) == 0;
    return in_.move() && out_.move() && !(in_.done() && out_.done());
  }

 private:
  Socket outside_, inside_;
  bool connected_ = false;
  Flow in_, out_;
};

class Forwarder {
 public:
  explicit Forwarder(std::vector<ForwardedPort> ports) : ports_(std::move(ports)) {}

  void run(int stop) {
    for (;;) {
      std::vector<pollfd> watched{{stop, POLLIN, 0}};
      const bool accepting = !paused_ && passages_.size() < kMaxConnections;
      for (const auto& port : ports_)
        watched.push_back({port.listener.number(), static_cast<short>(accepting ? POLLIN : 0), 0});
      for (const auto& passage : passages_)
        for (const auto& wish : passage->wishes()) watched.push_back(wish);
      if (::poll(watched.data(), watched.size(), paused_ ? kAcceptPauseMs : -1) < 0 && errno != EINTR) return;
      paused_ = false;
      if (watched[0].revents != 0) return;
      std::size_t at = 1 + ports_.size();
      for (auto passage = passages_.begin(); passage != passages_.end(); at += 2)
        passage = (*passage)->move(watched[at], watched[at + 1]) ? std::next(passage) : passages_.erase(passage);
      for (std::size_t i = 0; i < ports_.size(); ++i)
        if ((watched[1 + i].revents & POLLIN) != 0) accept_from(ports_[i]);
    }
  }

 private:
  void accept_from(const ForwardedPort& port) {
    Socket outside(::accept4(port.listener.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (outside.number() < 0) {
      paused_ = !may_come_later();  // no descriptors left, say: asking at once again would be all that this does
      return;
    }
    if (auto passage = Passage::open(std::move(outside), port.to)) passages_.push_back(std::move(passage));
  }

  std::vector<ForwardedPort> ports_;
  std::list<std::unique_ptr<Passage>> passages_;
  bool paused_ = false;
};

}  // namespace

Result<Socket> listen_on_loopback(std::uint16_t port) {
  const std::string where = "127.0.0.1:" + std::to_string(port);
  Socket listener(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  const sockaddr_in address = loopback(port);
  if (listener.number() < 0) return fail(Fault::port_refused, where, {}, std::strerror(errno));
  ::setsockopt(listener.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(listener.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener.number(), kBacklog) != 0)
    return fail(errno == EADDRINUSE ? Fault::port_in_use : Fault::port_refused, where, {}, std::strerror(errno));
  return listener;
}

std::uint16_t port_of(const Socket& listener) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (::getsockname(listener.number(), reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return ntohs(address.sin_port);
}

void forward_ports(std::vector<ForwardedPort> ports, int stop) {
  Forwarder(std::move(ports)).run(stop);
}

}  // namespace lucid::net
