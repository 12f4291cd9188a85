#include "core/crypto/vrf.hpp"

#include <gtest/gtest.h>

#include "tests/fixtures/hex.hpp"

namespace lucid::crypto {
namespace {

constexpr std::string_view kP256Order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
constexpr std::string_view kZeroScalar = "0000000000000000000000000000000000000000000000000000000000000000";

class VrfTest : public testing::Test {
 protected:
  VrfSecretKey secret_ = test::small_key<VrfSecretKey>(9);
  VrfPublicKey public_ = vrf_public_key(secret_).value();
  Bytes alpha_ = to_bytes(as_bytes("seed of epoch 7, slot 4711"));
  VrfProof proof_ = vrf_prove(secret_, alpha_).value();

  Fault verdict(const VrfPublicKey& key, ByteView alpha, const VrfProof& proof) const {
    const auto output = vrf_verify(key, alpha, proof);
    EXPECT_FALSE(output);
    return output ? Fault::internal : output.error().fault;
  }
};

TEST_F(VrfTest, TheOutputIsTheSameForProverAndVerifierAndInEveryRun) {
  EXPECT_EQ(vrf_verify(public_, alpha_, proof_).value(), vrf_output(proof_).value());
  EXPECT_EQ(vrf_prove(secret_, alpha_).value(), proof_);
}

TEST_F(VrfTest, InputsOfEveryLengthHaveProofs) {
  for (std::size_t size : {0u, 1u, 31u, 64u, 1000u}) {
    const Bytes alpha(size, 0xab);
    const auto proof = vrf_prove(secret_, alpha).value();
    EXPECT_TRUE(vrf_verify(public_, alpha, proof)) << size;
  }
}

TEST_F(VrfTest, AProofForAnotherInputOrKeyIsRefused) {
  EXPECT_EQ(verdict(public_, as_bytes("slot 4712"), proof_), Fault::vrf_proof_invalid);
  const auto other = vrf_public_key(test::small_key<VrfSecretKey>(10)).value();
  EXPECT_EQ(verdict(other, alpha_, proof_), Fault::vrf_proof_invalid);
}

TEST_F(VrfTest, EveryFlippedBitOfAProofIsRefused) {
  for (std::size_t byte = 0; byte < proof_.size(); ++byte) {
    VrfProof flipped = proof_;
    flipped.data[byte] = static_cast<std::uint8_t>(flipped.data[byte] ^ (1u << (byte % 8)));
    EXPECT_EQ(verdict(public_, alpha_, flipped), Fault::vrf_proof_invalid) << byte;
  }
}

TEST_F(VrfTest, AProofWithSNotBelowTheOrderIsRefusedEvenForItsOutput) {
  for (std::string_view s : {kP256Order, std::string_view("ffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
                                                          "ffffffff")}) {
    VrfProof broken = proof_;
    std::copy_n(test::bytes_of(s).begin(), 32, broken.data.begin() + 49);
    EXPECT_EQ(verdict(public_, alpha_, broken), Fault::vrf_proof_invalid);
    EXPECT_EQ(vrf_output(broken).error().fault, Fault::vrf_proof_invalid);
  }
}

TEST_F(VrfTest, AGammaThatIsNoPointHasNoOutput) {
  VrfProof broken = proof_;
  std::fill_n(broken.data.begin(), 33, std::uint8_t{0});  // would be the point at infinity
  EXPECT_EQ(vrf_output(broken).error().fault, Fault::vrf_proof_invalid);
  broken.data[0] = 4;
  EXPECT_EQ(vrf_output(broken).error().fault, Fault::vrf_proof_invalid);
  std::fill_n(broken.data.begin() + 1, 32, std::uint8_t{0xff});  // not below the field's prime
  broken.data[0] = 2;
  EXPECT_EQ(vrf_output(broken).error().fault, Fault::vrf_proof_invalid);
}

TEST_F(VrfTest, PublicKeysThatAreNoPointAreRefused) {
  EXPECT_EQ(verdict(VrfPublicKey{}, alpha_, proof_), Fault::key_invalid);
  VrfPublicKey uncompressed = public_;
  uncompressed.data[0] = 4;
  EXPECT_EQ(verdict(uncompressed, alpha_, proof_), Fault::key_invalid);
  VrfPublicKey hybrid = public_;
  hybrid.data[0] = 6;
  EXPECT_EQ(verdict(hybrid, alpha_, proof_), Fault::key_invalid);
  VrfPublicKey beyond;
  beyond.data.fill(0xff);
  beyond.data[0] = 3;
  EXPECT_EQ(verdict(beyond, alpha_, proof_), Fault::key_invalid);
  // 1 is no x-coordinate of P-256: 1 - 3 + b is no square.
  const auto no_point =
      test::fixed_of<VrfPublicKey>("020000000000000000000000000000000000000000000000000000000000000001");
  EXPECT_EQ(verdict(no_point, alpha_, proof_), Fault::key_invalid);
}

TEST_F(VrfTest, SecretKeysOutsideTheGroupAreRefused) {
  for (std::string_view edge : {kZeroScalar, kP256Order}) {
    const auto key = test::key_of<VrfSecretKey>(edge);
    EXPECT_EQ(vrf_public_key(key).error().fault, Fault::key_invalid);
    EXPECT_EQ(vrf_prove(key, alpha_).error().fault, Fault::key_invalid);
  }
}

}  // namespace
}  // namespace lucid::crypto
