#include "core/consensus/parent_commit.hpp"

namespace lucid::consensus {

ParentCommit::ParentCommit(const Certificate& certificate, const ValidatorSet& set)
    : height_(certificate.height), round_(certificate.round), block_(certificate.block) {
  if (certificate.height == 0) return;  // block 1 carries the empty certificate
  members_.reserve(set.size());
  for (const Validator& member : set.members) members_.push_back(member.address);
  signatures_.resize(members_.size());
  merge(certificate);
}

bool ParentCommit::add(const crypto::Verified<Vote>& vote) {
  if (vote->step != VoteStep::precommit || vote->height != height_ || vote->round != round_ || vote->block != block_)
    return false;
  for (std::size_t i = 0; i < signatures_.size(); ++i) {
    if (members_[i] != vote->voter) continue;
    if (signatures_[i]) return false;
    signatures_[i] = vote->signature;
    return true;
  }
  return false;
}

bool ParentCommit::merge(const Certificate& certificate) {
  if (certificate.height != height_ || certificate.round != round_ || certificate.block != block_) return false;
  for (const CommitSignature& signature : certificate.signatures)
    if (signature.validator < signatures_.size() && !signatures_[signature.validator])
      signatures_[signature.validator] = signature.signature;
  return true;
}

Certificate ParentCommit::certificate() const {
  Certificate out;
  out.height = height_;
  out.round = round_;
  out.block = block_;
  for (std::size_t i = 0; i < signatures_.size(); ++i)
    if (signatures_[i]) out.signatures.push_back({static_cast<std::uint32_t>(i), *signatures_[i]});
  return out;
}

}  // namespace lucid::consensus
