// Nobody gives up on a proposer before its time (protocol.md section 3): who prevotes nil because the proposer of a
// round said nothing has waited timeout_propose since it came into that round. A timer of another height or round that
// still counts would cost a proposer its turn, and a cluster its rounds.
//
// When a machine came into a round cannot be seen; but it was not before it planned the height, nor before it signed
// something of an earlier round of it.
#include <algorithm>

#include "tools/lucid-sim/checkers/groups.hpp"

namespace lucid::sim {
namespace {

/// A clock that drifts measures up to a thousandth too little.
constexpr std::uint64_t kDriftShare = 500;
constexpr std::uint64_t kTimerSlackMs = 20;

/// slot_timeout, a fifth of it more for each round, at most four of them; and the precision in the first.
std::uint64_t due_wait_ms(const ChainParams& params, Round round) {
  const std::uint64_t fifths = std::min<std::uint64_t>(std::uint64_t{5} + round, 20);
  const std::uint64_t wait_ms = params.slot_timeout_ms * fifths / 5;
  return round > 0 ? wait_ms : wait_ms + params.time_precision_ms;
}

class TimersChecker final : public Observer {
 public:
  explicit TimersChecker(SharedPtr shared) : shared_(std::move(shared)), machines_(shared_->facts.nodes.size()) {}

  void see(TimeMs now, const Sighting& sighting) override {
    now_ = now;
    if (const auto* started = std::get_if<Started>(&sighting))
      machines_[started->node] = {started->height + 1, 0, now, 0};
    else if (const auto* planned = std::get_if<Planned>(&sighting))
      on(*planned);
    else if (const auto* sent = std::get_if<Sent>(&sighting); sent != nullptr && !shared_->lies(sent->node))
      on(*sent);
  }

 private:
  /// In this round of this height, or a later one, at `since` or later.
  struct Machine {
    Height height = 0;
    Round round = 0;
    TimeMs since = 0;
    TimeMs spoke_at = 0;  // in `round`
  };

  void on(const Planned& planned) {
    if (planned.height > machines_[planned.node].height) machines_[planned.node] = {planned.height, 0, now_, 0};
  }

  void on(const Sent& sent) {
    Machine& machine = machines_[sent.node];
    const auto* vote = std::get_if<Vote>(&sent.message);
    const auto* proposal = std::get_if<Proposal>(&sent.message);
    const Height height = vote != nullptr ? vote->height : proposal->height;
    const Round round = vote != nullptr ? vote->round : proposal->round;
    const Address& signer = vote != nullptr ? vote->voter : proposal->proposer;
    if (!shared_->owns(sent.node, signer)) return;                  // passes on what another signed
    if (height != machine.height || round < machine.round) return;  // says again what it signed before it started
    if (round > machine.round) {
      machine.since = std::max(machine.since, machine.spoke_at);
      machine.round = round;
    }
    machine.spoke_at = now_;
    if (vote == nullptr || vote->step != VoteStep::prevote || vote->reason != NilReason::timed_out) return;
    const std::uint64_t due_ms = due_wait_ms(shared_->facts.genesis.params, round);
    const std::uint64_t waited_ms = now_ - machine.since;
    if (waited_ms + due_ms / kDriftShare + kTimerSlackMs < due_ms)
      shared_->findings.violated(ViolationKind::liveness, now_, "waits-its-time",
                                 "node " + std::to_string(sent.node) + " gave up on the proposer of height " +
                                     std::to_string(height) + " round " + std::to_string(round) + " after " +
                                     std::to_string(waited_ms) + " ms at most, " + std::to_string(due_ms) + " are due");
  }

  SharedPtr shared_;
  TimeMs now_ = 0;
  std::vector<Machine> machines_;
};

}  // namespace

std::unique_ptr<Observer> timers_checker(SharedPtr shared) {
  return std::make_unique<TimersChecker>(std::move(shared));
}

}  // namespace lucid::sim
