// One validator of four that was away: block_sync and the engine around it, the test plays the peers.
#include "actors/block_sync.hpp"

#include <gmock/gmock.h>

#include "tests/actors/engine_fixture.hpp"

namespace lucid::actors {
namespace {

using std::chrono::milliseconds;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr PeerId kOne{1}, kTwo{2}, kThree{3};

class BlockSyncTest : public EngineTest {
 protected:
  BlockSyncTest() : EngineTest(4), others_(world_.chain.genesis) {}

  void connect(PeerId peer) {
    tell(block_sync_,
         PeerConnected{peer, fixtures::address_of(fixtures::validator_key(static_cast<std::uint32_t>(peer.value)))});
  }
  /// What an honest peer with the others' chain says.
  void answer(const AskForBlocks& ask) {
    Blocks answer{ask.request.from, others_.state.height, {}};
    for (Height height = ask.request.from;
         height <= others_.state.height && height < ask.request.from + ask.request.count; ++height)
      answer.blocks.push_back({others_.blocks[height - 1], others_.certify(height, hash_of(height))});
    tell(block_sync_, BlocksHeard{ask.peer, std::make_shared<const Blocks>(std::move(answer))});
  }
  void answer_all() {
    while (!said_->of<AskForBlocks>().empty()) {
      const auto asked = std::exchange(said_->of<AskForBlocks>(), {});
      for (const auto& ask : asked) answer(ask);
    }
  }
  Hash256 hash_of(Height height) const { return crypto::header_hash(others_.blocks[height - 1].header); }
  sync::SyncStatus status() { return ask<SyncReport>(block_sync_, GetSyncStatus{})->status; }

