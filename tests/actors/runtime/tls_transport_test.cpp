#include "actors/runtime/tls_transport.hpp"

#include <gmock/gmock.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "actors/runtime/wire.hpp"
#include "net/sockets.hpp"
#include "tests/actors/processes.hpp"
#include "tests/net/test_certs.hpp"

namespace lucid::actors {

struct Echo {
  std::string words;
  LUCID_FIELDS(words)
};
struct Echoed {
  std::string words;
  LUCID_FIELDS(words)
};
struct Other {
  std::string words;
  LUCID_FIELDS(words)
};
#define LUCID_ECHO_MESSAGES(X) X(Echo) X(Echoed) X(Other)
LUCID_ECHO_MESSAGES(LUCID_MESSAGE)
LUCID_DEFINE_MESSAGES(add_echo_messages, LUCID_ECHO_MESSAGES)

namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;

using EchoActor = act::iface<Echoed(Echo)>;
using OtherActor = act::iface<void(Other)>;

class EchoState {
 public:
  using interface = EchoActor;
  static constexpr const char* kName = "echo";
  explicit EchoState(interface::pointer) {}
  interface::behavior_type make_behavior() {
    return {[](const Echo& echo) { return Echoed{echo.words}; }};
  }
};

class TlsTransportTest : public ::testing::Test {
 protected:
  static constexpr std::size_t kPlaces = 4;

