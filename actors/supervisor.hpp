// Starts the node's actors in order, decides what happens when one ends, and stops all of them in reverse order.
//
// How an actor finds another that may have been restarted: both are given the same Route (actors/runtime/route.hpp).
// The supervisor sets a child's route at each start and empties it when the child is down, so whoever sends through
// the route reaches the living one. An actor that must also do something when another was restarted (the validator
// arms its timers again when the slot clock lost them) takes `void(ChildRestarted)` in its interface: each child that
// does hears of every restart of any other.
//
// The supervisor itself should have a thread of its own: it must be able to act when every other thread is stuck.
// Thread-safety: as an actor. Units: milliseconds of the monotonic clock.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "actors/runtime/act.hpp"
#include "actors/runtime/clock.hpp"

namespace lucid::actors {

/// A child ended and was started again.
struct ChildRestarted {
  std::string name;
};
/// Answered once all children run, or with the error of the first that could not start (the others are then stopped).
struct StartChildren {};
struct ChildrenStarted {
  std::uint64_t count = 0;
};
/// Stops all children in reverse order; further ones are ignored.
struct StopNode {
  std::string reason;
};
/// The supervisor's own timers.
struct RestartDue {
  std::size_t child = 0;
};
struct NextStopDue {
  std::size_t child = 0;
};
struct StopLimitReached {};

#define LUCID_SUPERVISOR_MESSAGES(X) \
  X(ChildRestarted) X(StartChildren) X(ChildrenStarted) X(StopNode) X(RestartDue) X(NextStopDue) X(StopLimitReached)
LUCID_SUPERVISOR_MESSAGES(LUCID_LOCAL_MESSAGE)

using SupervisorActor = act::iface<ChildrenStarted(StartChildren), void(StopNode), void(RestartDue), void(NextStopDue),
                                   void(StopLimitReached)>;

/// `restart`: the child rebuilds what it needs from disk or from its peers. `stop_node`: going on without what it held
/// would be wrong, so the node stops in order and says why.
enum class OnDeath { restart, stop_node };

/// The decision about one child, as data.
struct ChildSpec {
  std::string name;
  OnDeath on_death = OnDeath::restart;
  /// More deaths than this within the window stop the node.
  unsigned max_restarts = 3;
  std::uint64_t window_ms = 60'000;

  /// Starts one and sets its route.
  std::function<Result<caf::strong_actor_ptr>()> start;
  /// Empties its route.
  std::function<void()> forget;
  /// Absent where the child's interface does not take ChildRestarted.
  std::function<void(const ChildRestarted&)> announce;
};

/// The specification of a child that is reached through `route`; `start` makes one (make_ledger(…) and the like).
template <class Interface>
ChildSpec child(std::string name, Route<Interface> route, OnDeath on_death, std::function<Result<Interface>()> start) {
  ChildSpec spec;
  spec.name = std::move(name);
  spec.on_death = on_death;
  spec.start = [route, start = std::move(start)]() mutable -> Result<caf::strong_actor_ptr> {
    LUCID_TRY_ASSIGN(const Interface handle, start());
    route.set(handle);
    return caf::actor_cast<caf::strong_actor_ptr>(handle);
  };
  spec.forget = [route]() mutable { route.clear(); };
  if constexpr (act::kAccepts<Interface, ChildRestarted>)
    spec.announce = [route](const ChildRestarted& restarted) { act::post(route, restarted); };
  return spec;
}

/// How the stop went.
struct StopReport {
  std::string reason;
  bool asked = false;                    // false: a child's death stopped the node
  std::vector<std::string> left_behind;  // did not end within the limit. Only leaving the process gets rid of them
};

struct SupervisorDeps {
  std::vector<ChildSpec> children;  // in the order in which they start
  const Clock& clock;
  /// Called once, from the supervisor's thread, when the children have ended or the limit is reached.
  std::function<void(const StopReport&)> on_stopped;
  /// One sentence for the log of each death, restart and stop. May be empty.
  std::function<void(const std::string&)> say;
  /// Half a second of the five that SIGTERM has is left for the rest of the program.
  std::uint64_t stop_limit_ms = 4'500;
};

SupervisorActor make_supervisor(caf::actor_system& system, const act::Place& place, SupervisorDeps deps);

}  // namespace lucid::actors
