// Signatures that cost next to nothing: a 64-bit mix of public key and digest. They bind what real ones bind, and
// nobody in the simulation guesses them (a liar signs with its own keys only), so the protocol alone decides what
// happens and how fast. Keys and addresses are the real ones of KeyTable.
//
// Thread-safety: const, from any thread.
#pragma once

#include "core/crypto/signature_scheme.hpp"

namespace lucid::sim {

/// Whether VRF proofs are real too: their outputs decide orders, so a comparison with real signatures wants them.
enum class StandInVrf : std::uint8_t { stand_in, real };

class StandInSignatures final : public crypto::SignatureScheme {
 public:
  explicit StandInSignatures(StandInVrf vrf) : vrf_(vrf) {}

  Result<ConsensusPublicKey> public_key(const crypto::SigningKey& key) const override;
  Result<Address> address(const ConsensusPublicKey& key) const override;
  Signature sign(const crypto::SigningKey& key, const Hash256& digest) const override;
  RecoverableSignature sign_recoverable(const crypto::SigningKey& key, const Hash256& digest) const override;
  Status verify(const ConsensusPublicKey& key, const Hash256& digest, const Signature& signature) const override;
  Result<Address> recover(const Hash256& digest, const RecoverableSignature& signature) const override;

  Result<VrfPublicKey> vrf_public_key(const crypto::VrfSecretKey& key) const override;
  Result<VrfProof> vrf_prove(const crypto::VrfSecretKey& key, ByteView alpha) const override;
  Result<VrfOutput> vrf_verify(const VrfPublicKey& key, ByteView alpha, const VrfProof& proof) const override;
  Result<VrfOutput> vrf_output(const VrfProof& proof) const override;

 private:
  StandInVrf vrf_;
};

/// One of each for the program's life.
const StandInSignatures& stand_in_signatures(StandInVrf vrf);

}  // namespace lucid::sim
