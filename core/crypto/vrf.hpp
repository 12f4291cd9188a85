// ECVRF-P256-SHA256-TAI (RFC 9381 section 5, suite 0x01): a number that its key's owner cannot choose and everybody
// can check.
//
// Thread-safety: pure functions.
#pragma once

#include "core/crypto/secret_key.hpp"
#include "core/types/ids.hpp"

namespace lucid::crypto {

/// Fault key_invalid.
Result<VrfPublicKey> vrf_public_key(const VrfSecretKey& key);
/// RFC 9381 section 5.1. Fault key_invalid.
Result<VrfProof> vrf_prove(const VrfSecretKey& key, ByteView alpha);
/// RFC 9381 section 5.3, with key validation (5.4.5). Faults: key_invalid, vrf_proof_invalid.
Result<VrfOutput> vrf_verify(const VrfPublicKey& key, ByteView alpha, const VrfProof& proof);
/// RFC 9381 section 5.2: the output of a proof that was checked before. Fault vrf_proof_invalid.
Result<VrfOutput> vrf_output(const VrfProof& proof);

}  // namespace lucid::crypto
