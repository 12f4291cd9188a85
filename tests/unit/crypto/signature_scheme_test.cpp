#include "core/crypto/signature_scheme.hpp"

#include <gtest/gtest.h>

#include "tests/fixtures/hex.hpp"

namespace lucid::crypto {
namespace {

constexpr std::string_view kOrder = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
constexpr std::string_view kHalfOrder = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0";
constexpr std::string_view kHalfOrderPlusOne = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1";
constexpr std::string_view kAllOnes = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";
constexpr std::string_view kZero = "0000000000000000000000000000000000000000000000000000000000000000";
constexpr std::string_view kOne = "0000000000000000000000000000000000000000000000000000000000000001";

class SignatureSchemeTest : public testing::Test {
 protected:
  const SignatureScheme& scheme_ = secp256k1_scheme();
  SigningKey key_ = test::small_key<SigningKey>(7);
  ConsensusPublicKey public_key_ = scheme_.public_key(key_).value();
  Hash256 digest_ = test::filled(0x5a);
  Signature good_ = scheme_.sign(key_, digest_);
  RecoverableSignature recoverable_ = scheme_.sign_recoverable(key_, digest_);

  static Bytes half(std::string_view hex) { return test::bytes_of(hex); }
  Signature with_r(std::string_view r) const {
    Signature out = good_;
    std::copy_n(half(r).begin(), 32, out.data.begin());
    return out;
  }
  Signature with_s(std::string_view s) const {
    Signature out = good_;
    std::copy_n(half(s).begin(), 32, out.data.begin() + 32);
    return out;
  }
  Fault verdict(const Signature& signature) const {
    const auto status = scheme_.verify(public_key_, digest_, signature);
    EXPECT_FALSE(status) << "accepted " << to_hex(signature);
    return status ? Fault::internal : status.error().fault;
  }
  Fault recovery_verdict(const Signature& signature, std::uint8_t recovery_id) const {
    RecoverableSignature whole;
    std::copy(signature.data.begin(), signature.data.end(), whole.data.begin());
    whole.data[64] = recovery_id;
    const auto address = scheme_.recover(digest_, whole);
    EXPECT_FALSE(address) << "accepted " << to_hex(whole);
    return address ? Fault::internal : address.error().fault;
  }
};

TEST_F(SignatureSchemeTest, WhatAKeySignsItsPublicKeyVerifies) {
  EXPECT_TRUE(scheme_.verify(public_key_, digest_, good_));
  EXPECT_EQ(scheme_.recover(digest_, recoverable_).value(), scheme_.address(public_key_).value());
}

TEST_F(SignatureSchemeTest, ASignatureOfAnotherDigestOrKeyDoesNotVerify) {
  EXPECT_EQ(scheme_.verify(public_key_, test::filled(0x5b), good_).error().fault, Fault::signature_invalid);
  const auto other = scheme_.public_key(test::small_key<SigningKey>(8)).value();
  EXPECT_EQ(scheme_.verify(other, digest_, good_).error().fault, Fault::signature_invalid);
}

TEST_F(SignatureSchemeTest, EveryFlippedBitIsRefused) {
  for (std::size_t bit = 0; bit < 8 * good_.size(); ++bit) {
    Signature flipped = good_;
    flipped.data[bit / 8] = static_cast<std::uint8_t>(flipped.data[bit / 8] ^ (1u << (bit % 8)));
    EXPECT_FALSE(scheme_.verify(public_key_, digest_, flipped)) << bit;
  }
}

TEST_F(SignatureSchemeTest, ZeroAndNumbersBeyondTheOrderAreMalformed) {
  for (std::string_view edge : {kZero, kOrder, kAllOnes}) {
    EXPECT_EQ(verdict(with_r(edge)), Fault::signature_form) << "r " << edge;
    EXPECT_EQ(verdict(with_s(edge)), Fault::signature_form) << "s " << edge;
    EXPECT_EQ(recovery_verdict(with_r(edge), 0), Fault::signature_form) << "r " << edge;
    EXPECT_EQ(recovery_verdict(with_s(edge), 1), Fault::signature_form) << "s " << edge;
  }
  EXPECT_EQ(verdict(Signature{}), Fault::signature_form);
}

TEST_F(SignatureSchemeTest, AHighSIsRefusedNotNormalised) {
  // n - s signs the same message: the classic second form of one signature.
  const std::string order(kOrder);
  Signature high = good_;
  int borrow = 0;
  const Bytes n = half(order);
  for (std::size_t i = 32; i-- > 0;) {
    const int difference = n[i] - good_.data[32 + i] - borrow;
    borrow = difference < 0;
    high.data[32 + i] = static_cast<std::uint8_t>(difference + 256 * borrow);
  }
  EXPECT_EQ(verdict(high), Fault::signature_high_s);
  const auto other_id = static_cast<std::uint8_t>(1 - recoverable_.data[64]);
  EXPECT_EQ(recovery_verdict(high, other_id), Fault::signature_high_s);
}

TEST_F(SignatureSchemeTest, TheBorderOfHighSIsHalfTheOrder) {
  EXPECT_EQ(verdict(with_s(kHalfOrder)), Fault::signature_invalid);
  EXPECT_EQ(verdict(with_s(kHalfOrderPlusOne)), Fault::signature_high_s);
}

TEST_F(SignatureSchemeTest, SmallWellFormedNumbersAreJustWrong) {
  EXPECT_EQ(verdict(with_r(kOne)), Fault::signature_invalid);
  EXPECT_EQ(verdict(with_s(kOne)), Fault::signature_invalid);
}

TEST_F(SignatureSchemeTest, RecoveryIdsAbove1AreMalformedAlsoThoseOfEthereum) {
  for (std::uint8_t id : std::initializer_list<std::uint8_t>{2, 3, 4, 27, 28, 37, 255})
    EXPECT_EQ(recovery_verdict(good_, id), Fault::signature_form) << int{id};
}

TEST_F(SignatureSchemeTest, TheOtherRecoveryIdLeadsToAnotherAccount) {
  RecoverableSignature other = recoverable_;
  other.data[64] ^= 1;
  const auto address = scheme_.recover(digest_, other);
  EXPECT_TRUE(!address || *address != scheme_.address(public_key_).value());
}

TEST_F(SignatureSchemeTest, AnRThatIsNoPointLeadsToNoKey) {
  // 5 is no x-coordinate of secp256k1: 5^3 + 7 is no square.
  EXPECT_EQ(recovery_verdict(with_r("0000000000000000000000000000000000000000000000000000000000000005"), 0),
            Fault::signature_invalid);
}

TEST_F(SignatureSchemeTest, SecretKeysOutsideTheGroupAreRefused) {
  for (std::string_view edge : {kZero, kOrder, kAllOnes})
    EXPECT_EQ(scheme_.public_key(test::key_of<SigningKey>(edge)).error().fault, Fault::key_invalid) << edge;
}

TEST_F(SignatureSchemeTest, WhatAnInvalidKeySignsVerifiesForNobody) {
  const Signature signature = scheme_.sign(test::key_of<SigningKey>(kZero), digest_);
  EXPECT_EQ(verdict(signature), Fault::signature_form);
  EXPECT_FALSE(scheme_.recover(digest_, scheme_.sign_recoverable(test::key_of<SigningKey>(kZero), digest_)));
}

TEST_F(SignatureSchemeTest, PublicKeysThatAreNoPointAreRefused) {
  ConsensusPublicKey broken = public_key_;
  broken.data[0] = 4;
  EXPECT_EQ(scheme_.address(broken).error().fault, Fault::key_invalid);
  EXPECT_EQ(scheme_.verify(broken, digest_, good_).error().fault, Fault::key_invalid);
  EXPECT_EQ(scheme_.address(ConsensusPublicKey{}).error().fault, Fault::key_invalid);
  ConsensusPublicKey beyond;  // x is not below the field's prime
  beyond.data.fill(0xff);
  beyond.data[0] = 2;
  EXPECT_EQ(scheme_.address(beyond).error().fault, Fault::key_invalid);
  const auto no_point =
      test::fixed_of<ConsensusPublicKey>("020000000000000000000000000000000000000000000000000000000000000005");
  EXPECT_EQ(scheme_.address(no_point).error().fault, Fault::key_invalid);
}

}  // namespace
}  // namespace lucid::crypto
