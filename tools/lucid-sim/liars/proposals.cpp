// What a liar proposes in its turns: what the plot of that height says, in place of what its node made. The same lie
// each time the node offers its proposal again.
#include <map>

#include "core/consensus/timeouts.hpp"
#include "tools/lucid-sim/liars/forge.hpp"
#include "tools/lucid-sim/liars/strategy.hpp"
#include "tools/lucid-sim/sim_node.hpp"

namespace lucid::sim {
namespace {

class ProposalsStrategy final : public Strategy {
 public:
  explicit ProposalsStrategy(LiarDeps& deps)
      : deps_(deps), forge_(deps.chain, deps.verifier, deps.node), own_(deps.node.keys().address) {}

  void outgoing(TimeMs now, NodeIndex to, std::vector<MessagePtr>& out) override {
    if (!holds_any<ProposalMessage>(out)) return;
    std::vector<MessagePtr> shown;
    for (const MessagePtr& message : out) {
      const auto* content = std::get_if<ProposalMessage>(&message->content);
      if (!content || !content->block || deps_.plan.machines[to].lies) {
        shown.push_back(message);
      } else if (content->proposal.proposer == own_) {
        const Staged& staged = stage(now, message, *content);
        if (staged.kind) deps_.count(*staged.kind);
        const auto& world = staged.worlds[deps_.conspiracy.plot(content->proposal.height).other_world(to) ? 1 : 0];
        shown.insert(shown.end(), world.begin(), world.end());
      } else {
        pass_on(message, *content, shown);
      }
    }
    out = std::move(shown);
  }

 private:
  /// What each world sees in place of one proposal.
  struct Staged {
    std::vector<MessagePtr> worlds[2];
    std::optional<FaultKind> kind;
    void to_all(FaultKind lie, const MessagePtr& message) {
      kind = lie;
      worlds[0] = worlds[1] = {message};
    }
  };

  /// A proposal of another one: passed on, kept back, or with another body under the same header.
  void pass_on(const MessagePtr& message, const ProposalMessage& content, std::vector<MessagePtr>& shown) {
    const Plot& plot = deps_.conspiracy.plot(content.proposal.height);
    if (plot.lure == Lure::invalid) {
      SizedBlockPtr& other = other_bodies_[content.block->hash];
      if (!other) other = forge_.broken(content.block, Breach::other_body);
      if (other) {
        deps_.count(FaultKind::invalid_block);
        shown.push_back(make_message(ProposalMessage{content.proposal, content.prevotes, other}));
        return;
      }
    }
    if (!plot.hides_gossip || plot.faces == Faces::honest) return shown.push_back(message);
    deps_.count(FaultKind::withhold);
  }

  const Staged& stage(TimeMs now, const MessagePtr& message, const ProposalMessage& content) {
    const std::pair at(content.proposal.height, content.proposal.round);
    const auto known = staged_.find(at);
    if (known != staged_.end()) return known->second;
    if (at.first > 2) staged_.erase(staged_.begin(), staged_.lower_bound({at.first - 2, 0}));
    other_bodies_.clear();
    Staged& staged = staged_[at];
    staged.worlds[0] = staged.worlds[1] = {message};
    deps_.conspiracy.heard(message);
    const Plot& plot = deps_.conspiracy.plot(at.first);
    if (at.second > 0 && plot.again && propose_again(content, staged)) return staged;
    lie(now, plot, message, content, staged);
    return staged;
  }

  void lie(TimeMs now, const Plot& plot, const MessagePtr& message, const ProposalMessage& content, Staged& staged) {
    switch (plot.lure) {
      case Lure::honest:
        break;
      case Lure::two_blocks:
        propose_two(content, message, staged);
        break;
      case Lure::withheld:
        staged.kind = FaultKind::withhold;
        staged.worlds[1].clear();
        if (plot.mute) staged.worlds[0].clear();
        break;
      case Lure::late:
        propose_late(message, content.proposal.round, staged);
        break;
      case Lure::without_block:
        staged.kind = FaultKind::withhold;
        staged.worlds[1] = {make_message(ProposalMessage{content.proposal, content.prevotes, nullptr})};
        break;
      case Lure::invalid:
        if (const auto block = forge_.broken(content.block, static_cast<Breach>(deps_.chance.below(kBreaches)))) {
          staged.to_all(FaultKind::invalid_block, with(content, block));
          if (deps_.chance.percent(30)) staged.worlds[0] = {message};
          if (deps_.chance.percent(10)) staged.worlds[1] = {with_another_hash(content)};
        }
        break;
      case Lure::stale:
        if (const auto block = forge_.stale(content.block, now, deps_.chance))
          staged.to_all(FaultKind::stale_block, with(content, block));
        break;
      case Lure::forged_round:
        if (const auto block = forge_.forged_round(content.block, deps_.chance))
          staged.to_all(FaultKind::forged_round, with(content, block));
        break;
    }
  }

