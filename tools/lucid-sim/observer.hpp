// What can be seen of a cluster from outside: what nodes were told to do, sent, stored and decided. Checkers work on
// these sightings alone, so that the same ones judge the simulated cluster and the cluster of real actors.
//
// Thread-safety: one cluster is watched by one thread. Times are true time (of the simulation, not of a node's clock)
// in milliseconds since 1970.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/consensus/output.hpp"
#include "core/ledger/chain_state.hpp"
#include "core/ledger/change_set.hpp"
#include "core/types/block.hpp"
#include "tools/lucid-sim/fault_kinds.hpp"

namespace lucid::sim {

/// A machine of the cluster. Two of them may run with one key; a stranger's key is in no set.
using NodeIndex = std::uint32_t;

using BlockPtr = std::shared_ptr<const Block>;

/// Known before the first event.
struct NodeFacts {
  Address address;
  bool lies = false;  // at any time: nothing is asked of it and nothing it says is believed. Both of two machines
                      // that run with one key lie
  std::vector<Address> later_addresses;  // of keys that it gets by changes of the validator set
};
struct ClusterFacts {
  Genesis genesis;
  Hash256 genesis_hash;
  Header genesis_header;
  std::vector<NodeFacts> nodes;
};

/// A node's process began. It holds the chain up to `height`. `old_disk`: an older image of its disk was put back. Its
/// role is waiting_for_records until RoleChanged says otherwise.
struct Started {
  NodeIndex node = 0;
  Height height = 0;
  bool old_disk = false;
};
/// It ended without warning; what was not synced is lost.
struct Crashed {
  NodeIndex node = 0;
};
/// Its clock differs from true time by this from now on (a drifting clock is reported whenever it moved by 10 ms).
struct ClockSet {
  NodeIndex node = 0;
  std::int64_t offset_ms = 0;
};
/// Which messages pass from now on: reaches[a][b] when what a sends comes to b, and on time: not across a link on which
/// a fault delays or loses. The whole matrix, at each change; before the first all reach all.
struct LinksChanged {
  std::vector<std::vector<bool>> reaches;
};
/// It was synced: records and what stands beside them. Before anything of it is Sent.
struct Stored {
  NodeIndex node = 0;
  consensus::Persist persist;
};
/// It left the node, for all others: what its core asked to be sent, not what it offers again. A proposal's block is
/// given with it.
struct Sent {
  NodeIndex node = 0;
  SignedMessage message;
  BlockPtr block;
};
/// A node's core is given this vote or complete proposal now, at the time of its arrival and before what follows from
/// it is Stored; the prevotes that came with a proposal each by itself, before it. A proposal's block is given with it.
/// Its own ones need not be told.
struct Held {
  NodeIndex node = 0;
  SignedMessage message;
  BlockPtr block;
};
/// Its consensus core, or its sync, decided a height. In the order of heights, and before it is Committed.
struct Decided {
  NodeIndex node = 0;
  Height height = 0;
  Hash256 hash;
  BlockPtr block;
  Certificate certificate;
  bool synced = false;  // learned from a peer and not by own votes
};
/// It is in its chain database. State and changes as the node computed them. Heights follow each other from
/// Started.height on.
struct Committed {
  NodeIndex node = 0;
  BlockPtr block;
  Hash256 hash;
  std::shared_ptr<const ledger::ChainState> state;
  std::shared_ptr<const ledger::ChangeSet> changes;
};
/// It plans the next height: who proposes in which round. After Committed (or Started) of the height before.
struct Planned {
  NodeIndex node = 0;
  Height height = 0;
  Slot slot;
  std::vector<Address> order;       // rotated
  std::vector<Address> slot_order;  // as computed for the slot
  Hash256 seed;
};
/// It signs or follows: catching up with others, waiting for the answers of its start, or joined.
enum class Role : std::uint8_t { waiting_for_records, catching_up, joined };
struct RoleChanged {
  NodeIndex node = 0;
  Role role = Role::joined;
};
/// A client's transaction was acknowledged (202) by a node: it must be on chain exactly once.
struct Acknowledged {
  NodeIndex node = 0;
  Hash256 transaction;
};
/// A transaction waits in a node's mempool that could be included now and was offered to all that it is connected to,
/// or no longer. On each change, and `false` follows from Crashed.
struct WorkWaits {
  NodeIndex node = 0;
  bool waits = false;
};
struct EvidenceFound {
  NodeIndex node = 0;
  Evidence evidence;
};
struct AlarmRaised {
  NodeIndex node = 0;
  consensus::AlarmKind kind = consensus::AlarmKind::foreign_signature;
  std::string words;
};
/// What a node keeps for the height it agrees on: votes and proposals, and their blocks' bytes. Whenever it is more
/// than before in the life of its process; of the cluster of actors it is not told.
struct MemoryUsed {
  NodeIndex node = 0;
  Height height = 0;
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
};

/// Something was done to the cluster on purpose, or is over. `nodes`: whom it hits; of links: everyone's where it is
/// empty.
struct FaultInjected {
  FaultKind kind = FaultKind::drop;
  std::vector<NodeIndex> nodes;
  std::int64_t amount = 0;  // seed_plan.hpp, Incident
  bool begins = true;
};

using Sighting =
    std::variant<Started, Crashed, ClockSet, LinksChanged, Stored, Sent, Held, Decided, Committed, Planned, RoleChanged,
                 Acknowledged, WorkWaits, EvidenceFound, AlarmRaised, MemoryUsed, FaultInjected>;

/// Which status of lucid-sim a violation leads to (docs/simulation.md).
enum class ViolationKind : std::uint8_t { crash, safety, liveness };
constexpr ViolationKind last_of(ViolationKind) {
  return ViolationKind::liveness;
}

struct Violation {
  ViolationKind kind = ViolationKind::safety;
  TimeMs time = 0;
  std::string invariant;  // its name in docs/simulation.md
  std::string words;      // what was seen and what was expected
  bool operator==(const Violation&) const = default;
};

/// Watches one cluster.
class Observer {
 public:
  virtual ~Observer() = default;
  /// A sighting; in the order of what happened.
  virtual void see(TimeMs now, const Sighting& sighting) = 0;
  /// True time passes, also when nothing happens: liveness has deadlines.
  virtual void tick(TimeMs) {}
  /// The run is over.
  virtual void end(TimeMs) {}
};

}  // namespace lucid::sim
