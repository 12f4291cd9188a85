#include "net/tls.hpp"

#include <array>
#include <fstream>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "net/sockets.hpp"
#include "tests/net/test_certs.hpp"

namespace lucid::net {
namespace {

using Progress = TlsChannel::Progress;
using Side = TlsChannel::Side;
using ::testing::HasSubstr;

class TlsTest : public ::testing::Test {
 protected:
  std::shared_ptr<const TlsContext> context(const TlsFiles& files) {
    auto loaded = TlsContext::load(files);
    EXPECT_TRUE(loaded) << to_text(loaded.error());
    return loaded ? *loaded : nullptr;
  }

  /// Two ends of one connection.
  struct Pair {
    Pair(std::shared_ptr<const TlsContext> server_side, std::shared_ptr<const TlsContext> client_side) {
      std::array<int, 2> ends{};
      EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
      server_socket = Socket(ends[0]);
      client_socket = Socket(ends[1]);
      server.emplace(std::move(server_side), ends[0], Side::accepting);
      client.emplace(std::move(client_side), ends[1], Side::connecting);
    }
    /// Both take turns until neither gets any further.
    void shake_hands() {
      for (int i = 0; i < 8; ++i) {
        (void)client->handshake();
        (void)server->handshake();
      }
    }
    Socket server_socket, client_socket;
    std::optional<TlsChannel> server, client;
  };

  static std::string read_all(TlsChannel& from) {
    std::array<char, 256> buffer{};
    std::size_t count = 0;
    return from.read(buffer, count) == Progress::done ? std::string(buffer.data(), count) : std::string();
  }
  static bool write_all(TlsChannel& to, std::string_view text) {
    std::size_t count = 0;
    return to.write(text, count) == Progress::done && count == text.size();
  }

