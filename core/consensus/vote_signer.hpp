// Signs proposals and votes, and nothing twice: what is not above its newest record is refused, except identical
// content, which gets the identical signature (protocol.md section 3, Durability).
//
// Every signature is verified right after it was made. That costs what any vote costs, needs no second way to a
// Verified<…>, and a signature spoilt by a memory fault never leaves the node (with deterministic nonces such a one
// can betray the key).
// Thread-safety: one owner, the consensus core.
#pragma once

#include <vector>

#include "core/consensus/sign_record.hpp"
#include "core/crypto/verifier.hpp"

namespace lucid::consensus {

class VoteSigner {
 public:
  /// Fault key_invalid.
  static Result<VoteSigner> make(crypto::SigningKey key, const crypto::Verifier& verifier);

  const Address& address() const { return address_; }

  /// Fills in voter and signature. Faults: sign_refused; vote_not_member where this key is not in `set`;
  /// signature_… where the new signature does not verify.
  Result<crypto::Verified<Vote>> sign(Vote vote, const ValidatorSet& set);
  /// Fills in proposer and signature. Faults as above.
  Result<crypto::Verified<Proposal>> sign(Proposal proposal, const ValidatorSet& set);

  /// Takes over what was stored.
  void restore(const std::vector<SignRecord>& records);
  /// Nothing at or below `height` is signed any more; its records are dropped.
  void raise_floor(Height height);
  Height floor() const { return floor_; }

  /// Whether this object (or what it was restored from) made a signature over that content. Heights at or below the
  /// floor and rounds that are no longer kept count as made: there is nothing left to judge them by.
  bool made(const Vote& vote) const;
  bool made(const Proposal& proposal) const;

  /// Of heights above the floor, the last kMaxSignedRounds rounds, in the order in which they were signed.
  const std::vector<SignRecord>& records() const { return records_; }

 private:
  VoteSigner(crypto::SigningKey key, crypto::Verifier verifier, const Address& address)
      : key_(std::move(key)), verifier_(verifier), address_(address) {}
  /// The identical record made before, or null; or sign_refused.
  Result<const SignRecord*> admit(const SignRecord& wanted) const;
  void remember(const SignRecord& record);
  bool made(const SignRecord& content) const;

  crypto::SigningKey key_;
  crypto::Verifier verifier_;
  Address address_;
  Height floor_ = 0;
  std::vector<SignRecord> records_;
};

/// The record of a signed message.
SignRecord record_of(const Vote& vote);
SignRecord record_of(const Proposal& proposal);

}  // namespace lucid::consensus
