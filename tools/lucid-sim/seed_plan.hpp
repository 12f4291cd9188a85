// What one seed decides before the first event: machines, parameters, clocks, disks, clients, and what goes wrong when.
// What happens then, message by message, is drawn from `run_seed`.
//
// Thread-safety: values; make_plan() is a pure function. Times are true time in milliseconds since 1970.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/crypto/secret_key.hpp"
#include "core/types/params.hpp"
#include "core/types/validator_set.hpp"
#include "tools/lucid-sim/fault_kinds.hpp"
#include "tools/lucid-sim/observer.hpp"

namespace lucid::sim {

enum class Signatures : std::uint8_t { by_seed, stand_in, stand_in_real_vrf, real };

/// What is asked of a run; the same for all its seeds.
struct Wanted {
  std::uint32_t nodes = 4;
  std::uint32_t byzantine = 0;  // at most so many lie
  Height heights = 60;
  std::optional<Profile> profile;  // absent: each seed draws its parameters
  bool faults = true;              // false: a good network, disks and machines, and clocks within tolerance
  Signatures signatures = Signatures::by_seed;
  std::string_view scenario = "";  // arranged by hand (scenarios.hpp) instead of drawn
};

struct MachinePlan {
  std::size_t keys = 0;      // in KeyTable
  std::size_t new_keys = 0;  // the same: its VRF and TLS keys after a change
  bool member = true;        // of the genesis set; otherwise it follows until a set change takes it in
  bool lies = false;
  std::int64_t clock_offset_ms = 0;  // within half the precision
  std::int64_t drift_ppm = 0;        // of both its clocks
  std::uint64_t sync_ms = 0;         // one transaction of its disk
  std::uint64_t work_ms = 0;         // making or checking a block takes up to this
};

/// Something that goes wrong at a time, for a while.
struct Incident {
  FaultKind kind = FaultKind::drop;
  TimeMs at = 0;
  std::uint64_t lasts_ms = 0;
  std::vector<NodeIndex> nodes;  // whom it hits; of links: everyone's where it is empty
  std::int64_t amount = 0;       // per mille of messages, milliseconds, or parts per million
};

struct Workload {
  std::uint64_t gap_ms = 0;           // between two transactions of clients, on average
  std::uint32_t clients = 4;          // at most kClientKeys
  std::uint32_t anchor_percent = 0;   // through a machine's outbox: acknowledged
  std::uint32_t gap_percent = 0;      // of the others: with a nonce whose predecessor comes later
  std::uint32_t useless_percent = 0;  // cannot be included: expired, used up, or far ahead
};

/// A change of the validator set that owners of machines agree on.
struct SetChangePlan {
  TimeMs at = 0;
  SetChange change = SetChange::add;
  NodeIndex machine = 0;  // that joins, leaves, or gets new keys
};

/// A change of the owner registry that they agree on. One that takes an account out waits until it is in.
struct OwnerChangePlan {
  TimeMs at = 0;
  SetChange change = SetChange::add;  // or remove
  std::size_t client = 0;             // whose account
  std::optional<NodeIndex> machine;   // whose validator it belongs to
};

struct SeedPlan {
  std::uint64_t seed = 0;
  std::uint64_t run_seed = 0;
  Wanted wanted;
  Signatures signatures = Signatures::stand_in;  // never by_seed
  ChainParams params;
  std::vector<MachinePlan> machines;  // the first `wanted.nodes` are members of the genesis
  bool has_twin = false;              // the last machine runs with the key of a liar
  std::uint64_t delay_ms = 0;         // a message takes 1 to this long on a good network
  std::uint64_t offer_ms = 0;         // what is held is offered again this often
  std::vector<Incident> incidents;    // by time
  std::vector<SetChangePlan> set_changes;
  std::vector<OwnerChangePlan> owner_changes;
  Workload work;
  TimeMs healed_at = 0;  // from here on nothing goes wrong any more
  TimeMs end_at = 0;     // a run that has not ended by then stands still

  /// Keys that lie: a twin is no further one.
  std::size_t liars() const;
};

SeedPlan make_plan(std::uint64_t seed, const Wanted& wanted);

/// The genesis of a plan: members are called pi-0 … by machine, in a set sorted by address.
Genesis make_genesis(const SeedPlan& plan);
/// A machine as validator sets name it.
Validator validator_of(const SeedPlan& plan, NodeIndex machine);
/// The same with the VRF and TLS keys that a change of the set gives it.
Validator with_new_keys(const SeedPlan& plan, NodeIndex machine);
/// Its VRF key where the set names this public one.
const crypto::VrfSecretKey& vrf_key_of(const SeedPlan& plan, NodeIndex machine, const VrfPublicKey& named);

}  // namespace lucid::sim
