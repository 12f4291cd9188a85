// Stands between the actors of one engine and passes on what they tell each other, saying what it was.
//
// Thread-safety: as an actor of one cluster. Internal to tools/lucid-sim/actors.
#pragma once

#include "actors/block_producer.hpp"
#include "actors/block_sync.hpp"
#include "actors/ledger.hpp"
#include "tools/lucid-sim/actors/machine.hpp"

namespace lucid::sim {

using TapActor = actors::act::iface<void(actors::TipChanged), void(actors::HeightPlanned), void(actors::DecidedHeard),
                                    void(actors::WorkWaiting), void(actors::BlockBuilt), void(actors::BuildBlock),
                                    void(actors::EvidenceSeen), void(actors::CheckBlock), void(actors::CommitBlock)>;

class Tap {
 public:
  using interface = TapActor;
  static constexpr const char* kName = "tap";

  struct Deps {
    Machine& machine;
    ActorWorld& world;
    actors::Route<actors::ValidatorActor> validator;
    actors::Route<actors::LedgerActor> ledger;
    actors::Route<actors::BlockProducerActor> block_producer;
  };

  Tap(interface::pointer self, Deps deps);
  interface::behavior_type make_behavior();

 private:
  void take_tip(const actors::TipChanged& tip);
  void take_plan(const actors::HeightPlanned& planned);

  interface::pointer self_;
  Deps deps_;
  std::shared_ptr<const ledger::ChainState> state_;
  Height decided_ = 0;
  Role role_ = Role::catching_up;
};

}  // namespace lucid::sim
