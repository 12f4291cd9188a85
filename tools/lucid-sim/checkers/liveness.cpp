// With q correct nodes connected and a transaction waiting the chain moves, and skips no slot in which it could have
// (protocol.md section 8).
//
// A slot that is shorter than the time within which the next block is promised may be skipped while a dead leader's
// rounds run out, or just after a heal: of such slots only those count that begin so long after all members came
// together.
#include <algorithm>

#include "tools/lucid-sim/checkers/groups.hpp"

namespace lucid::sim {
namespace {

class LivenessChecker final : public Observer {
 public:
  explicit LivenessChecker(SharedPtr shared) : shared_(std::move(shared)), waits_(shared_->facts.nodes.size(), false) {}

  void see(TimeMs now, const Sighting& sighting) override {
    check_deadline(now);
    Connected& connected = shared_->connected;
    const bool moved = connected.see(sighting);
    if (const auto* work = std::get_if<WorkWaits>(&sighting)) {
      waits_[work->node] = work->waits;
      follow_demand(now);
    } else if (const auto* crashed = std::get_if<Crashed>(&sighting)) {
      waits_[crashed->node] = false;
    } else if (const auto* stored = std::get_if<Stored>(&sighting)) {
      see(*stored);
    } else if (const auto* decided = std::get_if<Decided>(&sighting)) {
      if (!shared_->lies(decided->node) && shared_->history.tip() > newest_) see_block(now, decided->certificate);
    } else if (const auto* committed = std::get_if<Committed>(&sighting)) {
      if (!shared_->lies(committed->node)) see(now, *committed);
    }
    if (moved || shared_->history.next().epoch != members_of_) settle(now);
  }
  void tick(TimeMs now) override { check_deadline(now); }
  void end(TimeMs now) override { check_deadline(now); }

 private:
  void settle(TimeMs now) {
    const History& history = shared_->history;
    const OwnPlan& next = history.next();
    if (members_of_ != next.epoch) {
      members_of_ = next.epoch;
      members_ = 0;
      for (const Validator& member : history.set_of_epoch(next.epoch).members)
        for (std::size_t node = 0; node < waits_.size(); ++node)
          if (shared_->owns(static_cast<NodeIndex>(node), member.address))
            members_ |= mask_of(static_cast<NodeIndex>(node));
    }
    Connected& connected = shared_->connected;
    const std::optional<TimeMs> before = group_since();
    connected.settle(now, members_, history.quorum_of(next.height));
    const std::optional<TimeMs> after = group_since();
    if (after && after != before) {
      // The first one of a run heals nothing.
      if (!connected.groups().empty()) healed_ = Heal{*after, highest_round_};
      demand_since_.reset();
    }
    if (!after) healed_.reset();
    follow_demand(now);
  }

  std::optional<TimeMs> group_since() const {
    const auto& group = shared_->connected.group();
    return group ? std::optional(group->since) : std::nullopt;
  }

  void follow_demand(TimeMs now) {
    const auto& group = shared_->connected.group();
    bool demand = false;
    for (std::size_t node = 0; group && node < waits_.size(); ++node)
      demand = demand || (waits_[node] && (group->nodes & mask_of(static_cast<NodeIndex>(node))) != 0);
    if (!demand) demand_since_.reset();
    if (demand && !demand_since_) demand_since_ = now;
  }

  /// Before this nobody could be asked for the block after `newest_`.
  TimeMs asked_since() const { return std::max({*demand_since_, block_at_, shared_->history.at(newest_).time}); }

  void check_deadline(TimeMs now) {
    if (!demand_since_ || now <= asked_since() + kNextBlockMs) return;
    shared_->findings.violated(ViolationKind::liveness, now, "next-block-in-time",
                               "no block of height " + std::to_string(shared_->history.tip() + 1) + " since " +
                                   std::to_string(now - asked_since()) +
                                   " ms with a quorum of correct nodes connected and a transaction waiting");
    demand_since_ = now;  // once for each time that it is late
  }

  void see(const Stored& stored) {
    if (shared_->lies(stored.node)) return;
    for (const consensus::SignRecord& record : stored.persist.records)
      if (record.height == shared_->history.tip() + 1) highest_round_ = std::max(highest_round_, record.round);
  }

  /// The history has grown.
  void see_block(TimeMs now, const Certificate& certificate) {
    const History& history = shared_->history;
    if (healed_ && demand_since_) {
      Recovery recovery{healed_->at, now - std::min(now, asked_since()), 0};
      for (Round round = healed_->round; round < certificate.round; ++round)
        recovery.dead_leaders += !is_in_group(history.plan_of(history.tip()).proposer(round));
      shared_->findings.recovered(recovery);
    }
    newest_ = history.tip();
    healed_.reset();
    highest_round_ = 0;
    block_at_ = now;
    demand_since_.reset();
    follow_demand(now);
  }

  bool is_in_group(const Address& leader) const {
    const auto& group = shared_->connected.group();
    for (std::size_t node = 0; group && node < waits_.size(); ++node)
      if ((group->nodes & mask_of(static_cast<NodeIndex>(node))) != 0 &&
          shared_->owns(static_cast<NodeIndex>(node), leader))
        return true;
    return false;
  }

  // ---- skipped slots

  void see(TimeMs now, const Committed& committed) {
    const Height height = committed.block->header.height;
    if (height <= judged_ || !committed.changes) return;
    judged_ = height;
    for (const credits::SlotResult& result : committed.changes->slots)
      if (result.reason == credits::SlotReason::missed)
        for (std::uint64_t slot = result.first.value; slot <= result.last.value; ++slot) judge_missed(now, slot);
  }

  void judge_missed(TimeMs now, std::uint64_t slot) {
    const History& history = shared_->history;
    const Connected& connected = shared_->connected;
    const std::uint64_t precision_ms = history.params().time_precision_ms;
    const TimeMs from = history.start_of(slot);
    const TimeMs to = history.start_of(slot + 1) + precision_ms;
    const bool is_long = history.params().slot_duration_ms >= kNextBlockMs;
    bool needless = false;
    if (is_long) {
      const auto covers = [&](TimeMs since, TimeMs until) { return since + precision_ms <= from && until >= to; };
      needless = connected.group() && covers(connected.group()->since, now);
      for (const Period& group : connected.groups()) needless = needless || covers(group.from, group.to);
    } else {
      const auto covers = [&](TimeMs since, TimeMs until) { return since + kNextBlockMs <= from && until >= to; };
      needless = connected.all_since() && covers(*connected.all_since(), now);
      for (const Period& all : connected.alls()) needless = needless || covers(all.from, all.to);
    }
    if (needless)
      shared_->findings.violated(
          ViolationKind::liveness, now, "no-needless-miss",
          "slot " + std::to_string(slot) + " was skipped, and a quorum of correct nodes was connected throughout");
  }

  struct Heal {
    TimeMs at = 0;
    Round round = 0;  // that the height had reached by then
  };

  SharedPtr shared_;
  std::vector<bool> waits_;
  std::optional<std::uint64_t> members_of_;  // epoch
  NodeMask members_ = 0;
  std::optional<TimeMs> demand_since_;
  std::optional<Heal> healed_;
  Round highest_round_ = 0;  // of honest nodes, at the height after the newest
  Height newest_ = 0;
  TimeMs block_at_ = 0;
  Height judged_ = 0;
};

}  // namespace

std::unique_ptr<Observer> liveness_checker(SharedPtr shared) {
  return std::make_unique<LivenessChecker>(std::move(shared));
}

}  // namespace lucid::sim
