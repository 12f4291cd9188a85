#include "core/consensus/ahead_buffer.hpp"

#include "core/consensus/vote_keeper.hpp"

namespace lucid::consensus {
namespace {

// What one vote and one header weigh in memory, rounded up.
constexpr std::uint64_t kVoteBytes = 256;
constexpr std::uint64_t kHeaderBytes = 1024;

}  // namespace

void AheadBuffer::reset(Height height, std::uint64_t bytes_a_signer) {
  *this = AheadBuffer();
  height_ = height;
  bytes_a_signer_ = bytes_a_signer;
}

Status AheadBuffer::room_for(const Key& key, std::uint64_t bytes, bool& known) {
  known = keys_.contains(key);
  if (known) return {};
  const Round round = std::get<Round>(key);
  if (round > kRoundBound)
    return fail(Fault::vote_round, "round", "at most " + std::to_string(kRoundBound), std::to_string(round));
  std::uint64_t& used = used_[std::get<Address>(key)];
  if (bytes > bytes_a_signer_ || used > bytes_a_signer_ - bytes)
    return fail(Fault::size_wrong, "messages ahead", "at most " + std::to_string(bytes_a_signer_) + " bytes a signer",
                std::to_string(used) + " and " + std::to_string(bytes));
  used += bytes;
  keys_.insert(key);
  return {};
}

Status AheadBuffer::add(TimeMs now, ProposalArrived proposal) {
  const Proposal& content = *proposal.proposal;
  const std::uint64_t bytes = kHeaderBytes + kVoteBytes * (1 + proposal.prevotes.size()) + proposal.block_bytes;
  bool known = false;
  LUCID_TRY(room_for({content.proposer, 2, content.round, content.block, content.valid_round}, bytes, known));
  if (!known) entries_.push_back({now, std::move(proposal)});
  return {};
}

Status AheadBuffer::add(TimeMs now, VoteArrived vote) {
  const Vote& content = *vote.vote;
  bool known = false;
  LUCID_TRY(room_for({content.voter, static_cast<std::uint8_t>(content.step), content.round, content.block, {}},
                     kVoteBytes, known));
  if (!known) entries_.push_back({now, std::move(vote)});
  return {};
}

bool AheadBuffer::names(const Hash256& block) const {
  for (const Entry& entry : entries_)
    if (const auto* proposal = std::get_if<ProposalArrived>(&entry.message);
        proposal && proposal->proposal->block == block)
      return true;
  return false;
}

std::vector<AheadBuffer::Entry> AheadBuffer::take() {
  std::vector<Entry> out;
  out.swap(entries_);
  keys_.clear();
  used_.clear();
  return out;
}

}  // namespace lucid::consensus
