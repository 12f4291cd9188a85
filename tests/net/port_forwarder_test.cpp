// Bytes through a forwarder, as between a person's browser and a node in a namespace of its own.
#include "net/port_forwarder.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace lucid::net {
namespace {

constexpr std::uint64_t kPatienceMs = 60'000;

void send_all(const Socket& socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else {
      std::this_thread::yield();  // non-blocking: the other side has to read first
    }
  }
}

/// All that comes until the other side ends its direction. Absent where it is broken or takes too long.
std::optional<std::string> receive_all(const Socket& socket) {
  std::string out;
  char piece[65'536];
  for (;;) {
    if (!wait_readable(socket.number(), kPatienceMs)) return std::nullopt;
    const ssize_t count = ::recv(socket.number(), piece, sizeof piece, 0);
    if (count < 0) return std::nullopt;
    if (count == 0) return out;
    out.append(piece, static_cast<std::size_t>(count));
  }
}

Socket accept_one(const Socket& listener) {
  EXPECT_TRUE(wait_readable(listener.number(), kPatienceMs));
  return Socket(::accept4(listener.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

class PortForwarder : public testing::Test {
 protected:
  void SetUp() override {
    auto node = listen_on_loopback(0);
    auto door = listen_on_loopback(0);
    ASSERT_TRUE(node && door);
    node_ = std::move(*node);
    door_port_ = port_of(*door);
    ASSERT_EQ(::pipe(stop_), 0);
    std::vector<ForwardedPort> ports;
    ports.push_back({std::move(*door), port_of(node_)});
    thread_ =
        std::thread([ports = std::move(ports), stop = stop_[0]]() mutable { forward_ports(std::move(ports), stop); });
  }
  void TearDown() override {
    ASSERT_EQ(::write(stop_[1], "", 1), 1);
    thread_.join();
    ::close(stop_[0]);
    ::close(stop_[1]);
  }
  Socket dial_door() const { return dial("127.0.0.1", door_port_, kPatienceMs).value(); }

  Socket node_;
  std::uint16_t door_port_ = 0;
  int stop_[2] = {-1, -1};
  std::thread thread_;
};

TEST_F(PortForwarder, PassesARequestAndItsAnswer) {
  const Socket client = dial_door();
  send_all(client, "a question");
  ::shutdown(client.number(), SHUT_WR);
  const Socket server = accept_one(node_);
  EXPECT_EQ(receive_all(server), "a question");
  send_all(server, "an answer");
  ::shutdown(server.number(), SHUT_WR);
  EXPECT_EQ(receive_all(client), "an answer") << "each direction ends by itself";
}

TEST_F(PortForwarder, PassesMoreThanAnyBufferHolds) {
  std::string sent;
  for (int i = 0; sent.size() < (8u << 20); ++i) sent += std::to_string(i) + ",";
  const Socket client = dial_door();
  const Socket server = accept_one(node_);
  std::thread writer([&] {
    send_all(client, sent);
    ::shutdown(client.number(), SHUT_WR);
  });
  const auto received = receive_all(server);
  writer.join();
  ASSERT_TRUE(received);
  EXPECT_TRUE(*received == sent);
}

TEST_F(PortForwarder, KeepsConnectionsApart) {
  const Socket first = dial_door(), second = dial_door();
  send_all(second, "second");
  send_all(first, "first");
  for (const Socket* client : {&first, &second}) ::shutdown(client->number(), SHUT_WR);
  const Socket one = accept_one(node_), other = accept_one(node_);
  EXPECT_EQ(receive_all(one), "first");
  EXPECT_EQ(receive_all(other), "second");
}

TEST_F(PortForwarder, WhereNobodyListensTheConnectionEnds) {
  node_ = Socket();
  const Socket client = dial_door();
  const auto received = receive_all(client);
  EXPECT_TRUE(!received || received->empty());
  const Socket again = dial_door();  // and the forwarder goes on
  EXPECT_TRUE(!receive_all(again).value_or("").size());
}

TEST_F(PortForwarder, OneSideThatBreaksOffEndsTheOther) {
  const Socket client = dial_door();
  {
    const Socket server = accept_one(node_);
    send_all(client, "unread");
    ASSERT_TRUE(wait_readable(server.number(), kPatienceMs));
  }  // closed with bytes unread: a reset
  const auto received = receive_all(client);
  EXPECT_TRUE(!received || received->empty());
}

TEST(ListenOnLoopback, APortInUseIsNamed) {
  const auto taken = listen_on_loopback(0);
  ASSERT_TRUE(taken);
  const auto again = listen_on_loopback(port_of(*taken));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().fault, Fault::port_in_use);
  EXPECT_EQ(again.error().field, "127.0.0.1:" + std::to_string(port_of(*taken)));
}

}  // namespace
}  // namespace lucid::net
