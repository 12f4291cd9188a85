#include "core/ledger/outcome.hpp"

namespace lucid::ledger {

std::optional<Fault> fault_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::done:
      return std::nullopt;
    case Outcome::not_active_yet:
      return Fault::not_active_yet;
    case Outcome::operation_form:
      return Fault::operation_form;
    case Outcome::session_already_anchored:
      return Fault::session_already_anchored;
    case Outcome::session_not_anchored:
      return Fault::session_not_anchored;
    case Outcome::not_the_anchoring_account:
      return Fault::not_the_anchoring_account;
    case Outcome::chunk_index_range:
      return Fault::chunk_index_range;
    case Outcome::chunk_index_taken:
      return Fault::chunk_index_taken;
    case Outcome::user_signature_invalid:
      return Fault::user_signature_invalid;
    case Outcome::evidence_invalid:
      return Fault::evidence_invalid;
    case Outcome::evidence_known:
      return Fault::evidence_known;
    case Outcome::evidence_too_old:
      return Fault::evidence_too_old;
    case Outcome::change_known:
      return Fault::change_known;
    case Outcome::changes_too_many:
      return Fault::changes_too_many;
    case Outcome::change_epoch_range:
      return Fault::change_epoch_range;
    case Outcome::change_not_open:
      return Fault::change_not_open;
    case Outcome::change_conflict:
      return Fault::change_conflict;
    case Outcome::change_limit_reached:
      return Fault::change_limit_reached;
    case Outcome::approval_not_member:
      return Fault::approval_not_member;
    case Outcome::approval_known:
      return Fault::approval_known;
    case Outcome::approval_invalid:
      return Fault::approval_invalid;
    case Outcome::approval_limit_reached:
      return Fault::approval_limit_reached;
    case Outcome::validator_known:
      return Fault::validator_known;
    case Outcome::validator_unknown:
      return Fault::validator_unknown;
    case Outcome::validator_key_invalid:
      return Fault::validator_key_invalid;
    case Outcome::validator_key_taken:
      return Fault::validator_key_taken;
    case Outcome::validators_too_few:
      return Fault::validators_too_few;
    case Outcome::validators_too_many:
      return Fault::validators_too_many;
    case Outcome::owner_known:
      return Fault::owner_known;
    case Outcome::owner_unknown:
      return Fault::owner_unknown;
    case Outcome::owners_too_many:
      return Fault::owners_too_many;
  }
  return Fault::internal;
}

}  // namespace lucid::ledger
