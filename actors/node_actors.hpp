// The handles of a running node's actors. Each route holds the living incarnation.
//
// Thread-safety: routes from any thread.
#pragma once

#include <caf/actor_system.hpp>

#include "actors/anchor.hpp"
#include "actors/block_manager.hpp"
#include "actors/block_producer.hpp"
#include "actors/block_sync.hpp"
#include "actors/chunk_exchange.hpp"
#include "actors/chunk_store.hpp"
#include "actors/introspector.hpp"
#include "actors/ledger.hpp"
#include "actors/peers.hpp"
#include "actors/slot_clock.hpp"
#include "actors/supervisor.hpp"
#include "actors/validator.hpp"
#include "actors/work_tally.hpp"

namespace lucid::actors {

struct NodeActors {
  explicit NodeActors(caf::actor_system& all) : system(all) {}

  caf::actor_system& system;
  Route<SlotClockActor> slot_clock;
  Route<LedgerActor> ledger;
  Route<WorkTallyActor> work_tally;
  Route<ChunkStoreActor> chunk_store;
  Route<ValidatorActor> validator;
  Route<BlockSyncActor> block_sync;
  Route<BlockProducerActor> block_producer;
  Route<LeaderSelectorActor> leader_selector;
  Route<PeerWireActor> peer_wire;
  Route<PeersActor> peers;
  Route<ChunkExchangeActor> chunk_exchange;
  Route<AnchorActor> anchor;
  Route<BlockManagerActor> block_manager;
  Route<IntrospectorActor> introspector;
  SupervisorActor supervisor;
};

}  // namespace lucid::actors
