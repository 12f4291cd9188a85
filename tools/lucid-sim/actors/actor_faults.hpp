// Does to machines of actors, their clocks and links what the plan says, when it says so. Restored disks, slow disks
// and set changes of a plan are left to the cluster of bare cores.
//
// Thread-safety: one cluster is one thread.
#pragma once

#include <memory>
#include <vector>

#include "tools/lucid-sim/actors/machine.hpp"

namespace lucid::sim {

class ActorFaults {
 public:
  ActorFaults(ActorWorld& world, std::vector<std::unique_ptr<Machine>>& machines, FaultCounts& counts, Chance chance);

  /// All machines start; incidents follow.
  void begin();
  /// A machine that was to lose power in the midst of something has lost it.
  void power_lost(NodeIndex machine);
  /// One has closed its connection to the other; it is made again.
  void disconnect(NodeIndex one, NodeIndex other);
  /// Lets clocks drift, and reports it.
  void look_at_clocks();

 private:
  void start(const Incident& incident);
  void stop(const Incident& incident, std::uint64_t storm);
  void tell_links();
  void count(FaultKind kind) { ++counts_[static_cast<std::size_t>(kind)]; }
  void cut_off(const Incident& incident, bool cut);
  void flap(const Incident& incident, TimeMs until, bool cut);
  void end_process(NodeIndex machine);
  void begin_process(NodeIndex machine);
  void connect(NodeIndex one, NodeIndex other, std::uint64_t life);
  void wrong_clock(const Incident& incident, bool wrong);
  void tell_clock(NodeIndex machine);

  ActorWorld& world_;
  std::vector<std::unique_ptr<Machine>>& machines_;
  FaultCounts& counts_;
  Chance chance_;
  std::vector<std::uint32_t> down_;      // reasons why a machine does not run
  std::vector<std::uint64_t> lives_;     // how often its process began
  std::vector<std::uint64_t> armed_ms_;  // how long a machine that ends by itself stays away
  std::vector<std::vector<bool>> told_reaches_;
};

}  // namespace lucid::sim
