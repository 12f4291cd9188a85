// What a liar answers a machine that has just started and asks what its key signed last (protocol.md section 3,
// Copies): nothing, something old, something that the key never signed, or first this and then that. One that believed
// it would sign twice, or stop for ever.
#include "tools/lucid-sim/liars/strategy.hpp"
#include "tools/lucid-sim/sim_node.hpp"

namespace lucid::sim {
namespace {

/// What liars draw for their other lies does not move with this one.
constexpr std::uint64_t kOwnChance = 0x57a27;

class StartAnswersStrategy final : public Strategy {
 public:
  explicit StartAnswersStrategy(LiarDeps& deps)
      : deps_(deps), chance_(mix(deps.plan.run_seed + kOwnChance * (deps.self + 1))) {}

  void outgoing(TimeMs, NodeIndex to, std::vector<MessagePtr>& out) override {
    if (deps_.plan.machines[to].lies) return;
    std::vector<MessagePtr> told;
    for (MessagePtr& message : out) {
      const auto* answer = std::get_if<NewestRecordAnswer>(&message->content);
      if (answer == nullptr || chance_.percent(30)) {
        told.push_back(std::move(message));
        continue;
      }
      deps_.count(FaultKind::false_record);
      falsify(to, *answer, told);
    }
    out = std::move(told);
  }

 private:
  void falsify(NodeIndex to, const NewestRecordAnswer& honest, std::vector<MessagePtr>& told) {
    const NewestRecordAnswer none{honest.life, {}, {}};
    NewestRecordAnswer answer = none;
    switch (chance_.below(7)) {
      case 0:
        return;
      case 1:
        break;
      case 2:
        answer.newest = old_record(address_of(to));
        break;
      case 3:
        answer.newest = in_the_name_of(address_of(to));
        break;
      case 4:
        answer = honest;
        answer.life += 1;
        break;
      case 5:
        answer.newest = own_vote();
        answer.precommit = honest.precommit;
        break;
      default:
        told.push_back(make_message(none));
        answer = honest;
        break;
    }
    told.push_back(make_message(std::move(answer)));
  }

  const Address& address_of(NodeIndex machine) const { return deps_.conspiracy.keys(machine).address; }

  /// Of that key, and really signed, some time ago; absent where the liars kept none.
  std::optional<SignedMessage> old_record(const Address& key) {
    const auto& old = deps_.conspiracy.old_messages();
    const std::size_t first = old.empty() ? 0 : chance_.below(old.size());
    for (std::size_t i = 0; i < old.size(); ++i) {
      const Content& content = old[(first + i) % old.size()]->content;
      if (const auto* vote = std::get_if<VoteMessage>(&content); vote && vote->vote.voter == key) return vote->vote;
      const auto* proposal = std::get_if<ProposalMessage>(&content);
      if (proposal && proposal->proposal.proposer == key) return proposal->proposal;
    }
    return std::nullopt;
  }

  Vote own_vote() {
    const Height height = deps_.node.plan().height + chance_.below(3);
    return deps_.conspiracy.signed_vote(deps_.self, VoteStep::precommit, height, 0, std::nullopt);
  }
  /// The key's name under a signature of another.
  Vote in_the_name_of(const Address& key) {
    Vote vote = own_vote();
    vote.voter = key;
    return vote;
  }

  LiarDeps& deps_;
  Chance chance_;
};

}  // namespace

std::unique_ptr<Strategy> make_start_answers(LiarDeps& deps) {
  return std::make_unique<StartAnswersStrategy>(deps);
}

}  // namespace lucid::sim
