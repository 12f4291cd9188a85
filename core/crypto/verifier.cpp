#include "core/crypto/verifier.hpp"

#include "core/crypto/tagged_hash.hpp"

namespace lucid::crypto {
namespace {

/// Of a member's keys only: a name may be corrected without becoming another set.
struct MemberKeys {
  ConsensusPublicKey consensus_key;
  VrfPublicKey vrf_key;
  TlsPublicKey tls_key;
  LUCID_FIELDS(consensus_key, vrf_key, tls_key)
};

template <class... Ts>
Hash256 signing_digest(std::string_view tag, const ChainIdentity& chain, const Ts&... fields) {
  return tagged_hash(tag, chain.chain_id, chain.genesis_hash, fields...);
}

Hash256 precommit_digest(const ChainIdentity& chain, Height height, Round round, const Hash256& block) {
  return signing_digest("lucid/precommit/v1", chain, height, round, std::optional<Hash256>(block));
}

auto bad_certificate(std::string field, std::string expected, std::string actual) {
  return fail(Fault::block_certificate, "certificate." + field, std::move(expected), std::move(actual));
}

Result<const Validator*> member(const ValidatorSet& set, const Address& address, std::string_view field) {
  const Validator* found = set.find(address);
  if (found == nullptr) return fail(Fault::vote_not_member, field, "a member of the set", to_text(address));
  return found;
}

}  // namespace

Hash256 vote_digest(const ChainIdentity& chain, const Vote& vote) {
  const auto tag = vote.step == VoteStep::prevote ? "lucid/prevote/v1" : "lucid/precommit/v1";
  return signing_digest(tag, chain, vote.height, vote.round, vote.block);
}

Hash256 proposal_digest(const ChainIdentity& chain, const Proposal& proposal) {
  return signing_digest("lucid/proposal/v1", chain, proposal.height, proposal.round, proposal.block,
                        proposal.valid_round);
}

Hash256 transaction_digest(const ChainIdentity& chain, const Transaction& transaction) {
  return signing_digest("lucid/transaction/v1", chain, transaction.nonce, transaction.valid_until_height,
                        transaction.operation);
}

Hash256 user_anchor_digest(const ChainIdentity& chain, const AnchorSession& anchor) {
  return signing_digest("lucid/anchor/v1", chain, anchor.session, anchor.merkle_root, anchor.manifest_hash,
                        anchor.chunk_count);
}

Hash256 approve_digest(const ChainIdentity& chain, const Hash256& change) {
  return signing_digest("lucid/approve/v1", chain, change);
}

Hash256 header_hash(const Header& header) {
  return tagged_hash("lucid/header/v1", header);
}

Hash256 genesis_hash(const Genesis& genesis) {
  return tagged_hash("lucid/genesis/v1", genesis);
}

Hash256 validators_hash(const ValidatorSet& set) {
  BoundedList<MemberKeys, kMaxValidators> keys;
  for (const Validator& validator : set.members)
    keys.push_back({validator.consensus_key, validator.vrf_key, validator.tls_key});
  return tagged_hash("lucid/validators/v1", keys, set.quorum_rule);
}

Hash256 certificate_hash(const Certificate& certificate) {
  return tagged_hash("lucid/certificate/v1", certificate);
}

Hash256 transaction_id(ByteView encoded) {
  Bytes bytes;
  bytes.reserve(encoded.size() + 24);
  codec::Encoder encoder(bytes);
  encoder.array(2);
  encoder.text("lucid/txid/v1");
  encoder.binary(encoded);
  return sha256(bytes);
}

Result<Verified<Vote>> Verifier::verify(const Vote& vote, const ValidatorSet& set) const {
  LUCID_TRY_ASSIGN(const Validator* voter, member(set, vote.voter, "vote.voter"));
  LUCID_TRY(scheme_->verify(voter->consensus_key, vote_digest(chain_, vote), vote.signature));
  return Verified<Vote>(vote);
}

Result<Verified<Proposal>> Verifier::verify(const Proposal& proposal, const ValidatorSet& set) const {
  LUCID_TRY_ASSIGN(const Validator* proposer, member(set, proposal.proposer, "proposal.proposer"));
  LUCID_TRY(scheme_->verify(proposer->consensus_key, proposal_digest(chain_, proposal), proposal.signature));
  return Verified<Proposal>(proposal);
}

Result<Verified<Approve>> Verifier::verify(const Approve& approval, const ValidatorSet& set) const {
  LUCID_TRY_ASSIGN(const Validator* approver, member(set, approval.validator, "approval.validator"));
  LUCID_TRY(scheme_->verify(approver->consensus_key, approve_digest(chain_, approval.change), approval.signature));
  return Verified<Approve>(approval);
}

Result<Verified<NewestRecordAnswer>> Verifier::verify(const NewestRecordAnswer& answer, const ValidatorSet& set) const {
  if (answer.newest) {
    const auto good =
        std::visit([&](const auto& one) { return verify(one, set).map([](const auto&) {}); }, *answer.newest);
    LUCID_TRY(good);
  }
  if (answer.precommit) LUCID_TRY(verify(*answer.precommit, set));
  return Verified<NewestRecordAnswer>(answer);
}

Result<Verified<Certificate>> Verifier::verify(const Certificate& certificate, Height height, const Hash256& block,
                                               const ValidatorSet& set) const {
  if (certificate.height != height)
    return bad_certificate("height", std::to_string(height), std::to_string(certificate.height));
  if (certificate.block != block) return bad_certificate("block", to_hex(block), to_hex(certificate.block));
  const std::size_t count = certificate.signatures.size();
  if (set.members.empty() || count < set.quorum())
    return bad_certificate("signatures", "at least " + std::to_string(set.quorum()), std::to_string(count));
  // Indices first: a forged list costs no signature check.
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t index = certificate.signatures[i].validator;
    const auto bad_index = [&](std::string expected) {
      return bad_certificate("signatures[" + std::to_string(i) + "].validator", std::move(expected),
                             std::to_string(index));
    };
    if (index >= set.size()) return bad_index("an index below " + std::to_string(set.size()));
    if (i > 0 && index <= certificate.signatures[i - 1].validator)
      return bad_index("above " + std::to_string(certificate.signatures[i - 1].validator));
  }
  const Hash256 digest = precommit_digest(chain_, height, certificate.round, block);
  for (std::size_t i = 0; i < count; ++i) {
    const CommitSignature& entry = certificate.signatures[i];
    if (const auto good = scheme_->verify(set.members[entry.validator].consensus_key, digest, entry.signature); !good)
      return bad_certificate("signatures[" + std::to_string(i) + "].signature",
                             "a precommit of validator " + std::to_string(entry.validator),
                             std::string(fault_text(good.error().fault)));
  }
  return Verified<Certificate>(certificate);
}

