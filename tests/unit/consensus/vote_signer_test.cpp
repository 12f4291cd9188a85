// The signer's one rule: nothing twice.
#include "core/consensus/vote_signer.hpp"

#include <gtest/gtest.h>

#include "core/codec/codec.hpp"
#include "tests/fixtures/consensus_room.hpp"

namespace lucid::consensus {
namespace {

using test::address_of;
using test::Room;

const Hash256 kBlockX = crypto::sha256(as_bytes("X"));
const Hash256 kBlockY = crypto::sha256(as_bytes("Y"));

struct Desk {
  Room room{"abcd"};
  VoteSigner signer = room.signer('a');

  Result<crypto::Verified<Vote>> vote(Height height, Round round, VoteStep step, VoteValue block) {
    return signer.sign(Vote{step, height, round, block, {}, NilReason::none, {}}, room.set());
  }
  Result<crypto::Verified<Proposal>> propose(Height height, Round round, const Hash256& block,
                                             std::optional<Round> valid_round = {}) {
    return signer.sign(Proposal{height, round, block, valid_round, {}, {}}, room.set());
  }
};

TEST(VoteSigner, SignsUpwardsAndSignsInItsOwnName) {
  Desk desk;
  EXPECT_EQ(desk.signer.address(), address_of('a'));
  EXPECT_EQ((*desk.propose(1, 0, kBlockX))->proposer, address_of('a'));
  EXPECT_EQ((*desk.vote(1, 0, VoteStep::prevote, kBlockX))->voter, address_of('a'));
  EXPECT_TRUE(desk.vote(1, 0, VoteStep::precommit, std::nullopt));
  EXPECT_TRUE(desk.vote(1, 3, VoteStep::prevote, kBlockY)) << "rounds may be skipped";
  EXPECT_EQ(desk.signer.records().size(), 4U);
  EXPECT_TRUE(desk.vote(2, 0, VoteStep::prevote, kBlockY));
  EXPECT_EQ(desk.signer.records().size(), 1U) << "those of the decided height go";
}

// protocol.md section 9: "double-sign check off by one".
TEST(VoteSigner, RefusesEveryPlaceAtOrBelowTheNewest) {
  Desk desk;
  ASSERT_TRUE(desk.vote(5, 3, VoteStep::prevote, kBlockX));
  EXPECT_EQ(desk.vote(5, 3, VoteStep::prevote, kBlockY).error().fault, Fault::sign_refused) << "the same place";
  EXPECT_EQ(desk.vote(5, 3, VoteStep::prevote, std::nullopt).error().fault, Fault::sign_refused);
  EXPECT_EQ(desk.propose(5, 3, kBlockX).error().fault, Fault::sign_refused) << "one step below";
  EXPECT_EQ(desk.vote(5, 2, VoteStep::precommit, kBlockX).error().fault, Fault::sign_refused) << "one round below";
  EXPECT_EQ(desk.vote(4, 99, VoteStep::precommit, kBlockX).error().fault, Fault::sign_refused) << "one height below";
  EXPECT_EQ(desk.signer.records().size(), 1U);
  EXPECT_TRUE(desk.vote(5, 3, VoteStep::precommit, kBlockX)) << "one step above";
}

TEST(VoteSigner, GivesTheIdenticalSignatureForIdenticalContent) {
  Desk desk;
  const auto first = desk.vote(5, 3, VoteStep::prevote, kBlockX);
  ASSERT_TRUE(desk.vote(5, 4, VoteStep::prevote, kBlockY));
  EXPECT_EQ(**desk.vote(5, 3, VoteStep::prevote, kBlockX), **first);
  EXPECT_EQ(desk.signer.records().size(), 2U);
}

TEST(VoteSigner, AProposalWithAnotherValidRoundIsOtherContent) {
  Desk desk;
  ASSERT_TRUE(desk.propose(5, 3, kBlockX, 1));
  EXPECT_EQ(desk.propose(5, 3, kBlockX, 2).error().fault, Fault::sign_refused);
  EXPECT_EQ(desk.propose(5, 3, kBlockX).error().fault, Fault::sign_refused);
  EXPECT_TRUE(desk.propose(5, 3, kBlockX, 1));
}

TEST(VoteSigner, SignsNothingAtOrBelowItsFloor) {
  Desk desk;
  ASSERT_TRUE(desk.vote(5, 0, VoteStep::prevote, kBlockX));
  desk.signer.raise_floor(7);
  desk.signer.raise_floor(3);  // never lower
  EXPECT_EQ(desk.signer.floor(), 7U);
  EXPECT_TRUE(desk.signer.records().empty());
  EXPECT_EQ(desk.vote(7, 0, VoteStep::prevote, kBlockX).error().fault, Fault::sign_refused);
  EXPECT_TRUE(desk.vote(8, 0, VoteStep::prevote, kBlockX));
}

TEST(VoteSigner, RemembersWhatItSignedBeforeARestart) {
  Desk before;
  const auto vote = before.vote(5, 3, VoteStep::prevote, kBlockX);
  Desk desk;
  desk.signer.restore(before.signer.records(), 0);
  EXPECT_EQ(desk.vote(5, 3, VoteStep::prevote, kBlockY).error().fault, Fault::sign_refused);
  EXPECT_EQ(**desk.vote(5, 3, VoteStep::prevote, kBlockX), **vote);
  EXPECT_TRUE(desk.signer.made(record_of(**vote)));
}

TEST(VoteSigner, RefusesToSignForASetThatItIsNotIn) {
  Desk desk;
  desk.signer = desk.room.signer('z');
  EXPECT_EQ(desk.vote(1, 0, VoteStep::prevote, kBlockX).error().fault, Fault::vote_not_member);
  EXPECT_TRUE(desk.signer.records().empty());
}

TEST(VoteSigner, KnowsAForeignSignatureOfItsKey) {
  Desk desk;
  ASSERT_TRUE(desk.vote(5, 3, VoteStep::prevote, kBlockX));
  const auto made = [&](Height height, Round round, VoteStep step, VoteValue block) {
    return desk.signer.made(record_of(*desk.room.vote('a', step, height, round, block)));
  };
  EXPECT_TRUE(made(5, 3, VoteStep::prevote, kBlockX));
  EXPECT_FALSE(made(5, 3, VoteStep::prevote, kBlockY));
  EXPECT_FALSE(made(5, 2, VoteStep::prevote, kBlockX));
  EXPECT_FALSE(made(5, 4, VoteStep::prevote, kBlockX)) << "above the newest: a copy is ahead";
  EXPECT_FALSE(made(6, 0, VoteStep::prevote, kBlockX));
  EXPECT_FALSE(made(4, 0, VoteStep::prevote, kBlockX)) << "it signed nothing there";
  ASSERT_TRUE(desk.vote(6, 0, VoteStep::prevote, kBlockX));
  EXPECT_TRUE(made(5, 1, VoteStep::prevote, kBlockX)) << "nothing is left to judge it by";
  EXPECT_FALSE(desk.signer.made(record_of(*desk.room.proposal('a', 6, 0, kBlockX))));
}

TEST(VoteSigner, JudgesTheHeightAtItsFloorByWhatItSignedThere) {
  Desk desk;
  ASSERT_TRUE(desk.vote(5, 0, VoteStep::precommit, kBlockX));
  desk.signer.raise_floor(5);
  const auto made = [&](Height height, VoteValue block) {
    return desk.signer.made(record_of(*desk.room.precommit('a', 0, block, height)));
  };
  EXPECT_TRUE(made(5, kBlockX));
  EXPECT_FALSE(made(5, kBlockY));
  EXPECT_TRUE(made(4, kBlockY)) << "two heights back nothing is left";
  desk.signer.raise_floor(6);
  EXPECT_FALSE(made(6, kBlockX)) << "it signed nothing there";
}

TEST(VoteSigner, TakesOverWhatAnEarlierLifeSigned) {
  Desk desk;
  ASSERT_TRUE(desk.vote(5, 0, VoteStep::prevote, kBlockX));
  const SignRecord told = record_of(*desk.room.precommit('a', 2, kBlockY, 5));
  ASSERT_TRUE(desk.signer.is_newer(told));
  desk.signer.take_over(told);
  EXPECT_FALSE(desk.signer.is_newer(told));
  EXPECT_TRUE(desk.signer.made(record_of(*desk.room.prevote('a', 1, kBlockX, 5)))) << "who knows";
  EXPECT_FALSE(desk.signer.made(record_of(*desk.room.prevote('a', 0, kBlockY, 5)))) << "this is known";
  EXPECT_FALSE(desk.signer.made(record_of(*desk.room.prevote('a', 3, kBlockX, 5))));
  EXPECT_EQ(desk.vote(5, 2, VoteStep::prevote, kBlockX).error().fault, Fault::sign_refused);
  EXPECT_TRUE(desk.vote(5, 3, VoteStep::prevote, kBlockX));
}

TEST(VoteSigner, KeepsTheLastHundredRounds) {
  Desk desk;
  for (Round round = 0; round <= 150; ++round) ASSERT_TRUE(desk.vote(1, round, VoteStep::prevote, std::nullopt));
  EXPECT_EQ(desk.signer.records().size(), kMaxSignedRounds + 1);
  EXPECT_EQ(desk.signer.records().front().round, 50U);
}

TEST(SignRecord, IsStoredAsItsFieldsInOrder) {
  const SignRecord record{7, 2, SignStep::precommit, std::nullopt, std::nullopt, {}};
  const Bytes bytes = codec::encode(record);
  EXPECT_EQ(*codec::decode<SignRecord>(bytes), record);
  EXPECT_EQ(to_hex(ByteView(bytes).first(6)), "96070202c0c0");
  DurableRound durable;
  durable.height = 7;
  durable.locked_round = 1;
  durable.locked_block = kBlockX;
  durable.blocks = BoundedList<Hash256, 3>(std::vector<Hash256>{kBlockX});
  durable.prevotes.push_back(*test::Room("abcd").prevote('b', 1, kBlockX, 7));
  EXPECT_EQ(*codec::decode<DurableRound>(codec::encode(durable)), durable);
}

}  // namespace
}  // namespace lucid::consensus
