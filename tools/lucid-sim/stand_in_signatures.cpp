#include "tools/lucid-sim/stand_in_signatures.hpp"

#include <cstring>

#include "tools/lucid-sim/chance.hpp"
#include "tools/lucid-sim/key_table.hpp"

namespace lucid::sim {
namespace {

std::uint64_t word(ByteView bytes, std::size_t from) {
  std::uint64_t out = 0;
  std::memcpy(&out, bytes.data() + from, std::min(sizeof out, bytes.size() - from));
  return out;
}

std::uint64_t mix_of(std::uint64_t seed, ByteView bytes) {
  std::uint64_t out = mix(seed ^ bytes.size());
  for (std::size_t i = 0; i < bytes.size(); i += 8) out = mix(out ^ word(bytes, i));
  return out;
}

/// Fills `out` from `from` on with what follows from `start`.
template <class Fixed>
void fill(Fixed& out, std::size_t from, std::uint64_t start) {
  for (std::size_t i = from; i < out.data.size(); i += 8) {
    start = mix(start + 0x9e3779b97f4a7c15);
    std::memcpy(out.data.data() + i, &start, std::min<std::size_t>(8, out.data.size() - i));
  }
}

constexpr std::uint64_t kSign = 0x1501, kRecover = 0x1502, kVrf = 0x1503, kOutput = 0x1504;

template <class Key>
Signature signature_of(const Key& key, const Hash256& digest) {
  Signature out;
  fill(out, 0, mix_of(mix_of(kSign, key), digest));
  return out;
}

/// The address stands in the first 20 bytes: recovering needs no search. The last byte is the recovery id.
RecoverableSignature recoverable_of(const Address& address, const Hash256& digest) {
  RecoverableSignature out;
  fill(out, Address::kSize, mix_of(mix_of(kRecover, address), digest));
  std::copy(address.data.begin(), address.data.end(), out.data.begin());
  out.data[64] = 0;
  return out;
}

VrfProof proof_of(const VrfPublicKey& key, ByteView alpha) {
  VrfProof out;
  fill(out, 0, mix_of(mix_of(kVrf, key), alpha));
  return out;
}

VrfOutput output_of(const VrfProof& proof) {
  VrfOutput out;
  fill(out, 0, mix_of(kOutput, proof));
  return out;
}

}  // namespace

Result<ConsensusPublicKey> StandInSignatures::public_key(const crypto::SigningKey& key) const {
  if (const auto* known = KeyTable::instance().public_key(key)) return *known;
  return crypto::secp256k1_scheme().public_key(key);
}

Result<Address> StandInSignatures::address(const ConsensusPublicKey& key) const {
  if (const auto* known = KeyTable::instance().address(key)) return *known;
  return crypto::secp256k1_scheme().address(key);
}

Signature StandInSignatures::sign(const crypto::SigningKey& key, const Hash256& digest) const {
  const auto own = public_key(key);
  return own ? signature_of(*own, digest) : Signature{};
}

RecoverableSignature StandInSignatures::sign_recoverable(const crypto::SigningKey& key, const Hash256& digest) const {
  const auto own = public_key(key);
  const auto signer = own ? address(*own) : Result<Address>(fail(Fault::key_invalid));
  return signer ? recoverable_of(*signer, digest) : RecoverableSignature{};
}

Status StandInSignatures::verify(const ConsensusPublicKey& key, const Hash256& digest,
                                 const Signature& signature) const {
  if (signature != signature_of(key, digest)) return fail(Fault::signature_invalid, "signature");
  return {};
}

Result<Address> StandInSignatures::recover(const Hash256& digest, const RecoverableSignature& signature) const {
  Address address;
  std::copy_n(signature.data.begin(), Address::kSize, address.data.begin());
  if (signature != recoverable_of(address, digest))
    return fail(Fault::signature_invalid, "signature", "a signature that leads to a key");
  return address;
}

Result<VrfPublicKey> StandInSignatures::vrf_public_key(const crypto::VrfSecretKey& key) const {
  if (const auto* known = KeyTable::instance().vrf_public_key(key)) return *known;
  return SignatureScheme::vrf_public_key(key);
}

Result<VrfProof> StandInSignatures::vrf_prove(const crypto::VrfSecretKey& key, ByteView alpha) const {
  if (vrf_ == StandInVrf::real) return SignatureScheme::vrf_prove(key, alpha);
  LUCID_TRY_ASSIGN(const VrfPublicKey own, vrf_public_key(key));
  return proof_of(own, alpha);
}

Result<VrfOutput> StandInSignatures::vrf_verify(const VrfPublicKey& key, ByteView alpha, const VrfProof& proof) const {
  if (vrf_ == StandInVrf::real) return SignatureScheme::vrf_verify(key, alpha, proof);
  if (proof != proof_of(key, alpha)) return fail(Fault::vrf_proof_invalid, "vrf_proof");
  return output_of(proof);
}

Result<VrfOutput> StandInSignatures::vrf_output(const VrfProof& proof) const {
  if (vrf_ == StandInVrf::real) return SignatureScheme::vrf_output(proof);
  return output_of(proof);
}

const StandInSignatures& stand_in_signatures(StandInVrf vrf) {
  static const StandInSignatures stand_in(StandInVrf::stand_in);
  static const StandInSignatures real(StandInVrf::real);
  return vrf == StandInVrf::real ? real : stand_in;
}

}  // namespace lucid::sim