  TemporaryFolder folder_;
  TestAuthority ours_{folder_.path() / "ours"};
  TestAuthority theirs_{folder_.path() / "theirs"};
};

TEST_F(TlsTest, TwoOfOneOperatorProveThemselvesAndTalk) {
  const auto node = context(ours_.files("lucid-node"));
  Pair pair(node, node);
  pair.shake_hands();
  ASSERT_TRUE(pair.server->established());
  ASSERT_TRUE(pair.client->established());
  ASSERT_TRUE(write_all(*pair.client, "to the server"));
  EXPECT_EQ(read_all(*pair.server), "to the server");
  ASSERT_TRUE(write_all(*pair.server, "and back"));
  EXPECT_EQ(read_all(*pair.client), "and back");
}

TEST_F(TlsTest, NothingToReadIsNoFailure) {
  const auto node = context(ours_.files("lucid-node"));
  Pair pair(node, node);
  pair.shake_hands();
  std::array<char, 8> buffer{};
  std::size_t count = 7;
  EXPECT_EQ(pair.server->read(buffer, count), Progress::later);
  EXPECT_EQ(count, 0u);
  EXPECT_EQ(pair.server->read({}, count), Progress::later);
  EXPECT_EQ(pair.server->write({}, count), Progress::later);
}

TEST_F(TlsTest, WhatDidNotFitStaysPending) {
  const auto node = context(ours_.files("lucid-node"));
  Pair pair(node, node);
  pair.shake_hands();
  ASSERT_TRUE(write_all(*pair.client, "longer than the buffer"));
  std::array<char, 6> buffer{};
  std::size_t count = 0;
  ASSERT_EQ(pair.server->read(buffer, count), Progress::done);
  EXPECT_TRUE(pair.server->has_pending());
  EXPECT_EQ(read_all(*pair.server), " than the buffer");
  EXPECT_FALSE(pair.server->has_pending());
}

TEST_F(TlsTest, ACertificateOfAnotherAuthorityIsRefusedByBothSides) {
  Pair pair(context(ours_.files("lucid-node")), context(theirs_.files("lucid-node")));
  pair.shake_hands();
  EXPECT_TRUE(pair.client->failed());
  EXPECT_FALSE(pair.server->established());
  EXPECT_THAT(pair.client->why_failed(), HasSubstr("certificate"));
}

TEST_F(TlsTest, AServerRefusesAForeignClientThatWouldTrustIt) {
  // The client shows a certificate of its own authority, but trusts ours.
  TlsFiles mixed = theirs_.files("lucid-node");
  mixed.ca_certificate = ours_.files("lucid-node").ca_certificate;
  Pair pair(context(ours_.files("lucid-node")), context(mixed));
  pair.shake_hands();
  EXPECT_TRUE(pair.server->failed());
  EXPECT_FALSE(pair.server->established());
}

TEST_F(TlsTest, AnotherNameOfTheSameAuthorityIsRefused) {
  Pair server_wrong(context(ours_.files("other.example")), context(ours_.files("lucid-node")));
  server_wrong.shake_hands();
  EXPECT_TRUE(server_wrong.client->failed());
  Pair client_wrong(context(ours_.files("lucid-node", "lucid-node")), context(ours_.files("other.example")));
  client_wrong.shake_hands();
  EXPECT_TRUE(client_wrong.server->failed());
  EXPECT_THAT(client_wrong.server->why_failed(), HasSubstr("hostname mismatch"));
}

TEST_F(TlsTest, AWildcardIsNoName) {
  Pair pair(context(ours_.files("lucid-node", "pi.lucid-node")), context(ours_.files("*.lucid-node")));
  pair.shake_hands();
  EXPECT_FALSE(pair.server->established());
}

TEST_F(TlsTest, AnExpiredCertificateIsAcceptedOnPurpose) {
  const auto expired = context(ours_.files("lucid-node", "lucid-node", true));
  Pair pair(expired, expired);
  pair.shake_hands();
  EXPECT_TRUE(pair.server->established());
}

/// Clients as an attacker would write them, straight on OpenSSL.
class RawClient {
 public:
  explicit RawClient(int socket) : context_(SSL_CTX_new(TLS_method()), SSL_CTX_free), ssl_(nullptr, SSL_free) {
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_NONE, nullptr);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), socket);
    SSL_set_connect_state(ssl_.get());
  }
  SSL* ssl() { return ssl_.get(); }

 private:
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
};

TEST_F(TlsTest, AClientWithoutCertificateIsRefused) {
  const auto node = context(ours_.files("lucid-node"));
  Pair pair(node, node);
  RawClient client(pair.client_socket.number());
  for (int i = 0; i < 8; ++i) {
    SSL_do_handshake(client.ssl());
    (void)pair.server->handshake();
  }
  EXPECT_TRUE(pair.server->failed());
  EXPECT_FALSE(pair.server->established());
}

TEST_F(TlsTest, Tls12IsRefused) {
  const auto node = context(ours_.files("lucid-node"));
  Pair pair(node, node);
  RawClient client(pair.client_socket.number());
  SSL_set_max_proto_version(client.ssl(), TLS1_2_VERSION);
  for (int i = 0; i < 8; ++i) {
    SSL_do_handshake(client.ssl());
    (void)pair.server->handshake();
  }
  EXPECT_TRUE(pair.server->failed());
}

