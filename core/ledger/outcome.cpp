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
  }
  return Fault::internal;
}

}  // namespace lucid::ledger
