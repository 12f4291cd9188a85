// The layers under the consensus core, each alone: quorum, timeouts, vote set, vote keeper, parent's certificate,
// proposals' rules, buffer of the next height.
#include <gtest/gtest.h>

#include "core/codec/codec.hpp"
#include "core/consensus/timeouts.hpp"
#include "tests/fixtures/consensus_room.hpp"

namespace lucid::consensus {
namespace {

using test::address_of;
using test::kGenesisTime;
using test::Room;

const Hash256 kBlock = crypto::sha256(as_bytes("X"));
const Hash256 kOther = crypto::sha256(as_bytes("Y"));
const Hash256 kThird = crypto::sha256(as_bytes("Z"));

ValidatorSet set_of(std::size_t n, QuorumRule rule) {
  ValidatorSet set;
  set.quorum_rule = rule;
  set.members.resize(n);
  return set;
}

// ---- quorum

TEST(Quorum, IsTheSameNumberAsTheValidatorSetsForEverySize) {
  for (std::size_t n = 1; n <= kMaxValidators; ++n)
    for (const QuorumRule rule : {QuorumRule::strict, QuorumRule::two_thirds}) {
      const ValidatorSet set = set_of(n, rule);
      const Quorum quorum(set);
      EXPECT_TRUE(quorum.decides(set.quorum())) << n;
      EXPECT_FALSE(quorum.decides(set.quorum() - 1)) << n;
    }
}

// protocol.md section 9: "Quorum 2f+1 where n is not 3f+1".
TEST(Quorum, OfFiveOrSixIsMoreThanTwoFPlusOne) {
  for (const std::size_t n : {5U, 6U}) {
    const ValidatorSet set = set_of(n, QuorumRule::strict);
    EXPECT_EQ(set.faulty_max(), 1U);
    EXPECT_FALSE(Quorum(set).decides(2 * set.faulty_max() + 1)) << n << ": two quorums could share only a liar";
  }
}

TEST(Quorum, AnyTwoShareACorrectMember) {
  for (std::size_t n = 1; n <= kMaxValidators; ++n) {
    const ValidatorSet set = set_of(n, QuorumRule::strict);
    EXPECT_GT(2 * set.quorum(), n + set.faulty_max()) << n;
  }
}

TEST(Quorum, OpensARoundOnlyByTwoOthersAtLeast) {
  EXPECT_FALSE(Quorum(set_of(3, QuorumRule::strict)).opens_round(1)) << "f = 0, but one early vote must open nothing";
  EXPECT_TRUE(Quorum(set_of(3, QuorumRule::strict)).opens_round(2));
  EXPECT_FALSE(Quorum(set_of(7, QuorumRule::strict)).opens_round(2));
  EXPECT_TRUE(Quorum(set_of(7, QuorumRule::strict)).opens_round(3));
}

// ---- timeouts

TEST(Timeouts, GrowWithTheRoundUpToTheirCaps) {
  const ChainParams params = test::room_params();
  EXPECT_EQ(propose_timeout_ms(params, 0), 6'000U) << "slot_timeout and, in round 0, the precision";
  EXPECT_EQ(propose_timeout_ms(params, 1), 6'000U);
  EXPECT_EQ(propose_timeout_ms(params, 5), 10'000U);
  EXPECT_EQ(propose_timeout_ms(params, 15), 20'000U);
  EXPECT_EQ(propose_timeout_ms(params, 4'000'000'000U), 20'000U);
  EXPECT_EQ(vote_timeout_ms(params, 0), 1'000U);
  EXPECT_EQ(vote_timeout_ms(params, 1), 1'500U);
  EXPECT_EQ(vote_timeout_ms(params, 18), 10'000U);
  EXPECT_EQ(vote_timeout_ms(params, 4'000'000'000U), 10'000U);
}

TEST(Timeouts, DivideLast) {
  ChainParams params;
  params.slot_timeout_ms = 7;
  EXPECT_EQ(propose_timeout_ms(params, 1), 8U) << "7 + 7/5 = 8.4";
  EXPECT_EQ(vote_timeout_ms(params, 1), 2U) << "7/5 + 7/10 = 2.1; divided first it would be 1";
}

TEST(Timeouts, ALateRoundsBlockIsSmaller) {
  const ChainParams params = test::room_params();
  EXPECT_EQ(max_block_bytes(params, 0), 1'048'576U);
  EXPECT_EQ(max_block_bytes(params, 1), 524'288U);
  EXPECT_EQ(max_block_bytes(params, 5), 32'768U);
  EXPECT_EQ(max_block_bytes(params, 4'000'000'000U), 32'768U);
}

// ---- vote set

TEST(VoteSet, CountsAVoteOfAMemberOnce) {
  const Room room("abcd");
  VoteSet votes(4);
  EXPECT_EQ(votes.add(0, room.prevote('a', 0, kBlock)), VoteSet::Outcome::counted);
  EXPECT_EQ(votes.add(0, room.prevote('a', 0, kBlock)), VoteSet::Outcome::known);
  EXPECT_EQ(votes.weight(kBlock), 1U);
  EXPECT_EQ(votes.voters(), 1U);
}

TEST(VoteSet, ASecondValueCountsForItselfAndAThirdIsDropped) {
  const Room room("abcd");
  VoteSet votes(4);
  votes.add(0, room.prevote('a', 0, kBlock));
  EXPECT_EQ(votes.add(0, room.prevote('a', 0, std::nullopt)), VoteSet::Outcome::conflicting);
  EXPECT_EQ(votes.add(0, room.prevote('a', 0, kOther)), VoteSet::Outcome::surplus);
  EXPECT_EQ(votes.weight(kBlock), 1U);
  EXPECT_EQ(votes.weight(std::nullopt), 1U);
  EXPECT_EQ(votes.weight(kOther), 0U);
  EXPECT_EQ(votes.voters(), 1U) << "still one voter";
}

TEST(VoteSet, FindsTheBlockWithAQuorumButNoQuorumForNil) {
  const Room room("abcd");
  VoteSet votes(4);
  for (std::size_t i = 0; i < 3; ++i) votes.add(i, room.prevote("abcd"[i], 0, std::nullopt));
  EXPECT_EQ(votes.quorum_block(Quorum(room.set())), std::nullopt);
  for (std::size_t i = 0; i < 3; ++i) votes.add(i, room.prevote("abcd"[i], 0, kBlock));
  EXPECT_EQ(votes.quorum_block(Quorum(room.set())), kBlock);
}

TEST(VoteSet, ForgetsAVoterEntirely) {
  const Room room("abcd");
  VoteSet votes(4);
  votes.add(1, room.prevote('b', 0, kBlock));
  votes.add(1, room.prevote('b', 0, kOther));
  votes.forget(1);
  votes.forget(2);
  EXPECT_EQ(votes.voters(), 0U);
  EXPECT_EQ(votes.weight(kBlock), 0U);
  EXPECT_TRUE(votes.votes_for(kOther).empty());
}

// ---- vote keeper

TEST(VoteKeeper, RefusesAVoterWhoIsNoMember) {
  const Room room("abcd");
  VoteKeeper votes(room.set());
  EXPECT_EQ(votes.add(room.prevote('z', 0, kBlock), 0).error().fault, Fault::vote_not_member);
}

TEST(VoteKeeper, RefusesRoundsOutsideItsBoundUnlessToldOtherwise) {
  const Room room("abcd");
  VoteKeeper votes(room.set());
  EXPECT_TRUE(votes.add(room.prevote('a', 300, kBlock), 200));
  EXPECT_EQ(votes.add(room.prevote('a', 301, kBlock), 200).error().fault, Fault::vote_round);
  EXPECT_TRUE(votes.add(room.prevote('a', 100, kBlock), 200));
  EXPECT_EQ(votes.add(room.prevote('a', 99, kBlock), 200).error().fault, Fault::vote_round);
  EXPECT_EQ(votes.add(room.prevote('a', 4'294'967'295U, kBlock), 200).error().fault, Fault::vote_round);
  EXPECT_TRUE(votes.add(room.prevote('b', 7, kBlock), 200, true));
}

// protocol.md section 9: "a vote counted only if its round is the current one".
TEST(VoteKeeper, CountsVotesOfEarlierAndLaterRounds) {
  const Room room("abcd");
  VoteKeeper votes(room.set());
  for (const char voter : {'a', 'b', 'c'}) ASSERT_TRUE(votes.add(room.precommit(voter, 2, kBlock), 5));
  for (const char voter : {'a', 'b', 'c'}) ASSERT_TRUE(votes.add(room.prevote(voter, 9, kOther), 5));
  EXPECT_EQ(votes.quorum_block(2, VoteStep::precommit), kBlock);
  EXPECT_TRUE(votes.has_quorum(9, VoteStep::prevote, kOther));
}

TEST(VoteKeeper, KnowsInWhichRoundsAQuorumVotesForABlock) {
  const Room room("abcd");
  VoteKeeper votes(room.set());
  for (const char voter : {'a', 'b', 'c'}) ASSERT_TRUE(votes.add(room.precommit(voter, 7, kBlock), 5));
  for (const char voter : {'a', 'b'}) ASSERT_TRUE(votes.add(room.precommit(voter, 3, kBlock), 5));
  for (const char voter : {'a', 'b', 'd'}) ASSERT_TRUE(votes.add(room.prevote(voter, 4, kBlock), 5));
  for (const char voter : {'a', 'b', 'd'}) ASSERT_TRUE(votes.add(room.prevote(voter, 5, std::nullopt), 5));
  EXPECT_EQ(votes.block_quorums(VoteStep::prevote), (std::set<Round>{4})) << "nil is no block";
  EXPECT_EQ(votes.block_quorums(VoteStep::precommit), (std::set<Round>{7})) << "two of four are none";
  ASSERT_TRUE(votes.add(room.precommit('c', 3, kBlock), 5));
  EXPECT_EQ(votes.block_quorums(VoteStep::precommit), (std::set<Round>{3, 7}));

  votes.forget(address_of('c'));
  EXPECT_TRUE(votes.block_quorums(VoteStep::precommit).empty());
  ASSERT_TRUE(votes.add(room.precommit('d', 7, kBlock), 5));
  ASSERT_TRUE(votes.add(room.precommit('d', 3, kBlock), 5));
  votes.prune(107, {});
  EXPECT_EQ(votes.block_quorums(VoteStep::precommit), (std::set<Round>{7}));
}

TEST(VoteKeeper, PrunesOldRoundsExceptThoseThatMatter) {
  const Room room("abcd");
  VoteKeeper votes(room.set());
  for (const Round round : {0U, 3U, 50U}) ASSERT_TRUE(votes.add(room.prevote('a', round, kBlock), 50));
  votes.prune(150, {3});
  EXPECT_EQ(votes.find(0, VoteStep::prevote), nullptr);
  EXPECT_NE(votes.find(3, VoteStep::prevote), nullptr);
  EXPECT_NE(votes.find(50, VoteStep::prevote), nullptr);
}

TEST(VoteKeeper, ReportsAContradictionAsEvidenceInOneOrder) {
  const Room room("abcd");
  const auto one = room.prevote('a', 0, kBlock);
  const auto other = room.prevote('a', 0, kOther);
  VoteKeeper first(room.set());
  ASSERT_TRUE(first.add(one, 0));
  const auto evidence = first.add(other, 0).value().evidence;
  VoteKeeper second(room.set());
  ASSERT_TRUE(second.add(other, 0));
  ASSERT_TRUE(evidence);
  EXPECT_EQ(evidence, second.add(one, 0).value().evidence);
  EXPECT_LT(codec::encode(evidence->first), codec::encode(evidence->second));
}

TEST(VoteKeeper, TheSameVoteWithAnotherReasonIsNoContradiction) {
  const Room room("abcd");
  VoteKeeper votes(room.set());
  ASSERT_TRUE(votes.add(room.vote('a', VoteStep::prevote, 1, 0, std::nullopt, NilReason::rejected), 0));
  const auto again = votes.add(room.vote('a', VoteStep::prevote, 1, 0, std::nullopt, NilReason::timed_out), 0);
  EXPECT_EQ(again.value().outcome, VoteSet::Outcome::known) << "the reason is not signed";
}

TEST(VoteKeeper, SkipsToTheHighestRoundThatFPlusOneHaveReached) {
  const Room room("abcdefg");  // f = 2
  VoteKeeper votes(room.set());
  votes.saw(address_of('a'), 9);
  votes.saw(address_of('b'), 4);
  EXPECT_EQ(votes.round_to_skip_to(0), std::nullopt);
  votes.saw(address_of('c'), 6);
  EXPECT_EQ(votes.round_to_skip_to(0), 4U);
  votes.saw(address_of('d'), 5);
  EXPECT_EQ(votes.round_to_skip_to(0), 5U);
  EXPECT_EQ(votes.round_to_skip_to(5), std::nullopt) << "only two are above round 5";
  votes.saw(address_of('z'), 90);
  EXPECT_EQ(votes.round_to_skip_to(5), std::nullopt) << "a stranger counts for nothing";
}

// ---- the parent's certificate

TEST(ParentCommit, GrowsByLatePrecommitsOfItsRoundAndBlockOnly) {
  const Room room("abcd");
  ParentCommit commit(*room.certificate("abc", 7, 1, kBlock), room.set());
  EXPECT_FALSE(commit.add(room.precommit('d', 0, kBlock, 7))) << "another round";
  EXPECT_FALSE(commit.add(room.precommit('d', 1, kOther, 7))) << "another block";
  EXPECT_FALSE(commit.add(room.precommit('d', 1, kBlock, 6))) << "another height";
  EXPECT_FALSE(commit.add(room.prevote('d', 1, kBlock, 7))) << "no precommit";
  EXPECT_FALSE(commit.add(room.precommit('z', 1, kBlock, 7))) << "no member";
  EXPECT_FALSE(commit.add(room.precommit('a', 1, kBlock, 7))) << "known";
  EXPECT_TRUE(commit.add(room.precommit('d', 1, kBlock, 7)));
  const Certificate grown = commit.certificate();
  EXPECT_EQ(grown, *room.certificate("abcd", 7, 1, kBlock)) << "in validator order";
}

TEST(ParentCommit, OfTheGenesisBlockStaysEmpty) {
  const Room room("abcd");
  ParentCommit commit(Certificate{}, room.set());
  EXPECT_FALSE(commit.add(room.precommit('a', 0, Hash256{}, 0)));
  EXPECT_EQ(commit.certificate(), Certificate{});
}

TEST(ParentCommit, MergesAnotherCertificateForTheSameBlock) {
  const Room room("abcd");
  ParentCommit commit(*room.certificate("abc", 7, 1, kBlock), room.set());
  EXPECT_FALSE(commit.merge(*room.certificate("bcd", 7, 2, kBlock)));
  EXPECT_TRUE(commit.merge(*room.certificate("bcd", 7, 1, kBlock)));
  EXPECT_EQ(commit.certificate().signatures.size(), 4U);
}

// ---- the plan

TEST(HeightPlan, IsRefusedWhereItContradictsItself) {
  const Room room("abcd");
  EXPECT_TRUE(check(room.plan()));
  const auto refused = [&](auto change) {
    HeightPlan plan = room.plan();
    change(plan);
    const auto status = check(plan);
    return status ? std::string() : status.error().field;
  };
  EXPECT_EQ(refused([](HeightPlan& plan) { plan.height = 0; }), "plan.height");
  EXPECT_EQ(refused([](HeightPlan& plan) { plan.validators.members.clear(); }), "plan.validators");
  EXPECT_EQ(refused([](HeightPlan& plan) { plan.order.pop_back(); }), "plan.order");
  EXPECT_EQ(refused([](HeightPlan& plan) { plan.order[0] = plan.order[1]; }), "plan.order");
  EXPECT_EQ(refused([](HeightPlan& plan) { plan.params.time_precision_ms = plan.params.block_interval_ms; }),
            "plan.params.time_precision_ms");
  EXPECT_EQ(refused([&](HeightPlan& plan) { plan.last_commit = *room.certificate("abc", 5, 0, kBlock); }),
            "plan.last_commit.height");
}

// protocol.md section 9: "a validator index out of bounds".
TEST(HeightPlan, RefusesAParentsSignatureBeyondTheSet) {
  const Room room("abcd");
  HeightPlan plan = room.plan();
  plan.height = 2;
  plan.last_commit = *room.certificate("abc", 1, 0, kBlock);
  plan.last_commit.signatures[2].validator = 4;
  EXPECT_EQ(check(plan).error().field, "plan.last_commit.validator");
  ParentCommit commit(plan.last_commit, plan.last_validators);
  EXPECT_EQ(commit.certificate().signatures.size(), 2U) << "and never read past it";
}

// ---- rules of a proposal

struct ProposalCase {
  Room room{"abcd", "bcda"};
  HeightPlan plan = room.plan();
  Round round = 0;
  std::optional<Round> valid_round;
  std::uint64_t block_bytes = 1000;
  TimeMs arrived = kGenesisTime + 10'000;
  Header header = room.header("X", plan, 0, kGenesisTime + 10'000);

  std::optional<Error> fault() const {
    const Proposal proposal{1, round, kBlock, valid_round, plan.proposer(round), {}};
    return fault_of(proposal, header, block_bytes, arrived, plan);
  }
  std::string field() const { return fault() ? fault()->field : ""; }
};

TEST(ProposalRules, HoldForAnHonestNewValue) {
  EXPECT_EQ(ProposalCase().fault(), std::nullopt);
}

// protocol.md section 9: "a proposer that forges the round in its header".
TEST(ProposalRules, ANewValuesHeaderNamesItsRoundAndSigner) {
  ProposalCase forged;
  forged.round = 4;  // b leads rounds 0 and 4
  EXPECT_EQ(forged.fault()->fault, Fault::block_proposer);
  EXPECT_EQ(forged.field(), "header.round");
  ProposalCase maker;
  maker.header.proposer = address_of('c');
  EXPECT_EQ(maker.field(), "header.proposer");
}

TEST(ProposalRules, AValueProposedAgainKeepsRoundAndProposerOfItsCreation) {
  ProposalCase again;
  again.round = 3;
  again.valid_round = 2;
  EXPECT_EQ(again.fault(), std::nullopt) << "made by b in round 0, valid in 2, proposed by a in 3";
  again.header.round = 3;
  again.header.proposer = address_of('a');
  EXPECT_EQ(again.field(), "header.round") << "made after it became valid";
  again.header.round = 1;
  again.header.proposer = address_of('b');
  EXPECT_EQ(again.field(), "header.proposer") << "c leads round 1";
}

TEST(ProposalRules, AnotherHeightsBlockIsNotTaken) {
  ProposalCase other;
  other.header.height = 2;
  EXPECT_EQ(other.field(), "header.height");
}

// protocol.md section 9: "a block bigger than the limit".
TEST(ProposalRules, ABlockFillsAtMostWhatItsRoundAllows) {
  ProposalCase large;
  large.block_bytes = 1'048'576;
  EXPECT_EQ(large.fault(), std::nullopt);
  large.block_bytes += 1;
  EXPECT_EQ(large.fault()->fault, Fault::block_size);
  ProposalCase late;
  late.round = 1;
  late.header = late.room.header("X", late.plan, 1, kGenesisTime + 10'000);
  late.block_bytes = 524'289;
  EXPECT_EQ(late.fault()->fault, Fault::block_size);
}

TEST(ProposalRules, ANewValuesTimeLiesInItsWindow) {
  ProposalCase window;
  const auto dated = [&](TimeMs time) {
    window.header.time = time;
    return window.fault().has_value();
  };
  const TimeMs now = window.arrived;
  EXPECT_FALSE(dated(now + 1'000));
  EXPECT_TRUE(dated(now + 1'001));
  EXPECT_FALSE(dated(now - 6'000));
  EXPECT_TRUE(dated(now - 6'001));
  EXPECT_TRUE(dated(~TimeMs{0}));
  EXPECT_TRUE(dated(0));
}

TEST(ProposalRules, TheWindowGrowsWithTheRoundAndSparesAValueProposedAgain) {
  ProposalCase late;
  late.round = 3;
  late.header = late.room.header("X", late.plan, 3, late.arrived - 21'000);
  EXPECT_EQ(late.fault(), std::nullopt) << "delay 5 s times 4, and the precision";
  late.header.time -= 1;
  EXPECT_EQ(late.fault()->fault, Fault::block_timestamp);
  late.round = 4;
  late.valid_round = 3;
  EXPECT_EQ(late.fault(), std::nullopt) << "backed by a quorum";
}

// ---- proposals of a height

TEST(ProposalBook, KeepsTwoProposalsARoundAndReportsTheSecond) {
  const Room room("abcd");
  ProposalBook book;
  EXPECT_EQ(book.add({room.proposal('b', 1, 0, kBlock), {}}).outcome, ProposalBook::Outcome::stored);
  EXPECT_EQ(book.add({room.proposal('b', 1, 0, kBlock), {}}).outcome, ProposalBook::Outcome::known);
  const auto second = book.add({room.proposal('b', 1, 0, kOther), {}});
  EXPECT_EQ(second.outcome, ProposalBook::Outcome::conflicting);
  ASSERT_TRUE(second.evidence);
  EXPECT_TRUE(std::holds_alternative<Proposal>(second.evidence->first));
  EXPECT_EQ(book.add({room.proposal('b', 1, 0, kThird), {}}).outcome, ProposalBook::Outcome::surplus);
  EXPECT_EQ(book.first(0)->proposal->block, kBlock);
}

TEST(ProposalBook, ForgetsOldRoundsAndTheirBlocksButNotWhatIsLocked) {
  const Room room("abcd");
  ProposalBook book;
  book.add({room.proposal('a', 1, 0, kBlock), {}});
  book.add({room.proposal('b', 1, 1, kOther), {}});
  book.add({room.proposal('c', 1, 2, kThird), {}});
  for (const Hash256& block : {kBlock, kOther, kThird}) book.add_block(block, Header{}, Verdict::unknown);
  book.prune(2, {kOther});
  EXPECT_EQ(book.first(0), nullptr);
  EXPECT_EQ(book.block(kBlock), nullptr);
  EXPECT_NE(book.block(kOther), nullptr);
  EXPECT_NE(book.block(kThird), nullptr);
}

// ---- one height ahead

TEST(AheadBuffer, GivesEverySignerTheSameRoomAndNoMore) {
  const Room room("abcd");
  AheadBuffer buffer;
  buffer.reset(2, 1'000);
  for (Round round = 0; round < 3; ++round)
    EXPECT_TRUE(buffer.add(0, VoteArrived{room.prevote('a', round, kBlock, 2)}));
  EXPECT_EQ(buffer.add(0, VoteArrived{room.prevote('a', 3, kBlock, 2)}).error().fault, Fault::size_wrong);
  EXPECT_TRUE(buffer.add(0, VoteArrived{room.prevote('a', 0, kBlock, 2)})) << "known: costs nothing";
  EXPECT_TRUE(buffer.add(0, VoteArrived{room.prevote('b', 0, kBlock, 2)}));
  EXPECT_EQ(buffer.take().size(), 4U);
  EXPECT_TRUE(buffer.take().empty());
}

TEST(AheadBuffer, RefusesAProposalLargerThanItsRoomAndRoundsOutOfBounds) {
  const Room room("abcd");
  AheadBuffer buffer;
  buffer.reset(2, 100'000);
  EXPECT_EQ(buffer.add(0, ProposalArrived{room.proposal('b', 2, 0, kBlock), {}, 100'000, {}}).error().fault,
            Fault::size_wrong);
  EXPECT_TRUE(buffer.add(0, ProposalArrived{room.proposal('b', 2, 0, kBlock), {}, 90'000, {}}));
  EXPECT_TRUE(buffer.names(kBlock));
  EXPECT_FALSE(buffer.names(kOther));
  EXPECT_EQ(buffer.add(0, VoteArrived{room.prevote('a', 101, kBlock, 2)}).error().fault, Fault::vote_round);
}

}  // namespace
}  // namespace lucid::consensus
