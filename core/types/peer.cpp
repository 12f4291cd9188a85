#include "core/types/peer.hpp"

namespace lucid {

Fault fault_of(RefusalReason reason) {
  switch (reason) {
    case RefusalReason::protocol_version:
      return Fault::peer_protocol;
    case RefusalReason::other_chain:
      return Fault::peer_chain;
    case RefusalReason::other_genesis:
      return Fault::peer_genesis;
    case RefusalReason::bad_signature:
      return Fault::peer_signature;
    case RefusalReason::unknown_key:
      return Fault::peer_unknown_key;
    case RefusalReason::too_many:
      return Fault::peer_too_many;
    case RefusalReason::duplicate:
      return Fault::peer_duplicate;
    case RefusalReason::other_validator:
      return Fault::peer_other_validator;
  }
  return Fault::internal;
}

std::optional<RefusalReason> refusal_reason(Fault fault) {
  for (std::uint8_t number = 0; number <= static_cast<std::uint8_t>(last_of(RefusalReason{})); ++number)
    if (const auto reason = static_cast<RefusalReason>(number); fault_of(reason) == fault) return reason;
  return std::nullopt;
}

}  // namespace lucid
