// The fixed-size names and keys of the chain.
#pragma once

#include "core/base/bytes.hpp"
#include "core/base/ordinal.hpp"

namespace lucid {

/// SHA-256, 32 bytes.
using Hash256 = FixedBytes<32, struct Hash256Tag>;
/// Last 20 bytes of Keccak-256 of an uncompressed secp256k1 public key: names accounts and validators.
using Address = FixedBytes<20, struct AddressTag>;
/// A session: for a UUID its 16 bytes and 16 zero bytes (protocol.md section 7).
using SessionId = FixedBytes<32, struct SessionIdTag>;

/// secp256k1, compressed.
using ConsensusPublicKey = FixedBytes<33, struct ConsensusPublicKeyTag>;
/// P-256, compressed.
using VrfPublicKey = FixedBytes<33, struct VrfPublicKeyTag>;
/// Ed25519.
using TlsPublicKey = FixedBytes<32, struct TlsPublicKeyTag>;

/// r ‖ s, s in the lower half.
using Signature = FixedBytes<64, struct SignatureTag>;
/// r ‖ s ‖ recovery id (0 or 1).
using RecoverableSignature = FixedBytes<65, struct RecoverableSignatureTag>;
/// ECVRF-P256-SHA256-TAI: gamma (33) ‖ c (16) ‖ s (32).
using VrfProof = FixedBytes<81, struct VrfProofTag>;
using VrfOutput = FixedBytes<32, struct VrfOutputTag>;

/// "0x" and 40 lower-case hex digits; accepts any case when read.
std::string to_text(const Address& address);
Result<Address> parse_address(std::string_view text, std::string_view field);

/// 8-4-4-4-12 hex digits of either case.
Result<SessionId> parse_uuid(std::string_view text, std::string_view field);
/// The UUID where the last 16 bytes are zero, else 64 hex digits.
std::string to_text(const SessionId& session);

}  // namespace lucid
