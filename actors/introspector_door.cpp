#include "actors/introspector_door.hpp"

namespace lucid::actors {

IntrospectorDoor::IntrospectorDoor(interface::pointer self, Route<IntrospectorActor> introspector)
    : self_(self), introspector_(std::move(introspector)) {
  act::probe(self_).set_state("open");
}

IntrospectorDoor::interface::behavior_type IntrospectorDoor::make_behavior() {
  return {
      [this](const AskSnapshot& asked) -> caf::result<Snapshot> {
        if (const auto living = introspector_.get()) return self_->delegate(living, asked);
        return to_caf(Error{Fault::not_ready, "introspector", {}, {}});
      },
      [this](const AskActor& asked) -> caf::result<ActorView> {
        if (const auto living = introspector_.get()) return self_->delegate(living, asked);
        return to_caf(Error{Fault::not_ready, "introspector", {}, {}});
      },
  };
}

}  // namespace lucid::actors
