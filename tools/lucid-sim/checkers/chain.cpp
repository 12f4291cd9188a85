// The same prefix gives the same state, tally, order and seed on every node, and those that the checkers reckon
// themselves (protocol.md sections 2, 4 to 8).
#include <algorithm>

#include "tools/lucid-sim/checkers/groups.hpp"
#include "tools/lucid-sim/checkers/own_hashes.hpp"

namespace lucid::sim {
namespace {

constexpr std::size_t kShownLeaders = 6;

std::string numeral(std::uint64_t value) {
  return std::to_string(value);
}

bool is_permutation_of(std::vector<Address> order, const ValidatorSet& set) {
  std::sort(order.begin(), order.end());
  return order.size() == set.members.size() &&
         std::equal(order.begin(), order.end(), set.members.begin(),
                    [](const Address& address, const Validator& member) { return address == member.address; });
}

/// Rows as the node keeps them: none without any work or slot.
bool is_same(const OwnTally& own, const credits::EpochTally& theirs) {
  return own.size() == theirs.rows.size() &&
         std::equal(own.begin(), own.end(), theirs.rows.begin(), [](const auto& a, const credits::TallyRow& b) {
           return a.first == b.entity && b.relay == 0 && b.storage == 0 && a.second.validation == b.validation &&
                  a.second.slots_signed == b.slots_signed && a.second.slots == b.slots;
         });
}
bool is_same(const OwnTally& own, const credits::StandingTable& theirs) {
  return own.size() == theirs.rows.size() &&
         std::equal(own.begin(), own.end(), theirs.rows.begin(), [](const auto& a, const credits::Standing& b) {
           return a.first == b.entity && a.second.validation == b.credits && a.second.slots_signed == b.slots_signed &&
                  a.second.slots == b.slots;
         });
}

class ChainChecker final : public Observer {
 public:
  explicit ChainChecker(SharedPtr shared)
      : shared_(std::move(shared)), heights_(shared_->facts.nodes.size()), clocks_(shared_->facts.nodes.size()) {}

  void see(TimeMs now, const Sighting& sighting) override {
    now_ = now;
    if (const auto* clock = std::get_if<ClockSet>(&sighting)) return see(*clock);
    if (const auto* started = std::get_if<Started>(&sighting)) {
      heights_[started->node] = started->height;
    } else if (const auto* decided = std::get_if<Decided>(&sighting)) {
      if (!shared_->lies(decided->node)) see(*decided);
    } else if (const auto* committed = std::get_if<Committed>(&sighting)) {
      if (!shared_->lies(committed->node)) see(*committed);
    } else if (const auto* planned = std::get_if<Planned>(&sighting)) {
      if (!shared_->lies(planned->node)) see(*planned);
    }
  }

 private:
  struct Clock {
    bool is_off = false;  // by more than half the precision
    TimeMs off_until = 0;
  };

  const History& history() const { return shared_->history; }
  void violated(std::string_view invariant, std::string words) {
    shared_->findings.violated(ViolationKind::safety, now_, invariant, std::move(words));
  }

  void see(const ClockSet& seen) {
    Clock& clock = clocks_[seen.node];
    if (clock.is_off) clock.off_until = now_;
    const auto half = static_cast<std::int64_t>(history().params().time_precision_ms / 2);
    clock.is_off = seen.offset_ms > half || seen.offset_ms < -half;
  }

  /// What one good clock has prevoted lies at most the precision before it.
  void see(const Decided& decided) {
    if (decided.height != history().tip() || decided.height <= timed_) return;
    timed_ = decided.height;
    const TimeMs since = decided_at_;
    decided_at_ = now_;
    std::size_t bad = 0;
    for (const Validator& member : history().set_of(decided.height).members) {
      bool is_good = shared_->is_honest(member.address);
      for (std::size_t node = 0; node < clocks_.size(); ++node)
        if (shared_->owns(static_cast<NodeIndex>(node), member.address) &&
            (clocks_[node].is_off || clocks_[node].off_until > since))
          is_good = false;
      bad += !is_good;
    }
    if (bad >= history().quorum_of(decided.height)) return;
    const std::uint64_t precision_ms = history().params().time_precision_ms;
    const TimeMs time = decided.block->header.time;
    constexpr std::uint64_t kUntoldMs = 20;  // by which a drifting clock may differ from what was said last
    if (time > now_ + precision_ms + precision_ms / 2 + kUntoldMs)
      violated("time-ahead",
               "height " + numeral(decided.height) + " is dated " + numeral(time - now_) + " ms after it was decided");
  }

