// What sync is doing, for people: `/consensus/status`, health and `why-stalled`.
//
// Thread-safety: values. Never parsed by the core.
#pragma once

#include <optional>
#include <string>

#include "core/base/ordinal.hpp"

namespace lucid::sync {

struct SyncStatus {
  bool started = false;      // the ledger has named its tip
  bool catching_up = true;   // then nothing is signed
  Height tip = 0;            // committed here
  Height highest_claim = 0;  // of connected peers; may be a lie
  std::size_t peers = 0;     // connected
  std::size_t resting = 0;   // dropped or slow: asked for nothing now
  std::size_t asked = 0;     // requests without an answer yet
  std::size_t held = 0;      // blocks that wait for their turn
  std::uint64_t held_bytes = 0;
  std::size_t confirmed = 0;  // validators that said: nothing above this tip
  std::size_t needed = 0;     // how many must say so before this node agrees and signs
  std::string doing;          // a sentence
};

/// All of it in a few lines.
std::string to_text(const SyncStatus& status);

}  // namespace lucid::sync
