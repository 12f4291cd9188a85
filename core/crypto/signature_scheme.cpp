#include "core/crypto/signature_scheme.hpp"

#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include "core/crypto/keccak256.hpp"
#include "core/crypto/vrf.hpp"

namespace lucid::crypto {
namespace {

auto bad_key(std::string_view field) {
  return fail(Fault::key_invalid, field, "a secp256k1 key");
}

/// r and s are checked before any curve arithmetic. `rs` has 64 bytes.
Result<secp256k1_ecdsa_signature> parse_signature(const secp256k1_context* context, ByteView rs) {
  const auto is_zero = [](ByteView half) {
    return std::all_of(half.begin(), half.end(), [](std::uint8_t byte) { return byte == 0; });
  };
  secp256k1_ecdsa_signature parsed;
  if (secp256k1_ecdsa_signature_parse_compact(context, &parsed, rs.data()) != 1)
    return fail(Fault::signature_form, "signature", "r and s below the group order");
  if (is_zero(rs.first(32)) || is_zero(rs.last(32))) return fail(Fault::signature_form, "signature", "r and s above 0");
  if (secp256k1_ecdsa_signature_normalize(context, nullptr, &parsed) == 1)
    return fail(Fault::signature_high_s, "signature", "s in the lower half of the group");
  return parsed;
}

class Secp256k1Scheme final : public SignatureScheme {
 public:
  // Not randomised: core has no source of randomness, and the library's signing is constant-time without blinding.
  Secp256k1Scheme() : context_(secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY)) {}
  ~Secp256k1Scheme() override { secp256k1_context_destroy(context_); }
  Secp256k1Scheme(const Secp256k1Scheme&) = delete;
  Secp256k1Scheme& operator=(const Secp256k1Scheme&) = delete;

  Result<ConsensusPublicKey> public_key(const SigningKey& key) const override {
    secp256k1_pubkey point;
    if (secp256k1_ec_pubkey_create(context_, &point, key.view().data()) != 1) return bad_key("secret key");
    ConsensusPublicKey out;
    std::size_t size = out.size();
    secp256k1_ec_pubkey_serialize(context_, out.data.data(), &size, &point, SECP256K1_EC_COMPRESSED);
    return out;
  }

  Result<Address> address(const ConsensusPublicKey& key) const override {
    LUCID_TRY_ASSIGN(const secp256k1_pubkey point, parse_key(key));
    return address_of(point);
  }

  Signature sign(const SigningKey& key, const Hash256& digest) const override {
    secp256k1_ecdsa_signature signature;
    Signature out;
    if (secp256k1_ecdsa_sign(context_, &signature, digest.data.data(), key.view().data(), nullptr, nullptr) == 1)
      secp256k1_ecdsa_signature_serialize_compact(context_, out.data.data(), &signature);
    return out;
  }

  RecoverableSignature sign_recoverable(const SigningKey& key, const Hash256& digest) const override {
    secp256k1_ecdsa_recoverable_signature signature;
    RecoverableSignature out;
    int recovery_id = 0;
    if (secp256k1_ecdsa_sign_recoverable(context_, &signature, digest.data.data(), key.view().data(), nullptr,
                                         nullptr) != 1)
      return out;
    secp256k1_ecdsa_recoverable_signature_serialize_compact(context_, out.data.data(), &recovery_id, &signature);
    out.data[64] = static_cast<std::uint8_t>(recovery_id);
    return out;
  }

  Status verify(const ConsensusPublicKey& key, const Hash256& digest, const Signature& signature) const override {
    LUCID_TRY_ASSIGN(const secp256k1_ecdsa_signature parsed, parse_signature(context_, signature));
    LUCID_TRY_ASSIGN(const secp256k1_pubkey point, parse_key(key));
    if (secp256k1_ecdsa_verify(context_, &parsed, digest.data.data(), &point) != 1)
      return fail(Fault::signature_invalid, "signature");
    return {};
  }

  Result<Address> recover(const Hash256& digest, const RecoverableSignature& signature) const override {
    const std::uint8_t recovery_id = signature.data[64];
    if (recovery_id > 1)
      return fail(Fault::signature_form, "signature", "recovery id 0 or 1", std::to_string(recovery_id));
    LUCID_TRY(parse_signature(context_, signature.view().first(64)));
    secp256k1_ecdsa_recoverable_signature parsed;
    secp256k1_pubkey point;
    if (secp256k1_ecdsa_recoverable_signature_parse_compact(context_, &parsed, signature.data.data(), recovery_id) !=
            1 ||
        secp256k1_ecdsa_recover(context_, &point, &parsed, digest.data.data()) != 1)
      return fail(Fault::signature_invalid, "signature", "a signature that leads to a key");
    return address_of(point);
  }

 private:
  Result<secp256k1_pubkey> parse_key(const ConsensusPublicKey& key) const {
    secp256k1_pubkey point;
    if (secp256k1_ec_pubkey_parse(context_, &point, key.data.data(), key.size()) != 1) return bad_key("public key");
    return point;
  }

  Address address_of(const secp256k1_pubkey& point) const {
    std::array<std::uint8_t, 65> uncompressed{};
    std::size_t size = uncompressed.size();
    secp256k1_ec_pubkey_serialize(context_, uncompressed.data(), &size, &point, SECP256K1_EC_UNCOMPRESSED);
    const Hash256 hash = keccak256(ByteView(uncompressed).subspan(1));
    Address out;
    std::copy(hash.data.begin() + 12, hash.data.end(), out.data.begin());
    return out;
  }

  secp256k1_context* context_;
};

}  // namespace

Result<VrfPublicKey> SignatureScheme::vrf_public_key(const VrfSecretKey& key) const {
  return crypto::vrf_public_key(key);
}

Result<VrfProof> SignatureScheme::vrf_prove(const VrfSecretKey& key, ByteView alpha) const {
  return crypto::vrf_prove(key, alpha);
}

Result<VrfOutput> SignatureScheme::vrf_verify(const VrfPublicKey& key, ByteView alpha, const VrfProof& proof) const {
  return crypto::vrf_verify(key, alpha, proof);
}

Result<VrfOutput> SignatureScheme::vrf_output(const VrfProof& proof) const {
  return crypto::vrf_output(proof);
}

const SignatureScheme& secp256k1_scheme() {
  static const Secp256k1Scheme scheme;
  return scheme;
}

}  // namespace lucid::crypto
