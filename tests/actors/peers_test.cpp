// The network actor of one of four validators, whose sockets and whose peers the test plays.
#include "actors/peers.hpp"

#include <gmock/gmock.h>

#include "core/codec/codec.hpp"
#include "core/crypto/handshake.hpp"
#include "tests/actors/fixture.hpp"
#include "tests/fixtures/small_chain.hpp"

namespace lucid::actors {
namespace {

using codec::PeerKind;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class PeersTest : public ActorTest {
 protected:
  PeersTest() : world_(fixtures::make_genesis(4)), verifier_(crypto::secp256k1_scheme(), world_.chain.identity) {
    state_ = std::make_shared<ledger::ChainState>(world_.state);
    wire_.set(listen(wired_));
    validator_.set(listen(to_validator_));
    producer_.set(listen(to_producer_));
    sync_.set(listen(to_sync_));
    start();
  }
  void TearDown() override {
    peers_.clear();
    ActorTest::TearDown();
  }

  void start() {
    Peers::Deps deps{clock(),
                     verifier_,
                     member(0).tls_key,
                     std::make_shared<crypto::SigningKey>(key(0)),
                     member(0).address,
                     {},
                     {observer_},
                     {},
                     {},
                     {},
                     {},
                     {},
                     {},
                     {},
                     numbers_,
                     disk_,
                     1,
                     [this](const std::string& sentence) { log_.push_back(sentence); }};
    deps.hints[member(1).name] = PeerAddress{"10.0.0.2", 8090};
    deps.wire = wire_;
    deps.validator = validator_;
    deps.block_producer = producer_;
    deps.block_sync = sync_;
    peers_.set(act::spawn<Peers>(system(), place(), std::move(deps)));
    run();
    tell(peers_, TipChanged{state_, nullptr, nullptr});
  }

  const Validator& member(std::size_t index) const { return world_.members.set.members[index]; }
  crypto::SigningKey key(std::size_t index) const { return fixtures::validator_key(world_.members.numbers[index]); }

  static Hash256 exporter(ConnectionId connection) {
    return fixtures::some_hash(static_cast<std::uint8_t>(connection.value));
  }
  void open(ConnectionId connection, const TlsPublicKey& whom, bool dialled = false) {
    tell(peers_, WireOpened{connection, whom, exporter(connection), "10.0.0.9:40000", dialled});
  }
  Hello hello_of(std::size_t index, ConnectionId connection) const {
    const auto secret = key(index);
    return *crypto::make_hello(crypto::secp256k1_scheme(), world_.chain.identity, 3, exporter(connection),
                               member(index).tls_key, &secret);
  }
  template <class Message>
  void say(ConnectionId connection, const Message& message) {
    tell(peers_, WireFrame{connection, std::make_shared<const Bytes>(codec::encode_envelope(message))});
  }
  /// Validator `index` is connected, over the connection of the same number.
  void connect(std::size_t index) {
    const ConnectionId connection{index};
    open(connection, member(index).tls_key);
    say(connection, hello_of(index, connection));
  }

  std::vector<codec::PeerMessage> sent_to(ConnectionId connection) {
    std::vector<codec::PeerMessage> out;
    for (const auto& frame : wired_->of<SendFrame>())
      if (std::find(frame.to.begin(), frame.to.end(), connection) != frame.to.end())
        out.push_back(*codec::decode_envelope(*frame.payload));
    return out;
  }
  std::vector<PeerKind> kinds_sent_to(ConnectionId connection) {
    std::vector<PeerKind> out;
    for (const auto& message : sent_to(connection)) out.push_back(codec::kind_of(message));
    return out;
  }
  std::vector<ConnectionId> closed() {
    std::vector<ConnectionId> out;
    for (const auto& close : wired_->of<CloseConnection>()) out.push_back(close.connection);
    return out;
  }
  PeerStanding standing_of(const TlsPublicKey& whom) {
    const auto report = *ask<PeersReport>(peers_, GetPeers{});
    for (const auto& peer : report.network.peers)
      if (peer.key == whom) return peer;
    ADD_FAILURE() << "not known";
    return {};
  }

  fixtures::SmallChain world_;
  crypto::Verifier verifier_;
  std::shared_ptr<ledger::ChainState> state_;
  TlsPublicKey observer_ = TlsPublicKey{fixtures::seed_bytes(9, 9)};
  std::shared_ptr<PeerNumbers> numbers_ = std::make_shared<PeerNumbers>();
  std::shared_ptr<DiskWatch> disk_ = std::make_shared<DiskWatch>(50);
  using Wired = Heard<AdmitKeys, DialPeer, SendFrame, FrameTaken, CloseConnection, ChildRestarted>;
  using ToValidator = Heard<PeerConnected, PeerGone, HeardFromPeer, BlockWanted, NewestRecordHeard>;
  using ToProducer = Heard<PeerConnected, PeerGone, TransactionsHeard>;
  using ToSync = Heard<PeerConnected, PeerGone, TipHeard, BlocksHeard, BlocksWanted>;
  std::shared_ptr<Wired> wired_ = std::make_shared<Wired>();
  std::shared_ptr<ToValidator> to_validator_ = std::make_shared<ToValidator>();
  std::shared_ptr<ToProducer> to_producer_ = std::make_shared<ToProducer>();
  std::shared_ptr<ToSync> to_sync_ = std::make_shared<ToSync>();
  Route<PeerSockets> wire_;
  Route<PeersOfValidator> validator_;
  Route<PeersOfProducer> producer_;
  Route<PeersOfSync> sync_;
  Route<PeersActor> peers_;
  std::vector<std::string> log_;
};

TEST_F(PeersTest, MembersAndObserversMayConnectAndWhoeverHasAnAddressIsCalled) {
  ASSERT_THAT(wired_->of<AdmitKeys>(), SizeIs(1));
  EXPECT_EQ(*wired_->of<AdmitKeys>().back().keys,
            (std::set<TlsPublicKey>{member(1).tls_key, member(2).tls_key, member(3).tls_key, observer_}));
  advance(milliseconds(kLookEveryMs));
  ASSERT_THAT(wired_->of<DialPeer>(), SizeIs(1));
  EXPECT_EQ(wired_->of<DialPeer>().back().whom, member(1).tls_key);
  EXPECT_EQ(wired_->of<DialPeer>().back().host, "10.0.0.2");
}

TEST_F(PeersTest, AMemberThatProvesItselfIsToldToAllWhoTalkToPeers) {
  connect(1);
  EXPECT_THAT(kinds_sent_to(ConnectionId{1}), ElementsAre(PeerKind::hello));
  ASSERT_THAT(to_validator_->of<PeerConnected>(), SizeIs(1));
  EXPECT_EQ(to_validator_->of<PeerConnected>()[0].validator, member(1).address);
  EXPECT_THAT(to_producer_->of<PeerConnected>(), SizeIs(1));
  EXPECT_THAT(to_sync_->of<PeerConnected>(), SizeIs(1));
  const auto standing = standing_of(member(1).tls_key);
  EXPECT_TRUE(standing.connected);
  EXPECT_EQ(standing.height, 3u);
  tell(peers_, WireClosed{ConnectionId{1}, "the other end closed it"});
  EXPECT_THAT(to_validator_->of<PeerGone>(), SizeIs(1));
  EXPECT_EQ(standing_of(member(1).tls_key).why_not, "the other end closed it");
}

TEST_F(PeersTest, AHelloOfAnotherConnectionOrOfAnotherMemberIsRefusedAndSaidWhy) {
  open(ConnectionId{1}, member(1).tls_key);
  say(ConnectionId{1}, hello_of(1, ConnectionId{7}));
  open(ConnectionId{2}, member(2).tls_key);
  say(ConnectionId{2}, hello_of(1, ConnectionId{2}));
  EXPECT_THAT(closed(), ElementsAre(ConnectionId{1}, ConnectionId{2}));
  EXPECT_THAT(kinds_sent_to(ConnectionId{1}), ElementsAre(PeerKind::hello, PeerKind::refused));
  EXPECT_THAT(to_validator_->of<PeerConnected>(), IsEmpty());
  EXPECT_THAT(standing_of(member(1).tls_key).why_not, HasSubstr("does not prove"));
}

TEST_F(PeersTest, AMemberWithoutASignatureIsNoMember) {
  open(ConnectionId{1}, member(1).tls_key);
  say(ConnectionId{1}, *crypto::make_hello(crypto::secp256k1_scheme(), world_.chain.identity, 3,
                                           exporter(ConnectionId{1}), member(1).tls_key, nullptr));
  EXPECT_THAT(closed(), ElementsAre(ConnectionId{1}));
}

TEST_F(PeersTest, WhoNeverSaysHelloIsClosedInTime) {
  open(ConnectionId{1}, member(1).tls_key);
  advance(milliseconds(kProveMs + kLookEveryMs));
  EXPECT_THAT(closed(), ElementsAre(ConnectionId{1}));
}

TEST_F(PeersTest, AVoteIsVerifiedOnceHoweverOftenItIsOffered) {
  connect(1);
  connect(2);
  const Vote vote = world_.vote(world_.members.numbers[1], VoteStep::prevote, 1, 0, fixtures::some_hash(5));
  say(ConnectionId{1}, vote);
  say(ConnectionId{2}, vote);
  ASSERT_THAT(to_validator_->of<HeardFromPeer>(), SizeIs(2)) << "the validator may have dropped the first";
  EXPECT_EQ(*std::get<crypto::Verified<Vote>>(to_validator_->of<HeardFromPeer>()[1].message), vote);

  Vote forged = vote;
  forged.signature.data[3] ^= 1;
  say(ConnectionId{2}, forged);
  EXPECT_THAT(to_validator_->of<HeardFromPeer>(), SizeIs(2));
  EXPECT_THAT(closed(), ElementsAre(ConnectionId{2})) << "no honest node relays what it could not verify";
}

TEST_F(PeersTest, AVoteOfAStrangerIsDroppedAndNobodyIsBlamed) {
  connect(1);
  Vote vote = world_.vote(world_.members.numbers[1], VoteStep::prevote, 1, 0, fixtures::some_hash(5));
  vote.voter = fixtures::address_of(fixtures::validator_key(77));
  say(ConnectionId{1}, vote);
  EXPECT_THAT(to_validator_->of<HeardFromPeer>(), IsEmpty());
  EXPECT_THAT(closed(), IsEmpty()) << "this node may be behind a change of the set";
}

TEST_F(PeersTest, VotesGoToAllMembersAndToNoObserver) {
  connect(1);
  connect(2);
  open(ConnectionId{9}, observer_);
  say(ConnectionId{9}, *crypto::make_hello(crypto::secp256k1_scheme(), world_.chain.identity, 0,
                                           exporter(ConnectionId{9}), observer_, nullptr));
  ASSERT_THAT(to_sync_->of<PeerConnected>(), SizeIs(3));
  EXPECT_EQ(to_sync_->of<PeerConnected>()[2].validator, std::nullopt);
  const auto vote = *verifier_.verify(
      world_.vote(world_.members.numbers[0], VoteStep::prevote, 1, 0, fixtures::some_hash(5)), world_.members.set);
  tell(peers_, SendToPeers{{vote}, {}, {}});
  EXPECT_EQ(wired_->of<SendFrame>().back().to, (std::vector{ConnectionId{1}, ConnectionId{2}}));
  tell(peers_, OfferTransactions{{Bytes{1, 2, 3}}, {}});
  EXPECT_EQ(wired_->of<SendFrame>().back().to, (std::vector{ConnectionId{1}, ConnectionId{2}}));

  say(ConnectionId{9}, GetBlocks{1, 4});
  EXPECT_THAT(to_sync_->of<BlocksWanted>(), SizeIs(1));
  EXPECT_THAT(closed(), IsEmpty());
  say(ConnectionId{9}, *vote);
  EXPECT_THAT(closed(), ElementsAre(ConnectionId{9}));
}

TEST_F(PeersTest, AFloodIsReadNoFasterThanItsBudgetAllows) {
  connect(1);
  wired_->of<FrameTaken>().clear();
  const auto taken = [this] {
    std::uint64_t bytes = 0;
    for (const auto& frame : wired_->of<FrameTaken>()) bytes += frame.bytes;
    return bytes;
  };
  const std::size_t frame_bytes = codec::encode_envelope(TipNotice{1}).size();
  for (std::int64_t i = 0; i <= WorkBudget::kStored; ++i) say(ConnectionId{1}, TipNotice{1});
  const std::uint64_t before = taken();
  EXPECT_LE(before, static_cast<std::uint64_t>(WorkBudget::kStored) * frame_bytes);
  say(ConnectionId{1}, TipNotice{1});
  EXPECT_EQ(taken(), before) << "in debt: nothing more is read for now";
  advance(milliseconds(kLookEveryMs));
  EXPECT_GT(taken(), before) << "the debt was paid off";
}

TEST_F(PeersTest, APeerThatFallsSilentIsClosedAndOneThatAnswersIsNot) {
  connect(1);
  connect(2);
  for (std::uint64_t passed_ms = 0; passed_ms < kSilentAfterMs + 2 * kPingEveryMs; passed_ms += kLookEveryMs) {
    advance(milliseconds(kLookEveryMs));
    for (const auto& message : sent_to(ConnectionId{2}))
      if (const auto* ping = std::get_if<Ping>(&message)) say(ConnectionId{2}, Pong{ping->number, 12, 0, {}});
    wired_->of<SendFrame>().clear();
  }
  EXPECT_THAT(closed(), ElementsAre(ConnectionId{1}));
  const auto standing = standing_of(member(2).tls_key);
  EXPECT_EQ(standing.height, 12u);
  EXPECT_GE(standing.latency_ms, 1u);
}

TEST_F(PeersTest, APongTellsTheClockAndTheDiskOfThisNode) {
  connect(1);
  disk_->wrote(DiskWatch::Writer::chain, fail(Fault::storage_full, "chain"));
  say(ConnectionId{1}, Ping{7});
  const auto pong = std::get<Pong>(sent_to(ConnectionId{1}).back());
  EXPECT_EQ(pong, (Pong{7, state_->height, clock().wall_ms(), {DiskState::full, 0}}));
}

TEST_F(PeersTest, APongSaysHowFarItsSendersClockIsAndHowItsDiskDoes) {
  connect(1);
  EXPECT_EQ(standing_of(member(1).tls_key).clock_offset_ms, std::nullopt) << "nothing was measured yet";
  wired_->of<SendFrame>().clear();
  advance(milliseconds(kPingEveryMs));
  const auto ping = std::get<Ping>(sent_to(ConnectionId{1}).back());
  advance(milliseconds(40));
  // 20 ms ago, at half the round trip, its clock showed 1,500 ms more than this node's.
  say(ConnectionId{1}, Pong{ping.number, 12, clock().wall_ms() - 20 + 1'500, {DiskState::slow, 180}});
  const auto standing = standing_of(member(1).tls_key);
  EXPECT_EQ(standing.clock_offset_ms, 1'500);
  EXPECT_EQ(standing.disk, (DiskHealth{DiskState::slow, 180}));
}

TEST_F(PeersTest, APongThatNobodyAskedForMovesNoClock) {
  connect(1);
  say(ConnectionId{1}, Pong{99, 12, clock().wall_ms() + 1'500, {}});
  EXPECT_EQ(standing_of(member(1).tls_key).clock_offset_ms, std::nullopt);
}

TEST_F(PeersTest, WhoeverIsGoneWasSeenLastWhenItSpokeLast) {
  EXPECT_FALSE(standing_of(member(2).tls_key).seen);
  connect(1);
  advance(milliseconds(300));
  EXPECT_EQ(standing_of(member(2).tls_key).silent_ms, 300U) << "since this node looks for it";
  say(ConnectionId{1}, TipNotice{1});
  advance(milliseconds(500));
  tell(peers_, WireClosed{ConnectionId{1}, "reset"});
  advance(milliseconds(1'000));
  const auto gone = standing_of(member(1).tls_key);
  EXPECT_FALSE(gone.connected);
  EXPECT_TRUE(gone.seen);
  EXPECT_EQ(gone.silent_ms, 1'500U);
  kill(peers_.get());
  start();
  advance(milliseconds(100));
  EXPECT_EQ(standing_of(member(1).tls_key).silent_ms, 1'600U) << "also by the next incarnation";
}

TEST_F(PeersTest, GarbageEndsTheConnectionAndNothingElse) {
  connect(1);
  connect(2);
  tell(peers_, WireFrame{ConnectionId{1}, std::make_shared<const Bytes>(Bytes{0xc1, 0xff})});
  EXPECT_THAT(closed(), ElementsAre(ConnectionId{1}));
  EXPECT_THAT(to_validator_->of<PeerGone>(), SizeIs(1));
  EXPECT_TRUE(standing_of(member(2).tls_key).connected);
}

TEST_F(PeersTest, ARestartTellsThatTheEarlierPeersAreGoneAndKeepsTheirNumbers) {
  connect(1);
  const PeerId number = to_validator_->of<PeerConnected>()[0].peer;
  kill(peers_.get());
  start();
  ASSERT_THAT(to_validator_->of<PeerGone>(), SizeIs(1));
  EXPECT_EQ(to_validator_->of<PeerGone>()[0].peer, number);
  connect(1);
  EXPECT_EQ(to_validator_->of<PeerConnected>().back().peer, number);
}

TEST_F(PeersTest, WithTheSocketsAllConnectionsAreGoneAndTheKeysAreToldAgain) {
  connect(1);
  tell(peers_, ChildRestarted{"peer_wire"});
  EXPECT_THAT(to_validator_->of<PeerGone>(), SizeIs(1));
  tell(peers_, TipChanged{state_, nullptr, nullptr});
  EXPECT_THAT(wired_->of<AdmitKeys>(), SizeIs(2));
}

TEST_F(PeersTest, AMempoolThatStartsAnewHearsWhoIsConnected) {
  connect(1);
  connect(2);
  to_producer_->of<PeerConnected>().clear();
  tell(peers_, ChildRestarted{"block_producer"});
  EXPECT_THAT(to_producer_->of<PeerConnected>(), SizeIs(2));
}

}  // namespace
}  // namespace lucid::actors
