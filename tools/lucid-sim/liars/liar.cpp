// A machine that lies: which of its ways it follows, and what its node may hear.
#include "tools/lucid-sim/liar.hpp"

#include <algorithm>
#include <iterator>

#include "tools/lucid-sim/liars/strategy.hpp"
#include "tools/lucid-sim/sim_node.hpp"

namespace lucid::sim {
namespace {

/// For how many heights at most it keeps its ways.
constexpr std::uint64_t kMoodHeights = 8;

class Schemer final : public Liar {
 public:
  explicit Schemer(LiarDeps deps) : deps_(std::move(deps)), own_(deps_.node.keys().address) {
    using Make = std::unique_ptr<Strategy> (*)(LiarDeps&);
    // Of each height its plot says what the first two do.
    static constexpr Make kAlways[] = {make_faces, make_proposals, make_start_answers};
    static constexpr Make kAtTimes[] = {make_replay, make_future_votes, make_claims, make_useless_transactions};
    for (const Make make : kAlways) always_.push_back(make(deps_));
    for (const Make make : kAtTimes) at_times_.push_back(make(deps_));
    change_mood();
  }

  std::vector<MessagePtr> outgoing(TimeMs now, const MessagePtr& message, NodeIndex to) override {
    const auto* vote = std::get_if<VoteMessage>(&message->content);
    if (is_twin() && vote && vote->vote.voter == own_) deps_.count(FaultKind::twin);
    std::vector<MessagePtr> out{message};
    for (const auto& strategy : always_) strategy->outgoing(now, to, out);
    for (Strategy* strategy : followed_) strategy->outgoing(now, to, out);
    return out;
  }

  bool received(TimeMs, NodeIndex, const MessagePtr& message) override {
    deps_.conspiracy.heard(message);
    return !names_own_key(*message);
  }

  void wake(TimeMs now) override {
    if (deps_.node.plan().height >= mood_until_) change_mood();
    if (deps_.conspiracy.others().empty()) return;
    for (Strategy* strategy : followed_) strategy->wake(now);
  }

 private:
  /// Its key signs on another machine too.
  bool is_twin() const { return deps_.plan.has_twin && deps_.self + 1 == deps_.plan.machines.size(); }

  void change_mood() {
    mood_until_ = deps_.node.plan().height + deps_.chance.between(1, kMoodHeights);
    followed_.clear();
    for (const auto& strategy : at_times_)
      if (deps_.chance.percent(35)) followed_.push_back(strategy.get());
  }

  /// What was signed with its key for others, or by its twin, would make the node stop to sign.
  bool names_own_key(const PeerMessage& message) const {
    if (const auto* vote = std::get_if<VoteMessage>(&message.content)) return vote->vote.voter == own_;
    const auto* proposal = std::get_if<ProposalMessage>(&message.content);
    if (!proposal) return false;
    return proposal->proposal.proposer == own_ || std::any_of(proposal->prevotes.begin(), proposal->prevotes.end(),
                                                              [&](const Vote& vote) { return vote.voter == own_; });
  }

  LiarDeps deps_;
  Address own_;
  std::vector<std::unique_ptr<Strategy>> always_;
  std::vector<std::unique_ptr<Strategy>> at_times_;
  std::vector<Strategy*> followed_;
  Height mood_until_ = 0;
};

}  // namespace

std::unique_ptr<Liar> make_liar(LiarDeps deps) {
  return std::make_unique<Schemer>(std::move(deps));
}

}  // namespace lucid::sim