Result<Verified<SignedTransaction>> Verifier::verify(ByteView encoded) const {
  if (encoded.size() > kMaxTransactionBytes)
    return fail(Fault::transaction_size, "transaction", "at most " + std::to_string(kMaxTransactionBytes) + " bytes",
                std::to_string(encoded.size()));
  LUCID_TRY_ASSIGN(Transaction transaction, codec::decode<Transaction>(encoded, "transaction"));
  if (transaction.chain_id != chain_.chain_id)
    return fail(Fault::transaction_chain, "transaction.chain_id", std::to_string(chain_.chain_id),
                std::to_string(transaction.chain_id));
  const auto sender = scheme_->recover(transaction_digest(chain_, transaction), transaction.signature);
  if (!sender)
    return fail(Fault::transaction_signature, "transaction.signature", sender.error().expected,
                std::string(fault_text(sender.error().fault)));
  SignedTransaction out{EncodedTransaction(to_bytes(encoded)), std::move(transaction), transaction_id(encoded),
                        *sender};
  return Verified<SignedTransaction>(std::move(out));
}

Status Verifier::verify_user_signature(const AnchorSession& anchor) const {
  const std::string owner = to_text(anchor.owner);
  if (!anchor.user_signature)
    return fail(Fault::user_signature_invalid, "user_signature", "a signature of " + owner, "none");
  const auto signer = scheme_->recover(user_anchor_digest(chain_, anchor), *anchor.user_signature);
  if (!signer)
    return fail(Fault::user_signature_invalid, "user_signature", "a signature of " + owner,
                std::string(fault_text(signer.error().fault)));
  if (*signer != anchor.owner)
    return fail(Fault::user_signature_invalid, "user_signature", "a signature of " + owner,
                "one that leads to " + to_text(*signer));
  return {};
}

}  // namespace lucid::crypto
