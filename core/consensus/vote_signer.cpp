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
  return {vote.height, vote.round, sign_step(vote.step), vote.block, {}, vote.signature};
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

void VoteSigner::restore(const std::vector<SignRecord>& records, Height floor) {
  records_.insert(records_.end(), records.begin(), records.end());
  std::stable_sort(records_.begin(), records_.end(),
                   [](const SignRecord& a, const SignRecord& b) { return a.place() < b.place(); });
  if (!records_.empty()) {
    judged_from_ = records_.back().height;
    restored_newest_ = records_.back().place();
  }
  restored_floor_ = floor;
  raise_floor(floor);
}

void VoteSigner::raise_floor(Height height) {
  if (height > floor_) at_floor_.clear();
  floor_ = std::max(floor_, height);
  for (const SignRecord& record : records_)
    if (record.height == floor_) at_floor_.push_back(record);
  std::erase_if(records_, [&](const SignRecord& record) { return record.height <= floor_; });
}

void VoteSigner::remember(const SignRecord& record) {
  if (!records_.empty() && records_.back().height < record.height) judged_from_ = std::max(judged_from_, record.height);
  records_.push_back(record);
  std::erase_if(records_, [&](const SignRecord& old) {
    return old.height < record.height || old.round + kMaxSignedRounds < record.round;
  });
}

bool VoteSigner::is_newer(const SignRecord& record) const {
  const auto& newest = records_.empty() ? at_floor_ : records_;
  return record.height >= floor_ && (newest.empty() || record.place() > newest.back().place());
}

bool VoteSigner::is_passed(const SignRecord& record) const {
  return record.height < floor_ && record.height > restored_floor_ && record.place() > restored_newest_;
}

void VoteSigner::take_over(const SignRecord& record) {
  if (!forgotten_from_) forgotten_from_ = records_.empty() ? Place{} : records_.back().place();
  forgotten_to_ = record.place();
  judged_from_ = std::max(judged_from_, record.height);
  if (record.height > floor_)
    remember(record);
  else
    at_floor_.push_back(record);
}

void VoteSigner::doubt_restored() {
  if (records_.empty()) return;
  forgotten_from_ = Place{};
  forgotten_to_ = records_.back().place();
}

bool VoteSigner::made(const SignRecord& content) const {
  if (content.height < std::max(floor_, judged_from_)) return true;
  const auto& records = content.height == floor_ ? at_floor_ : records_;
  bool another_there = false;
  for (const SignRecord& record : records) {
    if (record.same_content(content)) return true;
    another_there = another_there || record.place() == content.place();
  }
  if (another_there) return false;
  if (forgotten_to_ && content.place() >= *forgotten_from_ && content.place() <= *forgotten_to_) return true;
  return !records.empty() && content.height == records.back().height &&
         content.round + kMaxSignedRounds < records.back().round;
}

}  // namespace lucid::consensus
