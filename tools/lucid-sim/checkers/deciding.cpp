// Who holds a decision decides (protocol.md section 3; arXiv:1807.04938 Algorithm 1, lines 49 to 54): q precommits of
// one round, whichever that is, and their block. A node that counts votes of its own round only, or loses them, may get
// the block from others later; here it is asked of itself.
//
// Votes are counted from honest members alone, of which each says one thing; the block must have come with the proposal
// of an honest proposer. So what is counted here the node must have counted.
#include <map>
#include <set>
#include <tuple>

#include "tools/lucid-sim/checkers/groups.hpp"

namespace lucid::sim {
namespace {

/// To check the block, to write, and to commit what went before.
constexpr std::uint64_t kDecideMs = 2'000;

class DecidingChecker final : public Observer {
 public:
  explicit DecidingChecker(SharedPtr shared) : shared_(std::move(shared)), machines_(shared_->facts.nodes.size()) {}

  void see(TimeMs now, const Sighting& sighting) override {
    now_ = now;
    std::visit(
        [&](const auto& one) {
          if constexpr (requires { on(one); })
            if (!shared_->lies(one.node)) on(one);
        },
        sighting);
  }
  void tick(TimeMs now) override {
    now_ = now;
    for (NodeIndex node = 0; node < machines_.size(); ++node) judge(node);
  }

 private:
  struct Machine {
    Role role = Role::catching_up;
    Height height = 0;  // that it agrees on; 0: none
    bool clock_is_off = false;
    std::map<std::pair<Round, Hash256>, std::set<Address>> precommits;
    std::set<Hash256> blocks;
    std::optional<std::tuple<TimeMs, Round, Hash256>> held;  // since when it holds a decision, and which

    void begin(Height next) {
      height = next;
      precommits.clear();
      blocks.clear();
      held.reset();
    }
  };

  void on(const Started& seen) {
    machines_[seen.node].role = Role::catching_up;
    machines_[seen.node].begin(0);
  }
  void on(const Crashed& seen) { machines_[seen.node].begin(0); }
  void on(const AlarmRaised& seen) { machines_[seen.node].begin(0); }
  /// What it heard while it caught up it did not keep.
  void on(const RoleChanged& seen) {
    machines_[seen.node].role = seen.role;
    machines_[seen.node].begin(0);
  }
  void on(const Planned& seen) {
    Machine& machine = machines_[seen.node];
    const bool is_asked = machine.role != Role::catching_up && !machine.clock_is_off;
    machine.begin(is_asked ? seen.height : 0);
  }
  void on(const Decided& seen) { machines_[seen.node].begin(0); }
  /// Behind its clock the gate is still closed, and the timer that it set by it outlasts the clock's error.
  void on(const ClockSet& seen) {
    const auto half = static_cast<std::int64_t>(shared_->facts.genesis.params.time_precision_ms / 2);
    Machine& machine = machines_[seen.node];
    machine.clock_is_off = seen.offset_ms > half || seen.offset_ms < -half;
    if (machine.clock_is_off) machine.begin(0);
  }

  void on(const Held& seen) { note(seen.node, said_by(seen.message), seen.block); }
  void on(const Sent& seen) { note(seen.node, said_by(seen.message), seen.block); }

  void note(NodeIndex node, const Said& said, const BlockPtr& block) {
    Machine& machine = machines_[node];
    if (said.height != machine.height || !shared_->history.knows(said.height)) return;
    if (!shared_->is_honest(said.signer) || shared_->excused.contains(said.signer)) return;
    if (said.step == 0 && block && said.value) machine.blocks.insert(*said.value);
    if (said.step == 2 && said.value) machine.precommits[{said.round, *said.value}].insert(said.signer);
    look(machine);
  }

  void look(Machine& machine) {
    if (machine.held) return;
    const History& history = shared_->history;
    const ValidatorSet& set = history.set_of(machine.height);
    for (const auto& [what, signers] : machine.precommits) {
      if (!machine.blocks.contains(what.second)) continue;
      std::size_t members = 0;
      for (const Validator& member : set.members) members += signers.contains(member.address) ? 1 : 0;
      if (members < history.quorum_of(machine.height)) continue;
      // Before the gate, by its own clock, a node keeps what it hears.
      const ChainParams& params = history.params();
      const TimeMs gate = history.at(machine.height - 1).time + params.block_interval_ms;
      machine.held = {std::max(now_, gate + params.time_precision_ms), what.first, what.second};
      return;
    }
  }

  void judge(NodeIndex node) {
    Machine& machine = machines_[node];
    if (!machine.held) return;
    const auto& [since, round, block] = *machine.held;
    if (now_ < since + kDecideMs) return;
    shared_->findings.violated(ViolationKind::liveness, now_, "decides-what-it-holds",
                               "node " + std::to_string(node) + " holds the precommits of round " +
                                   std::to_string(round) + " for " + short_text(block) + " of height " +
                                   std::to_string(machine.height) + " since " + std::to_string(now_ - since) +
                                   " ms and has not decided");
    machine.held.reset();
    machine.height = 0;
  }

  SharedPtr shared_;
  TimeMs now_ = 0;
  std::vector<Machine> machines_;
};

}  // namespace

std::unique_ptr<Observer> deciding_checker(SharedPtr shared) {
  return std::make_unique<DecidingChecker>(std::move(shared));
}

}  // namespace lucid::sim