TEST_F(TlsTest, PlainTextAndGarbageAreRefused) {
  const auto node = context(ours_.files("lucid-node"));
  for (const std::string& garbage :
       {std::string("GET / HTTP/1.1\r\n\r\n"), std::string(4'096, '\xff'), std::string(64, '\0'),
        std::string("\x16\x03\x01\x40\x00", 5) + std::string(20'000, 'x')}) {
    Pair pair(node, node);
    ASSERT_GT(::send(pair.client_socket.number(), garbage.data(), garbage.size(), MSG_NOSIGNAL), 0);
    EXPECT_EQ(pair.server->handshake(), Progress::failed);
    std::size_t count = 0;
    std::array<char, 8> buffer{};
    EXPECT_EQ(pair.server->read(buffer, count), Progress::failed);
    EXPECT_EQ(pair.server->write(std::string_view("x"), count), Progress::failed);
  }
}

TEST_F(TlsTest, APeerThatHangsUpIsAFailureAndNoSignal) {
  const auto node = context(ours_.files("lucid-node"));
  Pair pair(node, node);
  pair.shake_hands();
  pair.client_socket = Socket();
  std::size_t count = 0;
  Progress progress = Progress::done;
  for (int i = 0; i < 3 && progress != Progress::failed; ++i)
    progress = pair.server->write(std::string_view("anyone there?"), count);
  EXPECT_EQ(progress, Progress::failed);
}

TEST_F(TlsTest, ErrorsOfOneConnectionDoNotReachAnother) {
  const auto node = context(ours_.files("lucid-node"));
  Pair healthy(node, node);
  healthy.shake_hands();
  // What a library user that never empties the queue would leave behind.
  ERR_raise(ERR_LIB_SSL, SSL_R_BAD_PACKET_LENGTH);
  std::array<char, 8> buffer{};
  std::size_t count = 0;
  EXPECT_EQ(healthy.server->read(buffer, count), Progress::later);
  ASSERT_TRUE(write_all(*healthy.client, "fine"));
  EXPECT_EQ(read_all(*healthy.server), "fine");
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST_F(TlsTest, FilesThatAreMissingOrDoNotFitAreNamed) {
  const TlsFiles good = ours_.files("lucid-node");
  TlsFiles files = good;
  files.key = folder_.path() / "nowhere.key";
  auto refused = TlsContext::load(files);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::file_form);
  EXPECT_THAT(refused.error().field, HasSubstr("nowhere.key"));

  files = good;
  files.key = ours_.files("other").key;
  EXPECT_EQ(TlsContext::load(files).error().fault, Fault::file_form);

  files = good;
  files.certificate = folder_.path() / "garbage.pem";
  std::ofstream(files.certificate) << "garbage";
  EXPECT_THAT(TlsContext::load(files).error().field, HasSubstr("garbage.pem"));

  files = good;
  files.ca_certificate = folder_.path() / "missing.pem";
  EXPECT_THAT(TlsContext::load(files).error().field, HasSubstr("missing.pem"));
}

// ---- sockets

TEST(DialTest, APortWhereNobodyListensIsRefusedAndNamed) {
  // Bound but not listening, so that nobody else can take it.
  Socket taken(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(taken.number(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  socklen_t size = sizeof address;
  ASSERT_EQ(::getsockname(taken.number(), reinterpret_cast<sockaddr*>(&address), &size), 0);
  const auto dialled = dial("127.0.0.1", ntohs(address.sin_port), 1'000);
  ASSERT_FALSE(dialled);
  EXPECT_EQ(dialled.error().fault, Fault::no_answer);
  EXPECT_EQ(dialled.error().field, "127.0.0.1:" + std::to_string(ntohs(address.sin_port)));
}

TEST(DialTest, AListenerIsReached) {
  Socket listener(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(listener.number(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listener.number(), 1), 0);
  socklen_t size = sizeof address;
  ASSERT_EQ(::getsockname(listener.number(), reinterpret_cast<sockaddr*>(&address), &size), 0);
  auto dialled = dial("127.0.0.1", ntohs(address.sin_port), 5'000);
  ASSERT_TRUE(dialled) << to_text(dialled.error());
  tune(dialled->number());
  EXPECT_FALSE(wait_readable(dialled->number(), 0));
  hang_up(dialled->number());
  EXPECT_TRUE(wait_readable(dialled->number(), 0));
}

TEST(DialTest, AHostThatDoesNotExistIsRefused) {
  const auto dialled = dial("no such host", 1, 100);
  ASSERT_FALSE(dialled);
  EXPECT_EQ(dialled.error().fault, Fault::no_answer);
}

}  // namespace
}  // namespace lucid::net
