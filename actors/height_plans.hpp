// Tells the consensus core what the ledger knows of a height.
#pragma once

#include "core/consensus/height_plan.hpp"
#include "core/ledger/height_plan.hpp"

namespace lucid::actors {

/// `tip_certificate`: of the plan's parent; of height 1 the empty one.
consensus::HeightPlan consensus_plan(const ChainParams& params, const ledger::HeightPlan& plan,
                                     const Certificate& tip_certificate);

}  // namespace lucid::actors
