// Tells every observer of a cluster what can be seen of it.
//
// Thread-safety: one cluster is one thread.
#pragma once

#include <vector>

#include "tools/lucid-sim/event_queue.hpp"
#include "tools/lucid-sim/observer.hpp"

namespace lucid::sim {

class Watch {
 public:
  explicit Watch(const EventQueue& events) : events_(events) {}

  void add(Observer& observer) { observers_.push_back(&observer); }
  void see(const Sighting& sighting) {
    for (Observer* observer : observers_) observer->see(events_.now(), sighting);
  }
  void tick() {
    for (Observer* observer : observers_) observer->tick(events_.now());
  }
  void end() {
    for (Observer* observer : observers_) observer->end(events_.now());
  }

 private:
  const EventQueue& events_;
  std::vector<Observer*> observers_;
};

}  // namespace lucid::sim
