#include "actors/supervisor.hpp"

#include <algorithm>
#include <deque>

namespace lucid::actors {
namespace {

// A first restart is made at once; one that follows soon waits this much longer each time.
constexpr std::uint64_t kRestartPauseMs = 100;

std::string join(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

class Supervisor {
 public:
  using interface = SupervisorActor;
  static constexpr const char* kName = "supervisor";

  Supervisor(interface::pointer self, SupervisorDeps deps) : self_(self), deps_(std::move(deps)) {
    for (ChildSpec& spec : deps_.children) children_.push_back({std::move(spec), nullptr, {}});
    // An exit message would end it without its children; it means the same as StopNode.
    self_->set_exit_handler([this](caf::exit_msg& exit) { stop(to_text(exit.reason), true); });
  }

  interface::behavior_type make_behavior() {
    return {
        [this](const StartChildren&) { return answer(start_all()); },
        [this](const StopNode& request) { stop(request.reason, true); },
        [this](const RestartDue& due) { restart(due.child); },
        [this](const NextStopDue& due) {
          if (due.child == asked_last_) stop_next();
        },
        [this](const StopLimitReached&) { finish(); },
    };
  }

 private:
  struct Child {
    ChildSpec spec;
    caf::strong_actor_ptr actor;
    std::deque<std::uint64_t> deaths_ms;  // within the window
  };

  // ---- starting

  Result<ChildrenStarted> start_all() {
    if (started_) return fail(Fault::internal, "StartChildren", "once", "again");
    started_ = true;
    for (std::size_t i = 0; i < children_.size(); ++i) {
      if (const Status status = start(i); !status) {
        stop(children_[i].spec.name + " could not start: " + lucid::to_text(status.error()), false);
        return tl::unexpected(status.error());
      }
    }
    tell_state();
    return ChildrenStarted{children_.size()};
  }

  Status start(std::size_t index) try {
    LUCID_TRY_ASSIGN(const caf::strong_actor_ptr actor, children_[index].spec.start());
    if (actor == nullptr) return fail(Fault::internal, children_[index].spec.name, "an actor", "none");
    children_[index].actor = actor;
    act::watch(self_, actor, [this, index](const caf::error& reason) { died(index, reason); });
    return {};
  } catch (const std::exception& error) {
    return fail(Fault::internal, children_[index].spec.name, {}, error.what());
  }

  // ---- deaths

  void died(std::size_t index, const caf::error& reason) {
    Child& child = children_[index];
    child.actor = nullptr;
    child.spec.forget();
    if (stopping_) {
      if (asked_last_ == index || living().empty()) stop_next();
      return;
    }
    decide(index, "ended: " + to_text(reason));
  }

  void decide(std::size_t index, const std::string& what) {
    Child& child = children_[index];
    const std::string sentence = child.spec.name + " " + what;
    if (child.spec.on_death == OnDeath::stop_node) {
      stop(sentence, false);
      return;
    }
    const std::uint64_t now = deps_.clock.monotonic_ms();
    while (!child.deaths_ms.empty() && now - child.deaths_ms.front() > child.spec.window_ms)
      child.deaths_ms.pop_front();
    child.deaths_ms.push_back(now);
    if (child.deaths_ms.size() > child.spec.max_restarts) {
      stop(sentence + " (" + std::to_string(child.deaths_ms.size()) + " times within " +
               std::to_string(child.spec.window_ms / 1000) + " s)",
           false);
      return;
    }
    say(sentence + "; it is started again");
    after((child.deaths_ms.size() - 1) * kRestartPauseMs, RestartDue{index});
  }

  void restart(std::size_t index) {
    if (stopping_ || children_[index].actor != nullptr) return;
    if (const Status status = start(index); !status) {
      decide(index, "could not start again: " + lucid::to_text(status.error()));
      return;
    }
    ++restarts_;
    tell_state();
    const ChildRestarted restarted{children_[index].spec.name};
    for (std::size_t i = 0; i < children_.size(); ++i)
      if (i != index && children_[i].actor != nullptr && children_[i].spec.announce)
        children_[i].spec.announce(restarted);
  }

  // ---- stopping: from the last to the first, each when the one before has ended or has had its share of the limit

  void stop(const std::string& reason, bool asked) {
    if (stopping_) return;
    stopping_ = true;
    report_ = {reason, asked, {}};
    say("the node stops: " + reason);
    after(deps_.stop_limit_ms, StopLimitReached{});
    unasked_ = children_.size();
    stop_next();
  }

  void stop_next() {
    if (finished_) return;
    while (unasked_ > 0 && children_[unasked_ - 1].actor == nullptr) --unasked_;
    if (unasked_ > 0) {
      asked_last_ = --unasked_;
      caf::anon_send_exit(children_[asked_last_].actor, caf::exit_reason::user_shutdown);
      after(deps_.stop_limit_ms / (children_.size() + 1), NextStopDue{asked_last_});
    }
    const auto waited_for = living();
    if (waited_for.empty())
      finish();
    else
      act::probe(self_).set_state("stopping, waits for " + join(waited_for));
  }

  void finish() {
    if (finished_) return;
    finished_ = true;
    report_.left_behind = living();
    if (!report_.left_behind.empty())
      say("did not end within " + std::to_string(deps_.stop_limit_ms) +
          " ms and is left behind: " + join(report_.left_behind));
    for (Child& child : children_) child.spec.forget();
    children_.clear();
    if (deps_.on_stopped) deps_.on_stopped(report_);
    self_->quit();
  }

  std::vector<std::string> living() const {
    std::vector<std::string> names;
    for (const Child& child : children_)
      if (child.actor != nullptr) names.push_back(child.spec.name);
    return names;
  }

  // ---- words

  void tell_state() {
    act::probe(self_).set_state(std::to_string(children_.size()) + " children, " + std::to_string(restarts_) +
                                " restarts");
  }
  void say(const std::string& sentence) const {
    if (deps_.say) deps_.say(sentence);
  }

  template <class Message>
  void after(std::uint64_t delay_ms, Message message) {
    act::tell_after(self_, act::me<interface>(self_), std::chrono::milliseconds(delay_ms), std::move(message));
  }

  interface::pointer self_;
  SupervisorDeps deps_;
  std::vector<Child> children_;
  std::uint64_t restarts_ = 0;
  bool started_ = false, stopping_ = false, finished_ = false;
  std::size_t unasked_ = 0;  // of stopping: the children before this one have not been asked to end
  std::size_t asked_last_ = 0;
  StopReport report_;
};

}  // namespace

SupervisorActor make_supervisor(caf::actor_system& system, const act::Place& place, SupervisorDeps deps) {
  return act::spawn<Supervisor>(system, place, std::move(deps));
}

}  // namespace lucid::actors
