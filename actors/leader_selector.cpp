#include "actors/leader_selector.hpp"

#include "actors/height_plans.hpp"
#include "core/ledger/height_plan.hpp"

namespace lucid::actors {

namespace {
constexpr std::chrono::seconds kSelectorAskTimeout{5};
}

LeaderSelector::LeaderSelector(interface::pointer self, Deps deps) : self_(self), deps_(std::move(deps)) {
  act::probe(self_).set_state("waiting for the chain's tip");
  // After a restart nobody else would tell: the next tip may be a slot away. A failure is met by the next TipChanged.
  act::ask(self_, deps_.ledger, kSelectorAskTimeout, GetTip{})
      .then([this](const TipChanged& tip) { plan(tip); }, [](const caf::error&) {});
}

LeaderSelector::interface::behavior_type LeaderSelector::make_behavior() {
  return {[this](const TipChanged& tip) { plan(tip); }, [this](const GetSchedule&) { return current_; }};
}

void LeaderSelector::plan(const TipChanged& tip) {
  if (tip.state->height + 1 <= planned_) return;  // the answer to GetTip may be older than a tip told meanwhile
  const ledger::HeightPlan next = ledger::plan_next(*deps_.chain, *tip.state);
  planned_ = next.height;
  current_ = {next.slot, next.epoch, next.slot_order.leaders, next.slot_order.cooling};
  act::probe(self_).set_state("height " + std::to_string(next.height) + " in slot " + std::to_string(next.slot.value) +
                              " of epoch " + std::to_string(next.epoch.value) + ", led by " +
                              to_text(next.order.front()));
  act::tell(self_, deps_.validator,
            HeightPlanned{std::make_shared<const consensus::HeightPlan>(
                consensus_plan(deps_.chain->params(), next, *tip.certificate))});
}

}  // namespace lucid::actors
