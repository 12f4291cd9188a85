// Slot and epoch arithmetic (protocol.md section 2): pure functions of the chain's parameters; never of a clock.
//
// Times are milliseconds since 1970. All functions take parameters that params::check accepted and times up to
// params::kMaxTime. Thread-safety: pure functions.
#pragma once

#include <optional>

#include "core/base/ordinal.hpp"
#include "core/types/block.hpp"
#include "core/types/params.hpp"

namespace lucid::slots {

/// The slot that `time` lies in; absent before the origin (there is no slot then, not slot 0).
std::optional<Slot> slot_at(const ChainParams& params, TimeMs time);
TimeMs start_of(const ChainParams& params, Slot slot);
/// The start of the slot's last block interval: from here on its closing block is made.
TimeMs closing_time(const ChainParams& params, Slot slot);

Epoch epoch_of(const ChainParams& params, Slot slot);
Slot first_slot(const ChainParams& params, Epoch epoch);
Slot last_slot(const ChainParams& params, Epoch epoch);
/// Which quarter of its epoch a slot lies in: 0 to 3.
unsigned quarter_of(const ChainParams& params, Slot slot);

/// slot(h+1) from slot(h) and time(h): max(slot(h), floor((time(h) - slot_origin + block_interval) / slot_duration)).
Slot next_slot(const ChainParams& params, Slot slot, TimeMs time);
inline Slot next_slot(const ChainParams& params, const Header& header) {
  return next_slot(params, header.slot, header.time);
}
/// Whether the block ends its epoch: epoch(slot(h+1)) > epoch(slot(h)).
bool ends_epoch(const ChainParams& params, Slot slot, TimeMs time);
inline bool ends_epoch(const ChainParams& params, const Header& header) {
  return ends_epoch(params, header.slot, header.time);
}

}  // namespace lucid::slots
