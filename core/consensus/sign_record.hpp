// What must be on disk before anything signed leaves the node (protocol.md section 3, Durability).
//
// A Persist is one synced transaction: the new records are appended to those of the same height (records of lower
// heights go), `durable` replaces its predecessor, and the bytes of every block in `durable.blocks` are stored with it
// (blocks that are no longer named go). With less than this, a power cut of all nodes can stall the chain for ever.
//
// Thread-safety: values.
#pragma once

#include <compare>
#include <optional>
#include <tuple>
#include <vector>

#include "core/base/bounded.hpp"
#include "core/base/fields.hpp"
#include "core/types/block.hpp"
#include "core/types/vote.hpp"

namespace lucid::consensus {

/// The three things that a validator signs in a round, in the order in which it may sign them.
enum class SignStep : std::uint8_t { propose, prevote, precommit };
constexpr SignStep last_of(SignStep) {
  return SignStep::precommit;
}

constexpr SignStep sign_step(VoteStep step) {
  return step == VoteStep::prevote ? SignStep::prevote : SignStep::precommit;
}

/// Rounds of the undecided height whose records are kept.
inline constexpr Round kMaxSignedRounds = 100;

/// One signature made.
struct SignRecord {
  Height height = 0;
  Round round = 0;
  SignStep step = SignStep::propose;
  std::optional<Hash256> value;      // absent: a nil vote
  std::optional<Round> valid_round;  // of a proposal
  Signature signature;
  bool operator==(const SignRecord&) const = default;
  LUCID_FIELDS(height, round, step, value, valid_round, signature)

  /// Where it stands: nothing at or below the newest place is signed again, except identical content.
  std::tuple<Height, Round, SignStep> place() const { return {height, round, step}; }
  bool same_content(const SignRecord& other) const {
    return place() == other.place() && value == other.value && valid_round == other.valid_round;
  }
};

/// What stands beside the newest record: without it the signer would be safe but the node could not go on.
struct DurableRound {
  Height height = 0;
  std::optional<Round> locked_round;
  std::optional<Hash256> locked_block;
  std::optional<Round> valid_round;
  std::optional<Hash256> valid_block;
  BoundedList<Hash256, 3> blocks;                  // locked, valid, newest own proposal: their bytes must be stored.
                                                   // (One locked by a record taken over may not be here yet.)
  BoundedList<Vote, 2 * kMaxValidators> prevotes;  // that made the locked and the valid value
  bool halted = false;    // a signature of this key was seen that this node did not make; only a person clears it
  bool watching = false;  // others held newer records of this key, now taken over; the watch for a copy is not over
  bool operator==(const DurableRound&) const = default;
  LUCID_FIELDS(height, locked_round, locked_block, valid_round, valid_block, blocks, prevotes, halted, watching)
};

struct Persist {
  std::vector<SignRecord> records;  // new ones, in the order in which they were signed; may be empty
  DurableRound durable;
  bool operator==(const Persist&) const = default;
};

/// A block read back, as far as the core looks at it. The caller keeps the bytes.
struct RestoredBlock {
  Hash256 block;  // header_hash(header)
  Header header;
  std::uint64_t block_bytes = 0;  // encoded
};

/// All that was stored, read back at the start.
struct Restored {
  std::vector<SignRecord> records;  // in the order in which they were stored
  DurableRound durable;
  std::vector<RestoredBlock> blocks;  // those of durable.blocks
  Height floor = 0;                   // newest height committed to the chain database: nothing at or below it is signed
};

}  // namespace lucid::consensus
