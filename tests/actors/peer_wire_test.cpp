// The sockets of the network between validators, on loopback: who gets through, and what the others cost.
#include "actors/peer_wire.hpp"

#include <gmock/gmock.h>
#include <sys/socket.h>

#include "actors/handshake_allowance.hpp"
#include "net/frames.hpp"
#include "tests/actors/processes.hpp"
#include "tests/net/peer_ends.hpp"

namespace lucid::actors {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;

/// What `peers` would hear, from the I/O thread.
class Ear {
 public:
  using interface = WiredPeers;
  static constexpr const char* kName = "ear";
  struct Heard {
    std::mutex mutex;
    std::vector<WireOpened> opened;
    std::vector<WireUnreached> unreached;
    std::vector<WireTurnedAway> turned_away;
    std::vector<WireFrame> frames;
    std::vector<WireClosed> closed;
  };
  Ear(interface::pointer, std::shared_ptr<Heard> heard) : heard_(std::move(heard)) {}
  interface::behavior_type make_behavior() {
    return {
        [this](const WireOpened& message) { keep(heard_->opened, message); },
        [this](const WireUnreached& message) { keep(heard_->unreached, message); },
        [this](const WireTurnedAway& message) { keep(heard_->turned_away, message); },
        [this](const WireFrame& message) { keep(heard_->frames, message); },
        [this](const WireClosed& message) { keep(heard_->closed, message); },
    };
  }

 private:
  template <class Message>
  void keep(std::vector<Message>& into, const Message& message) {
    const std::lock_guard lock(heard_->mutex);
    into.push_back(message);
  }
  std::shared_ptr<Heard> heard_;
};

/// A node's sockets.
struct Side {
  explicit Side(const net::PeerTlsContext& keys) : key(keys.public_key()) {}

  template <class Member>
  std::size_t count(Member member) {
    const std::lock_guard lock(heard->mutex);
    return ((*heard).*member).size();
  }
  template <class Message>
  Message last(std::vector<Message> Ear::Heard::*member) {
    const std::lock_guard lock(heard->mutex);
    return ((*heard).*member).back();
  }

  TlsPublicKey key;
  SystemClock clock;
  ProbeRegistry probes{clock};
  std::shared_ptr<Ear::Heard> heard = std::make_shared<Ear::Heard>();
  Route<WiredPeers> ear;
  PeerWireStarted wire;
};

class PeerWireTest : public ::testing::Test {
 protected:
  PeerWireTest() {
    configure_transport(config_);
    system_ = std::make_unique<caf::actor_system>(config_);
    start(one_, one_keys_);
    start(two_, two_keys_);
    admit(one_, {two_.key});
    admit(two_, {one_.key});
  }
  ~PeerWireTest() override {
    for (Side* side : {&one_, &two_}) {
      caf::anon_send_exit(side->wire.actor, caf::exit_reason::kill);
      caf::anon_send_exit(side->ear.get(), caf::exit_reason::kill);
      side->ear.clear();
      side->wire.actor = nullptr;
    }
  }

