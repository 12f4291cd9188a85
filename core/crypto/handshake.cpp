#include "core/crypto/handshake.hpp"

#include "core/crypto/tagged_hash.hpp"

namespace lucid::crypto {

Hash256 handshake_digest(const ChainIdentity& chain, std::uint32_t protocol, const Hash256& exporter,
                         const TlsPublicKey& signer_tls_key) {
  return tagged_hash("lucid/handshake/v1", chain.chain_id, chain.genesis_hash, protocol, exporter, signer_tls_key);
}

Result<Hello> make_hello(const SignatureScheme& scheme, const ChainIdentity& chain, Height height,
                         const Hash256& exporter, const TlsPublicKey& own_tls_key, const SigningKey* consensus_key) {
  Hello hello{kPeerProtocol, chain.chain_id, chain.genesis_hash, height, {}, {}};
  if (consensus_key == nullptr) return hello;
  LUCID_TRY_ASSIGN(const ConsensusPublicKey public_key, scheme.public_key(*consensus_key));
  LUCID_TRY_ASSIGN(hello.validator, scheme.address(public_key));
  hello.signature = scheme.sign(*consensus_key, handshake_digest(chain, kPeerProtocol, exporter, own_tls_key));
  return hello;
}

// P-12.3
Result<std::optional<Address>> judge_hello(const SignatureScheme& scheme, const Hello& hello,
                                           const ChainIdentity& chain, const Hash256& exporter,
                                           const TlsPublicKey& peer_tls_key, const ValidatorSet& known) {
  if (hello.protocol != kPeerProtocol)
    return fail(Fault::peer_protocol, "hello.protocol", std::to_string(kPeerProtocol), std::to_string(hello.protocol));
  if (hello.chain_id != chain.chain_id)
    return fail(Fault::peer_chain, "hello.chain_id", std::to_string(chain.chain_id), std::to_string(hello.chain_id));
  if (hello.genesis != chain.genesis_hash)
    return fail(Fault::peer_genesis, "hello.genesis", to_hex(chain.genesis_hash), to_hex(hello.genesis));
  if (hello.validator.has_value() != hello.signature.has_value())
    return fail(Fault::peer_signature, "hello.signature", "one where a validator is named, and only there");
  const Validator* const claimed = hello.validator ? known.find(*hello.validator) : nullptr;
  if (claimed == nullptr) return std::optional<Address>();
  if (claimed->tls_key != peer_tls_key)
    return fail(Fault::peer_other_validator, "hello.validator", to_hex(claimed->tls_key), to_hex(peer_tls_key));
  const Hash256 digest = handshake_digest(chain, hello.protocol, exporter, peer_tls_key);
  if (const auto good = scheme.verify(claimed->consensus_key, digest, *hello.signature); !good)
    return fail(Fault::peer_signature, "hello.signature", "a signature of " + to_text(claimed->address),
                std::string(fault_text(good.error().fault)));
  return hello.validator;
}

}  // namespace lucid::crypto