  void see(const Committed& seen) {
    const Height height = seen.block->header.height;
    const auto wrong = [&](std::string_view invariant, const std::string& words) {
      violated(invariant, "node " + numeral(seen.node) + words);
    };
    Height& own = heights_[seen.node];
    if (height != own + 1)
      wrong("commits-in-order", " committed height " + numeral(height) + " after height " + numeral(own));
    own = height;
    if (height == 0 || height > history().tip())
      return wrong("commits-in-order", " committed height " + numeral(height) + ", which nobody decided");
    if (seen.hash != history().at(height).hash)
      return wrong("one-decided-block", " committed " + short_text(seen.hash) + " as height " + numeral(height) +
                                            ", another " + short_text(history().at(height).hash));
    if (!seen.state || !seen.changes) return;
    const auto first = states_.try_emplace(height, seen.state);
    if (first.second)
      check_first(seen, height);
    else if (first.first->second != seen.state && *first.first->second != *seen.state)
      wrong("same-state", " has another state after height " + numeral(height));
  }

  void check_first(const Committed& seen, Height height) {
    const ledger::ChainState& state = *seen.state;
    const std::string after = " after height " + numeral(height);
    const OwnPlan& next = history().plan_of(height + 1);
    const Header& header = seen.block->header;
    if (state.height != height || state.hash != seen.hash || state.time != header.time ||
        state.slot.value != header.slot.value || state.proposer != header.proposer ||
        state.digest != header.state_digest)
      violated("same-state", "the state" + after + " is not that of its block");
    if (state.seed != next.seed) violated("same-seed", "another seed" + after);
    if (header.anchor_log_size != history().sessions() && height == history().tip())
      violated("same-state", numeral(header.anchor_log_size) + " anchors" + after + " where the blocks hold " +
                                 numeral(history().sessions()));
    check_sets(state, header, next, after);
    check_slots(*seen.changes, height, after);
    if (height != history().tip()) return;
    check_tallies(state, *seen.changes, height, after);
    if (state.set_changes.owners != history().owners())
      violated("set-changes", numeral(state.set_changes.owners) + " owners" + after + " where the blocks make " +
                                  numeral(history().owners()));
  }

  void check_sets(const ledger::ChainState& state, const Header& header, const OwnPlan& next,
                  const std::string& after) {
    const ValidatorSet& set = history().set_of_epoch(next.epoch);
    const ValidatorSet& later = history().set_of_epoch(next.epoch + 1);
    if (state.validators != set) violated("set-changes", "another validator set" + after);
    if (state.set_of_next_epoch() != later) violated("set-changes", "another set for the next epoch" + after);
    if (!next_hash_ || next_hash_->first != next.epoch) next_hash_ = {next.epoch, own_validators_hash(set)};
    if (header.next_validators_hash != next_hash_->second)
      violated("set-changes", "next_validators_hash is not that of the set" + after);
  }

  /// A range of skipped slots before a slot's first block, then that slot, and nothing else.
  void check_slots(const ledger::ChangeSet& changes, Height height, const std::string& after) {
    const OwnPlan& plan = history().plan_of(height);
    const OwnBlock& parent = history().at(height - 1);
    const std::uint64_t skipped_from = height == 1 ? parent.plan.slot : parent.plan.slot + 1;
    const bool skips = plan.first_of_slot && skipped_from < plan.slot;
    const std::size_t expected = (plan.first_of_slot ? 1 : 0) + (skips ? 1 : 0);
    const auto wrong = [&](std::string words) { violated("missed-range", std::move(words) + after); };
    if (changes.slots.size() != expected) return wrong(numeral(changes.slots.size()) + " results of slots");
    if (skips) {
      const credits::SlotResult& missed = changes.slots.front();
      if (missed.reason != credits::SlotReason::missed || missed.first.value != skipped_from ||
          missed.last.value + 1 != plan.slot || missed.winner)
        wrong("skipped slots are recorded from " + numeral(missed.first.value) + " to " + numeral(missed.last.value));
    }
    if (!plan.first_of_slot) return;
    const credits::SlotResult& result = changes.slots.back();
    const Address& winner = history().at(height).block->header.proposer;
    const bool by_primary = winner == plan.slot_order.front();
    const auto reason = by_primary ? credits::SlotReason::success : credits::SlotReason::fallback_success;
    const std::size_t shown = std::min(kShownLeaders, plan.slot_order.size());
    if (result.first.value != plan.slot || result.last.value != plan.slot || result.first_height != height ||
        result.winner != winner || result.reason != reason || result.leaders.size() != shown ||
        !std::equal(result.leaders.begin(), result.leaders.end(), plan.slot_order.begin()))
      wrong("the result of slot " + numeral(plan.slot) + " is another");
  }

