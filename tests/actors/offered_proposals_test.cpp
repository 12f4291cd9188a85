#include "actors/offered_proposals.hpp"

#include <gtest/gtest.h>

namespace lucid::actors {
namespace {

constexpr PeerId kNear{1}, kFar{2};

Proposal proposal_of(std::uint8_t block, Round round = 0, Height height = 7) {
  Proposal proposal;
  proposal.height = height;
  proposal.round = round;
  proposal.block.data.fill(block);
  return proposal;
}

class OfferedProposalsTest : public testing::Test {
 protected:
  OfferedProposalsTest() { offered_.at_height(7); }
  OfferedProposals offered_;
};

TEST_F(OfferedProposalsTest, WhoeverWasNotSentItIsOfferedIt) {
  offered_.sent(kNear, proposal_of(1), 0);
  EXPECT_TRUE(offered_.is_due(kFar, proposal_of(1), 0));
  EXPECT_TRUE(offered_.is_due(kNear, proposal_of(2), 0));
  EXPECT_TRUE(offered_.is_due(kNear, proposal_of(1, 1), 0));  // the same block, proposed again
}

TEST_F(OfferedProposalsTest, WhoeverVotedForItIsNotOfferedItAgain) {
  const auto proposal = proposal_of(1);
  offered_.sent(kNear, proposal, 0);
  offered_.shown(kNear, 7, proposal.block, 0);
  EXPECT_FALSE(offered_.is_due(kNear, proposal, 1'000));
  EXPECT_TRUE(offered_.is_due(kFar, proposal, 1'000));
  EXPECT_TRUE(offered_.is_due(kNear, proposal_of(1, 1), 1'000));
}

TEST_F(OfferedProposalsTest, SilenceIsAnsweredBySendingItAgainEachTimeAfterTwiceAsLong) {
  const auto proposal = proposal_of(1);
  std::vector<std::uint64_t> turns;
  offered_.sent(kNear, proposal, 0);
  for (std::uint64_t turn = 1; turn <= 30; ++turn) {
    if (!offered_.is_due(kNear, proposal, turn)) continue;
    turns.push_back(turn);
    offered_.sent(kNear, proposal, turn);
  }
  EXPECT_EQ(turns, (std::vector<std::uint64_t>{2, 6, 14, 30}));
}

TEST_F(OfferedProposalsTest, ANewConnectionAndANewHeightBeginAnew) {
  const auto proposal = proposal_of(1);
  offered_.sent(kNear, proposal, 5);
  offered_.forget(kNear);
  EXPECT_TRUE(offered_.is_due(kNear, proposal, 5));
  offered_.sent(kNear, proposal, 5);
  offered_.at_height(7);
  EXPECT_FALSE(offered_.is_due(kNear, proposal, 5));
  offered_.at_height(8);
  EXPECT_TRUE(offered_.is_due(kNear, proposal_of(1, 0, 8), 5));
  offered_.shown(kNear, 7, proposal.block, 0);  // a late vote says nothing of this height
  EXPECT_TRUE(offered_.is_due(kNear, proposal_of(1, 0, 8), 5));
}

}  // namespace
}  // namespace lucid::actors
