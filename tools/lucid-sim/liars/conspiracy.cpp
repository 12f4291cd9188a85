#include "tools/lucid-sim/liars/conspiracy.hpp"

#include <algorithm>

#include "core/consensus/timeouts.hpp"

namespace lucid::sim {
namespace {

/// Heights below the highest of which something is kept.
constexpr Height kKeptHeights = 2;
/// Old messages kept for replays: one in so many that are heard.
constexpr std::size_t kOldMessages = 256;
constexpr std::uint64_t kKeptOneIn = 7;

Faces draw_faces(Chance& chance) {
  static constexpr Faces kFaces[] = {Faces::honest, Faces::honest, Faces::two_worlds, Faces::two_worlds,
                                     Faces::split,  Faces::silent, Faces::victim,     Faces::victim};
  return kFaces[chance.below(std::size(kFaces))];
}

Lure draw_lure(Chance& chance) {
  static constexpr Lure kLures[] = {Lure::honest,      Lure::honest, Lure::two_blocks,    Lure::withheld,
                                    Lure::withheld,    Lure::late,   Lure::without_block, Lure::invalid,
                                    Lure::invalid,     Lure::stale,  Lure::stale,         Lure::forged_round,
                                    Lure::forged_round};
  return kLures[chance.below(std::size(kLures))];
}

Plot draw_plot(const SeedPlan& plan, const std::vector<NodeIndex>& others, Chance& chance) {
  Plot plot;
  plot.faces = draw_faces(chance);
  plot.lure = plot.faces == Faces::two_worlds && chance.percent(70) ? Lure::two_blocks : draw_lure(chance);
  const std::uint64_t steps = chance.below(4);
  plot.prevotes = steps != 1;
  plot.precommits = steps != 2;
  plot.again = chance.percent(60);
  plot.mute = chance.percent(50);
  plot.hides_gossip = chance.percent(60);
  std::vector<NodeIndex> shuffled = others;
  chance.shuffle(shuffled);
  for (std::size_t i = 0; i < shuffled.size() / 2; ++i) plot.world |= std::uint64_t{1} << shuffled[i];
  if (!shuffled.empty()) plot.victim = shuffled.front();
  plot.late_ms = chance.below(2 * consensus::vote_timeout_ms(plan.params, 0));
  return plot;
}

}  // namespace

Conspiracy::Conspiracy(const SeedPlan& plan, const crypto::Verifier& verifier, Chance chance)
    : plan_(plan), verifier_(verifier), chance_(chance) {
  for (NodeIndex i = 0; i < plan.machines.size(); ++i) (plan.machines[i].lies ? liars_ : others_).push_back(i);
  for (const NodeIndex liar : liars_) addresses_.push_back(keys(liar).address);
  if (chance_.percent(25)) always_faces_ = draw_faces(chance_);
  if (chance_.percent(25)) always_lure_ = draw_lure(chance_);
}

const Plot& Conspiracy::plot(Height height) {
  auto place = plots_.find(height);
  if (place != plots_.end()) return place->second;
  Plot plot = draw_plot(plan_, others_, chance_);
  plot.faces = always_faces_.value_or(plot.faces);
  plot.lure = always_lure_.value_or(plot.lure);
  return plots_.emplace(height, plot).first->second;
}

bool Conspiracy::is_liar(const Address& address) const {
  return std::find(addresses_.begin(), addresses_.end(), address) != addresses_.end();
}

// ---- what they know

void Conspiracy::heard(const MessagePtr& message) {
  if (const auto* vote = std::get_if<VoteMessage>(&message->content))
    note(vote->vote);
  else if (const auto* proposal = std::get_if<ProposalMessage>(&message->content))
    note(*proposal);
  if (++heard_ % kKeptOneIn != 0) return;
  old_messages_.push_back(message);
  if (old_messages_.size() > kOldMessages) old_messages_.pop_front();
}

void Conspiracy::note(const Vote& vote) {
  if (vote.step != VoteStep::prevote || !vote.block || vote.height + kKeptHeights < highest_) return;
  if (is_liar(vote.voter)) return;
  prevotes_[{vote.height, vote.round, *vote.block}].try_emplace(vote.voter, vote);
}

void Conspiracy::note(const ProposalMessage& proposal) {
  const Proposal& content = proposal.proposal;
  if (!proposal.block || content.height + kKeptHeights < highest_) return;
  forget_below(content.height);
  proposed_.try_emplace(std::pair(content.height, content.round), content.block);
  blocks_.try_emplace(proposal.block->hash, proposal.block);
}

void Conspiracy::forget_below(Height height) {
  if (height <= highest_) return;
  highest_ = height;
  const Height lowest = height > kKeptHeights ? height - kKeptHeights : 0;
  prevotes_.erase(prevotes_.begin(), prevotes_.lower_bound({lowest, 0, Hash256{}}));
  proposed_.erase(proposed_.begin(), proposed_.lower_bound({lowest, 0}));
  worlds_.erase(worlds_.begin(), worlds_.lower_bound({lowest, 0}));
  votes_.erase(votes_.begin(), votes_.lower_bound({lowest, 0, VoteStep::prevote, 0, std::nullopt}));
  plots_.erase(plots_.begin(), plots_.lower_bound(lowest));
  std::erase_if(blocks_, [&](const auto& entry) { return entry.second->block->header.height < lowest; });
}

std::optional<Hash256> Conspiracy::proposed(Height height, Round round) const {
  const auto found = proposed_.find({height, round});
  return found == proposed_.end() ? std::nullopt : std::optional(found->second);
}

SizedBlockPtr Conspiracy::block(const Hash256& hash) const {
  const auto found = blocks_.find(hash);
  return found == blocks_.end() ? nullptr : found->second;
}

const std::pair<Hash256, Hash256>* Conspiracy::worlds(Height height, Round round) const {
  const auto found = worlds_.find({height, round});
  return found == worlds_.end() ? nullptr : &found->second;
}

void Conspiracy::note_worlds(Height height, Round round, const Hash256& one, const Hash256& other) {
  worlds_.insert_or_assign(std::pair(height, round), std::pair(one, other));
}

std::optional<Conspiracy::Backed> Conspiracy::backed(Height height, Round below, const ValidatorSet& set,
                                                     Chance& chance) {
  std::vector<Backed> enough;
  std::vector<Backed> too_few;
  for (auto place = prevotes_.lower_bound({height, 0, Hash256{}}); place != prevotes_.end(); ++place) {
    const auto& [at_height, round, hash] = place->first;
    if (at_height != height || round >= below) break;
    if (!block(hash)) continue;
    Backed one{round, hash, {}, false};
    for (const auto& [voter, vote] : place->second)
      if (set.find(voter)) one.prevotes.push_back(vote);
    for (const NodeIndex liar : liars_) {
      const Address& address = keys(liar).address;
      const bool there = std::any_of(one.prevotes.begin(), one.prevotes.end(),
                                     [&](const Vote& vote) { return vote.voter == address; });  // two with one key
      if (set.find(address) && !there)
        one.prevotes.push_back(signed_vote(liar, VoteStep::prevote, height, round, hash));
    }
    one.quorum = one.prevotes.size() >= set.quorum();
    (one.quorum ? enough : too_few).push_back(std::move(one));
  }
  if (!enough.empty()) return chance.percent(70) ? enough.front() : chance.one_of(enough);
  if (!too_few.empty()) return chance.one_of(too_few);
  return std::nullopt;
}

// ---- what they sign

Vote Conspiracy::signed_vote(NodeIndex liar, VoteStep step, Height height, Round round,
                             const std::optional<Hash256>& block) const {
  Vote vote{step, height, round, block, keys(liar).address, block ? NilReason::none : NilReason::rejected, {}};
  vote.signature = verifier_.scheme().sign(keys(liar).consensus, crypto::vote_digest(verifier_.chain(), vote));
  return vote;
}

MessagePtr Conspiracy::vote(NodeIndex liar, VoteStep step, Height height, Round round,
                            const std::optional<Hash256>& block) {
  MessagePtr& kept = votes_[{height, round, step, liar, block}];
  if (!kept) kept = make_message(VoteMessage{signed_vote(liar, step, height, round, block)});
  return kept;
}

MessagePtr Conspiracy::proposal(NodeIndex liar, Proposal proposal, std::vector<Vote> prevotes,
                                SizedBlockPtr block) const {
  proposal.proposer = keys(liar).address;
  proposal.signature =
      verifier_.scheme().sign(keys(liar).consensus, crypto::proposal_digest(verifier_.chain(), proposal));
  return make_message(ProposalMessage{proposal, std::move(prevotes), std::move(block)});
}

}  // namespace lucid::sim
