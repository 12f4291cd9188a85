#include "core/crypto/vrf.hpp"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/hmac.h>
#include <openssl/obj_mac.h>
#include <optional>

#include "core/crypto/sha256.hpp"

namespace lucid::crypto {
namespace {

constexpr std::uint8_t kSuite = 0x01;
constexpr std::size_t kPointSize = 33, kChallengeSize = 16, kScalarSize = 32;

struct Free {
  void operator()(BIGNUM* p) const { BN_clear_free(p); }
  void operator()(BN_CTX* p) const { BN_CTX_free(p); }
  void operator()(EC_POINT* p) const { EC_POINT_clear_free(p); }
};
using Number = std::unique_ptr<BIGNUM, Free>;
using Scratch = std::unique_ptr<BN_CTX, Free>;
using Point = std::unique_ptr<EC_POINT, Free>;
using PointBytes = std::array<std::uint8_t, kPointSize>;
using Bytes32 = std::array<std::uint8_t, 32>;

// Arithmetic on checked values fails only where memory ends.
void must_hold(bool done) {
  if (!done) std::abort();
}

/// P-256 and scratch memory for one computation.
class Curve {
 public:
  Curve() : scratch_(BN_CTX_secure_new()) { must_hold(scratch_ != nullptr && group() != nullptr); }

  static const EC_GROUP* group() {
    static const EC_GROUP* const p256 = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    return p256;
  }
  static const BIGNUM* order() { return EC_GROUP_get0_order(group()); }
  BN_CTX* scratch() const { return scratch_.get(); }

  static Number number(ByteView big_endian) {
    Number out(BN_bin2bn(big_endian.data(), static_cast<int>(big_endian.size()), nullptr));
    must_hold(out != nullptr);
    return out;
  }
  static Number secret_number(ByteView big_endian) {
    Number out = number(big_endian);
    BN_set_flags(out.get(), BN_FLG_CONSTTIME);
    return out;
  }
  static Bytes32 scalar_bytes(const Number& scalar) {
    Bytes32 out{};
    must_hold(BN_bn2binpad(scalar.get(), out.data(), kScalarSize) == static_cast<int>(kScalarSize));
    return out;
  }

  /// A point of the curve, not its zero, from 33 bytes (RFC 9381 section 5.4.5: cofactor 1 leaves nothing else).
  std::optional<Point> point(ByteView compressed) const {
    Point out = new_point();
    if (compressed.size() != kPointSize || (compressed[0] != 2 && compressed[0] != 3)) return std::nullopt;
    if (EC_POINT_oct2point(group(), out.get(), compressed.data(), compressed.size(), scratch()) != 1)
      return std::nullopt;
    return out;
  }
  PointBytes bytes(const Point& point) const {
    PointBytes out{};
    if (EC_POINT_is_at_infinity(group(), point.get()) == 1) return out;
    must_hold(EC_POINT_point2oct(group(), point.get(), POINT_CONVERSION_COMPRESSED, out.data(), out.size(),
                                 scratch()) == kPointSize);
    return out;
  }
  Point base_times(const Number& scalar) const {
    Point out = new_point();
    must_hold(EC_POINT_mul(group(), out.get(), scalar.get(), nullptr, nullptr, scratch()) == 1);
    return out;
  }
  Point times(const Point& point, const Number& scalar) const {
    Point out = new_point();
    must_hold(EC_POINT_mul(group(), out.get(), nullptr, point.get(), scalar.get(), scratch()) == 1);
    return out;
  }
  Point minus(const Point& left, Point right) const {
    must_hold(EC_POINT_invert(group(), right.get(), scratch()) == 1);
    must_hold(EC_POINT_add(group(), right.get(), left.get(), right.get(), scratch()) == 1);
    return right;
  }

 private:
  static Point new_point() {
    Point out(EC_POINT_new(group()));
    must_hold(out != nullptr);
    return out;
  }

