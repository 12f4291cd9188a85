// The one header that names CAF spellings which differ between 0.17 and 1.x (iface, spawn, tell, ask, watch); domain
// actors use these names only. Where CAF 1.x is meant, this header (and observed.*, message.hpp) is what changes:
// mail(), monitor(handle, callback), result<R>(A…) and actor_from_state are its words for the same things.
//
// Thread-safety: spawn(), post() and call() from any thread; the others inside the actor `self`.
// Units: durations are std::chrono.
#pragma once

#include <caf/all.hpp>
#include <chrono>
#include <string>
#include <utility>

#include "actors/runtime/failure.hpp"
#include "actors/runtime/message.hpp"
#include "actors/runtime/observed.hpp"
#include "actors/runtime/route.hpp"

#if CAF_VERSION >= 1800
#error "actors/runtime/act.hpp speaks CAF 0.17; CAF 0.18 and later need its other spellings here"
#endif

namespace lucid::actors::act {

namespace detail {
template <class Signature>
struct Function;
template <class R, class... A>
struct Function<R(A...)> {
  using type = typename caf::replies_to<A...>::template with<R>;
};
template <class... A>
struct Function<void(A...)> {
  using type = caf::reacts_to<A...>;
};

template <class Interface>
const Interface& handle_of(const Interface& handle) {
  return handle;
}
template <class Interface>
Interface handle_of(const Route<Interface>& route) {
  return route.get();
}
template <class Destination>
using HandleOf = std::decay_t<decltype(handle_of(std::declval<const Destination&>()))>;
}  // namespace detail

/// A typed actor: act::iface<Verdict(CheckBlock), void(BlockDecided)>. Handlers take `const Message&` and return the
/// answer, caf::result<Answer> or answer(Result<Answer>).
template <class... Signatures>
using iface = caf::typed_actor<typename detail::Function<Signatures>::type...>;

/// Whether an actor of this interface takes messages of this type.
template <class Interface, class Message>
inline constexpr bool kAccepts = caf::response_type<typename Interface::signatures, Message>::valid;

/// `own`: a thread for this actor alone, for whoever waits for disks. Tests under virtual time say `shared` always.
enum class Thread { shared, own };

/// Where a new actor belongs.
struct Place {
  ProbeRegistry& probes;
  std::string parent;  // its supervisor's name
  Thread thread = Thread::shared;
  std::string name = {};  // State::kName if empty
};

/// Makes a probe, and an actor with it, by `make(probe)`.
template <class State, class Make>
typename State::interface launch(const Place& place, Make make) {
  auto probe = place.probes.add(place.name.empty() ? State::kName : place.name, place.parent);
  try {
    const typename State::interface actor = make(probe);
    probe->set_killer([weak = caf::actor_cast<caf::weak_actor_ptr>(actor)] {
      if (const auto living = caf::actor_cast<caf::strong_actor_ptr>(weak))
        caf::anon_send_exit(living, caf::exit_reason::kill);
    });
    return actor;
  } catch (const std::exception& error) {
    probe->ended(std::string("could not start: ") + error.what());
    throw;
  }
}

/// Starts an actor. What State's constructor throws, spawn throws.
template <class State, class... Deps>
typename State::interface spawn(caf::actor_system& system, const Place& place, Deps&&... deps) {
  using Actor = ObservedActor<State>;
  return launch<State>(place, [&](const std::shared_ptr<Probe>& probe) -> typename State::interface {
    if (place.thread == Thread::own) return system.spawn<Actor, caf::detached>(probe, std::forward<Deps>(deps)...);
    return system.spawn<Actor>(probe, std::forward<Deps>(deps)...);
  });
}

/// The probe of this actor, to say its state in words: act::probe(self).set_state("at height 7").
template <class Self>
Probe& probe(Self* self) {
  return dynamic_cast<Observed&>(*self).probe();
}

/// The actor's own handle.
template <class Interface, class Self>
Interface me(Self* self) {
  return caf::actor_cast<Interface>(self);
}

/// Sends, and waits for nothing. `to` is a handle or a Route.
template <class Self, class To, class Message>
void tell(Self* self, const To& to, Message&& message) {
  self->send(detail::handle_of(to), std::forward<Message>(message));
}

/// As tell(), after a delay on the system's clock. Cannot be called back: whoever receives it checks that it still
/// matters.
template <class Self, class To, class Message>
void tell_after(Self* self, const To& to, std::chrono::milliseconds delay, Message&& message) {
  self->delayed_send(detail::handle_of(to), delay, std::forward<Message>(message));
}

/// ask(…).then([](const Answer&) {…}, [](const caf::error& e) {… from_caf(e) …}): always with both.
template <class Self, class To, class Message>
auto ask(Self* self, const To& to, std::chrono::milliseconds timeout, Message&& message) {
  return self->request(detail::handle_of(to), timeout, std::forward<Message>(message));
}

/// Calls `handler(reason)` once when that actor ends (at once if it has ended).
template <class Self, class Handle>
void watch(Self* self, const Handle& whom, Observed::DownHandler handler) {
  dynamic_cast<Observed&>(*self).on_down(caf::actor_cast<caf::actor_addr>(whom), std::move(handler));
  self->monitor(whom);
}

/// Ends this actor after the current handler; its supervisor hears why.
template <class Self>
void quit(Self* self, const Error& reason) {
  self->quit(to_caf(reason));
}

/// Sends from outside any actor.
template <class To, class Message>
void post(const To& to, Message&& message) {
  const auto handle = detail::handle_of(to);
  if (handle) caf::anon_send(handle, std::forward<Message>(message));
}

/// Asks from outside any actor and waits. Faults: no_answer, not_ready, internal, and what the actor answers.
template <class Answer, class To, class Message>
Result<Answer> call(caf::actor_system& system, const To& to, std::chrono::milliseconds timeout, Message&& message) {
  Result<Answer> result = fail(Fault::no_answer);
  caf::scoped_actor self(system);
  const auto failed = [&](caf::error& error) { result = tl::unexpected(from_caf(error)); };
  auto pending = self->request(detail::handle_of(to), timeout, std::forward<Message>(message));
  if constexpr (std::is_void_v<Answer>)
    pending.receive([&] { result = {}; }, failed);
  else
    pending.receive([&](Answer& value) { result = std::move(value); }, failed);
  return result;
}

}  // namespace lucid::actors::act
