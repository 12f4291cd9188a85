// Signs proposals and votes, and nothing twice: what is not above its newest record is refused, except identical
// content, which gets the identical signature (protocol.md section 3, Durability).
//
// Every signature is verified right after it was made. That costs what any vote costs, needs no second way to a
// Verified<…>, and a signature spoilt by a memory fault never leaves the node (with deterministic nonces such a one
// can betray the key).
// Thread-safety: one owner, the consensus core.
#pragma once

#include <optional>
#include <tuple>
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

  /// Takes over what was stored. `floor`: of the chain that was stored beside it.
  void restore(const std::vector<SignRecord>& records, Height floor);
  /// Nothing at or below `height` is signed any more; its records are dropped.
  void raise_floor(Height height);
  Height floor() const { return floor_; }

  /// Whether `record` stands above everything that this signer knows of its key: an earlier life may have signed it,
  /// since forgotten (a restored disk).
  bool is_newer(const SignRecord& record) const;
  /// Whether it stood above everything that was restored, and the chain has passed it since: nothing of it is left to
  /// take over, and yet, before this life signs anything, it says that the disk is older than its key.
  bool is_passed(const SignRecord& record) const;
  /// Takes over a newer signature. Nothing at or below it is signed any more.
  void take_over(const SignRecord& record);
  /// Below its newest record an earlier life may have signed more than was restored.
  void doubt_restored();

  /// Whether this object (or what it was restored from) made a signature over that content. What there is nothing left
  /// to judge by counts as made: heights below the floor, rounds that are no longer kept, and what an earlier life may
  /// have signed between its disk's newest record and the one taken over.
  bool made(const SignRecord& content) const;

  /// Of heights above the floor, the last kMaxSignedRounds rounds, in the order in which they were signed.
  const std::vector<SignRecord>& records() const { return records_; }

 private:
  VoteSigner(crypto::SigningKey key, crypto::Verifier verifier, const Address& address)
      : key_(std::move(key)), verifier_(verifier), address_(address) {}
  /// The identical record made before, or null; or sign_refused.
  Result<const SignRecord*> admit(const SignRecord& wanted) const;
  void remember(const SignRecord& record);

  crypto::SigningKey key_;
  crypto::Verifier verifier_;
  Address address_;
  using Place = std::tuple<Height, Round, SignStep>;

  Height floor_ = 0;
  Height restored_floor_ = 0;
  Place restored_newest_{};
  std::vector<SignRecord> records_;
  std::vector<SignRecord> at_floor_;                    // of the height at the floor: certificates for it still arrive
  Height judged_from_ = 0;                              // what was signed below is not known any more
  std::optional<Place> forgotten_from_, forgotten_to_;  // between them (the last one included) an earlier life signed
};

/// The record of a signed message.
SignRecord record_of(const Vote& vote);
SignRecord record_of(const Proposal& proposal);

}  // namespace lucid::consensus
