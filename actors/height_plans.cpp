#include "actors/height_plans.hpp"

namespace lucid::actors {

consensus::HeightPlan consensus_plan(const ChainParams& params, const ledger::HeightPlan& plan,
                                     const Certificate& tip_certificate) {
  consensus::HeightPlan out;
  out.height = plan.height;
  out.slot = plan.slot;
  out.validators = plan.validators;
  out.order = plan.order;
  out.previous_hash = plan.parent_hash;
  out.previous_time = plan.parent_time;
  out.closing_from = plan.closing_time;
  out.last_commit = tip_certificate;
  out.last_validators = plan.parent_validators;
  out.params = params;
  return out;
}

}  // namespace lucid::actors
