#include "core/slots/slots.hpp"

#include <algorithm>

namespace lucid::slots {

std::optional<Slot> slot_at(const ChainParams& params, TimeMs time) {
  if (time < params.slot_origin) return std::nullopt;
  return Slot{(time - params.slot_origin) / params.slot_duration_ms};
}

TimeMs start_of(const ChainParams& params, Slot slot) {
  return params.slot_origin + slot.value * params.slot_duration_ms;
}

TimeMs closing_time(const ChainParams& params, Slot slot) {
  return start_of(params, slot) + params.slot_duration_ms - params.block_interval_ms;
}

Epoch epoch_of(const ChainParams& params, Slot slot) {
  return {slot.value / params.epoch_slots};
}

Slot first_slot(const ChainParams& params, Epoch epoch) {
  return {epoch.value * params.epoch_slots};
}

Slot last_slot(const ChainParams& params, Epoch epoch) {
  return {(epoch.value + 1) * params.epoch_slots - 1};
}

unsigned quarter_of(const ChainParams& params, Slot slot) {
  return static_cast<unsigned>(slot.value % params.epoch_slots / (params.epoch_slots / 4));
}

Slot next_slot(const ChainParams& params, Slot slot, TimeMs time) {
  // time is that of a block, never before the origin.
  const Slot earliest{(time - params.slot_origin + params.block_interval_ms) / params.slot_duration_ms};
  return std::max(slot, earliest);
}

bool ends_epoch(const ChainParams& params, Slot slot, TimeMs time) {
  return epoch_of(params, next_slot(params, slot, time)) > epoch_of(params, slot);
}

}  // namespace lucid::slots
