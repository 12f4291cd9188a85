// Shows what every actor of the process does, also while they hang: it reads their probes and asks none of them. It
// only answers; nothing can be changed through it.
//
// Give it a thread of its own, so that it answers when every shared thread is stuck.
// Thread-safety: as an actor.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "actors/actor_view.hpp"
#include "actors/runtime/act.hpp"

namespace lucid::actors {

/// All actors.
struct AskSnapshot {
  LUCID_FIELDS()
};
struct Snapshot {
  TimeMs taken_at = 0;
  std::vector<ActorView> actors;
  LUCID_FIELDS(taken_at, actors)
};
/// One actor by name. Fault actor_unknown.
struct AskActor {
  std::string name;
  LUCID_FIELDS(name)
};

#define LUCID_INTROSPECTOR_MESSAGES(X) X(AskSnapshot) X(Snapshot) X(AskActor) X(ActorView)
LUCID_INTROSPECTOR_MESSAGES(LUCID_MESSAGE)
void add_introspector_messages(caf::actor_system_config& config);

using IntrospectorActor = act::iface<Snapshot(AskSnapshot), ActorView(AskActor)>;

struct IntrospectorDeps {
  const Clock& clock;
  /// One sentence for the log of each use. May be empty.
  std::function<void(const std::string&)> say;
};

/// Reads the probes of `place.probes`.
IntrospectorActor make_introspector(caf::actor_system& system, const act::Place& place, IntrospectorDeps deps);

}  // namespace lucid::actors
