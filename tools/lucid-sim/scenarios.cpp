#include "tools/lucid-sim/scenarios.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "core/ledger/block_builder.hpp"
#include "tools/lucid-sim/sim_node.hpp"

namespace lucid::sim {
namespace {

constexpr std::uint64_t kMinuteMs = 60'000;

/// Of four machines: the one that is cut off, and the one that lies.
constexpr NodeIndex kAway = 2;
constexpr NodeIndex kLiar = 3;

// ---- liars with one habit

MessagePtr nil_vote(const LiarDeps& deps, VoteStep step, Height height, Round round) {
  Vote vote;
  vote.step = step;
  vote.height = height;
  vote.round = round;
  vote.reason = NilReason::timed_out;
  vote.voter = deps.node.keys().address;
  vote.signature =
      deps.verifier.scheme().sign(deps.node.keys().consensus, crypto::vote_digest(deps.verifier.chain(), vote));
  return make_message(VoteMessage{vote});
}

/// Its core is not heard at all; it votes nil, by itself, in every round in which it hears another.
class NilVoter final : public Liar {
 public:
  explicit NilVoter(LiarDeps deps) : deps_(std::move(deps)) {}

  std::vector<MessagePtr> outgoing(TimeMs, const MessagePtr& message, NodeIndex) override {
    const bool vote = std::holds_alternative<VoteMessage>(message->content);
    const bool proposal = std::holds_alternative<ProposalMessage>(message->content);
    return vote || proposal ? std::vector<MessagePtr>{} : std::vector{message};
  }

  bool received(TimeMs, NodeIndex, const MessagePtr& message) override {
    const auto* content = std::get_if<VoteMessage>(&message->content);
    if (content && content->vote.voter != deps_.node.keys().address)
      heard_ = std::max(heard_, std::pair(content->vote.height, content->vote.round));
    return true;
  }

  void wake(TimeMs) override {
    if (heard_.first != deps_.node.plan().height) return;
    for (const VoteStep step : {VoteStep::prevote, VoteStep::precommit})
      for (NodeIndex to = 0; to < deps_.plan.machines.size(); ++to)
        if (to != deps_.self) deps_.send(to, nil_vote(deps_, step, heard_.first, heard_.second));
    deps_.count(FaultKind::split_votes);
  }

 private:
  LiarDeps deps_;
  std::pair<Height, Round> heard_{0, 0};
};

/// Votes nil in round 0 of every height as soon as it has begun, long before there is anything to do.
class EarlyVoter final : public Liar {
 public:
  explicit EarlyVoter(LiarDeps deps) : deps_(std::move(deps)) {}

  std::vector<MessagePtr> outgoing(TimeMs, const MessagePtr& message, NodeIndex) override {
    const bool vote = std::holds_alternative<VoteMessage>(message->content);
    return vote ? std::vector<MessagePtr>{} : std::vector{message};
  }

  void wake(TimeMs) override {
    const MessagePtr vote = nil_vote(deps_, VoteStep::prevote, deps_.node.plan().height, 0);
    for (NodeIndex to = 0; to < deps_.plan.machines.size(); ++to)
      if (to != deps_.self) deps_.send(to, vote);
    deps_.count(FaultKind::future_votes);
  }

 private:
  LiarDeps deps_;
};

/// Dates its blocks an hour ahead: nobody may date a child before that hour is over.
class FutureProposer final : public Liar {
 public:
  explicit FutureProposer(LiarDeps deps) : deps_(std::move(deps)) {}

  std::vector<MessagePtr> outgoing(TimeMs now, const MessagePtr& message, NodeIndex) override {
    const auto* content = std::get_if<ProposalMessage>(&message->content);
    const bool own = content && content->proposal.proposer == deps_.node.keys().address;
    if (!own || content->proposal.valid_round || content->proposal.height != deps_.node.plan().height) return {message};
    MessagePtr& made = made_[{content->proposal.height, content->proposal.round}];
    if (!made) made = ahead(now, content->proposal.round, content->block->block->last_commit);
    return made ? std::vector{made} : std::vector<MessagePtr>{};
  }

 private:
  static constexpr std::uint64_t kAheadMs = 60 * kMinuteMs;

  MessagePtr ahead(TimeMs now, Round round, const Certificate& last_commit) {
    const SimNode& node = deps_.node;
    ledger::BuildInput input;
    input.round = round;
    input.time = now + kAheadMs;
    input.last_commit = last_commit;
    input.max_bytes = deps_.chain.params().max_block_bytes;
    input.prove_vrf = [&](ByteView alpha) { return deps_.verifier.scheme().vrf_prove(node.keys().vrf, alpha); };
    auto built =
        ledger::build_block(deps_.chain, deps_.verifier, node.chain().state(), node.plan(), node.chain(), input);
    if (!built) return nullptr;
    const SizedBlockPtr block = sized(std::make_shared<const Block>(std::move(built->block)));
    Proposal proposal{node.plan().height, round, block->hash, {}, node.keys().address, {}};
    proposal.signature =
        deps_.verifier.scheme().sign(node.keys().consensus, crypto::proposal_digest(deps_.verifier.chain(), proposal));
    deps_.count(FaultKind::invalid_block);
    return make_message(ProposalMessage{proposal, {}, block});
  }

