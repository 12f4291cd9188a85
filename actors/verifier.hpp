// verifier: checks signatures of transactions, one part of a batch at a time. block_producer has one for each core, so
// that a batch is checked in parallel and no actor that keeps order waits for arithmetic.
//
// Thread-safety: an actor without state.
#pragma once

#include "actors/engine_messages.hpp"
#include "actors/runtime/act.hpp"

namespace lucid::actors {

using VerifierActor = act::iface<VerifiedPart(VerifyPart)>;
/// Who has them at work and knows what was checked before: block_producer.
using TransactionChecker = act::iface<BlockVerified(VerifyBlock)>;

class SignatureChecker {
 public:
  using interface = VerifierActor;
  static constexpr const char* kName = "verifier";

  SignatureChecker(interface::pointer self, crypto::Verifier verifier);
  interface::behavior_type make_behavior();

 private:
  interface::pointer self_;
  crypto::Verifier verifier_;
};

}  // namespace lucid::actors
