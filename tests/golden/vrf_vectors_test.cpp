// RFC 9381 appendix B.1, examples 10 to 12: ECVRF-P256-SHA256-TAI.
#include <gtest/gtest.h>

#include "core/crypto/vrf.hpp"

namespace lucid::crypto {
namespace {

struct Example {
  const char* name;
  const char* secret_key;
  const char* public_key;
  const char* alpha;
  const char* proof;
  const char* output;
};

const Example kExamples[] = {
    {"Example10", "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721",
     "0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6", "73616d706c65",
     "035b5c726e8c0e2c488a107c600578ee75cb702343c153cb1eb8dec77f4b5071b4a53f0a46f018bc2c56e58d383f2305e0975972c26feea0"
     "eb122fe7893c15af376b33edf7de17c6ea056d4d82de6bc02f",
     "a3ad7b0ef73d8fc6655053ea22f9bede8c743f08bbed3d38821f0e16474b505e"},
    {"Example11", "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721",
     "0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6", "74657374",
     "034dac60aba508ba0c01aa9be80377ebd7562c4a52d74722e0abae7dc3080ddb56c19e067b15a8a8174905b13617804534214f935b94c228"
     "7f797e393eb0816969d864f37625b443f30f1a5a33f2b3c854",
     "a284f94ceec2ff4b3794629da7cbafa49121972671b466cab4ce170aa365f26d"},
    {"Example12", "2ca1411a41b17b24cc8c3b089cfd033f1920202a6c0de8abb97df1498d50d2c8",
     "03596375e6ce57e0f20294fc46bdfcfd19a39f8161b58695b3ec5b3d16427c274d",
     "4578616d706c65207573696e67204543445341206b65792066726f6d20417070656e646978204c2e342e32206f6620414e53492e58392d36"
     "322d32303035",
     "03d03398bf53aa23831d7d1b2937e005fb0062cbefa06796579f2a1fc7e7b8c667d091c00b0f5c3619d10ecea44363b5a599cadc5b2957e2"
     "23fec62e81f7b4825fc799a771a3d7334b9186bdbee87316b1",
     "90871e06da5caa39a3c61578ebb844de8635e27ac0b13e829997d0d95dd98c19"},
};

class VrfVector : public testing::TestWithParam<Example> {
 protected:
  VrfSecretKey key() const {
    std::array<std::uint8_t, 32> bytes{};
    const auto parsed = parse_hex(GetParam().secret_key, "secret key").value();
    std::copy(parsed.begin(), parsed.end(), bytes.begin());
    return VrfSecretKey(bytes);
  }
  Bytes alpha() const { return parse_hex(GetParam().alpha, "alpha").value(); }
};

TEST_P(VrfVector, TheSecretKeyHasThePublishedPublicKey) {
  EXPECT_EQ(to_hex(vrf_public_key(key()).value()), GetParam().public_key);
}

TEST_P(VrfVector, ProvingGivesThePublishedProof) {
  EXPECT_EQ(to_hex(vrf_prove(key(), alpha()).value()), GetParam().proof);
}

TEST_P(VrfVector, VerifyingThePublishedProofGivesThePublishedOutput) {
  const auto public_key = parse_fixed_hex<VrfPublicKey>(GetParam().public_key, "public key").value();
  const auto proof = parse_fixed_hex<VrfProof>(GetParam().proof, "proof").value();
  const auto output = vrf_verify(public_key, alpha(), proof);
  ASSERT_TRUE(output) << to_text(output.error());
  EXPECT_EQ(to_hex(*output), GetParam().output);
  EXPECT_EQ(to_hex(vrf_output(proof).value()), GetParam().output);
}

INSTANTIATE_TEST_SUITE_P(Rfc9381, VrfVector, testing::ValuesIn(kExamples),
                         [](const auto& example) { return example.param.name; });

}  // namespace
}  // namespace lucid::crypto
