// work_tally: serves the tallies that the ledger executes. Open epochs come from the tip's state, settled ones from the
// database. (A node's own receipts and answers to samples join it with the relay and storage proofs.)
//
// Thread-safety: an actor. May be restarted: it asks the ledger for the tip.
#pragma once

#include <functional>

#include "actors/engine_messages.hpp"
#include "actors/leader_selector.hpp"

namespace lucid::actors {

using WorkTallyActor = act::iface<void(TipChanged), TallyAnswer(GetTally)>;

/// A settled epoch's tally out of the database.
using TallyReader = std::function<Result<credits::EpochTally>(Epoch epoch)>;

class WorkTally {
 public:
  using interface = WorkTallyActor;
  static constexpr const char* kName = "work_tally";

  struct Deps {
    Route<LedgerTip> ledger;
    TallyReader settled;
  };

  WorkTally(interface::pointer self, Deps deps);
  interface::behavior_type make_behavior();

 private:
  void take(const TipChanged& tip);
  caf::result<TallyAnswer> tally(Epoch epoch) const;

  interface::pointer self_;
  Deps deps_;
  std::shared_ptr<const ledger::ChainState> state_;
};

}  // namespace lucid::actors
