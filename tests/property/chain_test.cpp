// Random chains: whatever one node builds another accepts, and both come to the same state (protocol.md section 8).
#include <algorithm>
#include <gtest/gtest.h>
#include <random>

#include "tests/fixtures/small_chain.hpp"

namespace lucid::ledger {
namespace {

using fixtures::anchor_of;
using fixtures::SmallChain;

/// One random step: some transactions, a time, a round, some of the signers.
struct Step {
  std::vector<std::pair<std::uint32_t, Operation>> operations;
  TimeMs later_ms = 0;
  Round round = 0;
  std::vector<std::size_t> signers;
};

Step random_step(std::mt19937_64& random, const SmallChain& world) {
  Step step;
  for (std::uint64_t i = random() % 4; i > 0; --i) {
    const auto account = static_cast<std::uint32_t>(random() % 3);
    const auto number = static_cast<std::uint32_t>(random() % 30);
    if (random() % 3)
      step.operations.emplace_back(account, anchor_of(number));
    else
      step.operations.emplace_back(
          account, AnchorChunk{fixtures::session_id(number), static_cast<std::uint32_t>(random() % 6), {}});
  }
  const std::uint64_t dice = random() % 20;
  step.later_ms = dice < 12 ? 0 : dice < 19 ? random() % 5'000 : random() % 400'000;
  step.round = random() % 3 ? 0 : static_cast<Round>(random() % 6);
  for (std::size_t i = 0; i < world.members.set.size(); ++i) step.signers.push_back(i);
  std::shuffle(step.signers.begin(), step.signers.end(), random);
  step.signers.resize(world.members.set.quorum() +
                      random() % (world.members.set.size() - world.members.set.quorum() + 1));
  std::sort(step.signers.begin(), step.signers.end());
  return step;
}

TEST(RandomChains, two_nodes_with_the_same_blocks_come_to_the_same_state) {
  std::mt19937_64 random(1'337);
  std::size_t heights = 0, epochs = 0, missed = 0, refused = 0;
  for (int run = 0; run < 6; ++run) {
    const auto n = static_cast<std::uint32_t>(1 + random() % 6);
    SmallChain proposer(n, Profile::test), validator(n, Profile::test);
    for (int height = 0; height < 120; ++height, ++heights) {
      const Step step = random_step(random, proposer);
      std::vector<crypto::TransactionPtr> candidates;
      for (const auto& [account, operation] : step.operations) candidates.push_back(proposer.next(account, operation));
      const auto plan = proposer.plan();
      const auto built = proposer.build(candidates, plan.earliest_time + step.later_ms, step.round);
      ASSERT_TRUE(built) << to_text(built.error());
      ASSERT_EQ(built->block.transactions.size(), candidates.size());

      // The validator has only the bytes.
      const auto received = codec::decode<Block>(codec::encode(built->block), "block");
      ASSERT_TRUE(received);
      BlockReport report = validator.check(*received);
      ASSERT_TRUE(report.valid()) << to_text(report.first_error().value_or(Error{}));
      ASSERT_EQ(report.execution->state, built->execution.state);
      ASSERT_EQ(changes_hash(report.execution->changes), changes_hash(built->execution.changes));

      std::set<Address> distinct(plan.order.begin(), plan.order.end());
      EXPECT_EQ(distinct.size(), n) << "the order is a permutation";
      EXPECT_GE(plan.slot, proposer.state.slot);
      EXPECT_GE(built->block.header.time, proposer.state.time + proposer.chain.params().block_interval_ms);
      for (const auto& row : built->execution.changes.slots) missed += row.reason == credits::SlotReason::missed;
      for (const auto& row : built->execution.changes.transactions) refused += row.outcome != Outcome::done;
      const Epoch before = proposer.state.credits.epoch;
      proposer.commit(*built, step.signers);
      validator.commit({*received, std::move(*report.execution), {}}, step.signers);
      epochs += proposer.state.credits.epoch.value - before.value;
      // A restart reads the state back from its bytes.
      validator.state = *codec::decode<ChainState>(codec::encode(validator.state), "state");
    }
  }
  EXPECT_EQ(heights, 720u);
  EXPECT_GT(epochs, 50u);
  EXPECT_GT(missed, 20u);
  EXPECT_GT(refused, 100u);
}

}  // namespace
}  // namespace lucid::ledger