  void check_tallies(const ledger::ChainState& state, const ledger::ChangeSet& changes, Height height,
                     const std::string& after) {
    const OwnPlan& plan = history().plan_of(height);
    const std::uint64_t next_epoch = history().next().epoch;
    const auto wrong = [&](std::string words) { violated("same-tally", std::move(words) + after); };
    if (state.credits.epoch.value != next_epoch) wrong("the tally is of another epoch");
    std::vector<std::pair<std::uint64_t, OwnTally>> settled;
    for (std::uint64_t ended = plan.epoch; ended < next_epoch; ++ended) {
      if (ended == history().first_epoch()) continue;
      OwnTally tally = history().tally_of(ended - 1);
      if (!tally.empty()) settled.emplace_back(ended - 1, std::move(tally));
    }
    const bool same = settled.size() == changes.tallies.size() &&
                      std::equal(settled.begin(), settled.end(), changes.tallies.begin(),
                                 [](const auto& own, const credits::EpochTally& theirs) {
                                   return own.first == theirs.epoch.value && is_same(own.second, theirs);
                                 });
    if (!same) wrong("what is settled is not what the certificates show");
    if (!plan.first_of_slot && plan.epoch == next_epoch) return;  // within a slot it only grows
    if (!is_same(history().tally_of(next_epoch), state.credits.current)) wrong("the tally of the epoch is another");
    const bool open = state.credits.previous.has_value();
    if (open && !is_same(history().tally_of(next_epoch - 1), *state.credits.previous))
      wrong("the tally of the epoch before is another");
    if (plan.epoch == next_epoch && height > 1) return;
    if (!is_same(history().window_of(next_epoch), state.credits.standing)) wrong("the standing is another");
  }

  void see(const Planned& seen) {
    if (!history().knows(seen.height)) return;
    const OwnPlan& own = history().plan_of(seen.height);
    const auto wrong = [&](std::string_view invariant, const std::string& words) {
      violated(invariant, "node " + numeral(seen.node) + ", height " + numeral(seen.height) + words);
    };
    if (!is_permutation(seen.order, own.epoch)) wrong("same-order", ": the order is no permutation of the validators");
    if (seen.slot.value != own.slot)
      wrong("same-slot", ": slot " + numeral(seen.slot.value) + " where it is " + numeral(own.slot));
    if (seen.slot_order != own.slot_order) wrong("same-order", ": another order of the slot");
    if (seen.order != own.order) wrong("same-order", ": the order begins at another");
    if (seen.seed != own.seed) wrong("same-seed", ": another seed");
  }

  /// Found once for the order that most nodes have.
  bool is_permutation(const std::vector<Address>& order, std::uint64_t epoch) {
    if (permuted_ && permuted_->first == epoch && permuted_->second == order) return true;
    if (!is_permutation_of(order, history().set_of_epoch(epoch))) return false;
    permuted_ = {epoch, order};
    return true;
  }

  SharedPtr shared_;
  TimeMs now_ = 0;
  std::vector<Height> heights_;
  std::vector<Clock> clocks_;
  std::map<Height, std::shared_ptr<const ledger::ChainState>> states_;
  std::optional<std::pair<std::uint64_t, Hash256>> next_hash_;
  std::optional<std::pair<std::uint64_t, std::vector<Address>>> permuted_;  // of an epoch's set
  Height timed_ = 0;
  TimeMs decided_at_ = 0;  // the newest height, first
};

}  // namespace

std::unique_ptr<Observer> chain_checker(SharedPtr shared) {
  return std::make_unique<ChainChecker>(std::move(shared));
}

}  // namespace lucid::sim