  Scratch scratch_;
};

Result<Number> secret_scalar(const VrfSecretKey& key) {
  Number x = Curve::secret_number(key.view());
  if (BN_is_zero(x.get()) || BN_cmp(x.get(), Curve::order()) >= 0)
    return fail(Fault::key_invalid, "VRF secret key", "a number from 1 to the order of P-256 less 1");
  return x;
}

/// RFC 9381 section 5.4.1.1, try and increment; the salt is the public key.
std::optional<Point> encode_to_curve(const Curve& curve, const PointBytes& key, ByteView alpha) {
  static constexpr std::uint8_t kFront[] = {kSuite, 0x01};
  for (unsigned counter = 0; counter < 256; ++counter) {
    const std::uint8_t tail[] = {static_cast<std::uint8_t>(counter), 0x00};
    Sha256 hasher;
    const Hash256 hash = hasher.update(kFront).update(key).update(alpha).update(tail).finish();
    PointBytes candidate{0x02};
    std::copy(hash.data.begin(), hash.data.end(), candidate.begin() + 1);
    if (auto point = curve.point(candidate)) return point;
  }
  return std::nullopt;  // with probability 2^-256
}

Bytes32 hmac(const Bytes32& key, std::initializer_list<ByteView> parts) {
  Bytes message;
  message.reserve(160);
  for (ByteView part : parts) message.insert(message.end(), part.begin(), part.end());
  Bytes32 out{};
  must_hold(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), message.data(), message.size(), out.data(),
                 nullptr) != nullptr);
  explicit_bzero(message.data(), message.size());
  return out;
}

/// RFC 9381 section 5.4.2.1: RFC 6979 section 3.2 with H as the message.
Number nonce(const Curve& curve, const Number& x, const PointBytes& h) {
  static constexpr std::uint8_t kZero = 0, kOne = 1;
  const ByteView zero(&kZero, 1), one(&kOne, 1);
  Bytes32 secret = Curve::scalar_bytes(x);
  const Number hash = Curve::number(sha256(h).view());
  must_hold(BN_nnmod(hash.get(), hash.get(), Curve::order(), curve.scratch()) == 1);
  const Bytes32 message = Curve::scalar_bytes(hash);
  Bytes32 v{}, k{};
  v.fill(1);
  k = hmac(k, {v, zero, secret, message});
  v = hmac(k, {v});
  k = hmac(k, {v, one, secret, message});
  v = hmac(k, {v});
  explicit_bzero(secret.data(), secret.size());
  for (v = hmac(k, {v});; v = hmac(k, {v})) {
    Number candidate = Curve::secret_number(v);
    if (!BN_is_zero(candidate.get()) && BN_cmp(candidate.get(), Curve::order()) < 0) {
      explicit_bzero(k.data(), k.size());
      explicit_bzero(v.data(), v.size());
      return candidate;
    }
    k = hmac(k, {v, zero});
    v = hmac(k, {v});
  }
}

using Challenge = std::array<std::uint8_t, kChallengeSize>;

/// RFC 9381 section 5.4.3.
Challenge challenge(std::initializer_list<PointBytes> points) {
  static constexpr std::uint8_t kFront[] = {kSuite, 0x02}, kBack[] = {0x00};
  Sha256 hasher;
  hasher.update(kFront);
  for (const PointBytes& point : points) hasher.update(point);
  const Hash256 hash = hasher.update(kBack).finish();
  Challenge out{};
  std::copy_n(hash.data.begin(), kChallengeSize, out.begin());
  return out;
}

struct DecodedProof {
  Point gamma;
  Number c, s;
};

/// RFC 9381 section 5.4.4.
Result<DecodedProof> decode_proof(const Curve& curve, const VrfProof& proof) {
  const ByteView bytes = proof.view();
  auto gamma = curve.point(bytes.first(kPointSize));
  if (!gamma) return fail(Fault::vrf_proof_invalid, "proof.gamma", "a point of P-256");
  DecodedProof out{std::move(*gamma), Curve::number(bytes.subspan(kPointSize, kChallengeSize)),
                   Curve::number(bytes.last(kScalarSize))};
  if (BN_cmp(out.s.get(), Curve::order()) >= 0)
    return fail(Fault::vrf_proof_invalid, "proof.s", "a number below the order of P-256");
  return out;
}

