// introspector_door: what other processes of the operator reach. It hands each question to the introspector that lives
// now, so that a restart of that one leaves the published port as it is.
//
// Thread-safety: an actor without state.
#pragma once

#include "actors/introspector.hpp"

namespace lucid::actors {

class IntrospectorDoor {
 public:
  using interface = IntrospectorActor;
  static constexpr const char* kName = "introspector_door";

  IntrospectorDoor(interface::pointer self, Route<IntrospectorActor> introspector);
  interface::behavior_type make_behavior();

 private:
  interface::pointer self_;
  Route<IntrospectorActor> introspector_;
};

}  // namespace lucid::actors
