// The world `leaders` of a transcript: a chain's slots one after another, and who leads each (protocol.md section 4).
//
//   leaders members=abcd [epoch=20] [cooldown=16]     from genesis on, in slot 0; the seed of an epoch is its number
//   > slot 1 [won=b] [signed=abc sessions=2]     the first block of a slot: its order, primary first, and who is
//   cooling.
//                           The primary made the block, or `won` did; the certificate that all, or `signed`, made of
//                           it went on chain, and as many sessions with it. Slots that are left out are skipped.
//   > evidence b            b signed twice: banned for the rest of the epoch and the next
#pragma once

#include "core/credits/credit_state.hpp"
#include "tests/scenario/transcript.hpp"

namespace lucid::test {

class LeadersWorld final : public World {
 public:
  explicit LeadersWorld(const Words& words);
  Lines input(const Words& words) override;

 private:
  Lines slot(const Words& words);
  void enter(Slot slot);

  ChainParams params_;
  ValidatorSet set_;
  credits::CreditState state_;
  Slot slot_;
};

}  // namespace lucid::test
