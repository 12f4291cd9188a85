// Evidence of a double signature (protocol.md section 3): two signed votes or proposals of one validator for one
// (height, round, step) with different content.
//
// Thread-safety: pure functions.
#pragma once

#include "core/crypto/verifier.hpp"
#include "core/ledger/change_set.hpp"

namespace lucid::ledger {

/// Evidence counts at most this many epochs after the height it is about.
inline constexpr std::uint64_t kEvidenceMaxAgeEpochs = 2;

/// What the evidence is about, where both messages are of one kind, validator, height, round and step, say different
/// things, and stand in canonical order (lower encoding first). Signatures are not checked. Fault evidence_invalid.
Result<EvidenceKey> evidence_key(const Evidence& evidence);

/// Both signatures, by a member of the set of that height. Fault evidence_invalid.
Status verify_evidence(const crypto::Verifier& verifier, const Evidence& evidence, const ValidatorSet& validators);

/// Puts two conflicting messages in canonical order.
Evidence make_evidence(SignedMessage one, SignedMessage other);

}  // namespace lucid::ledger
