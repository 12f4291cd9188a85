#include "actors/runtime/virtual_time.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>

namespace lucid::actors {

struct VirtualTime::Parts {
  Parts() : system(prepare(config)), scheduler(dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler())) {
    began = scheduler.clock().now();
  }
  static caf::actor_system_config& prepare(caf::actor_system_config& config) {
    config.set("scheduler.policy", caf::atom("testing"));
    return config;
  }

  caf::actor_system_config config;
  caf::actor_system system;
  caf::scheduler::test_coordinator& scheduler;
  caf::actor_clock::time_point began;
};

VirtualTime::VirtualTime() : parts_(std::make_unique<Parts>()) {}

VirtualTime::~VirtualTime() {
  // Whatever still lives ends, and no timer may wake it again; otherwise the system would wait for ever.
  parts_->scheduler.run();
  parts_->scheduler.clock().cancel_all();
  parts_->scheduler.run();
}

caf::actor_system& VirtualTime::system() {
  return parts_->system;
}

std::optional<std::uint64_t> VirtualTime::next_due_ms() const {
  const auto& timers = parts_->scheduler.clock().schedule();
  if (timers.empty()) return std::nullopt;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(timers.begin()->first - parts_->began);
  return static_cast<std::uint64_t>(std::max<std::int64_t>(left.count(), 0));
}

void VirtualTime::pass_to(std::uint64_t ms) {
  auto& now = parts_->scheduler.clock().current_time;
  now = std::max(now, parts_->began + std::chrono::milliseconds(ms));
}

void VirtualTime::fire_next() {
  parts_->scheduler.trigger_timeout();
}

bool VirtualTime::run_one() {
  return parts_->scheduler.try_run_once();
}

}  // namespace lucid::actors
