// leader_selector: says who leads. From each new tip it makes the plan of the next height (slot, order, times), which
// starts that height in the validator; it answers with the order of the running slot.
//
// Holds no rule: plan and order are core/ledger's and core/credits'. Thread-safety: an actor. May be restarted: it asks
// the ledger for the tip.
#pragma once

#include "actors/engine_messages.hpp"
#include "actors/runtime/act.hpp"

namespace lucid::actors {

using LedgerTip = act::iface<TipChanged(GetTip)>;
using HeightListener = act::iface<void(HeightPlanned)>;
using LeaderSelectorActor = act::iface<void(TipChanged), ScheduleAnswer(GetSchedule)>;

class LeaderSelector {
 public:
  using interface = LeaderSelectorActor;
  static constexpr const char* kName = "leader_selector";

  struct Deps {
    std::shared_ptr<const ledger::Chain> chain;
    Route<LedgerTip> ledger;
    Route<HeightListener> validator;
  };

  LeaderSelector(interface::pointer self, Deps deps);
  interface::behavior_type make_behavior();

 private:
  void plan(const TipChanged& tip);

  interface::pointer self_;
  Deps deps_;
  Height planned_ = 0;
  ScheduleAnswer current_;
};

}  // namespace lucid::actors
