// One validator of four: what its engine tells its peers, and what it makes of what they tell.
#include <gmock/gmock.h>

#include "tests/actors/engine_fixture.hpp"

namespace lucid::actors {
namespace {

using std::chrono::milliseconds;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr milliseconds kTurn{1'000};
constexpr PeerId kPeerOne{1}, kPeerTwo{2}, kPeerThree{3};

class EnginePeersTest : public EngineTest {
 protected:
  EnginePeersTest() : EngineTest(4) {}

  /// All others are there and have said that there is no block yet: this node agrees on height 1.
  void start_with_peers() {
    start();
    for (const PeerId peer : {kPeerOne, kPeerTwo, kPeerThree}) {
      tell(block_sync_, PeerConnected{peer, fixtures::address_of(fixtures::validator_key(number_of(peer)))});
      tell(block_sync_, BlocksHeard{peer, std::make_shared<const Blocks>(Blocks{1, 0, {}})});
    }
    answer_the_start();
    advance(milliseconds(10'000));  // far enough for round 1 where round 0 is this node's own
    sent_->of<SendToPeers>().clear();
  }

  /// None of the others holds anything that this node's key has signed.
  void answer_the_start() {
    const auto nothing_held = *verifier_.verify(NewestRecordAnswer{1, {}, {}}, world_.members.set);
    for (const PeerId peer : {kPeerOne, kPeerTwo, kPeerThree}) {
      tell(validator_, PeerConnected{peer, fixtures::address_of(fixtures::validator_key(number_of(peer)))});
      tell(validator_, NewestRecordHeard{peer, nothing_held});
      tell(validator_, PeerGone{peer});
    }
  }
  void connect(PeerId peer) {
    tell(validator_, PeerConnected{peer, fixtures::address_of(fixtures::validator_key(number_of(peer)))});
    tell(block_producer_, PeerConnected{peer, std::nullopt});
  }
  static std::uint32_t number_of(PeerId peer) { return static_cast<std::uint32_t>(peer.value); }

  crypto::Verified<Vote> vote(std::uint32_t number, VoteStep step, std::optional<Hash256> block, Round round = 0) {
    return *verifier_.verify(world_.vote(number, step, 1, round, block), world_.members.set);
  }
  void hear(PeerId from, crypto::Verified<Vote> vote) { tell(validator_, HeardFromPeer{from, vote, nullptr, 0}); }
  /// Block 1 by the proposer of `round`, proposed.
  struct Proposed {
    HeardFromPeer heard;
    Hash256 hash;
  };
  Proposed proposal(Round round = 0, const std::vector<crypto::TransactionPtr>& transactions = {}) {
    const auto plan = world_.plan();
    const auto built = *world_.build(transactions, std::max(plan.earliest_time, clock().wall_ms()), round);
    const auto hash = built.execution.hash;
    Proposal content{1, round, hash, {}, plan.proposer(round), {}};
    content.signature = crypto::secp256k1_scheme().sign(world_.key_of(content.proposer),
                                                        crypto::proposal_digest(chain_->identity, content));
    return {{kPeerOne, consensus::ProposalMessage{*verifier_.verify(content, plan.validators), {}},
             std::make_shared<const Block>(built.block), codec::encode(built.block).size()},
            hash};
  }
  /// The first round that another validator leads.
  Round round_of_another() {
    const auto plan = world_.plan();
    return plan.proposer(0) == fixtures::address_of(fixtures::validator_key(0)) ? 1 : 0;
  }

  std::size_t votes_sent(VoteStep step, const std::optional<Hash256>& block) {
    std::size_t count = 0;
    for (const auto& sent : sent_->of<SendToPeers>()) {
      if (sent.only) continue;
      for (const auto& message : sent.messages)
        if (const auto* cast = std::get_if<crypto::Verified<Vote>>(&message);
            cast && (*cast)->step == step && (*cast)->block == block)
          ++count;
    }
    return count;
  }
  std::vector<PeerId> offered_to() {
    std::vector<PeerId> peers;
    for (const auto& sent : sent_->of<SendToPeers>())
      if (sent.only) peers.push_back(*sent.only);
    return peers;
  }
};

TEST_F(EnginePeersTest, AProposalOfAPeerIsExecutedAndVotedForUntilItIsDecided) {
  start_with_peers();
  const Round round = round_of_another();
  const auto proposed = proposal(round);
  for (const std::uint32_t other : {1u, 2u, 3u})
    hear(PeerId{other}, vote(other, VoteStep::prevote, std::nullopt, round));
  tell(validator_, proposed.heard);
  ASSERT_EQ(handled("ledger", "CheckBlock"), 1u);

  for (const std::uint32_t other : {1u, 2u, 3u})
    hear(PeerId{other}, vote(other, VoteStep::precommit, proposed.hash, round));
  EXPECT_EQ(tip()->height, 1u);
  EXPECT_EQ(tip()->hash, proposed.hash);
}

TEST_F(EnginePeersTest, ASignatureIsCheckedOnceHoweverOftenItsTransactionComes) {
  start_with_peers();
  const Round round = round_of_another();
  const auto proposed =
      proposal(round, {world_.next(1, fixtures::anchor_of(1)), world_.next(2, fixtures::anchor_of(2))});
  submit({transaction(1, 0)});
  EXPECT_EQ(signatures_.recovered(), 1u);
  for (const PeerId peer : {kPeerOne, kPeerTwo}) tell(block_producer_, TransactionsHeard{peer, {transaction(1, 0)}});
  for (const std::uint32_t other : {1u, 2u, 3u})
    hear(PeerId{other}, vote(other, VoteStep::prevote, std::nullopt, round));
  tell(validator_, proposed.heard);
  EXPECT_EQ(signatures_.recovered(), 2u);  // of the other one, that nobody had offered
  for (const std::uint32_t other : {1u, 2u, 3u})
    hear(PeerId{other}, vote(other, VoteStep::precommit, proposed.hash, round));
  ASSERT_EQ(tip()->hash, proposed.hash);
  ASSERT_EQ(tip()->log.size(), 2u);
  tell(block_producer_, TransactionsHeard{kPeerThree, {transaction(1, 0), transaction(2, 0)}});  // it is behind
  EXPECT_EQ(signatures_.recovered(), 2u);
}

TEST_F(EnginePeersTest, WhereTheBlockProducerIsDownABlockIsStillExecutedAndDecided) {
  start_with_peers();
  const Round round = round_of_another();
  const auto proposed = proposal(round, {world_.next(1, fixtures::anchor_of(1))});
  block_producer_.clear();
  for (const std::uint32_t other : {1u, 2u, 3u})
    hear(PeerId{other}, vote(other, VoteStep::prevote, std::nullopt, round));
  tell(validator_, proposed.heard);
  for (const std::uint32_t other : {1u, 2u, 3u})
    hear(PeerId{other}, vote(other, VoteStep::precommit, proposed.hash, round));
  EXPECT_EQ(tip()->hash, proposed.hash);
  EXPECT_EQ(signatures_.recovered(), 1u);
}

TEST_F(EnginePeersTest, AProposalIsNotOfferedAgainToAPeerThatVotedForItsBlock) {
  start_with_peers();
  const Round round = round_of_another();
  const auto proposed = proposal(round);
  tell(validator_, proposed.heard);
  for (const PeerId peer : {kPeerTwo, kPeerThree}) connect(peer);
  hear(kPeerTwo, vote(2, VoteStep::prevote, proposed.hash, round));
  sent_->of<SendToPeers>().clear();
  advance(8 * kTurn);
  std::map<PeerId, std::size_t> proposals;
  for (const auto& sent : sent_->of<SendToPeers>())
    if (sent.only) proposals[*sent.only] += sent.blocks.size();
  EXPECT_EQ(proposals[kPeerTwo], 0u);
  EXPECT_GT(proposals[kPeerThree], 0u);
}

TEST_F(EnginePeersTest, AnotherBodyUnderTheSignedHeaderStandsInNobodysWay) {
  start_with_peers();
  const Round round = round_of_another();
  const auto proposed = proposal(round);
  auto forged = proposed.heard;
  Block other_body = *proposed.heard.block;
  other_body.transactions.push_back(EncodedTransaction(transaction(1, 0)));
  forged.block = std::make_shared<const Block>(other_body);
  tell(validator_, forged);
  EXPECT_TRUE(logged("a proposal was refused"));
  Block other_block = *proposed.heard.block;
  ++other_block.header.time;
  forged.block = std::make_shared<const Block>(other_block);
  tell(validator_, forged);

  for (const std::uint32_t other : {1u, 2u, 3u})
    hear(PeerId{other}, vote(other, VoteStep::prevote, std::nullopt, round));
  tell(validator_, proposed.heard);
  ASSERT_EQ(handled("ledger", "CheckBlock"), 1u);
  for (const std::uint32_t other : {1u, 2u, 3u})
    hear(PeerId{other}, vote(other, VoteStep::precommit, proposed.hash, round));
  EXPECT_EQ(tip()->hash, proposed.hash);
}

TEST_F(EnginePeersTest, ASignedBlockThatNobodySentIsAskedOfOnePeerAfterAnother) {
  start_with_peers();
  const auto proposed = proposal(round_of_another());
  for (const PeerId peer : {kPeerOne, kPeerTwo, kPeerThree}) connect(peer);
  for (const std::uint32_t other : {1u, 2u, 3u})
    hear(PeerId{other}, vote(other, VoteStep::precommit, proposed.hash, round_of_another()));
  ASSERT_THAT(sent_->of<AskForBlock>(), SizeIs(1));
  EXPECT_EQ(sent_->of<AskForBlock>()[0].block, proposed.hash);
  advance(3 * kTurn);
  std::set<PeerId> asked;
  for (const auto& ask : sent_->of<AskForBlock>()) asked.insert(ask.peer);
  EXPECT_THAT(asked, ElementsAre(kPeerOne, kPeerTwo, kPeerThree));

  tell(validator_, proposed.heard);
  EXPECT_EQ(tip()->hash, proposed.hash);
  const auto count = sent_->of<AskForBlock>().size();
  advance(3 * kTurn);
  EXPECT_EQ(sent_->of<AskForBlock>().size(), count);
}

TEST_F(EnginePeersTest, WhatIsHeldIsOfferedToAPeerThatConnectsAndThenToEachInTurn) {
  start_with_peers();
  hear(kPeerOne, vote(1, VoteStep::prevote, std::nullopt));
  connect(kPeerTwo);
  EXPECT_THAT(offered_to(), ElementsAre(kPeerTwo));
  connect(kPeerThree);
  sent_->of<SendToPeers>().clear();
  advance(4 * kTurn);
  EXPECT_THAT(offered_to(), ElementsAre(kPeerTwo, kPeerThree, kPeerTwo, kPeerThree));
  for (const auto& sent : sent_->of<SendToPeers>()) EXPECT_FALSE(sent.messages.empty());

  tell(validator_, PeerGone{kPeerTwo});
  tell(validator_, PeerGone{kPeerThree});
  sent_->of<SendToPeers>().clear();
  advance(3 * kTurn);
  EXPECT_TRUE(offered_to().empty());
}

TEST_F(EnginePeersTest, APeerThatAsksForABlockGetsItsProposal) {
  start_with_peers();
  const auto proposed = proposal(round_of_another());
  tell(validator_, proposed.heard);
  tell(validator_, BlockWanted{kPeerThree, 1, proposed.hash});
  tell(validator_, BlockWanted{kPeerThree, 1, Hash256{}});
  ASSERT_THAT(offered_to(), ElementsAre(kPeerThree));
  const auto& given = sent_->of<SendToPeers>().back();
  ASSERT_THAT(given.blocks, SizeIs(1));
  EXPECT_EQ(crypto::header_hash(given.blocks[0]->header), proposed.hash);
}

TEST_F(EnginePeersTest, ATransactionThatIsNewHereIsOfferedToAllAndWhatAPeerOffersIsNot) {
  start();
  connect(kPeerOne);
  ASSERT_TRUE(submit({transaction(1, 0)}).results[0]);
  ASSERT_THAT(sent_->of<OfferTransactions>(), SizeIs(1));
  EXPECT_FALSE(sent_->of<OfferTransactions>()[0].only);
  EXPECT_THAT(sent_->of<OfferTransactions>()[0].transactions, ElementsAre(transaction(1, 0)));

  tell(block_producer_, TransactionsHeard{kPeerOne, {transaction(1, 0), transaction(2, 0), {0xc1}}});
  EXPECT_EQ(ask<PendingTransactions>(block_producer_, GetPending{0, 10})->total, 2u);
  EXPECT_THAT(sent_->of<OfferTransactions>(), SizeIs(1));
}

TEST_F(EnginePeersTest, WhatWaitsIsOfferedAgainToEachPeerWithinBounds) {
  start();
  std::vector<Bytes> batch;
  for (std::uint32_t i = 0; i < 400; ++i)
    batch.push_back(world_.encoded(fixtures::account_key(i), 0,
                                   Data{BoundedString<64>("note"), BoundedBytes<4096>(Bytes(2'000, std::uint8_t{7}))}));
  submit(batch);
  for (const PeerId peer : {kPeerOne, kPeerTwo}) connect(peer);
  advance(8 * kTurn);
  std::map<PeerId, std::set<Bytes>> offered;
  for (const auto& offer : sent_->of<OfferTransactions>()) {
    std::size_t bytes = 0;
    for (const auto& encoded : offer.transactions) bytes += encoded.size();
    EXPECT_LE(bytes, kOfferedBytes);
    ASSERT_TRUE(offer.only);
    offered[*offer.only].insert(offer.transactions.begin(), offer.transactions.end());
  }
  // Five offers of about 120: that they begin at random places is seen by how many of the 400 were among them.
  EXPECT_THAT(offered, SizeIs(2));
  for (const auto& [peer, transactions] : offered) EXPECT_GT(transactions.size(), 200u) << peer.value;
}

TEST_F(EnginePeersTest, ADoubleSignatureIsPutOnChainOnceByTheValidatorsOwnAccount) {
  start_with_peers();
  connect(kPeerOne);
  for (int again = 0; again < 3; ++again) {
    hear(kPeerOne, vote(1, VoteStep::prevote, fixtures::some_hash(1)));
    hear(kPeerTwo, vote(1, VoteStep::prevote, fixtures::some_hash(2)));
  }
  const auto pending = ask<PendingTransactions>(block_producer_, GetPending{0, 10});
  ASSERT_TRUE(pending);
  ASSERT_EQ(pending->total, 1u);
  const auto& made = **pending->transactions[0];
  EXPECT_EQ(made.sender, fixtures::address_of(fixtures::validator_key(0)));
  const auto* evidence = std::get_if<Evidence>(&made.transaction.operation);
  ASSERT_NE(evidence, nullptr);
  EXPECT_EQ(std::get<Vote>(evidence->first).voter, fixtures::address_of(fixtures::validator_key(1)));
  EXPECT_TRUE(logged("ALARM evidence"));
  ASSERT_THAT(sent_->of<OfferTransactions>(), SizeIs(1));
  EXPECT_EQ(sent_->of<OfferTransactions>()[0].transactions[0], Bytes(made.encoded.begin(), made.encoded.end()));

  // Another one of the same validator, in another step, is another matter.
  hear(kPeerOne, vote(1, VoteStep::precommit, fixtures::some_hash(1)));
  hear(kPeerTwo, vote(1, VoteStep::precommit, fixtures::some_hash(2)));
  EXPECT_EQ(ask<PendingTransactions>(block_producer_, GetPending{0, 10})->total, 2u);
}

}  // namespace
}  // namespace lucid::actors
