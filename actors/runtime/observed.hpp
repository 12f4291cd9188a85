// The actor class behind every State class: it measures each message into the actor's probe, turns what would end the
// process or the actor silently into words, and lets one actor watch several others.
//
// A State class is a plain class with
//   using interface = act::iface<…>;  static constexpr const char* kName = "ledger";
//   State(interface::pointer self, deps…);  interface::behavior_type make_behavior();
// Thread-safety: as CAF's actors; enqueue() from any thread.
#pragma once

#include <caf/all.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "actors/runtime/probe.hpp"

namespace lucid::actors {

/// What all observed actors share, whatever their State.
class Observed {
 public:
  using DownHandler = std::function<void(const caf::error& reason)>;

  explicit Observed(std::shared_ptr<Probe> probe) : probe_(std::move(probe)) {}
  virtual ~Observed() = default;

  Probe& probe() { return *probe_; }
  void on_down(caf::actor_addr whom, DownHandler handler) {
    watched_.emplace_back(std::move(whom), std::move(handler));
  }

 protected:
  Probe::Kind& kind_of(const caf::mailbox_element& element);
  void handle_down(const caf::down_msg& down);
  /// Handlers for what CAF would print to the console or die of.
  void guard(caf::scheduled_actor& self);

 private:
  std::shared_ptr<Probe> probe_;
  std::vector<std::pair<caf::actor_addr, DownHandler>> watched_;
};

template <class State, class Base = typename State::interface::base>
class ObservedActor final : public Base, public Observed {
 public:
  using behavior_type = typename State::interface::behavior_type;

  template <class... Deps>
  ObservedActor(caf::actor_config& config, std::shared_ptr<Probe> probe, Deps&&... deps)
      : Base(config), Observed(std::move(probe)) {
    guard(*this);
    this->set_down_handler([this](caf::down_msg& down) { handle_down(down); });
    state_.emplace(this, std::forward<Deps>(deps)...);
  }

  const char* name() const override { return State::kName; }
  behavior_type make_behavior() override { return state_->make_behavior(); }

  /// Gives up everything that the state holds, handles of other actors among it: cycles of handles end here.
  void on_exit() override {
    state_.reset();
    Base::on_exit();
  }

  using Base::enqueue;
  void enqueue(caf::mailbox_element_ptr element, caf::execution_unit* unit) override {
    probe().enqueued();
    Base::enqueue(std::move(element), unit);
  }

  using Base::consume;
  caf::invoke_message_result consume(caf::mailbox_element& element) override {
    Probe::Kind& kind = kind_of(element);
    const std::uint64_t began_ns = probe().begin(kind);
    Finish finish{probe(), kind, began_ns};
    const auto result = Base::consume(element);
    finish.skipped = result == caf::invoke_message_result::skipped;
    return result;
  }

 protected:
  void on_cleanup(const caf::error& reason) override {
    probe().ended(end_in_words(reason));
    Base::on_cleanup(reason);
  }

 private:
  /// A handler may leave by an exception; what it did until then counts all the same.
  struct Finish {
    Probe& probe;
    Probe::Kind& kind;
    std::uint64_t began_ns;
    bool skipped = false;
    ~Finish() { probe.finish(kind, began_ns, skipped); }
  };
  static std::string end_in_words(const caf::error& reason);

  std::optional<State> state_;
};

/// "Vote" of lucid::actors::Vote; template arguments are shortened likewise.
std::string short_type_name(const char* mangled);

/// Why an actor ended, for people.
std::string reason_in_words(const caf::error& reason);

template <class State, class Base>
std::string ObservedActor<State, Base>::end_in_words(const caf::error& reason) {
  return reason_in_words(reason);
}

}  // namespace lucid::actors
