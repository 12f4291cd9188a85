#include "tests/actors/fixture.hpp"

namespace lucid::actors {

ActorTest::ActorTest() : config_(std::make_unique<caf::actor_system_config>()) {
  config_->set("scheduler.policy", caf::atom("testing"));
  system_ = std::make_unique<caf::actor_system>(*config_);
}

ActorTest::~ActorTest() = default;

void ActorTest::TearDown() {
  // Whatever still lives is ended, and no timer may wake it again; otherwise the system would wait for ever.
  probes_.kill_all();
  others_.kill_all();
  run();
  scheduler().clock().cancel_all();
  run();
}

caf::scheduler::test_coordinator& ActorTest::scheduler() {
  return dynamic_cast<caf::scheduler::test_coordinator&>(system_->scheduler());
}

void ActorTest::run() {
  scheduler().run();
}

void ActorTest::advance(std::chrono::milliseconds span) {
  using std::chrono::milliseconds;
  // CAF's clock does not say when the next timer is due, so time passes in the timers' unit.
  for (milliseconds passed{0}; passed < span; ++passed) {
    clock_.advance(1);
    if (scheduler().advance_time(milliseconds(1)) > 0) run();
  }
}

ActorView ActorTest::view(const std::string& name) {
  for (ActorView& view : probes_.snapshot())
    if (view.name == name) return std::move(view);
  ADD_FAILURE() << "there is no actor " << name;
  return {};
}

}  // namespace lucid::actors
