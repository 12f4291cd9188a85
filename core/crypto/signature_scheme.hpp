// All that needs a key, behind one seam: production uses secp256k1 and the VRF of vrf.hpp; the simulator stands a keyed
// hash in for both, so that protocol and not arithmetic decides its speed.
//
// secp256k1 ECDSA with RFC 6979 nonces; a signature with high s is refused, not normalised (protocol.md section 7).
// Thread-safety: all functions are const and may be called from any thread.
#pragma once

#include "core/crypto/secret_key.hpp"
#include "core/types/ids.hpp"

namespace lucid::crypto {

class SignatureScheme {
 public:
  virtual ~SignatureScheme() = default;

  /// Fault key_invalid where the bytes are 0 or not below the group order.
  virtual Result<ConsensusPublicKey> public_key(const SigningKey& key) const = 0;
  /// The Ethereum address of a public key. Fault key_invalid.
  virtual Result<Address> address(const ConsensusPublicKey& key) const = 0;

  virtual Signature sign(const SigningKey& key, const Hash256& digest) const = 0;
  virtual RecoverableSignature sign_recoverable(const SigningKey& key, const Hash256& digest) const = 0;

  /// Faults: key_invalid, signature_form, signature_high_s, signature_invalid.
  virtual Status verify(const ConsensusPublicKey& key, const Hash256& digest, const Signature& signature) const = 0;
  /// The signer's address. Faults: signature_form (also a recovery id above 1), signature_high_s, signature_invalid.
  virtual Result<Address> recover(const Hash256& digest, const RecoverableSignature& signature) const = 0;

  /// As the functions of vrf.hpp, and these unless a scheme stands something in for them.
  virtual Result<VrfPublicKey> vrf_public_key(const VrfSecretKey& key) const;
  virtual Result<VrfProof> vrf_prove(const VrfSecretKey& key, ByteView alpha) const;
  virtual Result<VrfOutput> vrf_verify(const VrfPublicKey& key, ByteView alpha, const VrfProof& proof) const;
  virtual Result<VrfOutput> vrf_output(const VrfProof& proof) const;
};

/// The production scheme. One object for the program's life.
const SignatureScheme& secp256k1_scheme();

}  // namespace lucid::crypto
