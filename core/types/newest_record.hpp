// The question that a validator asks all others at its start, and their answers (protocol.md section 3, Copies). They
// go from connection to connection and are relayed by nobody, so neither names its sender: the connection does.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/fields.hpp"
#include "core/types/transaction.hpp"

namespace lucid {

/// "I have started. What is the newest that you hold of what my key has signed?"
struct NewestRecordQuestion {
  std::uint64_t life = 0;  // drawn anew at each start: an answer to an earlier start's question counts for nothing
  bool operator==(const NewestRecordQuestion&) const = default;
  LUCID_FIELDS(life)
};

/// Carries the signed messages themselves, so that nobody can invent one. Both absent: nothing is held.
struct NewestRecordAnswer {
  std::uint64_t life = 0;               // of the question
  std::optional<SignedMessage> newest;  // highest by (height, round, step)
  std::optional<Vote> precommit;        // the newest precommit for a block, if of the newest's height and not itself it
  bool operator==(const NewestRecordAnswer&) const = default;
  LUCID_FIELDS(life, newest, precommit)
};

}  // namespace lucid
