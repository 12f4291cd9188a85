// Does to machines, disks, clocks and links what the plan says, when it says so.
//
// Thread-safety: one cluster is one thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "tools/lucid-sim/network.hpp"
#include "tools/lucid-sim/seed_plan.hpp"
#include "tools/lucid-sim/sim_node.hpp"
#include "tools/lucid-sim/watch.hpp"

namespace lucid::sim {

class Faults {
 public:
  Faults(const SeedPlan& plan, EventQueue& events, Watch& watch, Network& network,
         std::vector<std::unique_ptr<SimNode>>& nodes, FaultCounts& counts);

  void begin();
  /// A machine that was told to end after some more things has come to that point.
  void ended_by_itself(NodeIndex machine);
  /// Lets clocks drift, and reports it.
  void look_at_clocks();

 private:
  void start(const Incident& incident);
  void stop(const Incident& incident, std::uint64_t storm);
  void tell(const Incident& incident, bool begins);
  void tell_links();
  void count(FaultKind kind) { ++counts_[static_cast<std::size_t>(kind)]; }

  void cut_off(const Incident& incident, bool cut);
  void flap(const Incident& incident, TimeMs until, bool cut);
  bool arm(NodeIndex machine, TimeMs chance, std::function<void()> then);
  void end_process(NodeIndex machine);
  void begin_process(NodeIndex machine);
  void cut_power(const Incident& incident);
  void take_image(const Incident& incident);
  void put_back(const Incident& incident, const DiskImage& image);
  void wrong_clock(const Incident& incident, bool wrong);
  void tell_clock(NodeIndex machine);

  const SeedPlan& plan_;
  EventQueue& events_;
  Watch& watch_;
  Network& network_;
  std::vector<std::unique_ptr<SimNode>>& nodes_;
  FaultCounts& counts_;
  std::vector<std::uint32_t> down_;           // reasons why a machine does not run
  std::vector<bool> old_disk_;                // the next start is on an old image
  std::vector<std::function<void()>> armed_;  // what happens when a machine comes between those two things
  std::vector<std::vector<bool>> told_reaches_;
};

}  // namespace lucid::sim
