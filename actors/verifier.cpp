#include "actors/verifier.hpp"

namespace lucid::actors {

SignatureChecker::SignatureChecker(interface::pointer self, crypto::Verifier verifier)
    : self_(self), verifier_(verifier) {
  act::probe(self_).set_state("ready");
}

SignatureChecker::interface::behavior_type SignatureChecker::make_behavior() {
  return {[this](const VerifyPart& work) {
    VerifiedPart done{work.part, work.from, {}};
    done.results.reserve(work.to - work.from);
    for (std::size_t i = work.from; i < work.to; ++i) {
      auto verified = verifier_.verify((*work.batch)[i]);
      if (verified)
        done.results.emplace_back(
            std::make_shared<const crypto::Verified<crypto::SignedTransaction>>(std::move(*verified)));
      else
        done.results.emplace_back(tl::unexpected(verified.error()));
    }
    return done;
  }};
}

}  // namespace lucid::actors
