// Votes: who is shown which, and when. The node votes as it honestly would; each of its votes is replaced for each
// receiver by what the plot of that height says.
#include <set>

#include "tools/lucid-sim/liars/strategy.hpp"
#include "tools/lucid-sim/sim_node.hpp"

namespace lucid::sim {
namespace {

class FacesStrategy final : public Strategy {
 public:
  explicit FacesStrategy(LiarDeps& deps) : deps_(deps), own_(deps.node.keys().address) {}

  void outgoing(TimeMs now, NodeIndex to, std::vector<MessagePtr>& out) override {
    if (!holds_any<VoteMessage>(out)) return;
    std::vector<MessagePtr> kept;
    for (const MessagePtr& message : out) {
      const auto* content = std::get_if<VoteMessage>(&message->content);
      if (!content) {
        kept.push_back(message);
      } else if (content->vote.voter != own_) {
        if (passes_on(content->vote, to)) kept.push_back(message);
      } else if (MessagePtr shown = shown_to(to, now, content->vote, message)) {
        kept.push_back(std::move(shown));
      }
    }
    out = std::move(kept);
  }

 private:
  using WaitKey = std::tuple<Height, Round, VoteStep, NodeIndex>;

  bool passes_on(const Vote& vote, NodeIndex to) {
    const Plot& plot = deps_.conspiracy.plot(vote.height);
    if (!plot.hides_gossip || plot.faces == Faces::honest) return true;
    if (deps_.plan.machines[to].lies) return true;
    deps_.count(FaultKind::withhold);
    return false;
  }

  /// Null: nothing, or later.
  MessagePtr shown_to(NodeIndex to, TimeMs now, const Vote& vote, const MessagePtr& honest) {
    const Plot& plot = deps_.conspiracy.plot(vote.height);
    const bool meant = vote.step == VoteStep::prevote ? plot.prevotes : plot.precommits;
    if (!meant || deps_.plan.machines[to].lies) return honest;
    const auto best = [&] { return vote.block ? vote.block : deps_.conspiracy.proposed(vote.height, vote.round); };
    switch (plot.faces) {
      case Faces::honest:
        return honest;
      case Faces::two_worlds: {
        const auto* worlds = deps_.conspiracy.worlds(vote.height, vote.round);
        if (worlds) return other(vote, plot.other_world(to) ? worlds->second : worlds->first, FaultKind::equivocate);
        return plot.other_world(to) ? other(vote, std::nullopt, FaultKind::equivocate)
                                    : other(vote, best(), FaultKind::equivocate);
      }
      case Faces::split:
        return plot.other_world(to) ? other(vote, std::nullopt, FaultKind::split_votes)
                                    : other(vote, best(), FaultKind::split_votes);
      case Faces::silent:
        if (!plot.mute && !plot.other_world(to)) return honest;
        deps_.count(FaultKind::withhold);
        return nullptr;
      case Faces::victim:
        if (to != plot.victim) {
          deps_.count(FaultKind::withhold);
          return plot.mute ? nullptr : other(vote, std::nullopt, FaultKind::split_votes);
        }
        return late(to, now, plot.late_ms, vote, other(vote, best(), FaultKind::withhold));
    }
    return honest;
  }

  MessagePtr other(const Vote& vote, const std::optional<Hash256>& block, FaultKind kind) {
    if (block != vote.block) deps_.count(kind);
    return deps_.conspiracy.vote(deps_.self, vote.step, vote.height, vote.round, block);
  }

  /// The first time it is to be sent, it waits; offered again after that, it goes.
  MessagePtr late(NodeIndex to, TimeMs now, std::uint64_t late_ms, const Vote& vote, MessagePtr message) {
    waits_.erase(waits_.begin(), waits_.lower_bound({vote.height > 2 ? vote.height - 2 : 0, 0, VoteStep::prevote, 0}));
    const auto [place, is_new] = waits_.emplace(WaitKey{vote.height, vote.round, vote.step, to}, now + late_ms);
    if (now >= place->second) return message;
    if (is_new) {
      deps_.count(FaultKind::withhold);
      deps_.after(late_ms, [this, to, message] { deps_.send(to, message); });
    }
    return nullptr;
  }

  LiarDeps& deps_;
  Address own_;
  std::map<WaitKey, TimeMs> waits_;
};

}  // namespace

std::unique_ptr<Strategy> make_faces(LiarDeps& deps) {
  return std::make_unique<FacesStrategy>(deps);
}

}  // namespace lucid::sim
