// A number for all that was seen of one run: equal for equal runs, on every machine. It takes values in the order of
// what happened; no address, no text, no order of a hash table and no clock goes into it.
//
// Two lanes of 64 bits: it tells runs apart, it does not stand against forgers.
// Thread-safety: one cluster is watched by one thread.
#pragma once

#include "tools/lucid-sim/chance.hpp"
#include "tools/lucid-sim/observer.hpp"

namespace lucid::sim {

class Digest final : public Observer {
 public:
  void see(TimeMs now, const Sighting& sighting) override;

  void add(std::uint64_t number) {
    one_ = mix(one_ + number);
    other_ = mix(other_ ^ (number * 0x9e3779b97f4a7c15));
  }
  Hash256 value() const;
  std::uint64_t sightings() const { return sightings_; }

 private:
  std::uint64_t one_ = 0x243f6a8885a308d3, other_ = 0x13198a2e03707344;
  std::uint64_t sightings_ = 0;
};

}  // namespace lucid::sim
