// Counters that must not be mixed up: a Slot is no Epoch although both count.
#pragma once

#include <compare>
#include <cstdint>

namespace lucid {

template <class Tag>
struct Ordinal {
  std::uint64_t value = 0;

  constexpr auto operator<=>(const Ordinal&) const = default;
  constexpr Ordinal next() const { return {value + 1}; }
};

/// A leader's tenure, counted from slot_origin (protocol.md section 2).
using Slot = Ordinal<struct SlotTag>;
/// epoch_slots slots over which work is tallied.
using Epoch = Ordinal<struct EpochTag>;

/// Place in the chain; genesis is 0.
using Height = std::uint64_t;
/// Attempt at one height, from 0.
using Round = std::uint32_t;
/// Milliseconds since 1970-01-01T00:00:00Z.
using TimeMs = std::uint64_t;

}  // namespace lucid
