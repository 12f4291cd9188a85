// What came of an included transaction's operation (protocol.md section 7). Numbers are in the state digest: append,
// never reorder.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/fault.hpp"

namespace lucid::ledger {

enum class Outcome : std::uint8_t {
  done,
  not_active_yet,
  operation_form,
  session_already_anchored,
  session_not_anchored,
  not_the_anchoring_account,
  chunk_index_range,
  chunk_index_taken,
  user_signature_invalid,
  evidence_invalid,
  evidence_known,
  evidence_too_old,
  change_known,
  changes_too_many,
  change_epoch_range,
  change_not_open,
  change_conflict,
  change_limit_reached,
  approval_not_member,
  approval_known,
  approval_invalid,
  approval_limit_reached,
  validator_known,
  validator_unknown,
  validator_key_invalid,
  validator_key_taken,
  validators_too_few,
  validators_too_many,
  owner_known,
  owner_unknown,
  owners_too_many,
};
constexpr Outcome last_of(Outcome) {
  return Outcome::owners_too_many;
}

/// The fault of that name; absent where the operation was done.
std::optional<Fault> fault_of(Outcome outcome);

}  // namespace lucid::ledger
