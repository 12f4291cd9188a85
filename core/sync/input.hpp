// What sync is told. What peers say is decoded and nothing more: sync itself makes it Verified<…>. `now`, a monotonic
// clock in milliseconds, goes with every input as an argument of step().
//
// Thread-safety: values.
#pragma once

#include <optional>
#include <variant>

#include "core/base/ordinal.hpp"
#include "core/base/result.hpp"
#include "core/types/sync.hpp"
#include "core/types/validator_set.hpp"

namespace lucid::sync {

/// The caller's number for a node, the same each time that node connects: its TLS key names it.
using PeerId = Ordinal<struct PeerTag>;

/// A node has connected. `validator`: whose TLS key it showed, if it is one of any set that the caller knows.
struct PeerConnected {
  PeerId peer;
  std::optional<Address> validator;
};

struct PeerGone {
  PeerId peer;
};

/// TipNotice of a peer: a claim. It says whom to ask, and nothing else follows from it.
struct TipClaimed {
  PeerId peer;
  Height height = 0;
};

struct BlocksArrived {
  PeerId peer;
  Blocks answer;
};

/// The ledger's tip, when it has started and after each commit, whoever made the block final: sync or consensus.
struct Committed {
  Height height = 0;
  Hash256 hash;
  ValidatorSet validators;  // of height + 1
};

/// The ledger could not execute or store what `execute` gave it. Nothing has changed there.
struct ExecuteFailed {
  Height height = 0;
  Error error;
};

/// wake_at_ms of the last output has come. Early or stale ones do no harm.
struct TimerFired {};

using Input = std::variant<PeerConnected, PeerGone, TipClaimed, BlocksArrived, Committed, ExecuteFailed, TimerFired>;

}  // namespace lucid::sync
