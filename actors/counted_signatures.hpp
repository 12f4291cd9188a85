// secp256k1 as ever, and counted: that a node checks each transaction's signature once, however it came by it, is
// something that one can look at (`/metrics`).
//
// Thread-safety: any thread.
#pragma once

#include <atomic>

#include "core/crypto/signature_scheme.hpp"

namespace lucid::actors {

class CountedSignatures final : public crypto::SignatureScheme {
 public:
  /// Of transactions, and of owners in them: only these name no signer, so that he is recovered.
  std::uint64_t recovered() const { return recovered_; }

  Result<ConsensusPublicKey> public_key(const crypto::SigningKey& key) const override { return real_.public_key(key); }
  Result<Address> address(const ConsensusPublicKey& key) const override { return real_.address(key); }
  Signature sign(const crypto::SigningKey& key, const Hash256& digest) const override {
    return real_.sign(key, digest);
  }
  RecoverableSignature sign_recoverable(const crypto::SigningKey& key, const Hash256& digest) const override {
    return real_.sign_recoverable(key, digest);
  }
  Status verify(const ConsensusPublicKey& key, const Hash256& digest, const Signature& signature) const override {
    return real_.verify(key, digest, signature);
  }
  Result<Address> recover(const Hash256& digest, const RecoverableSignature& signature) const override {
    ++recovered_;
    return real_.recover(digest, signature);
  }

 private:
  const crypto::SignatureScheme& real_ = crypto::secp256k1_scheme();
  mutable std::atomic<std::uint64_t> recovered_ = 0;
};

}  // namespace lucid::actors
