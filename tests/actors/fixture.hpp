// One node's actors on one thread under virtual time: nothing runs unless the test says so, and the same test always
// runs the same way.
//
//   class LedgerActorTest : public lucid::actors::ActorTest {};
//   auto ledger = make_ledger(system(), place(), …);
//   auto verdict = ask<Verdict>(ledger, CheckBlock{…});      // runs until answered
//   tell(ledger, BlockDecided{…}); run(); advance(500ms);
//
// Actors must be started with Thread::shared, as place() says; a thread of its own would not be under control.
#pragma once

#include <caf/scheduler/test_coordinator.hpp>
#include <chrono>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

#include "actors/runtime/act.hpp"
#include "actors/runtime/clock.hpp"

namespace lucid::actors {

/// 2026-01-01T00:00:00Z.
inline constexpr TimeMs kTestStart = 1'767'225'600'000;

/// What an actor of ActorTest::listen heard, by type of message.
template <class... Messages>
struct Heard {
  using Interface = act::iface<void(Messages)...>;
  std::tuple<std::vector<Messages>...> all;
  template <class Message>
  std::vector<Message>& of() {
    return std::get<std::vector<Message>>(all);
  }
};

namespace detail {

template <class... Messages>
class Listener {
 public:
  using interface = typename Heard<Messages...>::Interface;
  static constexpr const char* kName = "listener";
  Listener(typename interface::pointer, std::shared_ptr<Heard<Messages...>> heard) : heard_(std::move(heard)) {}
  typename interface::behavior_type make_behavior() {
    return {[heard = heard_](const Messages& message) { heard->template of<Messages>().push_back(message); }...};
  }

 private:
  std::shared_ptr<Heard<Messages...>> heard_;
};

struct Nudge {};
LUCID_LOCAL_MESSAGE(Nudge)

/// Puts one question as soon as it runs, and keeps the answer.
template <class Answer, class Handle, class Message>
class Asker {
 public:
  using interface = act::iface<void(Nudge)>;
  static constexpr const char* kName = "asker";
  Asker(interface::pointer self, Handle whom, Message message, std::shared_ptr<Result<Answer>> result)
      : self_(self), whom_(std::move(whom)), message_(std::move(message)), result_(std::move(result)) {}

  interface::behavior_type make_behavior() {
    const auto failed = [result = result_](caf::error& error) { *result = tl::unexpected(from_caf(error)); };
    auto pending = self_->request(whom_, caf::duration(caf::infinite), message_);
    if constexpr (std::is_void_v<Answer>)
      pending.then([result = result_] { *result = {}; }, failed);
    else
      pending.then([result = result_](Answer& value) { *result = value; }, failed);
    return {[](const Nudge&) {}};
  }

 private:
  interface::pointer self_;
  Handle whom_;
  Message message_;
  std::shared_ptr<Result<Answer>> result_;
};

}  // namespace detail

class ActorTest : public ::testing::Test {
 public:
  ActorTest();
  ~ActorTest() override;

  /// Ends all actors, while the members of the test still stand that they may use. Whoever overrides it calls it.
  void TearDown() override;

  caf::actor_system& system() { return *system_; }
  ManualClock& clock() { return clock_; }
  ProbeRegistry& probes() { return probes_; }
  act::Place place(std::string name = {}) { return {probes_, "test", act::Thread::shared, std::move(name)}; }

  /// Handles all messages there are, and those they cause; virtual time stands still.
  void run();
  /// Lets that much time pass on all clocks, with each timer due in between at its own time.
  void advance(std::chrono::milliseconds span);
  /// Ends the actor with an error, as a fault in it would.
  template <class Handle>
  void kill(const Handle& actor) {
    caf::anon_send_exit(actor, caf::exit_reason::kill);
    run();
  }

  template <class To, class Message>
  void tell(const To& to, Message&& message) {
    act::post(to, std::forward<Message>(message));
    run();
  }

  /// Asks and runs until everything is quiet. no_answer if the answer needs more time to pass: see ask_later().
  template <class Answer, class To, class Message>
  Result<Answer> ask(const To& to, Message&& message) {
    auto pending = ask_later<Answer>(to, std::forward<Message>(message));
    run();
    return *pending;
  }

  /// Asks; the result is no_answer until the answer came. The question itself never times out.
  template <class Answer, class To, class Message>
  std::shared_ptr<Result<Answer>> ask_later(const To& to, Message message) {
    auto result = std::make_shared<Result<Answer>>(fail(Fault::no_answer));
    using Handle = act::detail::HandleOf<To>;
    act::spawn<detail::Asker<Answer, Handle, Message>>(system(), {others_, {}}, act::detail::handle_of(to),
                                                       std::move(message), result);
    return result;
  }

  /// An actor that takes all these messages and keeps them.
  template <class... Messages>
  typename Heard<Messages...>::Interface listen(std::shared_ptr<Heard<Messages...>> heard) {
    return act::spawn<detail::Listener<Messages...>>(system(), {others_, {}}, std::move(heard));
  }

  /// What the introspector would show of that actor.
  ActorView view(const std::string& name);

 private:
  caf::scheduler::test_coordinator& scheduler();

  ManualClock clock_{kTestStart};
  ProbeRegistry probes_{clock_};
  ProbeRegistry others_{clock_};  // the fixture's own actors
  std::unique_ptr<caf::actor_system_config> config_;
  std::unique_ptr<caf::actor_system> system_;
};

}  // namespace lucid::actors
