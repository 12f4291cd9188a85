#include "core/consensus/newest_records.hpp"

#include "core/consensus/vote_signer.hpp"

namespace lucid::consensus {
namespace {

const Vote* precommit_for_block(const SignedMessage& message) {
  const auto* vote = std::get_if<Vote>(&message);
  return vote && vote->step == VoteStep::precommit && vote->block ? vote : nullptr;
}

std::tuple<Height, Round, SignStep> place_of(const Vote& vote) {
  return {vote.height, vote.round, sign_step(vote.step)};
}
/// record_of(message).place(), without the record: asked of each message that arrives.
std::tuple<Height, Round, SignStep> place_of(const SignedMessage& message) {
  if (const auto* vote = std::get_if<Vote>(&message)) return place_of(*vote);
  const auto& proposal = std::get<Proposal>(message);
  return {proposal.height, proposal.round, SignStep::propose};
}

}  // namespace

const Address& signer_of(const SignedMessage& message) {
  if (const auto* vote = std::get_if<Vote>(&message)) return vote->voter;
  return std::get<Proposal>(message).proposer;
}

SignRecord record_of(const SignedMessage& message) {
  return std::visit([](const auto& one) { return record_of(one); }, message);
}

Vote precommit_of(const Certificate& certificate, const CommitSignature& signature, const ValidatorSet& set) {
  return {VoteStep::precommit,
          certificate.height,
          certificate.round,
          certificate.block,
          set.members[signature.validator].address,
          NilReason::none,
          signature.signature};
}

void NewestRecords::note(const SignedMessage& message) {
  const auto place = place_of(message);
  auto found = entries_.find(signer_of(message));
  if (found == entries_.end())
    found = entries_.emplace(signer_of(message), Entry{message, {}}).first;
  else if (place > place_of(found->second.newest))
    found->second.newest = message;
  auto& newest = found->second.precommit;
  const Vote* precommit = precommit_for_block(message);
  if (precommit && (!newest || place > place_of(*newest))) newest = *precommit;
}

void NewestRecords::note(const Certificate& certificate, const ValidatorSet& set) {
  for (const CommitSignature& signature : certificate.signatures)
    if (signature.validator < set.size()) note(precommit_of(certificate, signature, set));
}

NewestRecordAnswer NewestRecords::answer(const Address& key, std::uint64_t life) const {
  NewestRecordAnswer out{life, {}, {}};
  const auto found = entries_.find(key);
  if (found == entries_.end()) return out;
  const Entry& entry = found->second;
  out.newest = entry.newest;
  const SignRecord newest = record_of(entry.newest);
  // The lock of a height that has been left binds nobody.
  if (entry.precommit && entry.precommit->height == newest.height &&
      record_of(*entry.precommit).place() < newest.place())
    out.precommit = entry.precommit;
  return out;
}

}  // namespace lucid::consensus
