#include "core/ledger/evidence.hpp"

#include <gtest/gtest.h>

#include "tests/fixtures/small_chain.hpp"

namespace lucid::ledger {
namespace {

using fixtures::SmallChain;
using fixtures::some_hash;

class DoubleSignature : public testing::Test {
 protected:
  DoubleSignature() { world.grow(); }

  std::uint32_t number(std::size_t member) const { return world.members.numbers[member]; }
  Vote vote(std::size_t member, std::uint8_t block, Height height = 1, Round round = 0,
            VoteStep step = VoteStep::precommit) const {
    return world.vote(number(member), step, height, round, some_hash(block));
  }
  Proposal proposal(std::size_t member, std::uint8_t block, std::optional<Round> valid_round = {}) const {
    const auto key = fixtures::validator_key(number(member));
    Proposal out{1, 3, some_hash(block), valid_round, fixtures::address_of(key), {}};
    out.signature = crypto::secp256k1_scheme().sign(key, crypto::proposal_digest(world.chain.identity, out));
    return out;
  }
  Outcome submit(Evidence evidence) { return world.outcome_of(1, std::move(evidence)); }

  SmallChain world{4};
};

TEST_F(DoubleSignature, two_precommits_for_different_blocks_ban_their_validator) {
  EXPECT_EQ(submit(make_evidence(vote(2, 1), vote(2, 2))), Outcome::done);
  const Address offender = world.members.set.members[2].address;
  for (const auto& leader : world.state.credits.leaders)
    EXPECT_EQ(leader.banned_through, leader.validator == offender ? std::optional(Epoch{1}) : std::nullopt);
  world.close_slot();
  EXPECT_EQ(world.plan().order.back(), offender);
  EXPECT_NE(world.headers[2].evidence_hash, world.headers[1].evidence_hash);
}

TEST_F(DoubleSignature, the_ban_lasts_for_the_rest_of_the_epoch_and_the_next) {
  submit(make_evidence(vote(2, 1), vote(2, 2)));
  const Address offender = world.members.set.members[2].address;
  while (world.state.credits.epoch < Epoch{2}) {
    EXPECT_NE(world.plan().order.front(), offender);
    world.close_slot();
  }
  bool led_again = false;
  for (int slot = 0; slot < 20 && !led_again; ++slot) {
    led_again = world.plan().order.front() == offender;
    world.close_slot();
  }
  EXPECT_TRUE(led_again);
}

TEST_F(DoubleSignature, a_vote_for_a_block_and_one_for_nil_differ) {
  const Vote nil = world.vote(number(0), VoteStep::prevote, 1, 0, std::nullopt);
  EXPECT_EQ(submit(make_evidence(nil, vote(0, 1, 1, 0, VoteStep::prevote))), Outcome::done);
}

TEST_F(DoubleSignature, two_proposals_of_one_round_count_too) {
  EXPECT_EQ(submit(make_evidence(proposal(1, 1), proposal(1, 2))), Outcome::done);
  EXPECT_EQ(submit(make_evidence(proposal(3, 1), proposal(3, 1, 0))), Outcome::done);
}

TEST_F(DoubleSignature, of_the_height_being_decided_counts) {
  const Height now = world.state.height + 1;
  EXPECT_EQ(submit(make_evidence(vote(2, 1, now), vote(2, 2, now))), Outcome::done);
}

TEST_F(DoubleSignature, the_same_evidence_counts_once) {
  EXPECT_EQ(submit(make_evidence(vote(2, 1), vote(2, 2))), Outcome::done);
  EXPECT_EQ(submit(make_evidence(vote(2, 1), vote(2, 2))), Outcome::evidence_known);
  EXPECT_EQ(submit(make_evidence(vote(2, 1), vote(2, 3))), Outcome::evidence_known) << "one (height, round, step)";
  const auto changes = world.grow(
      {world.next(1, make_evidence(vote(1, 1), vote(1, 2))), world.next(1, make_evidence(vote(1, 1), vote(1, 2)))});
  EXPECT_EQ(changes.transactions[1].outcome, Outcome::evidence_known);
  EXPECT_EQ(changes.evidence.size(), 1u);
}

TEST_F(DoubleSignature, what_shows_no_double_signature_is_refused) {
  const auto refused = [&](Evidence evidence, const char* why) {
    EXPECT_EQ(submit(std::move(evidence)), Outcome::evidence_invalid) << why;
  };
  refused({vote(2, 1), vote(2, 1)}, "the same content");
  Vote reasoned = world.vote(number(2), VoteStep::precommit, 1, 0, std::nullopt);
  Vote other = reasoned;
  other.reason = NilReason::timed_out;
  refused(make_evidence(reasoned, other), "a nil vote's reason is not signed");
  refused(make_evidence(vote(2, 1), vote(1, 2)), "two validators");
  refused(make_evidence(vote(2, 1), vote(2, 2, 2)), "two heights");
  refused(make_evidence(vote(2, 1), vote(2, 2, 1, 1)), "two rounds");
  refused(make_evidence(vote(2, 1), vote(2, 2, 1, 0, VoteStep::prevote)), "two steps");
  refused(make_evidence(vote(2, 1), proposal(2, 2)), "a vote and a proposal");
  refused(make_evidence(vote(2, 1, 0), vote(2, 2, 0)), "nobody signs height 0");
  refused(make_evidence(vote(2, 1, 99), vote(2, 2, 99)), "a height to come");
  Evidence turned = make_evidence(vote(2, 1), vote(2, 2));
  std::swap(turned.first, turned.second);
  refused(turned, "the higher encoding first");
}

TEST_F(DoubleSignature, a_bad_signature_or_a_stranger_is_refused) {
  Vote forged = vote(2, 2);
  forged.signature.data[5] ^= 1;
  EXPECT_EQ(submit(make_evidence(vote(2, 1), forged)), Outcome::evidence_invalid);
  EXPECT_EQ(submit(make_evidence(world.vote(77, VoteStep::prevote, 1, 0, some_hash(1)),
                                 world.vote(77, VoteStep::prevote, 1, 0, some_hash(2)))),
            Outcome::evidence_invalid);
}

TEST_F(DoubleSignature, evidence_is_at_most_two_epochs_old) {
  while (world.state.credits.epoch < Epoch{2}) world.close_slot();
  EXPECT_EQ(submit(make_evidence(vote(2, 1), vote(2, 2))), Outcome::done);
  while (world.state.credits.epoch < Epoch{3}) world.close_slot();
  EXPECT_EQ(submit(make_evidence(vote(3, 1), vote(3, 2))), Outcome::evidence_too_old);
}

}  // namespace
}  // namespace lucid::ledger
