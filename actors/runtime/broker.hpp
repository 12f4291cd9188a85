// Starts brokers: actors that live in CAF's I/O thread and are told there what comes over sockets. A State class as for
// act::spawn, whose `self` is an interface::broker_pointer; it must never wait for anything.
//
// Only the few sources that own sockets include this: CAF's I/O headers are expensive. Thread-safety: any thread.
#pragma once

#include <caf/io/all.hpp>

#include "actors/runtime/act.hpp"

namespace lucid::actors::act {

/// As act::spawn; place.thread is not looked at. The system was made with configure_transport().
template <class State, class... Deps>
typename State::interface spawn_broker(caf::actor_system& system, const Place& place, Deps&&... deps) {
  using Actor = ObservedActor<State, typename State::interface::broker_base>;
  return launch<State>(place, [&](const std::shared_ptr<Probe>& probe) -> typename State::interface {
    caf::actor_config config{&system.middleman().backend()};
    return system.spawn_impl<Actor, caf::no_spawn_options>(config, probe, std::forward<Deps>(deps)...);
  });
}

}  // namespace lucid::actors::act