/// RFC 9381 section 5.2, with cofactor 1.
VrfOutput output_of(ByteView gamma) {
  static constexpr std::uint8_t kFront[] = {kSuite, 0x03}, kBack[] = {0x00};
  Sha256 hasher;
  const Hash256 hash = hasher.update(kFront).update(gamma).update(kBack).finish();
  VrfOutput out;
  out.data = hash.data;
  return out;
}

auto no_curve_point() {
  return fail(Fault::vrf_proof_invalid, "alpha", "an input that leads to a point of P-256");
}

}  // namespace

Result<VrfPublicKey> vrf_public_key(const VrfSecretKey& key) {
  const Curve curve;
  LUCID_TRY_ASSIGN(const Number x, secret_scalar(key));
  VrfPublicKey out;
  out.data = curve.bytes(curve.base_times(x));
  return out;
}

Result<VrfProof> vrf_prove(const VrfSecretKey& key, ByteView alpha) {
  const Curve curve;
  LUCID_TRY_ASSIGN(const Number x, secret_scalar(key));
  const PointBytes y = curve.bytes(curve.base_times(x));
  const auto h = encode_to_curve(curve, y, alpha);
  if (!h) return no_curve_point();
  const PointBytes h_bytes = curve.bytes(*h);
  const PointBytes gamma = curve.bytes(curve.times(*h, x));
  const Number k = nonce(curve, x, h_bytes);
  const Challenge c = challenge({y, h_bytes, gamma, curve.bytes(curve.base_times(k)), curve.bytes(curve.times(*h, k))});
  const Number s = Curve::secret_number({});
  must_hold(BN_mod_mul(s.get(), Curve::number(c).get(), x.get(), Curve::order(), curve.scratch()) == 1);
  must_hold(BN_mod_add(s.get(), s.get(), k.get(), Curve::order(), curve.scratch()) == 1);
  const Bytes32 s_bytes = Curve::scalar_bytes(s);
  VrfProof proof;
  auto out = std::copy(gamma.begin(), gamma.end(), proof.data.begin());
  out = std::copy(c.begin(), c.end(), out);
  std::copy(s_bytes.begin(), s_bytes.end(), out);
  return proof;
}

Result<VrfOutput> vrf_verify(const VrfPublicKey& key, ByteView alpha, const VrfProof& proof) {
  const Curve curve;
  const auto y = curve.point(key);
  if (!y) return fail(Fault::key_invalid, "VRF public key", "a point of P-256");
  LUCID_TRY_ASSIGN(const DecodedProof decoded, decode_proof(curve, proof));
  const auto h = encode_to_curve(curve, key.data, alpha);
  if (!h) return no_curve_point();
  const Point u = curve.minus(curve.base_times(decoded.s), curve.times(*y, decoded.c));
  const Point v = curve.minus(curve.times(*h, decoded.s), curve.times(decoded.gamma, decoded.c));
  const PointBytes gamma = curve.bytes(decoded.gamma);
  const Challenge expected = challenge({key.data, curve.bytes(*h), gamma, curve.bytes(u), curve.bytes(v)});
  if (!std::equal(expected.begin(), expected.end(), proof.data.begin() + kPointSize))
    return fail(Fault::vrf_proof_invalid, "proof", "a proof of this key for this input");
  return output_of(gamma);
}

Result<VrfOutput> vrf_output(const VrfProof& proof) {
  const Curve curve;
  LUCID_TRY_ASSIGN(const DecodedProof decoded, decode_proof(curve, proof));
  return output_of(curve.bytes(decoded.gamma));
}

}  // namespace lucid::crypto
