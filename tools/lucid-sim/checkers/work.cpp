// Blocks are made for work (protocol.md section 2): a correct node whose work waits proposes some of it, and an empty
// block comes only from a slot's last interval on, unless work waited somewhere. Otherwise one early vote, or a
// transaction that no block can hold, would fill the disk with empty blocks.
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "tools/lucid-sim/checkers/groups.hpp"

namespace lucid::sim {
namespace {

/// A block may have been under way when work came.
constexpr std::uint64_t kUnderWayMs = 2'000;

class WorkChecker final : public Observer {
 public:
  explicit WorkChecker(SharedPtr shared) : shared_(std::move(shared)), machines_(shared_->facts.nodes.size()) {}

  void see(TimeMs now, const Sighting& sighting) override {
    now_ = now;
    std::visit(
        [&](const auto& one) {
          if constexpr (requires { on(one); })
            if (!shared_->lies(one.node)) on(one);
        },
        sighting);
  }

 private:
  struct Machine {
    Height height = 0;
    bool waits = false;
    TimeMs since = 0;
  };

  void on(const Crashed& seen) { machines_[seen.node].waits = false; }
  void on(const WorkWaits& seen) {
    Machine& machine = machines_[seen.node];
    machine.waits = seen.waits;
    machine.since = now_;
    if (seen.waits) worked_.insert(machine.height);
  }
  void on(const Planned& seen) {
    Machine& machine = machines_[seen.node];
    made_at_.erase(made_at_.lower_bound({seen.node, 0, 0}), made_at_.lower_bound({seen.node, seen.height, 0}));
    machine.height = seen.height;
    if (machine.waits) worked_.insert(machine.height);
  }
  void on(const ClockSet& seen) {
    const auto half = static_cast<std::int64_t>(shared_->facts.genesis.params.time_precision_ms / 2);
    if (seen.offset_ms > half || seen.offset_ms < -half)
      wrong_clocks_.insert(seen.node);
    else if (wrong_clocks_.erase(seen.node) == 0)
      return;
    wrong_clock_at_ = now_;
  }

  void on(const Stored& seen) {
    for (const consensus::SignRecord& record : seen.persist.records)
      if (record.step == consensus::SignStep::propose)
        made_at_.try_emplace({seen.node, record.height, record.round}, now_);
  }

  void on(const Sent& seen) {
    const auto* proposal = std::get_if<Proposal>(&seen.message);
    if (!proposal || proposal->valid_round || !seen.block || !seen.block->transactions.empty()) return;
    if (!shared_->owns(seen.node, proposal->proposer)) return;
    const Machine& machine = machines_[seen.node];
    const std::string what = "node " + std::to_string(seen.node) + " proposed an empty block of height " +
                             std::to_string(proposal->height) + " in round " + std::to_string(proposal->round);
    // Sent again after a restart, it is as old as its record, and so is what it says of work.
    const auto made = made_at_.find({seen.node, proposal->height, proposal->round});
    const TimeMs made_at = made == made_at_.end() ? now_ : made->second;
    if (machine.waits && made_at >= machine.since + kUnderWayMs)
      violated("work-is-proposed", what + " while its work waited since " + std::to_string(machine.since));
    const History& history = shared_->history;
    if (proposal->round > 0 || worked_.contains(proposal->height) || !history.knows(proposal->height)) return;
    const ChainParams& params = history.params();
    // A clock that stands wrong opens the closing interval too early, and others follow it.
    const bool clocks_right =
        wrong_clocks_.empty() && (!wrong_clock_at_ || now_ > *wrong_clock_at_ + 2 * params.slot_duration_ms);
    const TimeMs closing = history.start_of(history.plan_of(proposal->height).slot + 1) - params.block_interval_ms;
    if (clocks_right && seen.block->header.time + params.time_precision_ms < closing)
      violated("no-idle-block", what + ", " + std::to_string(closing - seen.block->header.time) +
                                    " ms before its slot closes and with no work anywhere");
  }

  void violated(std::string_view invariant, std::string words) {
    shared_->findings.violated(ViolationKind::safety, now_, invariant, std::move(words));
  }

  SharedPtr shared_;
  TimeMs now_ = 0;
  std::vector<Machine> machines_;
  std::map<std::tuple<NodeIndex, Height, Round>, TimeMs> made_at_;  // when each proposal was stored
  std::set<Height> worked_;  // heights for which work waited at a correct machine
  std::set<NodeIndex> wrong_clocks_;
  std::optional<TimeMs> wrong_clock_at_;  // the last time that one was
};

}  // namespace

std::unique_ptr<Observer> work_checker(SharedPtr shared) {
  return std::make_unique<WorkChecker>(std::move(shared));
}

}  // namespace lucid::sim