  TlsTransportSettings settings(const net::TlsFiles& files) {
    TlsTransportSettings settings;
    settings.files = files;
    settings.handshake_ms = handshake_ms_;
    settings.max_handshaking = kPlaces;
    return settings;
  }
  std::unique_ptr<Process> process(const net::TlsFiles& files) {
    return std::make_unique<Process>(add_echo_messages, settings(files));
  }
  /// A server with an actor on a port, and a client that is connected to it.
  void start() {
    server_ = process(ours_.files("lucid-node"));
    echo_ = act::spawn<EchoState>(server_->system(), server_->place());
    const auto port = server_->transport().publish(echo_, 0);
    ASSERT_TRUE(port) << to_text(port.error());
    port_ = *port;
    client_ = process(ours_.files("lucid-node"));
    auto remote = client_->transport().connect<EchoActor>("127.0.0.1", port_);
    ASSERT_TRUE(remote) << to_text(remote.error());
    remote_ = *remote;
    ASSERT_TRUE(link_works());
  }
  bool link_works() {
    const auto echoed = act::call<Echoed>(client_->system(), remote_, seconds(20), Echo{"hello"});
    return echoed && echoed->words == "hello";
  }
  net::Socket plain_client() {
    auto socket = net::dial("127.0.0.1", port_, 5'000);
    EXPECT_TRUE(socket);
    return socket ? std::move(*socket) : net::Socket();
  }
  /// Whether the server hangs up on this client.
  static bool is_hung_up(const net::Socket& socket) {
    return eventually([&] {
      char byte = 0;
      const auto count = ::recv(socket.number(), &byte, 1, MSG_DONTWAIT);
      return count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
    });
  }

  std::uint64_t handshake_ms_ = 20'000;
  net::TemporaryFolder folder_;
  net::TestAuthority ours_{folder_.path() / "ours"};
  net::TestAuthority theirs_{folder_.path() / "theirs"};
  std::unique_ptr<Process> server_, client_;
  EchoActor echo_, remote_;
  std::uint16_t port_ = 0;

  void TearDown() override { echo_ = remote_ = EchoActor(); }
};

TEST_F(TlsTransportTest, ActorsOfTwoProcessesTalk) {
  start();
  const auto echoed = act::call<Echoed>(client_->system(), remote_, seconds(20), Echo{std::string(200'000, 'x')});
  ASSERT_TRUE(echoed) << to_text(echoed.error());
  EXPECT_EQ(echoed->words, std::string(200'000, 'x'));
}

TEST_F(TlsTransportTest, AMessageOverTheLimitIsRefusedAndTheLinkLives) {
  start();
  const auto before = wire::refusals();
  const auto echoed =
      act::call<Echoed>(client_->system(), remote_, seconds(20), Echo{std::string(wire::kMaxMessageBytes, 'x')});
  EXPECT_FALSE(echoed);
  EXPECT_GT(wire::refusals().on_sending, before.on_sending);
  EXPECT_TRUE(link_works());
}

TEST_F(TlsTransportTest, AClientOfAnotherOperatorIsTurnedAwayAndTheHealthyLinkLives) {
  start();
  auto foreign = process(theirs_.files("lucid-node"));
  const auto refused = foreign->transport().connect<EchoActor>("127.0.0.1", port_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::no_answer);
  EXPECT_THAT(refused.error().field, HasSubstr("127.0.0.1"));
  EXPECT_TRUE(link_works());
}

TEST_F(TlsTransportTest, AForeignClientThatTrustsUsIsTurnedAwayByTheServer) {
  start();
  net::TlsFiles mixed = theirs_.files("lucid-node");
  mixed.ca_certificate = ours_.files("lucid-node").ca_certificate;
  auto foreign = std::make_unique<Process>(add_echo_messages, [&] {
    auto patient = settings(mixed);
    patient.answer_ms = 300;
    patient.handshake_ms = 300;
    return patient;
  }());
  EXPECT_FALSE(foreign->transport().connect<EchoActor>("127.0.0.1", port_));
  EXPECT_TRUE(eventually([&] { return server_->notes().contain("turned away 127.0.0.1"); }));
  EXPECT_TRUE(link_works());
}

TEST_F(TlsTransportTest, AnotherNameOfOurAuthorityIsTurnedAway) {
  start();
  const auto context = net::TlsContext::load(ours_.files("other.example"));
  ASSERT_TRUE(context);
  const net::Socket socket = plain_client();
  net::TlsChannel channel(*context, socket.number(), net::TlsChannel::Side::connecting);
  EXPECT_TRUE(eventually([&] {
    (void)channel.handshake();
    return channel.established() || channel.failed();
  }));
  EXPECT_TRUE(is_hung_up(socket));
  EXPECT_TRUE(server_->notes().contain("hostname mismatch"));
  EXPECT_TRUE(link_works());
}

TEST_F(TlsTransportTest, AClientWithoutCertificateIsTurnedAway) {
  start();
  const net::Socket socket = plain_client();
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_method()), SSL_CTX_free);
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), SSL_free);
  SSL_set_fd(ssl.get(), socket.number());
  SSL_set_connect_state(ssl.get());
  EXPECT_TRUE(eventually([&] { return SSL_do_handshake(ssl.get()) == 1; }));
  EXPECT_TRUE(is_hung_up(socket));
  EXPECT_TRUE(link_works());
}

TEST_F(TlsTransportTest, PlainTextAndGarbageAreTurnedAway) {
  start();
  for (const std::string& garbage : {std::string("GET / HTTP/1.1\r\n\r\n"), std::string(5'000, '\xff')}) {
    const net::Socket socket = plain_client();
    ASSERT_GT(::send(socket.number(), garbage.data(), garbage.size(), MSG_NOSIGNAL), 0);
    EXPECT_TRUE(is_hung_up(socket));
    EXPECT_TRUE(link_works());
  }
}

TEST_F(TlsTransportTest, ASilentClientIsHungUpOnAlsoWhenNobodyElseComes) {
  handshake_ms_ = 100;
  start();
  const net::Socket socket = plain_client();
  EXPECT_TRUE(is_hung_up(socket));
  EXPECT_TRUE(server_->notes().contain("no handshake in time"));
  EXPECT_TRUE(link_works());
}

TEST_F(TlsTransportTest, SilentClientsTakeNoMoreThanTheirPlaces) {
  start();
  std::vector<net::Socket> silent;
  for (std::size_t i = 0; i < kPlaces; ++i) silent.push_back(plain_client());
  const net::Socket one_too_many = plain_client();
  EXPECT_TRUE(is_hung_up(one_too_many));
  EXPECT_TRUE(link_works());
  // A place that becomes free can be had again.
  silent.pop_back();
  auto late = process(ours_.files("lucid-node"));
  EXPECT_TRUE(eventually([&] { return late->transport().connect<EchoActor>("127.0.0.1", port_).has_value(); }));
}

TEST_F(TlsTransportTest, AMessageThatClaimsToBeHugeEndsItsConnectionBeforeAnythingIsAllocated) {
  start();
  const auto context = net::TlsContext::load(ours_.files("lucid-node"));
  ASSERT_TRUE(context);
  const net::Socket socket = plain_client();
  net::TlsChannel channel(*context, socket.number(), net::TlsChannel::Side::connecting);
  ASSERT_TRUE(eventually([&] { return channel.handshake() == net::TlsChannel::Progress::done; }));
  // CAF's header: operation 2 is a message; then padding, flags and the size of what follows; ids.
  std::string header(32, '\0');
  header[0] = 2;
  header[4] = '\xf0';
  header[31] = 1;
  std::size_t count = 0;
  ASSERT_EQ(channel.write(header, count), net::TlsChannel::Progress::done);
  EXPECT_TRUE(eventually([&] { return server_->notes().contain("bytes"); }));
  std::array<char, 512> buffer{};
  EXPECT_TRUE(eventually([&] { return channel.read(buffer, count) == net::TlsChannel::Progress::failed; }));
  EXPECT_TRUE(link_works());
}

TEST_F(TlsTransportTest, AnActorOfAnotherKindIsNotTakenForTheOneAsked) {
  start();
  const auto other = client_->transport().connect<OtherActor>("127.0.0.1", port_);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().fault, Fault::not_ready);
}

TEST_F(TlsTransportTest, WhereNobodyListensIsSaidAtOnce) {
  client_ = process(ours_.files("lucid-node"));
  const net::Socket taken(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(taken.number(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  socklen_t size = sizeof address;
  ASSERT_EQ(::getsockname(taken.number(), reinterpret_cast<sockaddr*>(&address), &size), 0);
  const auto nobody = client_->transport().connect<EchoActor>("127.0.0.1", ntohs(address.sin_port));
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().fault, Fault::no_answer);
}

TEST_F(TlsTransportTest, ASilentServerIsGivenUpAndOthersAreStillReached) {
  handshake_ms_ = 200;
  start();
  const net::Socket listener(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(listener.number(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listener.number(), 4), 0);
  socklen_t size = sizeof address;
  ASSERT_EQ(::getsockname(listener.number(), reinterpret_cast<sockaddr*>(&address), &size), 0);
  const auto silent = client_->transport().connect<EchoActor>("127.0.0.1", ntohs(address.sin_port));
  ASSERT_FALSE(silent);
  EXPECT_EQ(silent.error().fault, Fault::no_answer);
  EXPECT_EQ(silent.error().actual, "silence");
  EXPECT_TRUE(client_->transport().connect<EchoActor>("127.0.0.1", port_));
}

TEST_F(TlsTransportTest, APortInUseIsSaid) {
  start();
  const auto again = client_->transport().publish(remote_, port_);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().fault, Fault::not_ready);
  EXPECT_THAT(again.error().field, HasSubstr(std::to_string(port_)));
}

TEST_F(TlsTransportTest, BadFilesAreAnErrorAndNoEndOfTheProcess) {
  client_ = process(ours_.files("lucid-node"));
  net::TlsFiles files = ours_.files("lucid-node");
  files.key = folder_.path() / "missing.key";
  const auto refused = TlsTransport::start(client_->system(), settings(files));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::file_form);
}

TEST_F(TlsTransportTest, AServerThatGoesIsNoticedAndOneThatComesBackIsFoundAgain) {
  start();
  echo_ = EchoActor();
  server_.reset();
  const auto lost = act::call<Echoed>(client_->system(), remote_, std::chrono::milliseconds(300), Echo{"?"});
  EXPECT_FALSE(lost);
  server_ = process(ours_.files("lucid-node"));
  echo_ = act::spawn<EchoState>(server_->system(), server_->place());
  ASSERT_TRUE(eventually([&] { return server_->transport().publish(echo_, port_).has_value(); }));
  auto again = client_->transport().connect<EchoActor>("127.0.0.1", port_);
  ASSERT_TRUE(again) << to_text(again.error());
  remote_ = *again;
  EXPECT_TRUE(link_works());
}

}  // namespace
}  // namespace lucid::actors
