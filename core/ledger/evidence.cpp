#include "core/ledger/evidence.hpp"

#include "core/base/mutant.hpp"
#include "core/codec/codec.hpp"

namespace lucid::ledger {
namespace {

EvidenceKey key_of(const SignedMessage& message) {
  if (const auto* vote = std::get_if<Vote>(&message)) {
    const SignedStep step = vote->step == VoteStep::prevote ? SignedStep::prevote : SignedStep::precommit;
    return {vote->voter, vote->height, vote->round, step};
  }
  const auto& proposal = std::get<Proposal>(message);
  return {proposal.proposer, proposal.height, proposal.round, SignedStep::proposal};
}

/// A nil vote's reason is not signed: it makes no difference.
bool says_the_same(const SignedMessage& a, const SignedMessage& b) {
  if (LUCID_MUTANT(evidence_against_restart)) return a == b;
  if (const auto* vote = std::get_if<Vote>(&a)) return vote->block == std::get<Vote>(b).block;
  const auto& one = std::get<Proposal>(a);
  const auto& other = std::get<Proposal>(b);
  return one.block == other.block && one.valid_round == other.valid_round;
}

Status verify_message(const crypto::Verifier& verifier, const SignedMessage& message, const ValidatorSet& validators,
                      std::string_view field) {
  const auto good = [&](const auto& signed_message) { return verifier.verify(signed_message, validators).has_value(); };
  if (!std::visit(good, message))
    return fail(Fault::evidence_invalid, field, "a message signed by a member", "another");
  return {};
}

}  // namespace

Result<EvidenceKey> evidence_key(const Evidence& evidence) {
  const EvidenceKey first = key_of(evidence.first);
  const EvidenceKey second = key_of(evidence.second);
  if (first.step != second.step)
    return fail(Fault::evidence_invalid, "evidence", "two messages of one step", "different steps");
  if (first.validator != second.validator)
    return fail(Fault::evidence_invalid, "evidence", to_text(first.validator), to_text(second.validator));
  if (first.height != second.height)
    return fail(Fault::evidence_invalid, "evidence.height", std::to_string(first.height),
                std::to_string(second.height));
  if (first.round != second.round)
    return fail(Fault::evidence_invalid, "evidence.round", std::to_string(first.round), std::to_string(second.round));
  if (says_the_same(evidence.first, evidence.second))
    return fail(Fault::evidence_invalid, "evidence", "different content", "the same");
  if (!(codec::encode(evidence.first) < codec::encode(evidence.second)))
    return fail(Fault::evidence_invalid, "evidence", "the lower encoding first", "the higher");
  return first;
}

Status verify_evidence(const crypto::Verifier& verifier, const Evidence& evidence, const ValidatorSet& validators) {
  LUCID_TRY(verify_message(verifier, evidence.first, validators, "evidence.first"));
  return verify_message(verifier, evidence.second, validators, "evidence.second");
}

Evidence make_evidence(SignedMessage one, SignedMessage other) {
  if (codec::encode(other) < codec::encode(one)) std::swap(one, other);
  return {std::move(one), std::move(other)};
}

}  // namespace lucid::ledger
