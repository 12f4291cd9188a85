// What validators sign in a round (protocol.md section 3). None of these is trusted before it is a Verified<…>.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/bounded.hpp"
#include "core/base/fields.hpp"
#include "core/types/ids.hpp"
#include "core/types/validator_set.hpp"

namespace lucid {

enum class VoteStep : std::uint8_t { prevote, precommit };
constexpr VoteStep last_of(VoteStep) { return VoteStep::precommit; }

/// Why a vote is nil: Lucid's `reject` after a failed rule, `abstain` by timeout. Not signed.
enum class NilReason : std::uint8_t { none, rejected, timed_out };
constexpr NilReason last_of(NilReason) { return NilReason::timed_out; }

struct Vote {
  VoteStep step = VoteStep::prevote;
  Height height = 0;
  Round round = 0;
  std::optional<Hash256> block;  // absent: nil
  Address voter;
  NilReason reason = NilReason::none;
  Signature signature;
  bool operator==(const Vote&) const = default;
  LUCID_FIELDS(step, height, round, block, voter, reason, signature)
};

struct Proposal {
  Height height = 0;
  Round round = 0;
  Hash256 block;
  std::optional<Round> valid_round;  // absent: -1 of the paper
  Address proposer;                  // the signer; the header keeps the proposer of its creation
  Signature signature;
  bool operator==(const Proposal&) const = default;
  LUCID_FIELDS(height, round, block, valid_round, proposer, signature)
};

struct CommitSignature {
  std::uint32_t validator = 0;  // index in the set of the certificate's height
  Signature signature;
  bool operator==(const CommitSignature&) const = default;
  LUCID_FIELDS(validator, signature)
};

/// At least a quorum of precommits of one round for one block, in validator order. Block 1 carries the empty one.
struct Certificate {
  Height height = 0;
  Round round = 0;
  Hash256 block;
  BoundedList<CommitSignature, kMaxValidators> signatures;
  bool operator==(const Certificate&) const = default;
  LUCID_FIELDS(height, round, block, signatures)
};

}  // namespace lucid