  void start(Side& side, const std::shared_ptr<const net::PeerTlsContext>& keys) {
    side.ear.set(act::spawn<Ear>(*system_, {side.probes, "test", act::Thread::shared, {}}, side.heard));
    auto started = start_peer_wire(*system_, {side.probes, "test", act::Thread::shared, {}},
                                   {side.clock, keys, "127.0.0.1", 0, side.ear});
    ASSERT_TRUE(started) << to_text(started.error());
    side.wire = *started;
  }
  static void admit(Side& side, std::set<TlsPublicKey> keys) {
    act::post(side.wire.actor, AdmitKeys{std::make_shared<const std::set<TlsPublicKey>>(std::move(keys))});
  }
  /// One calls two.
  void dial() { act::post(one_.wire.actor, DialPeer{two_.key, "127.0.0.1", two_.wire.port}); }
  void connect() {
    dial();
    ASSERT_TRUE(eventually([&] { return one_.count(&Ear::Heard::opened) == 1; }));
    ASSERT_TRUE(eventually([&] { return two_.count(&Ear::Heard::opened) == 1; }));
  }
  static void send(Side& side, ConnectionId connection, Bytes payload) {
    act::post(side.wire.actor, SendFrame{{connection}, std::make_shared<const Bytes>(std::move(payload))});
  }
  net::Socket stranger() { return *net::dial("127.0.0.1", two_.wire.port, 5'000); }

  std::shared_ptr<const net::PeerTlsContext> one_keys_ = net::peer_context(1);
  std::shared_ptr<const net::PeerTlsContext> two_keys_ = net::peer_context(2);
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  Side one_{*one_keys_}, two_{*two_keys_};
};

TEST_F(PeerWireTest, BothEndsKnowWhoIsThereAndShareASecretOfTheConnection) {
  connect();
  const auto here = one_.last(&Ear::Heard::opened), there = two_.last(&Ear::Heard::opened);
  EXPECT_EQ(here.key, two_.key);
  EXPECT_EQ(there.key, one_.key);
  EXPECT_TRUE(here.dialled);
  EXPECT_FALSE(there.dialled);
  EXPECT_EQ(here.exporter, there.exporter);
}

TEST_F(PeerWireTest, FramesOfAllSizesArriveWholeAndInOrder) {
  connect();
  const ConnectionId from = one_.last(&Ear::Heard::opened).connection;
  for (const std::size_t size : {std::size_t{1}, std::size_t{70'000}, net::kMaxFrameBytes})
    send(one_, from, Bytes(size, static_cast<std::uint8_t>(size)));
  ASSERT_TRUE(eventually([&] {
    std::size_t bytes = 0;
    {
      const std::lock_guard lock(two_.heard->mutex);
      for (const auto& frame : two_.heard->frames) bytes += frame.payload->size();
    }
    // Reading goes on only when what came was taken.
    act::post(two_.wire.actor, FrameTaken{two_.last(&Ear::Heard::opened).connection, bytes});
    return two_.count(&Ear::Heard::frames) == 3;
  }));
  EXPECT_EQ(two_.last(&Ear::Heard::frames).payload->size(), net::kMaxFrameBytes);
}

TEST_F(PeerWireTest, AKeyOnNoListIsTurnedAwayAndBothEndsSayWhy) {
  admit(two_, {});
  dial();
  ASSERT_TRUE(eventually([&] { return two_.count(&Ear::Heard::turned_away) == 1; }));
  EXPECT_THAT(two_.last(&Ear::Heard::turned_away).why, HasSubstr("on no list"));
  EXPECT_EQ(two_.count(&Ear::Heard::opened), 0u);
  ASSERT_TRUE(eventually([&] { return one_.count(&Ear::Heard::unreached) + one_.count(&Ear::Heard::closed) == 1; }));
}

TEST_F(PeerWireTest, WhoAnswersWithAnotherKeyIsNotTheOneThatWasCalled) {
  act::post(one_.wire.actor, DialPeer{one_.key, "127.0.0.1", two_.wire.port});
  ASSERT_TRUE(eventually([&] { return one_.count(&Ear::Heard::unreached) == 1; }));
  EXPECT_EQ(one_.last(&Ear::Heard::unreached).whom, one_.key);
}

TEST_F(PeerWireTest, NobodyAtTheAddressIsSaidSo) {
  const std::uint16_t port = two_.wire.port;
  caf::anon_send_exit(two_.wire.actor, caf::exit_reason::kill);
  ASSERT_TRUE(eventually([&] { return !net::dial("127.0.0.1", port, 1'000); }));
  dial();
  ASSERT_TRUE(eventually([&] { return one_.count(&Ear::Heard::unreached) == 1; }));
  EXPECT_THAT(one_.last(&Ear::Heard::unreached).why, HasSubstr("127.0.0.1"));
}

TEST_F(PeerWireTest, GarbageSilenceAndCrowdsDoNotTouchALivingConnection) {
  connect();
  const ConnectionId from = one_.last(&Ear::Heard::opened).connection;
  net::Socket garbage = stranger();
  const std::string noise(500, 'x');
  ASSERT_EQ(::send(garbage.number(), noise.data(), noise.size(), MSG_NOSIGNAL), 500);
  ASSERT_TRUE(eventually([&] { return two_.count(&Ear::Heard::turned_away) >= 1; }));

  std::vector<net::Socket> silent;
  for (std::size_t i = 0; i < 2 * kUnprovenOfAddress; ++i) silent.push_back(stranger());
  ASSERT_TRUE(eventually([&] { return two_.count(&Ear::Heard::turned_away) >= kUnprovenOfAddress; }))
      << "the oldest give way";
  send(one_, from, Bytes{42});
  ASSERT_TRUE(eventually([&] { return two_.count(&Ear::Heard::frames) == 1; }));
  EXPECT_EQ(two_.count(&Ear::Heard::closed), 0u);
  ASSERT_TRUE(eventually([&] { return two_.count(&Ear::Heard::turned_away) == 2 * kUnprovenOfAddress + 1; }))
      << "all of them in time";
}

TEST_F(PeerWireTest, WhoAsksForHandshakeAfterHandshakeGetsSoManyAndAKnownNodeStillComesThrough) {
  const std::string hello(200, 'x');
  const auto ask = [&] {
    const net::Socket one = stranger();
    (void)::send(one.number(), hello.data(), hello.size(), MSG_NOSIGNAL);
    return two_.count(&Ear::Heard::turned_away) > 0 &&
           two_.last(&Ear::Heard::turned_away).why == "too many handshakes of its address";
  };
  ASSERT_TRUE(eventually(ask));
  EXPECT_GE(two_.count(&Ear::Heard::turned_away), static_cast<std::size_t>(HandshakeAllowance::kOfHostAtOnce));
  dial();
  std::size_t failed = 0;
  ASSERT_TRUE(eventually([&] {
    if (one_.count(&Ear::Heard::unreached) > failed) {
      ++failed;
      dial();
    }
    return two_.count(&Ear::Heard::opened) > 0;
  })) << "the allowance grows again";
}

TEST_F(PeerWireTest, AClosedConnectionIsToldAtBothEnds) {
  connect();
  act::post(one_.wire.actor, CloseConnection{one_.last(&Ear::Heard::opened).connection, "enough"});
  ASSERT_TRUE(eventually([&] { return two_.count(&Ear::Heard::closed) == 1; }));
  ASSERT_TRUE(eventually([&] { return one_.count(&Ear::Heard::closed) == 1; }));
  EXPECT_EQ(one_.last(&Ear::Heard::closed).why, "enough");
}

TEST_F(PeerWireTest, APortInUseIsNamed) {
  const auto again = start_peer_wire(*system_, {one_.probes, "test", act::Thread::shared, {}},
                                     {one_.clock, one_keys_, "127.0.0.1", one_.wire.port, one_.ear});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().fault, Fault::port_in_use);
}

}  // namespace
}  // namespace lucid::actors
