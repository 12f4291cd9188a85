// What happened, one line an event, in the words of the domain: "+12.345 pi-2 prevotes 3f1c… at 7/0".
//
// Thread-safety: one cluster is watched by one thread.
#pragma once

#include <map>
#include <ostream>

#include "tools/lucid-sim/observer.hpp"

namespace lucid::sim {

class Trace final : public Observer {
 public:
  Trace(std::ostream& out, const ClusterFacts& facts);

  void see(TimeMs now, const Sighting& sighting) override;

 private:
  std::ostream& out_;
  TimeMs start_;
  std::map<Address, std::string> names_;
};

}  // namespace lucid::sim
