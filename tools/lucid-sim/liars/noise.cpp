// Replays, and votes where a liar has no say yet, or no longer.
#include "core/consensus/vote_keeper.hpp"
#include "tools/lucid-sim/liars/strategy.hpp"
#include "tools/lucid-sim/sim_node.hpp"

namespace lucid::sim {
namespace {

constexpr std::uint64_t kReplays = 6;
constexpr std::uint64_t kFutureVotes = 6;
/// In one wake of forty a liar tries to fill what one machine keeps for later.
constexpr std::uint64_t kFlood = 120;

class ReplayStrategy final : public Strategy {
 public:
  explicit ReplayStrategy(LiarDeps& deps) : deps_(deps) {}

  void wake(TimeMs) override {
    const auto& old = deps_.conspiracy.old_messages();
    if (old.empty()) return;
    for (std::uint64_t i = 0; i < kReplays; ++i) {
      deps_.send(deps_.chance.one_of(deps_.conspiracy.others()), old[deps_.chance.below(old.size())]);
      deps_.count(FaultKind::replay);
    }
  }

 private:
  LiarDeps& deps_;
};

class FutureVotesStrategy final : public Strategy {
 public:
  explicit FutureVotesStrategy(LiarDeps& deps) : deps_(deps) {}

  void wake(TimeMs) override {
    const consensus::Consensus* core = deps_.node.core();
    if (!core) return;
    const Height height = deps_.node.plan().height;
    if (!deps_.node.plan().validators.find(deps_.node.keys().address)) vote_as_no_member(height, core->round());
    for (std::uint64_t i = 0; i < kFutureVotes; ++i) {
      const Height of = some_height(height);
      say(deps_.chance.one_of(deps_.conspiracy.others()), of, some_round(of == height ? core->round() : 0));
    }
    // All of them are seen ahead: f are no reason to follow.
    const Round ahead = core->round() + 1 + static_cast<Round>(height % 3);
    if (deps_.chance.percent(30))
      for (const NodeIndex other : deps_.conspiracy.others()) say(other, height, ahead);
    if (deps_.chance.percent(3)) flood(deps_.chance.one_of(deps_.conspiracy.others()), height);
  }

 private:
  Height some_height(Height height) {
    switch (deps_.chance.below(6)) {
      case 0:
        return height + 1 + deps_.chance.below(3);
      case 1:
        return height + deps_.chance.below(1u << 30);
      case 2:
        return height > 1 ? height - 1 : 0;
      default:
        return height;
    }
  }
  Round some_round(Round round) {
    static constexpr Round kFar[] = {consensus::kRoundBound - 1, consensus::kRoundBound, consensus::kRoundBound + 1};
    switch (deps_.chance.below(4)) {
      case 0:
        return round + kFar[deps_.chance.below(std::size(kFar))];
      case 1:
        return deps_.chance.percent(50) ? Round{1} << 31 : ~Round{0};
      default:
        return round + static_cast<Round>(deps_.chance.below(5));
    }
  }
  std::optional<Hash256> some_value(Height height) {
    if (deps_.chance.percent(30)) return std::nullopt;
    if (auto proposed = deps_.conspiracy.proposed(height, 0); proposed && deps_.chance.percent(60)) return proposed;
    Hash256 none;
    none.data[0] = static_cast<std::uint8_t>(deps_.chance.next());
    return none;
  }

  void say(NodeIndex to, Height height, Round round) {
    const auto step = deps_.chance.percent(50) ? VoteStep::prevote : VoteStep::precommit;
    deps_.send(to, make_message(
                       VoteMessage{deps_.conspiracy.signed_vote(deps_.self, step, height, round, some_value(height))}));
    deps_.count(FaultKind::future_votes);
  }

  /// Of a height that has not begun there: many rounds and values, as many as find room.
  void flood(NodeIndex to, Height height) {
    for (Round round = 0; round < kFlood; ++round) say(to, height + 1, round);
  }

  /// It has left the set, and says what it would say as a member.
  void vote_as_no_member(Height height, Round round) {
    const auto proposed = deps_.conspiracy.proposed(height, round);
    if (!proposed) return;
    for (const NodeIndex other : deps_.conspiracy.others())
      for (const VoteStep step : {VoteStep::prevote, VoteStep::precommit}) {
        deps_.send(other, deps_.conspiracy.vote(deps_.self, step, height, round, proposed));
        deps_.count(FaultKind::future_votes);
      }
  }

  LiarDeps& deps_;
};

}  // namespace

std::unique_ptr<Strategy> make_replay(LiarDeps& deps) {
  return std::make_unique<ReplayStrategy>(deps);
}
std::unique_ptr<Strategy> make_future_votes(LiarDeps& deps) {
  return std::make_unique<FutureVotesStrategy>(deps);
}

}  // namespace lucid::sim