  MessagePtr with(const ProposalMessage& content, const SizedBlockPtr& block) {
    Proposal proposal = content.proposal;
    proposal.block = block->hash;
    const MessagePtr message = deps_.conspiracy.proposal(deps_.self, proposal, content.prevotes, block);
    deps_.conspiracy.heard(message);
    return message;
  }
  MessagePtr with_another_hash(const ProposalMessage& content) {
    Proposal proposal = content.proposal;
    proposal.block.data[0] ^= 1;
    return deps_.conspiracy.proposal(deps_.self, proposal, content.prevotes, content.block);
  }

  /// One block to each world, and at once the votes of all liars for the block of that world.
  void propose_two(const ProposalMessage& content, const MessagePtr& message, Staged& staged) {
    const SizedBlockPtr rival = forge_.rival(content.block, deps_.chance);
    if (!rival || rival->hash == content.block->hash) return;
    const Proposal& proposal = content.proposal;
    staged.kind = FaultKind::equivocate;
    staged.worlds[1] = {with(content, rival)};
    deps_.conspiracy.note_worlds(proposal.height, proposal.round, content.block->hash, rival->hash);
    if (deps_.chance.percent(25)) {  // everyone sees both, in another order
      staged.worlds[0].push_back(staged.worlds[1].front());
      staged.worlds[1].push_back(message);
    }
    const Plot& plot = deps_.conspiracy.plot(proposal.height);
    if (plot.faces != Faces::two_worlds) return;
    for (const NodeIndex other : deps_.conspiracy.others())
      for (const NodeIndex liar : deps_.conspiracy.liars())
        for (const VoteStep step : {VoteStep::prevote, VoteStep::precommit})
          deps_.send(other, deps_.conspiracy.vote(liar, step, proposal.height, proposal.round,
                                                  plot.other_world(other) ? rival->hash : content.block->hash));
  }

  /// So late that some have given up waiting and others have not.
  void propose_late(const MessagePtr& message, Round round, Staged& staged) {
    staged.kind = FaultKind::withhold;
    staged.worlds[0].clear();
    staged.worlds[1].clear();
    const std::uint64_t wait_ms = consensus::propose_timeout_ms(deps_.plan.params, round);
    for (const NodeIndex other : deps_.conspiracy.others())
      deps_.after(wait_ms * deps_.chance.between(50, 110) / 100,
                  [this, other, message] { deps_.send(other, message); });
  }

  /// Proposes what was prevoted in an earlier round, with those prevotes and those of all liars; where there were too
  /// few, with what there is.
  bool propose_again(const ProposalMessage& content, Staged& staged) {
    const Proposal& own = content.proposal;
    if (own.height != deps_.node.plan().height) return false;
    const auto backed = deps_.conspiracy.backed(own.height, own.round, deps_.node.plan().validators, deps_.chance);
    if (!backed || (!backed->quorum && deps_.chance.percent(60))) return false;
    Proposal proposal = own;
    proposal.block = backed->block;
    proposal.valid_round = backed->round;
    std::vector<Vote> prevotes = backed->prevotes;
    if (!backed->quorum)  // the same one again and again, as if it were a quorum
      while (!prevotes.empty() && prevotes.size() < deps_.node.plan().validators.quorum())
        prevotes.push_back(prevotes.front());
    const auto block = deps_.conspiracy.block(backed->block);
    const MessagePtr message = deps_.conspiracy.proposal(deps_.self, proposal, std::move(prevotes), block);
    const bool is_lie = own.valid_round != proposal.valid_round || own.block != proposal.block;
    if (!is_lie) return false;
    staged.to_all(backed->quorum ? FaultKind::withhold : FaultKind::invalid_block, message);
    return true;
  }

  LiarDeps& deps_;
  Forge forge_;
  Address own_;
  std::map<std::pair<Height, Round>, Staged> staged_;
  std::map<Hash256, SizedBlockPtr> other_bodies_;
};

}  // namespace

std::unique_ptr<Strategy> make_proposals(LiarDeps& deps) {
  return std::make_unique<ProposalsStrategy>(deps);
}

}  // namespace lucid::sim