  LiarDeps deps_;
  std::map<std::pair<Height, Round>, MessagePtr> made_;
};

template <class Habit>
std::unique_ptr<Liar> liar_with(LiarDeps deps) {
  return std::make_unique<Habit>(std::move(deps));
}

// ---- worlds

/// Nothing goes wrong after `healed_ms`; the run may take `more_ms` beyond that.
void take_time(SeedPlan& plan, std::uint64_t healed_ms, std::uint64_t more_ms) {
  plan.healed_at = plan.params.start_time + healed_ms;
  plan.end_at = plan.healed_at + more_ms;
}

/// For `lasts_ms` the liar and the two others go from round to round and decide nothing: they hear each other and are
/// too few. Then the fourth comes back.
void stall(SeedPlan& plan, std::uint64_t lasts_ms) {
  plan.machines[kLiar].lies = true;
  const TimeMs from = plan.params.start_time + kMinuteMs;
  plan.incidents.push_back({FaultKind::one_against_rest, from, lasts_ms, {kAway}, 0});
  take_time(plan, kMinuteMs + lasts_ms, 60 * kMinuteMs);
}

/// Three of ten say nil, so all the others are needed; most of what is sent is lost for a while, so heights take
/// several rounds, and what a node holds is more than it offers at once.
void lose_most(SeedPlan& plan) {
  for (std::size_t i = plan.machines.size() - 3; i < plan.machines.size(); ++i) plan.machines[i].lies = true;
  constexpr std::uint64_t kLastsMs = 10 * kMinuteMs;
  constexpr std::int64_t kLostPermille = 700;
  plan.incidents.push_back({FaultKind::drop, plan.params.start_time + kMinuteMs, kLastsMs, {}, kLostPermille});
  take_time(plan, kMinuteMs + kLastsMs, 60 * kMinuteMs);
}

constexpr std::array kScenarios{
    Scenario{.name = "left_behind",
             .sentence = "One is cut off while the others, of whom one votes nil, go through fifty rounds; it returns.",
             .nodes = 4,
             .arrange = [](SeedPlan& plan) { stall(plan, 20 * kMinuteMs); },
             .liar = liar_with<NilVoter>},
    Scenario{.name = "early_votes",
             .sentence = "One votes in each height as soon as it begins, while next to nothing is to be done.",
             .nodes = 4,
             .arrange =
                 [](SeedPlan& plan) {
                   plan.machines[kLiar].lies = true;
                   plan.work.gap_ms = plan.params.slot_duration_ms;
                   take_time(plan, kMinuteMs, 60 * kMinuteMs);
                 },
             .liar = liar_with<EarlyVoter>},
    Scenario{.name = "most_is_lost",
             .sentence = "Of ten, three vote nil; for ten minutes seven of ten messages are lost.",
             .nodes = 10,
             .arrange = lose_most,
             .liar = liar_with<NilVoter>},
    Scenario{.name = "dated_ahead",
             .sentence = "One of four dates each of its blocks an hour ahead.",
             .nodes = 4,
             .arrange =
                 [](SeedPlan& plan) {
                   plan.machines[kLiar].lies = true;
                   take_time(plan, 20 * kMinuteMs, 60 * kMinuteMs);
                 },
             .liar = liar_with<FutureProposer>},
};

}  // namespace

std::span<const Scenario> scenarios() {
  return kScenarios;
}

const Scenario* find_scenario(std::string_view name) {
  const auto found = std::find_if(kScenarios.begin(), kScenarios.end(),
                                  [&](const Scenario& scenario) { return scenario.name == name; });
  return found == kScenarios.end() ? nullptr : &*found;
}

std::string scenario_names() {
  std::string out;
  for (const Scenario& scenario : kScenarios) out += (out.empty() ? "" : ", ") + std::string(scenario.name);
  return out;
}

Wanted wanted_by(const Scenario& scenario) {
  Wanted wanted;
  wanted.nodes = scenario.nodes;
  wanted.heights = 12;
  wanted.profile = Profile::mainnet;
  wanted.faults = false;
  wanted.signatures = Signatures::stand_in;
  wanted.scenario = scenario.name;
  return wanted;
}

SeedPlan plan_of(const Scenario& scenario, std::uint64_t seed) {
  Wanted good = wanted_by(scenario);
  good.scenario = "";
  SeedPlan plan = make_plan(seed, good);
  plan.wanted.scenario = scenario.name;
  scenario.arrange(plan);
  return plan;
}

}  // namespace lucid::sim
