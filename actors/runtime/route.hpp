// Where to find an actor that may be restarted: a place that always holds the handle of the living incarnation.
//
// All copies of a Route share that place; the supervisor sets it at each start and empties it when the child is down.
// Actors keep Routes of their peers instead of handles and send through them (act::tell, act::ask take either), so a
// restart needs no rewiring. While nobody is there, a told message is dropped and a question fails with not_ready at
// once. A Route may be narrowed: Route<Ledger> converts to Route of any part of its interface.
// Thread-safety: all functions from any thread.
#pragma once

#include <caf/actor_cast.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/detail/type_list.hpp>
#include <caf/typed_actor.hpp>
#include <concepts>
#include <memory>
#include <mutex>
#include <utility>

namespace lucid::actors {

namespace detail {
struct RoutePlace {
  std::mutex mutex;
  caf::strong_actor_ptr actor;
};
}  // namespace detail

template <class Interface>
class Route {
 public:
  Route() : place_(std::make_shared<detail::RoutePlace>()) {}
  /// A route to one actor that is never replaced.
  explicit Route(const Interface& handle) : Route() { set(handle); }
  template <class Wider>
  requires(!std::same_as<Wider, Interface> &&
           caf::detail::tl_subset_of<typename Interface::signatures, typename Wider::signatures>::value)
      Route(const Route<Wider>& wider)
      : place_(wider.place_) {}

  void set(const Interface& handle) { replace(caf::actor_cast<caf::strong_actor_ptr>(handle)); }
  void clear() { replace(nullptr); }

  /// The living incarnation, or an empty handle.
  Interface get() const {
    const std::lock_guard lock(place_->mutex);
    return caf::actor_cast<Interface>(place_->actor);
  }

 private:
  template <class>
  friend class Route;

  void replace(caf::strong_actor_ptr actor) {
    {
      const std::lock_guard lock(place_->mutex);
      std::swap(place_->actor, actor);
    }
    // The former one is let go outside the lock: its destructor may be arbitrary code.
  }

  std::shared_ptr<detail::RoutePlace> place_;
};

}  // namespace lucid::actors
