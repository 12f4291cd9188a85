// Networks that fall apart and heal: nothing is decided without a quorum, and after the heal everything goes on.
//
// LUCID_TEST_CLUSTER_PARTITIONS (3) says how many, LUCID_TEST_SEED repeats a run's choices.
#include <algorithm>
#include <iostream>
#include <map>
#include <poll.h>

#include "tests/cluster/anchor_history.hpp"
#include "tests/cluster/cluster.hpp"
#include "tests/sim/ran.hpp"

namespace lucid::cluster {
namespace {

constexpr milliseconds kNextBlock{15'000};
constexpr std::size_t kQuorum = 3;

using Groups = std::vector<std::vector<Node>>;

std::string words_of(const Groups& groups) {
  std::string out;
  for (const auto& group : groups) {
    out += out.empty() ? "" : "/";
    for (std::size_t i = 0; i < group.size(); ++i) out += (i == 0 ? "" : ",") + std::to_string(group[i]);
  }
  return out;
}

/// Of four shuffled nodes: 2/2, 3/1, 1/1/2 in turn.
Groups groups_of(std::uint64_t turn, std::mt19937_64& random) {
  std::vector<Node> nodes{1, 2, 3, 4};
  std::shuffle(nodes.begin(), nodes.end(), random);
  switch (turn % 3) {
    case 0:
      return {{nodes[0], nodes[1]}, {nodes[2], nodes[3]}};
    case 1:
      return {{nodes[0], nodes[1], nodes[2]}, {nodes[3]}};
    default:
      return {{nodes[0]}, {nodes[1]}, {nodes[2], nodes[3]}};
  }
}

class ClusterPartitionTest : public ClusterTest {
 protected:
  /// What had a quorum before the cut may still arrive; after that a minority stands still, a quorum goes on.
  void expect_what_a_quorum_can(const Groups& groups) {
    constexpr milliseconds kOnItsWay{1'000}, kWatched{2'500};
    ::poll(nullptr, 0, static_cast<int>(kOnItsWay.count()));
    std::map<Node, Height> settled;
    for (Node node = 1; node <= kNodes; ++node) settled[node] = height(node);
    const auto decided_by_few = [&] {
      for (const auto& group : groups)
        for (const Node node : group)
          if (group.size() < kQuorum && height(node) != settled[node]) return true;
      return false;
    };
    EXPECT_FALSE(until(decided_by_few, kWatched)) << "decided without a quorum: " << words_of(groups);
    for (const auto& group : groups)
      if (group.size() < kQuorum)
        expect_said(group.front(), "too_few_validators",
                    "of 4 validators " + std::to_string(group.size()) + (group.size() == 1 ? " is" : " are") +
                        " here, and 3 must sign; missing: ");
    for (const auto& group : groups) {
      for (const Node node : group) {
        if (group.size() < kQuorum) continue;
        EXPECT_TRUE(until([&] { return height(node) > settled[node]; })) << "three stand still: " << words_of(groups);
      }
    }
  }

  /// Until every node has a block that none had at the heal.
  milliseconds heal_and_wait() {
    heal();
    const auto healed = std::chrono::steady_clock::now();
    const Height before = highest();
    for (Node node = 1; node <= kNodes; ++node)
      EXPECT_TRUE(until([&] { return height(node) > before; })) << "node " << node << " has no next block";
    return since(healed);
  }
};

TEST_F(ClusterPartitionTest, NothingIsDecidedWithoutAQuorumAndAHealNeedsNoRestart) {
  if (const std::string why = without_name_spaces(); !why.empty()) GTEST_SKIP() << "no network to cut: " << why;
  const std::uint64_t wanted = number_of("CLUSTER_PARTITIONS", 3);
  auto random = random_source();
  up();
  ASSERT_FALSE(HasFatalFailure());
  const auto before = state();
  AnchorHistory history(urls());
  milliseconds longest{0};
  std::uint64_t slow = 0;
  for (std::uint64_t made = 0; made < wanted && !HasFailure(); ++made) {
    const Groups groups = groups_of(made, random);
    ::poll(nullptr, 0, static_cast<int>(random() % kAnyMomentMs));
    partition(words_of(groups));
    expect_what_a_quorum_can(groups);
    const auto took = heal_and_wait();
    longest = std::max(longest, took);
    slow += took > kNextBlock ? 1 : 0;
  }
  std::cout << "next block within " << longest.count() << " ms of a heal at most\n";
  EXPECT_LE(slow, wanted > 1 ? 1 + wanted / 100 : 0) << "took longer than " << kNextBlock.count() << " ms";
  const auto findings = history.judge();
  EXPECT_TRUE(findings.evidence.empty()) << "a validator signed twice";
  for (Node node = 1; node <= kNodes; ++node)
    EXPECT_TRUE(tools::localnet::runs(before.nodes.at(node - 1).process)) << "node " << node << " ended";
  sim::report_run("cluster partitions=" + std::to_string(wanted) + " heals=" + std::to_string(wanted) +
                  counts_of(findings));
}

}  // namespace
}  // namespace lucid::cluster
