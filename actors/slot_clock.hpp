// Owns time and all timers of a node: says when a slot begins and when a timer is due.
//
// Timers are lost when this actor is restarted: whoever set them hears ChildRestarted and sets them again.
// Thread-safety: as an actor. Units: milliseconds.
#pragma once

#include <vector>

#include "actors/runtime/act.hpp"
#include "actors/runtime/clock.hpp"
#include "core/consensus/timer_table.hpp"
#include "core/types/params.hpp"

namespace lucid::actors {

using consensus::TimerKey;

/// Due a time span from now, whatever the wall clock does. Setting a key again replaces it; setting one of a newer
/// height drops those of all older heights.
struct SetTimer {
  TimerKey key;
  std::uint64_t after_ms = 0;
  LUCID_FIELDS(key, after_ms)
};
/// A timer that was set last under its key is due. Sent to the one listener of timers.
struct TimerFired {
  TimerKey key;
  LUCID_FIELDS(key)
};
/// The wall clock entered a slot. The current one is announced at the start too; where the clock jumps, only the
/// newest. Slots never decrease within one run.
struct SlotStarted {
  Slot slot;
  Epoch epoch;
  TimeMs begins_at = 0;
  TimeMs ends_at = 0;
  LUCID_FIELDS(slot, epoch, begins_at, ends_at)
};
/// The clock's own timers.
struct TimerDue {
  TimerKey key;
  std::uint64_t generation = 0;
  LUCID_FIELDS(key, generation)
};
struct SlotDue {
  LUCID_FIELDS()
};

#define LUCID_SLOT_CLOCK_MESSAGES(X) X(SetTimer) X(TimerFired) X(SlotStarted) X(TimerDue) X(SlotDue)
LUCID_SLOT_CLOCK_MESSAGES(LUCID_MESSAGE)
void add_slot_clock_messages(caf::actor_system_config& config);

using SlotClockActor = act::iface<void(SetTimer), void(TimerDue), void(SlotDue)>;
using TimerListener = act::iface<void(TimerFired)>;
using SlotListener = act::iface<void(SlotStarted)>;

struct SlotClockDeps {
  ChainParams params;
  const Clock& clock;
  Route<TimerListener> timers;             // Route<ValidatorActor> converts
  std::vector<Route<SlotListener>> slots;  // all who hear SlotStarted
};

SlotClockActor make_slot_clock(caf::actor_system& system, const act::Place& place, SlotClockDeps deps);

}  // namespace lucid::actors
