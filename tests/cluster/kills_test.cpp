// kill -9 of validators under load: each votes again, nothing final is lost, nothing is signed twice.
//
// LUCID_TEST_CLUSTER_KILLS (10) says how many, LUCID_TEST_SEED repeats a run's choices.
#include <iostream>
#include <poll.h>

#include "tests/cluster/anchor_history.hpp"
#include "tests/cluster/cluster.hpp"
#include "tests/sim/ran.hpp"

namespace lucid::cluster {
namespace {

constexpr milliseconds kVotesAgain{10'000};

class ClusterKillTest : public ClusterTest {
 protected:
  Node another_than(Node node) const { return node % kNodes + 1; }

  /// Kills it, lets the others go on for so many blocks, and starts it again; how long until its signature stands in a
  /// certificate of a height that was not open before.
  milliseconds kill_and_wait(Node victim, Height blocks_without) {
    const Node witness = another_than(victim);
    kill({victim});
    const Height at = height(witness);
    EXPECT_TRUE(until([&] { return height(witness) >= at + blocks_without; })) << "three do not go on";
    expect_said(witness, "validators_missing", ", which is enough; missing: node-" + std::to_string(victim));
    const auto started = std::chrono::steady_clock::now();
    start(victim);
    if (HasFatalFailure()) return {};
    const Height open = height(witness) + 1;
    EXPECT_TRUE(until([&] { return votes_above(victim, open, witness); })) << "node " << victim << " does not vote";
    return since(started);
  }

  void expect_signed_once(const AnchorHistory::Findings& findings) {
    EXPECT_TRUE(findings.evidence.empty()) << "a validator signed twice";
    for (Node node = 1; node <= kNodes; ++node)
      EXPECT_EQ(log(node).find("ALARM"), std::string::npos) << "node " << node << ":\n" << log(node);
  }
};

TEST_F(ClusterKillTest, WhoeverIsKilledVotesAgainAndNothingFinalIsLost) {
  const std::uint64_t wanted = number_of("CLUSTER_KILLS", 10);
  auto random = random_source();
  up();
  ASSERT_FALSE(HasFatalFailure());
  AnchorHistory history(urls());
  ASSERT_TRUE(until([&] { return history.acknowledged() >= kNodes; }));
  milliseconds longest{0};
  std::uint64_t slow = 0;
  for (std::uint64_t made = 0; made < wanted && !HasFailure(); ++made) {
    ::poll(nullptr, 0, static_cast<int>(random() % kAnyMomentMs));
    const auto took = kill_and_wait(static_cast<Node>(1 + random() % kNodes), random() % 3);
    longest = std::max(longest, took);
    slow += took > kVotesAgain ? 1 : 0;
  }
  std::cout << "voted again within " << longest.count() << " ms at most\n";
  // One repeat for each ten: this machine may have been busy with something else.
  EXPECT_LE(slow, wanted / 10) << "of " << wanted << " took longer than " << kVotesAgain.count() << " ms";
  const auto findings = history.judge();
  expect_signed_once(findings);
  sim::report_run("cluster kills=" + std::to_string(wanted) + counts_of(findings));
}

TEST_F(ClusterKillTest, AllKilledAtOnceGoOnWhereTheyWere) {
  const std::uint64_t wanted = number_of("CLUSTER_POWER_CUTS", 3);
  auto random = random_source();
  up();
  ASSERT_FALSE(HasFatalFailure());
  AnchorHistory history(urls());
  ASSERT_TRUE(until([&] { return history.acknowledged() >= kNodes; }));
  for (std::uint64_t made = 0; made < wanted && !HasFailure(); ++made) {
    ::poll(nullptr, 0, static_cast<int>(random() % kAnyMomentMs));
    const Height before = highest();
    kill({1, 2, 3, 4});
    ASSERT_FALSE(HasFatalFailure());
    for (Node node = 1; node <= kNodes; ++node) {
      start(node);
      ASSERT_FALSE(HasFatalFailure());
      if (made == 0 && node == 2)
        expect_said(1, "too_few_validators", "of 4 validators 2 are here, and 3 must sign; missing: node-");
    }
    ASSERT_TRUE(until([&] { return height(1) > before + 1; })) << "the chain does not go on";
    for (Node node = 2; node <= kNodes; ++node)
      EXPECT_TRUE(until([&] { return votes_above(node, before + 1, 1); })) << "node " << node << " does not vote";
  }
  const auto findings = history.judge();
  expect_signed_once(findings);
  sim::report_run("cluster power-cuts=" + std::to_string(wanted) + counts_of(findings));
}

}  // namespace
}  // namespace lucid::cluster
