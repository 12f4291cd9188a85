// What is signed, and the one place where signatures become Verified<…> (protocol.md section 7, Signatures).
//
// Every digest is tagged_hash("lucid/<kind>/v1", chain_id, genesis_hash, fields…): a signature of one kind or chain is
// none of another. Thread-safety: const, from any thread.
#pragma once

#include <cstdint>
#include <memory>

#include "core/crypto/signature_scheme.hpp"
#include "core/crypto/verified.hpp"
#include "core/types/block.hpp"
#include "core/types/newest_record.hpp"
#include "core/types/transaction.hpp"
#include "core/types/validator_set.hpp"
#include "core/types/vote.hpp"

namespace lucid::crypto {

/// Which chain a signature is for.
struct ChainIdentity {
  std::uint64_t chain_id = 0;
  Hash256 genesis_hash;
  bool operator==(const ChainIdentity&) const = default;
};

/// "lucid/prevote/v1" or "lucid/precommit/v1" over height, round, block (nil when absent).
Hash256 vote_digest(const ChainIdentity& chain, const Vote& vote);
/// "lucid/proposal/v1" over height, round, block, valid_round (nil when absent).
Hash256 proposal_digest(const ChainIdentity& chain, const Proposal& proposal);
/// "lucid/transaction/v1" over nonce, valid_until_height, operation. (chain_id stands in the identity.)
Hash256 transaction_digest(const ChainIdentity& chain, const Transaction& transaction);
/// "lucid/anchor/v1" over session_id, merkle_root, manifest_hash, chunk_count (design.md section 9).
Hash256 user_anchor_digest(const ChainIdentity& chain, const AnchorSession& anchor);
/// "lucid/approve/v1" over the hash of the change.
Hash256 approve_digest(const ChainIdentity& chain, const Hash256& change);

/// tagged_hash("lucid/header/v1", header): the block's hash.
Hash256 header_hash(const Header& header);
/// tagged_hash("lucid/genesis/v1", genesis).
Hash256 genesis_hash(const Genesis& genesis);
/// tagged_hash("lucid/validators/v1", keys of the members in order, quorum rule); names are outside.
Hash256 validators_hash(const ValidatorSet& set);
/// tagged_hash("lucid/certificate/v1", certificate).
Hash256 certificate_hash(const Certificate& certificate);
/// tagged_hash("lucid/txid/v1", encoded transaction as binary).
Hash256 transaction_id(ByteView encoded);

/// A transaction whose signature was checked, with what was learned on the way. Shared by reference between actors.
struct SignedTransaction {
  EncodedTransaction encoded;
  Transaction transaction;
  Hash256 id;
  Address sender;
};
using TransactionPtr = std::shared_ptr<const Verified<SignedTransaction>>;

class Verifier {
 public:
  Verifier(const SignatureScheme& scheme, ChainIdentity chain) : scheme_(&scheme), chain_(chain) {}

  const ChainIdentity& chain() const { return chain_; }
  const SignatureScheme& scheme() const { return *scheme_; }

  /// Faults: vote_not_member and those of SignatureScheme::verify.
  Result<Verified<Vote>> verify(const Vote& vote, const ValidatorSet& set) const;
  Result<Verified<Proposal>> verify(const Proposal& proposal, const ValidatorSet& set) const;
  Result<Verified<Approve>> verify(const Approve& approval, const ValidatorSet& set) const;
  /// What it carries, each like any vote; `set` must hold the asker. That both are the asker's is for the asker to
  /// judge.
  Result<Verified<NewestRecordAnswer>> verify(const NewestRecordAnswer& answer, const ValidatorSet& set) const;
  /// At least a quorum of precommits of one round, ascending distinct indices inside the set, each signature good,
  /// for exactly (height, block). Fault block_certificate, naming what is wrong.
  Result<Verified<Certificate>> verify(const Certificate& certificate, Height height, const Hash256& block,
                                       const ValidatorSet& set) const;
  /// Strict decoding, size, chain_id, signature; cheap checks first. Faults: decode_…, transaction_size,
  /// transaction_chain, transaction_signature.
  Result<Verified<SignedTransaction>> verify(ByteView encoded) const;
  /// The owner's signature of an anchor is by `anchor.owner`. Fault user_signature_invalid.
  Status verify_user_signature(const AnchorSession& anchor) const;

 private:
  const SignatureScheme* scheme_;
  ChainIdentity chain_;
};

}  // namespace lucid::crypto
