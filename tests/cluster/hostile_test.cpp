// A peers port in hostile hands: garbage, silence, oversize frames, keys that nobody knows, and a thousand connections
// at a time, from a network namespace of their own. The chain keeps its pace.
#include <arpa/inet.h>
#include <atomic>
#include <fcntl.h>
#include <iostream>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "config/key_files.hpp"
#include "net/peer_tls.hpp"
#include "tests/cluster/anchor_history.hpp"
#include "tests/cluster/cluster.hpp"
#include "tests/sim/ran.hpp"
#include "tools/lucid/localnet/name_space.hpp"

namespace lucid::cluster {
namespace {

constexpr std::size_t kConnections = 1'000;
constexpr std::uint16_t kPeersAboveEngine = 6;
constexpr milliseconds kPhase{8'000};
constexpr const char* kAttackerAddress = "10.77.0.200";

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

/// What it says first; then it is silent.
enum class Manner { garbage, silence, oversize, unknown_key };

/// Keeps a thousand connections to one address open, each a new one once the other end has closed it.
class Attack {
 public:
  Attack(std::string name_space, std::string address, std::uint16_t port,
         std::shared_ptr<const net::PeerTlsContext> stranger)
      : name_space_(std::move(name_space)),
        address_(std::move(address)),
        port_(port),
        stranger_(std::move(stranger)),
        thread_([this] { run(); }) {}
  ~Attack() { stop(); }
  Attack(const Attack&) = delete;
  Attack& operator=(const Attack&) = delete;

  void stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
  }
  std::uint64_t made() const { return made_; }
  bool entered() const { return entered_; }

 private:
  struct Connection {
    Descriptor socket;
    Manner manner;
    bool spoken = false;
    std::unique_ptr<net::PeerTlsSession> tls;
  };

  void run() {
    const Descriptor place(::open(tools::localnet::name_space_file(name_space_).c_str(), O_RDONLY | O_CLOEXEC));
    if (::setns(place.number(), CLONE_NEWNET) != 0) return;
    entered_ = true;
    std::vector<Connection> connections;
    while (!stopping_) {
      while (connections.size() < kConnections)
        if (!connect_one(connections)) break;
      serve(connections);
    }
  }

  bool connect_one(std::vector<Connection>& connections) {
    Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket.number() < 0) return false;
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port_);
    ::inet_pton(AF_INET, address_.c_str(), &to.sin_addr);
    if (::connect(socket.number(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 && errno != EINPROGRESS)
      return false;
    const auto manner = static_cast<Manner>(made_++ % 4);
    Connection made{std::move(socket), manner, false, {}};
    if (manner == Manner::unknown_key)
      made.tls = std::make_unique<net::PeerTlsSession>(stranger_, net::PeerTlsSession::Side::connecting,
                                                       [](const TlsPublicKey&) { return true; });
    connections.push_back(std::move(made));
    return true;
  }

  void serve(std::vector<Connection>& connections) {
    std::vector<pollfd> watched;
    for (const auto& one : connections)
      watched.push_back({one.socket.number(), static_cast<short>(one.spoken ? POLLIN : POLLIN | POLLOUT), 0});
    constexpr int kLookMs = 50;
    ::poll(watched.data(), watched.size(), kLookMs);
    std::vector<Connection> open;
    for (std::size_t i = 0; i < connections.size(); ++i)
      if (goes_on(connections[i], watched[i].revents)) open.push_back(std::move(connections[i]));
    connections = std::move(open);
  }

  static bool say(const Connection& to, ByteView bytes) {
    return bytes.empty() || ::send(to.socket.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0;
  }

  static bool goes_on(Connection& one, short events) {
    if ((events & (POLLERR | POLLHUP)) != 0) return false;
    if ((events & POLLOUT) != 0 && !one.spoken) {
      one.spoken = true;
      if (!say_first(one)) return false;
    }
    if ((events & POLLIN) == 0) return true;
    std::uint8_t piece[4'096];
    const ssize_t count = ::recv(one.socket.number(), piece, sizeof piece, 0);
    if (count <= 0) return false;
    if (!one.tls) return true;
    (void)one.tls->take({piece, static_cast<std::size_t>(count)});  // a refusal is what is expected
    return say(one, one.tls->outgoing());
  }

  static bool say_first(Connection& one) {
    static const std::string garbage(2'000, '\xee');
    // A record of TLS that announces more than any may hold.
    static const std::string oversize = std::string("\x16\x03\x01\xff\xff", 5) + std::string(20'000, 'x');
    switch (one.manner) {
      case Manner::garbage:
        return say(one, as_bytes(garbage));
      case Manner::oversize:
        return say(one, as_bytes(oversize));
      case Manner::unknown_key:
        return say(one, one.tls->outgoing());
      case Manner::silence:
        break;
    }
    return true;
  }

  std::string name_space_, address_;
  std::uint16_t port_;
  std::shared_ptr<const net::PeerTlsContext> stranger_;
  std::atomic<bool> stopping_{false}, entered_{false};
  std::atomic<std::uint64_t> made_{0};
  std::thread thread_;
};

class ClusterHostileTest : public ClusterTest {
 protected:
  void TearDown() override {
    if (!attacker_.empty()) run_or_fail({"ip", "netns", "del", attacker_});
    ClusterTest::TearDown();
  }

  void run_or_fail(std::vector<std::string> command) const {
    const e2e::Ended ended = e2e::run(command, scratch());
    EXPECT_EQ(ended.status, 0) << command.at(1) << ": " << ended.err;
  }

  /// One more host on the bridge of the localnet.
  void make_attacker() {
    const std::string prefix = state().prefix;
    const std::string bridge = prefix + "-bridge";
    attacker_ = prefix + "-hostile";
    run_or_fail({"ip", "netns", "add", attacker_});
    run_or_fail(
        {"ip", "-n", bridge, "link", "add", "hostile", "type", "veth", "peer", "name", "eth0", "netns", attacker_});
    run_or_fail({"ip", "-n", bridge, "link", "set", "hostile", "master", "br0", "up"});
    run_or_fail({"ip", "-n", attacker_, "addr", "add", std::string(kAttackerAddress) + "/24", "dev", "eth0"});
    run_or_fail({"ip", "-n", attacker_, "link", "set", "eth0", "up"});
  }

  std::shared_ptr<const net::PeerTlsContext> stranger() const {
    const auto keys = scratch() / "stranger";
    EXPECT_TRUE(config::make_node_keys(keys));
    const auto read = config::read_node_keys(keys);
    return net::PeerTlsContext::make(read->tls_pem.view()).value();
  }

  Height blocks_of_a_phase() const {
    const Height before = height(2);
    const auto start = std::chrono::steady_clock::now();
    ::poll(nullptr, 0, static_cast<int>(kPhase.count()));
    // By the time that it really took.
    return (height(2) - before) * static_cast<Height>(kPhase.count()) / static_cast<Height>(since(start).count());
  }

  std::uint64_t turned_away(Node node) const {
    const auto shown = get(node, "/api/v1/chain/network");
    return shown.is_object() ? shown.value("turned_away", std::uint64_t{0}) : 0;
  }

 private:
  std::string attacker_;
};

TEST_F(ClusterHostileTest, AThousandHostileConnectionsTakeAFifthOfTheBlocksAtMost) {
  if (const std::string why = without_name_spaces(); !why.empty())
    GTEST_SKIP() << "no namespace to attack from: " << why;
  const rlimit wanted{4 * kConnections, 4 * kConnections};
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_max < wanted.rlim_cur) GTEST_SKIP() << "a process may not have " << wanted.rlim_cur << " sockets here";
  limit.rlim_cur = std::max(limit.rlim_cur, wanted.rlim_cur);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  up();
  ASSERT_FALSE(HasFatalFailure());
  make_attacker();
  AnchorHistory history(urls());
  ASSERT_TRUE(until([&] { return history.acknowledged() >= kNodes; }));

  constexpr Node kAttacked = 1;
  const auto port = static_cast<std::uint16_t>(first_port() + kPeersAboveEngine);
  const std::uint64_t away_before = turned_away(kAttacked);
  Height quiet = 0, attacked = 0;
  std::uint64_t made = 0;
  for (int attempt = 0; attempt < 2; ++attempt) {
    quiet = blocks_of_a_phase();
    Attack attack(state().prefix + "-hostile", tools::localnet::node_address(kAttacked), port, stranger());
    ASSERT_TRUE(until([&] { return attack.made() >= kConnections; })) << "the attacker does not get through";
    attacked = blocks_of_a_phase();
    attack.stop();
    made += attack.made();
    std::cout << quiet << " blocks in a quiet phase, " << attacked << " in one with " << attack.made()
              << " hostile connections\n";
    if (5 * attacked >= 4 * quiet) break;
  }
  EXPECT_GT(quiet, 0U);
  EXPECT_GE(5 * attacked, 4 * quiet) << "the chain keeps less than 0.8 of its blocks";
  EXPECT_GT(turned_away(kAttacked), away_before) << "nobody was counted";
  const auto findings = history.judge();
  EXPECT_TRUE(findings.evidence.empty());
  sim::report_run("cluster hostile-connections=" + std::to_string(made) + counts_of(findings));
}

}  // namespace
}  // namespace lucid::cluster
