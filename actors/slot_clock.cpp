#include "actors/slot_clock.hpp"

#include <algorithm>

#include "actors/runtime/wire.hpp"
#include "core/slots/slots.hpp"

namespace lucid::actors {

LUCID_DEFINE_MESSAGES(add_slot_clock_messages, LUCID_SLOT_CLOCK_MESSAGES)

namespace {

// Somebody may set the wall clock while a slot of two minutes runs; it is looked at this often at least.
constexpr std::uint64_t kLookAgainMs = 1'000;

class SlotClock {
 public:
  using interface = SlotClockActor;
  static constexpr const char* kName = "slot_clock";

  SlotClock(interface::pointer self, SlotClockDeps deps) : self_(self), deps_(std::move(deps)) {}

  interface::behavior_type make_behavior() {
    look_at_slot();
    return {
        [this](const SetTimer& timer) { set(timer); },
        [this](const TimerDue& due) { fire(due); },
        [this](const SlotDue&) { look_at_slot(); },
    };
  }

 private:
  void set(const SetTimer& timer) {
    if (const auto generation = timers_.set(timer.key)) after(timer.after_ms, TimerDue{timer.key, *generation});
  }

  // CAF's delayed messages cannot be called back: the table knows which of them still count.
  void fire(const TimerDue& due) {
    if (const auto key = timers_.fire(due.key, due.generation)) act::tell(self_, deps_.timers, TimerFired{*key});
  }

  void look_at_slot() {
    const TimeMs now = deps_.clock.wall_ms();
    const auto slot = slots::slot_at(deps_.params, now);
    const TimeMs next_begins = slots::start_of(deps_.params, slot ? slot->next() : Slot{});
    if (slot && (!announced_ || *slot > *announced_)) announce(*slot, next_begins);
    after(std::clamp<std::uint64_t>(next_begins > now ? next_begins - now : 1, 1, kLookAgainMs), SlotDue{});
  }

  void announce(Slot slot, TimeMs ends_at) {
    announced_ = slot;
    const SlotStarted started{slot, slots::epoch_of(deps_.params, slot), slots::start_of(deps_.params, slot), ends_at};
    for (const auto& listener : deps_.slots) act::tell(self_, listener, started);
    act::probe(self_).set_state("slot " + std::to_string(slot.value) + " of epoch " +
                                std::to_string(started.epoch.value));
  }

  template <class Message>
  void after(std::uint64_t delay_ms, Message message) {
    act::tell_after(self_, act::me<interface>(self_), std::chrono::milliseconds(delay_ms), std::move(message));
  }

  interface::pointer self_;
  SlotClockDeps deps_;
  consensus::TimerTable timers_;
  std::optional<Slot> announced_;
};

}  // namespace

SlotClockActor make_slot_clock(caf::actor_system& system, const act::Place& place, SlotClockDeps deps) {
  return act::spawn<SlotClock>(system, place, std::move(deps));
}

}  // namespace lucid::actors