  fixtures::SmallChain others_;  // grows while this node is away
};

TEST_F(BlockSyncTest, ANodeThatWasAwayGetsTheBlocksAndThenAgreesOnTheNextHeight) {
  others_.grow({others_.next(1, fixtures::anchor_of(1))});
  for (int i = 0; i < 20; ++i) others_.grow();
  start();
  for (const PeerId peer : {kOne, kTwo, kThree}) connect(peer);
  EXPECT_EQ(handled("validator", "HeightPlanned"), 0u);
  for (const PeerId peer : {kOne, kTwo, kThree}) tell(block_sync_, TipHeard{peer, TipNotice{21}});
  EXPECT_TRUE(status().catching_up);
  answer_all();
  advance(milliseconds(2'000));
  answer_all();

  EXPECT_EQ(tip()->height, 21u);
  EXPECT_EQ(tip()->hash, hash_of(21));
  EXPECT_EQ(tip()->log.size(), 1u);
  EXPECT_FALSE(status().catching_up);
  // Of all heights that were passed, the validator heard of none: it agrees on the next one.
  EXPECT_EQ(handled("validator", "HeightPlanned"), 1u);
  EXPECT_EQ(ask<ConsensusReport>(validator_, GetConsensusStatus{})->status.height, 22u);
  // Genesis, and what came in two answers: blocks that arrive together are stored together.
  EXPECT_LE(chain_env_->commits(), 4u);
}

TEST_F(BlockSyncTest, OneThatCannotBeExecutedKeepsNoneOfThoseBeforeItBack) {
  for (int i = 0; i < 3; ++i) others_.grow();
  Block bad = others_.blocks[2];
  bad.header.state_digest = fixtures::some_hash(7);
  others_.blocks[2] = bad;  // and all of them sign it
  start();
  connect(kOne);
  tell(block_sync_, TipHeard{kOne, TipNotice{3}});
  answer_all();
  EXPECT_EQ(tip()->hash, hash_of(2));
  EXPECT_TRUE(logged("ALARM sync"));
  EXPECT_TRUE(view("ledger").alive);
  EXPECT_EQ(handled("ledger", "FollowBlocks"), 2u);         // the first alone, then the other two
  EXPECT_EQ(handled("leader_selector", "TipChanged"), 3u);  // of genesis, and each of the two
}

TEST_F(BlockSyncTest, TheSignaturesOfWhatIsFetchedAreCheckedOnceAndAheadOfTheirTurn) {
  others_.grow({others_.next(1, fixtures::anchor_of(1)), others_.next(2, fixtures::anchor_of(2))});
  others_.grow({others_.next(1, fixtures::anchor_of(3))});
  start();
  chain_env_->fail_at_commit(1, Fault::storage_full);
  connect(kOne);
  tell(block_sync_, TipHeard{kOne, TipNotice{2}});
  answer_all();
  EXPECT_EQ(tip()->height, 0u);
  EXPECT_EQ(signatures_.recovered(), 3u);  // also of the second, whose turn has not come
  advance(milliseconds(2'000));
  EXPECT_EQ(tip()->height, 2u);
  EXPECT_EQ(signatures_.recovered(), 3u);
}

TEST_F(BlockSyncTest, ABlockWithAForgedSignatureIsNotExecutedWhoeverSignedIt) {
  auto built = others_.build({others_.next(1, fixtures::anchor_of(1))});
  ASSERT_TRUE(built);
  // All validators of the chain signed a block whose only transaction nobody signed.
  Block block = built->block;
  Bytes forged(block.transactions[0].begin(), block.transactions[0].end());
  forged.back() = 9;  // no recovery id
  block.transactions[0] = EncodedTransaction(forged);
  block.header.transactions_root = ledger::transactions_root(std::vector{crypto::transaction_id(forged)});
  const Hash256 hash = crypto::header_hash(block.header);
  start();
  connect(kOne);
  tell(block_sync_, TipHeard{kOne, TipNotice{1}});
  Blocks answer{1, 1, {}};
  answer.blocks.push_back({block, others_.certify(1, hash)});
  tell(block_sync_, BlocksHeard{kOne, std::make_shared<const Blocks>(answer)});
  EXPECT_EQ(handled("ledger", "FollowBlocks"), 1u);
  EXPECT_EQ(tip()->height, 0u);
  EXPECT_TRUE(logged("ALARM sync"));
}

TEST_F(BlockSyncTest, WhileItCatchesUpNothingIsSigned) {
  for (int i = 0; i < 3; ++i) others_.grow();
  start();
  for (const PeerId peer : {kOne, kTwo, kThree}) {
    connect(peer);
    tell(block_sync_, TipHeard{peer, TipNotice{3}});
  }
  submit({transaction(1, 0)});
  advance(milliseconds(20'000));  // nobody answers
  EXPECT_THAT(sent_->of<SendToPeers>(), IsEmpty());
  EXPECT_EQ(sign_env_->commits(), 0u);
  EXPECT_TRUE(status().catching_up);
}

TEST_F(BlockSyncTest, ABlockOfTheHeightThatIsAgreedOnIsDecidedByTheValidator) {
  start();
  for (const PeerId peer : {kOne, kTwo, kThree}) {
    connect(peer);
    answer(AskForBlocks{peer, GetBlocks{1, 1}});  // nothing yet
  }
  ASSERT_FALSE(status().catching_up);
  others_.grow();
  tell(block_sync_, TipHeard{kOne, TipNotice{1}});
  said_->of<AskForBlocks>().clear();
  advance(milliseconds(1'000));  // consensus had its time to mend it
  answer_all();
  EXPECT_EQ(tip()->hash, hash_of(1));
  EXPECT_EQ(handled("validator", "DecidedHeard"), 1u);
  EXPECT_EQ(handled("ledger", "FollowBlocks"), 0u);
}

TEST_F(BlockSyncTest, AForgedCertificateNeverReachesTheLedgerAndItsSenderIsDropped) {
  others_.grow();
  start();
  connect(kOne);
  tell(block_sync_, TipHeard{kOne, TipNotice{1}});
  ASSERT_THAT(said_->of<AskForBlocks>(), SizeIs(1));
  Blocks forged{1, 1, {}};
  forged.blocks.push_back({others_.blocks[0], others_.certify(1, hash_of(1), {0, 1})});  // two of four
  tell(block_sync_, BlocksHeard{kOne, std::make_shared<const Blocks>(forged)});
  EXPECT_EQ(tip()->height, 0u);
  EXPECT_EQ(handled("ledger", "FollowBlocks"), 0u);
  ASSERT_THAT(said_->of<DropPeer>(), SizeIs(1));
  EXPECT_EQ(said_->of<DropPeer>()[0].reason, sync::DropReason::lying);
}

TEST_F(BlockSyncTest, ADiskWithoutRoomIsTriedAgainAndTheBlockThenCommitted) {
  others_.grow();
  start();
  chain_env_->fail_at_commit(1, Fault::storage_full);
  connect(kOne);
  tell(block_sync_, TipHeard{kOne, TipNotice{1}});
  answer_all();
  EXPECT_EQ(tip()->height, 0u);
  EXPECT_TRUE(logged("ALARM sync"));
  advance(milliseconds(2'000));
  EXPECT_EQ(tip()->height, 1u);
  EXPECT_TRUE(view("ledger").alive);
}

TEST_F(BlockSyncTest, APeerThatLacksBlocksIsGivenThem) {
  for (int i = 0; i < 5; ++i) others_.grow();
  start();
  connect(kOne);
  tell(block_sync_, TipHeard{kOne, TipNotice{5}});
  answer_all();
  ASSERT_EQ(tip()->height, 5u);
  tell(block_sync_, BlocksWanted{kTwo, GetBlocks{2, 16}});
  tell(block_sync_, BlocksWanted{kTwo, GetBlocks{6, 1}});
  ASSERT_THAT(said_->of<GiveBlocks>(), SizeIs(2));
  const auto& given = *said_->of<GiveBlocks>()[0].answer;
  ASSERT_THAT(given.blocks, SizeIs(4));
  EXPECT_EQ(given.from, 2u);
  EXPECT_EQ(given.tip, 5u);
  for (std::size_t i = 0; i < given.blocks.size(); ++i) {
    EXPECT_EQ(given.blocks[i].block, others_.blocks[i + 1]);
    EXPECT_TRUE(verifier_.verify(given.blocks[i].certificate, i + 2, hash_of(i + 2), world_.members.set));
  }
  EXPECT_THAT(said_->of<GiveBlocks>()[1].answer->blocks, IsEmpty());
}

}  // namespace
}  // namespace lucid::actors
