// Published signatures and addresses on secp256k1.
#include <gtest/gtest.h>

#include "core/crypto/sha256.hpp"
#include "core/crypto/signature_scheme.hpp"
#include "tests/fixtures/hex.hpp"

namespace lucid::crypto {
namespace {

struct Deterministic {
  const char* key;
  const char* message;  // signed is its SHA-256
  const char* signature;
};

// https://bitcointalk.org/index.php?topic=285142.msg3299061#msg3299061: RFC 6979 on secp256k1, low s. The same data
// set stands in the tests of ACINQ/bitcoin-lib (CryptoSpec, generateDeterministicSigs).
const Deterministic kDeterministic[] = {
    {"0000000000000000000000000000000000000000000000000000000000000001", "Satoshi Nakamoto",
     "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8"
     "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5"},
    {"0000000000000000000000000000000000000000000000000000000000000001",
     "Everything should be made as simple as possible, but not simpler.",
     "33a69cd2065432a30f3d1ce4eb0d59b8ab58c74f27c41a7fdb5696ad4e6108c9"
     "6f807982866f785d3f6418d24163ddae117b7db4d5fdf0071de069fa54342262"},
    {"0000000000000000000000000000000000000000000000000000000000000001",
     "All those moments will be lost in time, like tears in rain. Time to die...",
     "8600dbd41e348fe5c9465ab92d23e3db8b98b873beecd930736488696438cb6b"
     "547fe64427496db33bf66019dacbf0039c04199abb0122918601db38a72cfc21"},
    {"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140", "Satoshi Nakamoto",
     "fd567d121db66e382991534ada77a6bd3106f0a1098c231e47993447cd6af2d0"
     "6b39cd0eb1bc8603e159ef5c20a5c8ad685a45b06ce9bebed3f153d10d93bed5"},
    {"f8b8af8ce3c7cca5e300d33939540c10d45ce001b8f252bfbc57ba0342904181", "Alan Turing",
     "7063ae83e7f62bbb171798131b4a0564b956930092b33b07b395615d9ec7e15c"
     "58dfcc1e00a35e1572f366ffe34ba0fc47db1e7189759b9fb233c5b05ab388ea"},
};

TEST(Secp256k1Vectors, SigningIsThePublishedDeterministicOne) {
  const SignatureScheme& scheme = secp256k1_scheme();
  for (const Deterministic& vector : kDeterministic) {
    const auto key = test::key_of<SigningKey>(vector.key);
    const Hash256 digest = sha256(as_bytes(vector.message));
    const Signature signature = scheme.sign(key, digest);
    EXPECT_EQ(to_hex(signature), vector.signature) << vector.message;
    EXPECT_TRUE(scheme.verify(scheme.public_key(key).value(), digest, signature)) << vector.message;
    const auto recoverable = scheme.sign_recoverable(key, digest);
    EXPECT_EQ(to_hex(recoverable.view().first(64)), vector.signature) << vector.message;
    EXPECT_EQ(scheme.recover(digest, recoverable).value(), scheme.address(scheme.public_key(key).value()).value());
  }
}

// The generator itself (SEC 2 version 2, section 2.4.1) and the addresses that Ethereum's tools print for small keys
// (go-ethereum, accounts of keys 1 and 2).
TEST(Secp256k1Vectors, SmallKeysHaveThePublishedPointsAndAddresses) {
  const SignatureScheme& scheme = secp256k1_scheme();
  const auto one = scheme.public_key(test::small_key<SigningKey>(1)).value();
  EXPECT_EQ(to_hex(one), "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
  EXPECT_EQ(to_text(scheme.address(one).value()), "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf");
  const auto two = scheme.public_key(test::small_key<SigningKey>(2)).value();
  EXPECT_EQ(to_text(scheme.address(two).value()), "0x2b5ad5c4795c026514f8317c7a215e218dccd6cf");
}

// EIP-155, "Example": the signing hash, the signature (v = 37, recovery id 0) and the key of the example, whose
// account is 0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f.
TEST(Secp256k1Vectors, TheSignerOfTheEip155ExampleIsRecovered) {
  const Hash256 digest = test::hash_of("daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53");
  const auto signature = test::fixed_of<RecoverableSignature>(
      "28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276"
      "67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83"
      "00");
  const SignatureScheme& scheme = secp256k1_scheme();
  EXPECT_EQ(to_text(scheme.recover(digest, signature).value()), "0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f");
  const auto key = test::key_of<SigningKey>("4646464646464646464646464646464646464646464646464646464646464646");
  EXPECT_EQ(scheme.sign_recoverable(key, digest), signature);
}

}  // namespace
}  // namespace lucid::crypto
