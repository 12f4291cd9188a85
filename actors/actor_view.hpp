// What the introspector shows of each actor: one struct for the message, `lucid actors` and /monitoring/actors.
//
// Thread-safety: values. Durations say their unit; microseconds are rounded up, so that 0 means "nothing measured".
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/fields.hpp"
#include "core/base/ordinal.hpp"

namespace lucid::actors {

/// Messages of one type that an actor handled, and how long that took. Percentiles are upper bounds, at most a quarter
/// too high.
struct MessageCount {
  std::string type;
  std::uint64_t count = 0;
  std::uint64_t p50_us = 0, p99_us = 0, max_us = 0;
  bool operator==(const MessageCount&) const = default;
  LUCID_FIELDS(type, count, p50_us, p99_us, max_us)
};

struct ActorView {
  std::string name;
  std::string parent;  // empty: the root of the supervision tree
  std::string state;   // in words
  std::uint64_t mailbox = 0;
  std::vector<MessageCount> handled;
  std::uint64_t p50_us = 0, p99_us = 0, max_us = 0;
  std::string doing;                 // the message being handled; empty if none
  std::uint64_t doing_since_ms = 0;  // how long it has been doing it
  TimeMs started_at = 0;
  std::uint32_t restarts = 0;
  bool alive = true;
  std::string ended;  // why, in words, when it is not alive; of a restarted one, why the one before it ended
  bool operator==(const ActorView&) const = default;
  LUCID_FIELDS(name, parent, state, mailbox, handled, p50_us, p99_us, max_us, doing, doing_since_ms, started_at,
               restarts, alive, ended)
};

}  // namespace lucid::actors
