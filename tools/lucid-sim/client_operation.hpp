// What clients of a cluster ask for: anchors mostly, sometimes a note. The simulated cluster and the cluster of actors
// have the same clients.
//
// Thread-safety: pure but for `chance` and `made`, which belong to one cluster.
#pragma once

#include "core/types/transaction.hpp"
#include "tools/lucid-sim/chance.hpp"

namespace lucid::sim {

/// A valid_until beyond every run.
inline constexpr Height kNeverExpires = 1'000'000;

/// The next operation. `made` counts the anchors so far: each has a session of its own.
Operation client_operation(Chance& chance, TimeMs started_at, std::uint64_t& made);

}  // namespace lucid::sim
