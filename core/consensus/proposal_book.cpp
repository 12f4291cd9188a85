#include "core/consensus/proposal_book.hpp"

#include <algorithm>

#include "core/base/mutant.hpp"
#include "core/consensus/timeouts.hpp"

namespace lucid::consensus {

ProposalBook::Added ProposalBook::add(KnownProposal proposal) {
  auto& known = rounds_[proposal.proposal->round];
  for (const KnownProposal& other : known)
    if (other.proposal->block == proposal.proposal->block &&
        other.proposal->valid_round == proposal.proposal->valid_round)
      return {Outcome::known, {}};
  if (known.size() >= 2) return {Outcome::surplus, {}};
  known.push_back(std::move(proposal));
  if (known.size() == 1) return {Outcome::stored, {}};
  return {Outcome::conflicting, make_evidence(*known[0].proposal, *known[1].proposal)};
}

void ProposalBook::add_block(const Hash256& block, const Header& header, Verdict verdict) {
  const auto [entry, fresh] = blocks_.try_emplace(block, KnownBlock{header, verdict, {}});
  if (!fresh && verdict == Verdict::valid) entry->second.verdict = verdict;
}

void ProposalBook::set_verdict(const Hash256& block, Verdict verdict, std::optional<Error> fault) {
  const auto found = blocks_.find(block);
  if (found == blocks_.end()) return;
  found->second.verdict = verdict;
  found->second.fault = std::move(fault);
}

const KnownProposal* ProposalBook::first(Round round) const {
  const auto found = rounds_.find(round);
  return found == rounds_.end() || found->second.empty() ? nullptr : &found->second.front();
}

const KnownBlock* ProposalBook::block(const Hash256& block) const {
  const auto found = blocks_.find(block);
  return found == blocks_.end() ? nullptr : &found->second;
}

bool ProposalBook::is_valid(const Hash256& id) const {
  const KnownBlock* known = block(id);
  return known && known->verdict == Verdict::valid;
}

std::vector<const KnownProposal*> ProposalBook::all() const {
  std::vector<const KnownProposal*> out;
  for (const auto& entry : rounds_)
    for (const KnownProposal& known : entry.second) out.push_back(&known);
  return out;
}

void ProposalBook::prune(Round lowest, const std::vector<Hash256>& kept) {
  std::erase_if(rounds_, [&](const auto& entry) { return entry.first < lowest; });
  std::erase_if(blocks_, [&](const auto& entry) {
    if (std::find(kept.begin(), kept.end(), entry.first) != kept.end()) return false;
    for (const auto& round : rounds_)
      for (const KnownProposal& proposal : round.second)
        if (proposal.proposal->block == entry.first) return false;
    return true;
  });
}

std::optional<Error> fault_of(const Proposal& proposal, const Header& header, std::uint64_t block_bytes, TimeMs arrived,
                              const HeightPlan& plan) {
  const auto fault = [](Fault kind, std::string_view field, std::string expected, std::string actual) {
    return Error{kind, std::string(field), std::move(expected), std::move(actual)};
  };
  const bool is_new = !proposal.valid_round;
  const Round latest = is_new ? proposal.round : *proposal.valid_round;
  if (header.height != plan.height)
    return fault(Fault::block_structure, "header.height", std::to_string(plan.height), std::to_string(header.height));
  const bool forged = is_new ? header.round != latest : header.round > latest;
  if (forged && !LUCID_MUTANT(forged_round_accepted))
    return fault(Fault::block_proposer, "header.round", (is_new ? "" : "at most ") + std::to_string(latest),
                 std::to_string(header.round));
  if (header.proposer != plan.proposer(header.round))
    return fault(Fault::block_proposer, "header.proposer", to_text(plan.proposer(header.round)),
                 to_text(header.proposer));
  if (is_new && header.proposer != proposal.proposer)
    return fault(Fault::block_proposer, "header.proposer", to_text(proposal.proposer), to_text(header.proposer));
  const std::uint64_t limit_bytes = max_block_bytes(plan.params, header.round);
  if (block_bytes > limit_bytes)
    return fault(Fault::block_size, "block", "at most " + std::to_string(limit_bytes) + " bytes",
                 std::to_string(block_bytes) + " bytes");
  if (!is_new) return std::nullopt;  // backed by a quorum of prevotes: its time was judged by them
  if (LUCID_MUTANT(proposal_time_unchecked)) return std::nullopt;
  const std::uint64_t precision_ms = plan.params.time_precision_ms;
  const std::uint64_t oldest_ms = proposal_delay_ms(plan.params, proposal.round) + precision_ms;
  if (header.time + oldest_ms < arrived)
    return fault(Fault::block_timestamp, "header.time", "at least " + std::to_string(arrived - oldest_ms),
                 std::to_string(header.time));
  if (header.time > arrived + precision_ms)
    return fault(Fault::block_timestamp, "header.time", "at most " + std::to_string(arrived + precision_ms),
                 std::to_string(header.time));
  return std::nullopt;
}

}  // namespace lucid::consensus
