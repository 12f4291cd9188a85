#include "tools/lucid-sim/fault_kinds.hpp"

namespace lucid::sim {

std::string_view fault_name(FaultKind kind) {
  static constexpr std::array<std::string_view, kFaultKinds> kNames = {"drop",         "duplicate",
                                                                       "reorder",      "delay",
                                                                       "halves",       "one_against_rest",
                                                                       "one_way",      "flapping",
                                                                       "crash",        "power_cut",
                                                                       "old_disk",     "clock_offset",
                                                                       "clock_drift",  "clock_step",
                                                                       "slow_disk",    "set_change",
                                                                       "equivocate",   "withhold",
                                                                       "split_votes",  "invalid_block",
                                                                       "stale_block",  "forged_round",
                                                                       "replay",       "claimed_height",
                                                                       "future_votes", "unincludable_transactions",
                                                                       "twin",         "false_record",
                                                                       "owner_change"};
  return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace lucid::sim
