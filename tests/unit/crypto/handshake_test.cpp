#include "core/crypto/handshake.hpp"

#include <gtest/gtest.h>

#include "tests/fixtures/sample_chain.hpp"

namespace lucid::crypto {
namespace {

/// Validator 0 of four says hello to this node, over a connection of its own.
class HandshakeTest : public testing::Test {
 protected:
  const SignatureScheme& scheme_ = secp256k1_scheme();
  const test::Members members_{{1, 2, 3, 4}};
  const ChainIdentity chain_{1337, test::filled(0x42)};
  const Hash256 exporter_ = test::filled(0xee);
  const Validator& speaker_ = members_.set.members[0];

  SigningKey key_of(std::size_t index) const { return test::small_key<SigningKey>(members_.numbers[index]); }

  Hello hello() const { return hello_of(chain_, exporter_, speaker_.tls_key); }
  Hello hello_of(const ChainIdentity& chain, const Hash256& exporter, const TlsPublicKey& tls_key) const {
    const SigningKey key = key_of(0);
    return make_hello(scheme_, chain, 77, exporter, tls_key, &key).value();
  }

  Result<std::optional<Address>> judge(const Hello& hello) const { return judge(hello, exporter_, speaker_.tls_key); }
  Result<std::optional<Address>> judge(const Hello& hello, const Hash256& exporter, const TlsPublicKey& shown) const {
    return judge_hello(scheme_, hello, chain_, exporter, shown, members_.set);
  }
  Fault refusal(const Hello& hello) const { return refusal(judge(hello)); }
  static Fault refusal(const Result<std::optional<Address>>& judged) {
    EXPECT_FALSE(judged) << "it was believed";
    return judged ? Fault::internal : judged.error().fault;
  }
};

TEST_F(HandshakeTest, AValidatorProvesWhoItIs) {
  EXPECT_EQ(hello().protocol, 1u);
  EXPECT_EQ(hello().chain_id, 1337u);
  EXPECT_EQ(hello().genesis, test::filled(0x42));
  EXPECT_EQ(hello().height, 77u);
  EXPECT_EQ(judge(hello()).value(), speaker_.address);
}

TEST_F(HandshakeTest, ANodeWithoutAConsensusKeyIsNoValidatorAndWelcome) {
  const Hello hello = make_hello(scheme_, chain_, 0, exporter_, speaker_.tls_key, nullptr).value();
  EXPECT_FALSE(hello.validator);
  EXPECT_FALSE(hello.signature);
  EXPECT_EQ(judge(hello).value(), std::nullopt);
}

// A node that is to become a validator says so to peers that have not decided it yet.
TEST_F(HandshakeTest, AValidatorOfWhichNobodyHasHeardIsTakenForAnyOtherNode) {
  const auto stranger = test::small_key<SigningKey>(9);
  Hello hello = make_hello(scheme_, chain_, 0, exporter_, speaker_.tls_key, &stranger).value();
  EXPECT_EQ(judge(hello).value(), std::nullopt);
  hello.signature->data[40] ^= 1;
  EXPECT_EQ(judge(hello).value(), std::nullopt);
}

TEST_F(HandshakeTest, TheHeightIsAClaimAndNotSigned) {
  Hello changed = hello();
  changed.height = 1'000'000;
  EXPECT_EQ(judge(changed).value(), speaker_.address);
}

TEST_F(HandshakeTest, AnotherVersionIsRefusedBeforeAllElse) {
  Hello changed = hello();
  changed.protocol = 2;
  changed.chain_id = 1;
  EXPECT_EQ(refusal(changed), Fault::peer_protocol);
}

TEST_F(HandshakeTest, AnotherChainIsRefused) {
  EXPECT_EQ(refusal(hello_of({1338, chain_.genesis_hash}, exporter_, speaker_.tls_key)), Fault::peer_chain);
}

TEST_F(HandshakeTest, AnotherGenesisOfTheSameChainIdIsRefused) {
  EXPECT_EQ(refusal(hello_of({1337, test::filled(0x43)}, exporter_, speaker_.tls_key)), Fault::peer_genesis);
}

TEST_F(HandshakeTest, AHelloOfAnotherChainDoesNotPassUnderThisOnesName) {
  for (const ChainIdentity& other : {ChainIdentity{1338, chain_.genesis_hash}, {1337, test::filled(0x43)}}) {
    Hello changed = hello_of(other, exporter_, speaker_.tls_key);
    changed.chain_id = chain_.chain_id;
    changed.genesis = chain_.genesis_hash;
    EXPECT_EQ(refusal(changed), Fault::peer_signature);
  }
}

TEST_F(HandshakeTest, AHelloRepeatedOnAnotherConnectionIsRefused) {
  EXPECT_EQ(refusal(judge(hello(), test::filled(0xef), speaker_.tls_key)), Fault::peer_signature);
}

// This node, validator 0, hears its own hello from the other end, which has a connection key of its own.
TEST_F(HandshakeTest, AHelloSentBackToItsSenderIsRefused) {
  const TlsPublicKey& others = members_.set.members[1].tls_key;
  EXPECT_EQ(refusal(judge(hello(), exporter_, others)), Fault::peer_other_validator);
  // Also under the name of the other end.
  Hello renamed = hello();
  renamed.validator = members_.set.members[1].address;
  EXPECT_EQ(refusal(judge(renamed, exporter_, others)), Fault::peer_signature);
}

// Two validators of one operator with their consensus keys mixed up, or one that lends its key.
TEST_F(HandshakeTest, ASignatureForAnotherConnectionKeyIsRefused) {
  EXPECT_EQ(refusal(hello_of(chain_, exporter_, members_.set.members[1].tls_key)), Fault::peer_signature);
}

TEST_F(HandshakeTest, AnothersNameIsRefused) {
  Hello changed = hello();
  changed.validator = members_.set.members[1].address;
  EXPECT_EQ(refusal(changed), Fault::peer_other_validator);
}

TEST_F(HandshakeTest, AnotherKeysSignatureIsRefused) {
  const SigningKey wrong = key_of(1);
  Hello changed = hello();
  changed.signature = scheme_.sign(wrong, handshake_digest(chain_, 1, exporter_, speaker_.tls_key));
  EXPECT_EQ(refusal(changed), Fault::peer_signature);
}

TEST_F(HandshakeTest, AChangedSignatureIsRefused) {
  for (const std::size_t place : {std::size_t{0}, std::size_t{31}, std::size_t{32}, std::size_t{63}}) {
    Hello changed = hello();
    changed.signature->data[place] ^= 1;
    EXPECT_EQ(refusal(changed), Fault::peer_signature) << place;
  }
}

TEST_F(HandshakeTest, NameAndSignatureComeTogetherOrNotAtAll) {
  Hello unsigned_hello = hello();
  unsigned_hello.signature.reset();
  EXPECT_EQ(refusal(unsigned_hello), Fault::peer_signature);
  Hello nameless = hello();
  nameless.validator.reset();
  EXPECT_EQ(refusal(nameless), Fault::peer_signature);
}

TEST_F(HandshakeTest, AKeyOutsideTheCurveSignsNothing) {
  const auto zero = test::small_key<SigningKey>(0);
  EXPECT_EQ(make_hello(scheme_, chain_, 0, exporter_, speaker_.tls_key, &zero).error().fault, Fault::key_invalid);
}

TEST_F(HandshakeTest, TheDigestBindsAllThatItShould) {
  const Hash256 digest = handshake_digest(chain_, 1, exporter_, speaker_.tls_key);
  EXPECT_EQ(digest, handshake_digest(chain_, 1, exporter_, speaker_.tls_key));
  EXPECT_NE(digest, handshake_digest({1338, chain_.genesis_hash}, 1, exporter_, speaker_.tls_key));
  EXPECT_NE(digest, handshake_digest({1337, test::filled(1)}, 1, exporter_, speaker_.tls_key));
  EXPECT_NE(digest, handshake_digest(chain_, 2, exporter_, speaker_.tls_key));
  EXPECT_NE(digest, handshake_digest(chain_, 1, test::filled(1), speaker_.tls_key));
  EXPECT_NE(digest, handshake_digest(chain_, 1, exporter_, members_.set.members[1].tls_key));
}

}  // namespace
}  // namespace lucid::crypto
