#include "tools/lucid-sim/actors/tap.hpp"

#include "core/ledger/height_plan.hpp"

namespace lucid::sim {

using namespace actors;

Tap::Tap(interface::pointer self, Deps deps) : self_(self), deps_(std::move(deps)) {}

Tap::interface::behavior_type Tap::make_behavior() {
  return {
      [this](const TipChanged& tip) { take_tip(tip); },
      [this](const HeightPlanned& planned) {
        take_plan(planned);
        act::tell(self_, deps_.validator, planned);
      },
      [this](const DecidedHeard& decided) { act::tell(self_, deps_.validator, decided); },
      [this](const actors::WorkWaiting& work) {
        deps_.machine.see(WorkWaits{deps_.machine.self(), work.waiting});
        act::tell(self_, deps_.validator, work);
      },
      [this](const BlockBuilt& built) { act::tell(self_, deps_.validator, built); },
      [this](const BuildBlock& wanted) { act::tell(self_, deps_.block_producer, wanted); },
      [this](const EvidenceSeen& seen) {
        deps_.machine.see(EvidenceFound{deps_.machine.self(), seen.evidence});
        act::tell(self_, deps_.block_producer, seen);
      },
      [this](const CheckBlock& check) { act::tell(self_, deps_.ledger, check); },
      [this](const CommitBlock& commit) {
        const Height height = commit.block->header.height;
        deps_.machine.see(Decided{deps_.machine.self(), height, commit.hash, commit.block, commit.certificate, false});
        decided_ = height;
        act::tell(self_, deps_.ledger, commit);
      },
  };
}

void Tap::take_tip(const TipChanged& tip) {
  state_ = tip.state;
  if (!tip.block) return;
  const CommittedBlock& block = *tip.block;
  if (block.height > decided_) {
    if (role_ == Role::joined) {
      role_ = Role::catching_up;
      deps_.machine.see(RoleChanged{deps_.machine.self(), role_});
    }
    deps_.machine.see(Decided{deps_.machine.self(), block.height, block.hash, block.block, *tip.certificate, true});
  }
  deps_.machine.see(Committed{deps_.machine.self(), block.block, block.hash, tip.state, block.changes});
}

void Tap::take_plan(const HeightPlanned& planned) {
  const consensus::HeightPlan& plan = *planned.plan;
  const auto own = ledger::plan_next(*deps_.world.chain, *state_);
  if (own.height != plan.height) return;
  deps_.machine.see(
      Planned{deps_.machine.self(), plan.height, plan.slot, plan.order, own.slot_order.leaders, own.seed});
  if (role_ == Role::joined) return;
  role_ = Role::joined;
  deps_.machine.see(RoleChanged{deps_.machine.self(), role_});
}

}  // namespace lucid::sim
