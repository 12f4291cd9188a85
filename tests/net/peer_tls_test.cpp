#include "net/peer_tls.hpp"

#include <gmock/gmock.h>

#include "tests/net/peer_ends.hpp"

namespace lucid::net {
namespace {

using PeerSide = PeerTlsSession::Side;
using ::testing::HasSubstr;

Bytes words(std::string_view text) {
  return to_bytes(as_bytes(text));
}

Fault fault_of_status(const Status& status) {
  EXPECT_FALSE(status) << "nothing was refused";
  return status ? Fault::internal : status.error().fault;
}

PeerTlsSession accepting_session(PeerTlsSession::Admits admits = admit_all) {
  return {peer_context(1), PeerSide::accepting, std::move(admits)};
}

/// Lets the end by OpenSSL alone talk to a session until neither has any more to say; what the session says last.
Status talk(RawEnd& raw, PeerTlsSession& session) {
  Status says;
  Bytes to_raw = session.outgoing();
  for (int turn = 0; turn < 8; ++turn) {
    const Bytes to_session = raw.step(to_raw);
    if (!to_session.empty()) says = session.take(to_session);
    to_raw = session.outgoing();
    if (to_raw.empty() && to_session.empty()) break;
  }
  return says;
}

std::vector<std::shared_ptr<X509>> usual_certificate(const TestKey& key) {
  return {certificate_of(key, -1, 1)};
}

// ---- what a connection is for

TEST(PeerTls, TwoNodesLearnEachOthersKeyAndTalkBothWays) {
  PeerPair pair;
  EXPECT_FALSE(pair.accepting.established());
  pair.carry();
  ASSERT_TRUE(pair.accepting.established());
  ASSERT_TRUE(pair.connecting.established());
  EXPECT_EQ(pair.accepting.peer_key(), public_key_of(ed25519_key(2)));
  EXPECT_EQ(pair.connecting.peer_key(), public_key_of(ed25519_key(1)));
  EXPECT_EQ(peer_context(1)->public_key(), public_key_of(ed25519_key(1)));
  EXPECT_FALSE(pair.accepting.dates_doubtful());
  EXPECT_FALSE(pair.connecting.dates_doubtful());

  ASSERT_TRUE(pair.connecting.send(as_bytes("a question")));
  ASSERT_TRUE(pair.accepting.send(as_bytes("an answer to another")));
  pair.carry();
  EXPECT_EQ(pair.accepting.received(), words("a question"));
  EXPECT_EQ(pair.connecting.received(), words("an answer to another"));
  EXPECT_TRUE(pair.accepting.received().empty()) << "what was fetched is gone";
  EXPECT_TRUE(pair.accepting.outgoing().empty());
}

TEST(PeerTls, BytesMayComeOneByOne) {
  PeerPair pair;
  pair.carry(1);
  ASSERT_TRUE(pair.accepting.established());
  ASSERT_TRUE(pair.connecting.send(as_bytes("slowly")));
  pair.carry(1);
  EXPECT_EQ(pair.accepting.received(), words("slowly"));
}

TEST(PeerTls, ASessionGoesOnWhereItWasMovedTo) {
  PeerPair pair;
  PeerTlsSession accepting(std::move(pair.accepting));
  ASSERT_TRUE(accepting.take(pair.connecting.outgoing()));
  ASSERT_TRUE(pair.connecting.take(accepting.outgoing()));
  ASSERT_TRUE(accepting.take(pair.connecting.outgoing()));
  EXPECT_TRUE(accepting.established());
  EXPECT_EQ(accepting.peer_key(), public_key_of(ed25519_key(2)));
}

TEST(PeerTls, WhatFollowsTheHandshakeInTheSamePieceIsReadToo) {
  PeerPair pair;
  ASSERT_TRUE(pair.accepting.take(pair.connecting.outgoing()));
  ASSERT_TRUE(pair.connecting.take(pair.accepting.outgoing()));
  // More than a handshake may take: it is none any more.
  const Bytes much(3 * kMaxHandshakeBytes, 'm');
  ASSERT_TRUE(pair.connecting.send(much));
  ASSERT_TRUE(pair.accepting.take(pair.connecting.outgoing()));
  EXPECT_TRUE(pair.accepting.established());
  EXPECT_EQ(pair.accepting.received(), much);
}

TEST(PeerTls, AFrameOfTheLargestSizeArrivesAndNoMoreThanCame) {
  PeerPair pair;
  pair.carry();
  Bytes large(4 * 1024 * 1024);
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
  ASSERT_TRUE(pair.connecting.send(large));
  const Bytes sent = pair.connecting.outgoing();
  Bytes arrived;
  constexpr std::size_t kPiece = 50'000;
  for (ByteView rest(sent); !rest.empty(); rest = rest.subspan(std::min(kPiece, rest.size()))) {
    ASSERT_TRUE(pair.accepting.take(rest.first(std::min(kPiece, rest.size()))));
    const Bytes part = pair.accepting.received();
    EXPECT_LE(part.size(), kPiece + 16 * 1024);
    arrived.insert(arrived.end(), part.begin(), part.end());
  }
  EXPECT_EQ(arrived, large);
  EXPECT_LT(sent.size(), large.size() + large.size() / 500) << "22 bytes for each record of 16 KiB";
}

TEST(PeerTls, HalfARecordSaysNothing) {
  PeerPair pair;
  pair.carry();
  ASSERT_TRUE(pair.connecting.send(as_bytes("all or nothing")));
  const Bytes record = pair.connecting.outgoing();
  ASSERT_TRUE(pair.accepting.take(ByteView(record).first(record.size() - 1)));
  EXPECT_TRUE(pair.accepting.received().empty());
  ASSERT_TRUE(pair.accepting.take(ByteView(record).last(1)));
  EXPECT_EQ(pair.accepting.received(), words("all or nothing"));
}

TEST(PeerTls, TheExporterIsOneConnectionsAndKnownToBothEnds) {
  PeerPair pair, another;
  EXPECT_TRUE(pair.accepting.exporter().is_zero()) << "before the handshake there is none";
  pair.carry();
  another.carry();
  EXPECT_FALSE(pair.accepting.exporter().is_zero());
  EXPECT_EQ(pair.accepting.exporter(), pair.connecting.exporter());
  EXPECT_EQ(another.accepting.exporter(), another.connecting.exporter());
  EXPECT_NE(pair.accepting.exporter(), another.accepting.exporter());
}

TEST(PeerTls, AnyoneCanComputeTheExporterFromTheRfcAndItsLabel) {
  const TestKey key = ed25519_key(2);
  RawEnd raw(true);
  raw.show(key, usual_certificate(key));
  PeerTlsSession session = accepting_session();
  ASSERT_TRUE(talk(raw, session));
  Hash256 exporter;
  const std::string label = "EXPORTER-lucid-peer-v1";
  ASSERT_EQ(SSL_export_keying_material(raw.ssl(), exporter.data.data(), 32, label.data(), label.size(), nullptr, 0, 0),
            1);
  EXPECT_EQ(session.exporter(), exporter);
}

TEST(PeerTls, TheCertificateIsTheSameAtEachStart) {
  std::vector<Bytes> shown;
  for (int start = 0; start < 2; ++start) {
    const TestKey key = ed25519_key(2);
    RawEnd raw(true);
    raw.show(key, usual_certificate(key));
    PeerTlsSession session = accepting_session();
    ASSERT_TRUE(talk(raw, session));
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(raw.ssl()), X509_free);
    unsigned char* data = nullptr;
    const int size = i2d_X509(certificate.get(), &data);
    ASSERT_GT(size, 0);
    shown.emplace_back(data, data + size);
    OPENSSL_free(data);
  }
  EXPECT_EQ(shown[0], shown[1]);
}

// ---- who may speak

TEST(PeerTls, AKeyOnNoListIsRefusedAndBothEndsSayWhy) {
  std::vector<TlsPublicKey> asked;
  PeerPair pair([&](const TlsPublicKey& key) {
    asked.push_back(key);
    return false;
  });
  pair.carry();
  EXPECT_EQ(asked, std::vector{public_key_of(ed25519_key(2))}) << "asked once, for the key that was shown";
  EXPECT_EQ(fault_of_status(pair.accepting_says), Fault::peer_unknown_key);
  EXPECT_EQ(pair.accepting_says.error().actual, to_hex(public_key_of(ed25519_key(2))));
  EXPECT_FALSE(pair.accepting.established());
  EXPECT_TRUE(pair.accepting.peer_key().is_zero()) << "nothing is kept of it";
  EXPECT_EQ(fault_of_status(pair.connecting_says), Fault::peer_refused);
  EXPECT_EQ(fault_of_status(pair.accepting.take(as_bytes("again"))), Fault::peer_unknown_key);
  EXPECT_EQ(fault_of_status(pair.accepting.send(as_bytes("again"))), Fault::peer_unknown_key);
}

TEST(PeerTls, TheConnectingSideHasAListTooAndThenSaysNothingMore) {
  PeerPair pair(admit_all, [](const TlsPublicKey& key) { return key != public_key_of(ed25519_key(1)); });
  pair.carry();
  EXPECT_EQ(fault_of_status(pair.connecting_says), Fault::peer_unknown_key);
  EXPECT_EQ(fault_of_status(pair.accepting_says), Fault::peer_refused);
  EXPECT_FALSE(pair.accepting.established());
}

TEST(PeerTls, WhoShowsNoCertificateIsRefused) {
  RawEnd raw(true);
  int asked = 0;
  PeerTlsSession session = accepting_session([&](const TlsPublicKey&) { return ++asked > 0; });
  const Status says = talk(raw, session);
  EXPECT_EQ(fault_of_status(says), Fault::peer_tls);
  EXPECT_THAT(to_text(says.error()), HasSubstr("peer did not return a certificate"));
  EXPECT_EQ(asked, 0);
}

TEST(PeerTls, AKeyOfAnotherKindIsRefused) {
  const TestKey key = p256_key();
  for (const bool connecting : {true, false}) {
    RawEnd raw(connecting);
    raw.show(key, usual_certificate(key));
    PeerTlsSession session(peer_context(1), connecting ? PeerSide::accepting : PeerSide::connecting, admit_all);
    EXPECT_EQ(fault_of_status(talk(raw, session)), Fault::peer_tls);
    EXPECT_FALSE(session.established());
  }
}

TEST(PeerTls, AChainOfTwoCertificatesIsRefused) {
  const TestKey key = ed25519_key(2);
  RawEnd raw(true);
  raw.show(key, {certificate_of(key, -1, 1), certificate_of(ed25519_key(3), -1, 1)});
  PeerTlsSession session = accepting_session();
  const Status says = talk(raw, session);
  EXPECT_EQ(fault_of_status(says), Fault::peer_tls);
  EXPECT_EQ(says.error().expected, "one certificate");
}

TEST(PeerTls, ACertificateOfManyBytesIsRefusedAndOneOfSomeMoreIsNot) {
  const TestKey key = ed25519_key(2);
  for (const auto& [comment_bytes, admitted] : {std::pair{3'000, true}, std::pair{5'000, false}}) {
    RawEnd raw(true);
    raw.show(key, {certificate_of(key, -1, 1, static_cast<std::size_t>(comment_bytes))});
    PeerTlsSession session = accepting_session();
    const Status says = talk(raw, session);
    EXPECT_EQ(says.has_value(), admitted) << comment_bytes;
    EXPECT_EQ(session.established(), admitted) << comment_bytes;
  }
}

// The key of a validator is public: showing it is not having it.
TEST(PeerTls, AnothersKeyInOnesOwnCertificateIsRefused) {
  const TestKey own = ed25519_key(3), validators = ed25519_key(2);
  const auto certificate = certificate_of(own, -1, 1);
  RawEnd liar(true);
  liar.show(own, {certificate});
  ASSERT_EQ(X509_set_pubkey(certificate.get(), validators.get()), 1);
  ASSERT_GT(X509_sign(certificate.get(), own.get(), nullptr), 0);
  std::vector<TlsPublicKey> asked;
  PeerTlsSession session = accepting_session([&](const TlsPublicKey& key) {
    asked.push_back(key);
    return true;
  });
  const Status says = talk(liar, session);
  EXPECT_EQ(asked, std::vector{public_key_of(validators)}) << "the lie was told";
  EXPECT_EQ(fault_of_status(says), Fault::peer_tls);
  EXPECT_THAT(to_text(says.error()), HasSubstr("bad signature"));
  EXPECT_FALSE(session.established());
}

// A clock that is years off, on either side, must not stop a chain.
TEST(PeerTls, DatesAreDoubtedButDoNotShutAnyoneOut) {
  const TestKey key = ed25519_key(2);
  for (const auto& [from_days, to_days, doubtful] :
       {std::tuple{-800, -400, true}, std::tuple{400, 800, true}, std::tuple{-1, 1, false}}) {
    RawEnd raw(true);
    raw.show(key, {certificate_of(key, from_days, to_days)});
    PeerTlsSession session = accepting_session();
    ASSERT_TRUE(talk(raw, session));
    EXPECT_TRUE(session.established());
    EXPECT_EQ(session.dates_doubtful(), doubtful) << from_days;
  }
}

// ---- what is not spoken

TEST(PeerTls, AnOlderTlsIsRefused) {
  const TestKey key = ed25519_key(2);
  for (const bool connecting : {true, false}) {
    RawEnd raw(connecting);
    raw.show(key, usual_certificate(key));
    SSL_CTX_set_max_proto_version(raw.context(), TLS1_2_VERSION);
    PeerTlsSession session(peer_context(1), connecting ? PeerSide::accepting : PeerSide::connecting, admit_all);
    EXPECT_EQ(fault_of_status(talk(raw, session)), Fault::peer_tls);
  }
}

TEST(PeerTls, AnotherGroupIsRefusedAndP256IsNot) {
  const TestKey key = ed25519_key(2);
  for (const auto& [group, spoken] : {std::pair{"P-256", true}, std::pair{"X25519", true}, std::pair{"P-384", false}}) {
    RawEnd raw(true);
    raw.show(key, usual_certificate(key));
    ASSERT_EQ(SSL_CTX_set1_groups_list(raw.context(), group), 1);
    PeerTlsSession session = accepting_session();
    EXPECT_EQ(talk(raw, session).has_value(), spoken) << group;
    EXPECT_EQ(session.established(), spoken) << group;
  }
}

TEST(PeerTls, NothingIsKeptByWhichAConnectionCouldBeResumed) {
  const TestKey key = ed25519_key(2);
  RawEnd raw(true);
  raw.show(key, usual_certificate(key));
  PeerTlsSession session = accepting_session();
  ASSERT_TRUE(talk(raw, session));
  EXPECT_EQ(SSL_SESSION_is_resumable(SSL_get0_session(raw.ssl())), 0);
}

TEST(PeerTls, TicketsOfAPeerThatGivesThemAreOfNoConsequence) {
  const TestKey key = ed25519_key(2);
  RawEnd raw(false);
  raw.show(key, usual_certificate(key));
  SSL_CTX_set_num_tickets(raw.context(), 8);
  PeerTlsSession session(peer_context(1), PeerSide::connecting, admit_all);
  ASSERT_TRUE(talk(raw, session));
  ASSERT_TRUE(session.established());
  ASSERT_EQ(SSL_write(raw.ssl(), "fine", 4), 4);
  ASSERT_TRUE(session.take(raw.leaving()));
  EXPECT_EQ(session.received(), words("fine"));
}

TEST(PeerTls, PlainTextAndGarbageAreRefused) {
  for (const std::string& garbage : {std::string("GET / HTTP/1.1\r\n\r\n"), std::string(4'096, '\xff'),
                                     std::string(64, '\0'), std::string("\x16\x03\x01\x00\x04\x02\x00\x00\x00", 9)}) {
    for (const PeerSide side : {PeerSide::accepting, PeerSide::connecting}) {
      PeerTlsSession session(peer_context(1), side, admit_all);
      EXPECT_EQ(fault_of_status(session.take(as_bytes(garbage))), Fault::peer_tls);
      EXPECT_EQ(fault_of_status(session.take(as_bytes(garbage))), Fault::peer_tls) << "and it stays so";
      EXPECT_EQ(fault_of_status(session.send(as_bytes("hello"))), Fault::peer_tls);
      EXPECT_TRUE(session.received().empty());
    }
  }
}

TEST(PeerTls, WhoHearsItselfHangsUp) {
  PeerTlsSession session(peer_context(1), PeerSide::connecting, admit_all);
  EXPECT_EQ(fault_of_status(session.take(session.outgoing())), Fault::peer_tls);
}

TEST(PeerTls, AHandshakeThatNeverEndsIsCutOff) {
  // A client hello of 128 KiB is announced, and its bytes come: OpenSSL alone would wait for all of them.
  PeerTlsSession session = accepting_session();
  std::size_t taken = 0;
  Status says = session.take(Bytes{0x16, 0x03, 0x01, 0x40, 0x00, 0x01, 0x01, 0xff, 0x00});
  for (; says && taken < 64 * kMaxHandshakeBytes; ++taken) says = session.take(Bytes{0});
  EXPECT_EQ(fault_of_status(says), Fault::peer_tls);
  EXPECT_EQ(says.error().expected, "at most 16384 bytes");
  EXPECT_LE(taken, kMaxHandshakeBytes);

  PeerTlsSession at_once = accepting_session();
  Bytes flood{0x16, 0x03, 0x01, 0x40, 0x00, 0x01, 0x01, 0xff, 0x00};
  flood.resize(kMaxHandshakeBytes + 100);
  EXPECT_EQ(fault_of_status(at_once.take(flood)), Fault::peer_tls);
}

TEST(PeerTls, WhoSaysNothingGetsNothing) {
  PeerTlsSession session = accepting_session();
  EXPECT_TRUE(session.take({}));
  EXPECT_TRUE(session.outgoing().empty());
  EXPECT_FALSE(session.established());
  EXPECT_EQ(fault_of_status(session.send(as_bytes("anyone there?"))), Fault::not_ready);
}

TEST(PeerTls, AHandshakeThatIsCutIsNeitherDoneNorBroken) {
  const Bytes hello = PeerTlsSession(peer_context(2), PeerSide::connecting, admit_all).outgoing();
  for (std::size_t length = 0; length < hello.size(); ++length) {
    PeerTlsSession session = accepting_session();
    EXPECT_TRUE(session.take(ByteView(hello).first(length))) << length;
    EXPECT_FALSE(session.established());
    EXPECT_TRUE(session.outgoing().empty()) << "nothing is answered to half a greeting, " << length;
  }
}

TEST(PeerTls, AChangedByteEndsTheConnection) {
  for (const std::size_t place : {std::size_t{0}, std::size_t{3}, std::size_t{7}, std::size_t{20}}) {
    PeerPair pair;
    pair.carry();
    ASSERT_TRUE(pair.connecting.send(as_bytes("not to be changed")));
    Bytes record = pair.connecting.outgoing();
    record[place] ^= 0x40;
    Status says = pair.accepting.take(record);
    if (says) says = pair.accepting.take(Bytes(32 * 1024));  // a changed length waits for more
    EXPECT_EQ(fault_of_status(says), Fault::peer_tls) << place;
    EXPECT_TRUE(pair.accepting.received().empty());
  }
}

TEST(PeerTls, ARecordThatComesTwiceEndsTheConnection) {
  PeerPair pair;
  pair.carry();
  ASSERT_TRUE(pair.connecting.send(as_bytes("once")));
  const Bytes record = pair.connecting.outgoing();
  ASSERT_TRUE(pair.accepting.take(record));
  EXPECT_EQ(pair.accepting.received(), words("once"));
  EXPECT_EQ(fault_of_status(pair.accepting.take(record)), Fault::peer_tls);
  EXPECT_TRUE(pair.accepting.received().empty());
}

// ---- the end

TEST(PeerTls, AGoodbyeIsToldFromACut) {
  PeerPair pair;
  pair.carry();
  ASSERT_TRUE(pair.connecting.send(as_bytes("last words")));
  pair.connecting.close();
  pair.connecting.close();
  EXPECT_EQ(fault_of_status(pair.connecting.send(as_bytes("one more"))), Fault::not_ready);
  EXPECT_FALSE(pair.accepting.closed_by_peer());
  pair.carry();
  EXPECT_TRUE(pair.accepting_says);
  EXPECT_TRUE(pair.accepting.closed_by_peer());
  EXPECT_EQ(pair.accepting.received(), words("last words"));
  EXPECT_TRUE(pair.accepting.take(as_bytes("what follows a goodbye"))) << "is not looked at";
  EXPECT_TRUE(pair.accepting.received().empty());
}

TEST(PeerTls, AGoodbyeBeforeTheHandshakeSaysNothing) {
  PeerTlsSession session = accepting_session();
  session.close();
  EXPECT_TRUE(session.outgoing().empty());
  EXPECT_EQ(fault_of_status(session.send(as_bytes("too early"))), Fault::not_ready);
}

TEST(PeerTls, ErrorsOfOneConnectionDoNotReachAnother) {
  PeerPair healthy;
  // What a user of the library leaves behind that never empties the queue.
  ERR_raise(ERR_LIB_SSL, SSL_R_BAD_PACKET_LENGTH);
  healthy.carry();
  ASSERT_TRUE(healthy.accepting.established());
  PeerTlsSession broken = accepting_session();
  EXPECT_FALSE(broken.take(as_bytes("GET / HTTP/1.1\r\n\r\n")));
  EXPECT_EQ(ERR_peek_error(), 0u);
  ERR_raise(ERR_LIB_SSL, SSL_R_SSLV3_ALERT_BAD_CERTIFICATE);
  ASSERT_TRUE(healthy.connecting.send(as_bytes("fine")));
  healthy.carry();
  EXPECT_TRUE(healthy.accepting_says);
  EXPECT_EQ(healthy.accepting.received(), words("fine"));
}

// ---- keys

TEST(PeerTls, OnlyAnEd25519KeyMakesAContext) {
  const std::string good = pem_of(ed25519_key(1));
  EXPECT_TRUE(PeerTlsContext::make(good));
  for (const std::string& pem : {std::string(), std::string("garbage"), pem_of(p256_key()), good.substr(0, 60),
                                 pem_of(ed25519_key(1), "a password")}) {
    const auto refused = PeerTlsContext::make(pem);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault, Fault::key_invalid);
    EXPECT_EQ(to_text(refused.error()).find(good.substr(40, 20)), std::string::npos) << "a secret stays one";
    EXPECT_EQ(ERR_peek_error(), 0u);
  }
}

}  // namespace
}  // namespace lucid::net
