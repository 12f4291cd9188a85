#include "core/consensus/vote_signer.hpp"

#include <algorithm>

#include "core/base/mutant.hpp"

namespace lucid::consensus {
namespace {

std::string place_text(const SignRecord& record) {
  static constexpr std::string_view kSteps[] = {"propose", "prevote", "precommit"};
  return std::to_string(record.height) + "/" + std::to_string(record.round) + "/" +
         std::string(kSteps[static_cast<std::size_t>(record.step)]);
}

}  // namespace

SignRecord record_of(const Vote& vote) {
  return {vote.height, vote.round, vote.step == VoteStep::prevote ? SignStep::prevote : SignStep::precommit,
          vote.block,  {},         vote.signature};
}

SignRecord record_of(const Proposal& proposal) {
  return {proposal.height, proposal.round, SignStep::propose, proposal.block, proposal.valid_round, proposal.signature};
}

Result<VoteSigner> VoteSigner::make(crypto::SigningKey key, const crypto::Verifier& verifier) {
  LUCID_TRY_ASSIGN(const ConsensusPublicKey public_key, verifier.scheme().public_key(key));
  LUCID_TRY_ASSIGN(const Address address, verifier.scheme().address(public_key));
  return VoteSigner(std::move(key), verifier, address);
}

Result<const SignRecord*> VoteSigner::admit(const SignRecord& wanted) const {
  for (const SignRecord& record : records_)
    if (record.same_content(wanted)) return &record;
  const Height first_free = floor_ + (LUCID_MUTANT(double_sign_off_by_one) ? 0 : 1);
  if (wanted.height < first_free)
    return fail(Fault::sign_refused, "height", "above " + std::to_string(floor_), std::to_string(wanted.height));
  const bool above = records_.empty() || wanted.place() > records_.back().place() ||
                     (LUCID_MUTANT(double_sign_off_by_one) && wanted.place() == records_.back().place());
  if (!above) return fail(Fault::sign_refused, "place", "above " + place_text(records_.back()), place_text(wanted));
  return nullptr;
}

Result<crypto::Verified<Vote>> VoteSigner::sign(Vote vote, const ValidatorSet& set) {
  vote.voter = address_;
  LUCID_TRY_ASSIGN(const SignRecord* before, admit(record_of(vote)));
  vote.signature =
      before ? before->signature : verifier_.scheme().sign(key_, crypto::vote_digest(verifier_.chain(), vote));
  auto verified = verifier_.verify(vote, set);
  if (verified && !before) remember(record_of(vote));
  return verified;
}

Result<crypto::Verified<Proposal>> VoteSigner::sign(Proposal proposal, const ValidatorSet& set) {
  proposal.proposer = address_;
  LUCID_TRY_ASSIGN(const SignRecord* before, admit(record_of(proposal)));
  proposal.signature =
      before ? before->signature : verifier_.scheme().sign(key_, crypto::proposal_digest(verifier_.chain(), proposal));
  auto verified = verifier_.verify(proposal, set);
  if (verified && !before) remember(record_of(proposal));
  return verified;
}

void VoteSigner::restore(const std::vector<SignRecord>& records) {
  records_.insert(records_.end(), records.begin(), records.end());
  std::stable_sort(records_.begin(), records_.end(),
                   [](const SignRecord& a, const SignRecord& b) { return a.place() < b.place(); });
}

void VoteSigner::raise_floor(Height height) {
  floor_ = std::max(floor_, height);
  std::erase_if(records_, [&](const SignRecord& record) { return record.height <= floor_; });
}

void VoteSigner::remember(const SignRecord& record) {
  records_.push_back(record);
  std::erase_if(records_, [&](const SignRecord& old) {
    return old.height < record.height || old.round + kMaxSignedRounds < record.round;
  });
}

bool VoteSigner::made(const SignRecord& content) const {
  if (content.height <= floor_) return true;
  if (!records_.empty()) {
    const SignRecord& newest = records_.back();
    if (content.height < newest.height) return true;
    if (content.height == newest.height && content.round + kMaxSignedRounds < newest.round) return true;
  }
  return std::any_of(records_.begin(), records_.end(),
                     [&](const SignRecord& record) { return record.same_content(content); });
}

bool VoteSigner::made(const Vote& vote) const {
  return made(record_of(vote));
}
bool VoteSigner::made(const Proposal& proposal) const {
  return made(record_of(proposal));
}

}  // namespace lucid::consensus
