// Who speaks at the other end of a connection: each side says hello once, and one that is a validator signs with its
// consensus key for which chain, in which version, on which connection and with which connection key it speaks
// (docs/protocol.md section 12).
//
// The exporter (RFC 8446 section 7.5) is a secret of one connection that both ends know, so a hello is worth nothing on
// another; the signer's own connection key tells the two directions apart, so a hello sent back is worth nothing
// either. Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>

#include "core/crypto/verifier.hpp"
#include "core/types/peer.hpp"

namespace lucid::crypto {

/// "lucid/handshake/v1" over protocol, exporter, signer's connection key.
Hash256 handshake_digest(const ChainIdentity& chain, std::uint32_t protocol, const Hash256& exporter,
                         const TlsPublicKey& signer_tls_key);

/// This node's hello. `consensus_key`: absent (nullptr) for a node that claims to be no validator. Fault key_invalid.
Result<Hello> make_hello(const SignatureScheme& scheme, const ChainIdentity& chain, Height height,
                         const Hash256& exporter, const TlsPublicKey& own_tls_key, const SigningKey* consensus_key);

/// The validator of `known` that the peer has proven to be; absent for any other node, also for one that claims to be a
/// validator of which this node has not heard yet: that can be neither shown nor refuted here, and gains it nothing.
/// Whether the connection's key may speak at all was judged before (net/peer_tls.hpp). Cheap checks first. Faults:
/// peer_protocol, peer_chain, peer_genesis, peer_other_validator, peer_signature.
Result<std::optional<Address>> judge_hello(const SignatureScheme& scheme, const Hello& hello,
                                           const ChainIdentity& chain, const Hash256& exporter,
                                           const TlsPublicKey& peer_tls_key, const ValidatorSet& known);

}  // namespace lucid::crypto
