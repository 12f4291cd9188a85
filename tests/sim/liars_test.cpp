// Machines that lie: each way to lie happens, is seen by the others as what it is, and moves nobody who does not lie.
#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <set>

#include "core/ledger/block_builder.hpp"
#include "core/ledger/block_rules.hpp"
#include "tools/lucid-sim/cluster.hpp"
#include "tools/lucid-sim/liars/forge.hpp"
#include "tools/lucid-sim/runner.hpp"

namespace lucid::sim {
namespace {

Wanted with_liars(std::uint32_t nodes, std::uint32_t byzantine, bool faults) {
  Wanted out;
  out.nodes = nodes;
  out.byzantine = byzantine;
  out.heights = 20;
  out.faults = faults;
  return out;
}

/// What honest machines got to hear from liars.
struct Heard final : Observer {
  explicit Heard(const ClusterFacts& known) : facts(known) {
    for (const NodeFacts& node : facts.nodes)
      if (node.lies) liars.insert(node.address);
  }

  void see(TimeMs, const Sighting& sighting) override {
    if (const auto* held = std::get_if<Held>(&sighting)) {
      if (!facts.nodes[held->node].lies)
        std::visit([&](const auto& message) { hear(held->node, message); }, held->message);
    } else if (const auto* found = std::get_if<EvidenceFound>(&sighting)) {
      if (!facts.nodes[found->node].lies) named.insert(signer(found->evidence.first));
    }
  }

  void hear(NodeIndex, const Vote& vote) {
    if (!liars.contains(vote.voter)) return;
    votes[{vote.height, vote.round, vote.step, vote.voter}].insert(vote.block);
    highest_round = std::max(highest_round, vote.round);
  }
  void hear(NodeIndex, const Proposal& proposal) {
    if (liars.contains(proposal.proposer)) proposals[{proposal.height, proposal.round}].insert(proposal.block);
  }
  static Address signer(const SignedMessage& message) {
    if (const auto* vote = std::get_if<Vote>(&message)) return vote->voter;
    return std::get<Proposal>(message).proposer;
  }

  ClusterFacts facts;
  std::set<Address> liars;
  std::map<std::tuple<Height, Round, VoteStep, Address>, std::set<std::optional<Hash256>>> votes;
  std::map<std::pair<Height, Round>, std::set<Hash256>> proposals;
  std::set<Address> named;
  Round highest_round = 0;
};

template <class Map>
std::size_t with_several(const Map& map) {
  return static_cast<std::size_t>(
      std::count_if(map.begin(), map.end(), [](const auto& entry) { return entry.second.size() > 1; }));
}

TEST(SimLiars, TellDifferentThingsToDifferentMachinesAndAreNamedForIt) {
  std::size_t two_faced_votes = 0, two_blocks = 0, named = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Cluster cluster(make_plan(seed, with_liars(4, 1, false)));
    Heard heard(cluster.facts());
    cluster.watch_by(heard);
    const auto broken = cluster.run([] { return false; });
    EXPECT_FALSE(broken) << "seed " << seed << ": " << broken->words;
    two_faced_votes += with_several(heard.votes);
    two_blocks += with_several(heard.proposals);
    named += heard.named.size();
    for (const Address& address : heard.named)
      EXPECT_TRUE(heard.liars.contains(address)) << "seed " << seed << " names an honest machine";
  }
  EXPECT_GT(two_faced_votes, 0U);
  EXPECT_GT(two_blocks, 0U);
  EXPECT_GT(named, 0U) << "evidence";
}

TEST(SimLiars, DoNotKeepTheOthersFromDeciding) {
  for (const auto& [nodes, byzantine] : {std::pair(4U, 1U), std::pair(7U, 2U)})
    for (std::uint64_t seed = 21; seed <= 24; ++seed) {
      const SeedResult result = run_seed(seed, with_liars(nodes, byzantine, true), nullptr);
      EXPECT_FALSE(result.violation) << "seed " << seed << " " << result.violation->invariant << ": "
                                     << result.violation->words;
      EXPECT_GE(result.blocks, 20U);
    }
}

TEST(SimLiars, LieInEveryWayThatHasAName) {
  FaultCounts faults{};
  for (std::uint64_t seed = 31; seed <= 60; ++seed) {
    const SeedResult result = run_seed(seed, with_liars(4, 1, true), nullptr);
    for (std::size_t kind = 0; kind < kFaultKinds; ++kind) faults[kind] += result.faults[kind];
  }
  for (std::size_t kind = 0; kind < kFaultKinds; ++kind)
    if (is_lie(static_cast<FaultKind>(kind))) {
      EXPECT_GT(faults[kind], 0U) << fault_name(static_cast<FaultKind>(kind));
    }
}

TEST(SimLiars, OfNoneNothingIsCounted) {
  const SeedResult result = run_seed(5, with_liars(4, 0, true), nullptr);
  for (std::size_t kind = 0; kind < kFaultKinds; ++kind)
    if (is_lie(static_cast<FaultKind>(kind))) {
      EXPECT_EQ(result.faults[kind], 0U) << fault_name(static_cast<FaultKind>(kind));
    }
}

TEST(SimLiars, SpeakOfRoundsFarAhead) {
  Round highest = 0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    Cluster cluster(make_plan(seed, with_liars(4, 1, false)));
    Heard heard(cluster.facts());
    cluster.watch_by(heard);
    (void)cluster.run([] { return false; });
    highest = std::max(highest, heard.highest_round);
  }
  EXPECT_GE(highest, Round{1} << 31);
}

TEST(SimLiars, TwoMachinesWithOneKeyAreOneLiar) {
  std::size_t twins = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const SeedPlan plan = make_plan(seed, with_liars(4, 1, true));
    if (!plan.has_twin) continue;
    ++twins;
    EXPECT_EQ(plan.liars(), 1U);
    const MachinePlan& twin = plan.machines.back();
    EXPECT_TRUE(twin.lies);
    EXPECT_FALSE(twin.member);
    EXPECT_EQ(std::count_if(plan.machines.begin(), plan.machines.end(),
                            [&](const MachinePlan& machine) { return machine.keys == twin.keys; }),
              2);
  }
  EXPECT_GT(twins, 5U);
}

/// A cluster that has decided some heights, and the newest block that its liar could propose on top.
class SimForge : public ::testing::Test {
 protected:
  SimForge() : cluster_(make_plan(2, with_liars(4, 1, false))) {
    (void)cluster_.run([&] { return cluster_.nodes().front()->chain().height() >= 5; });
  }
  const SimNode& node() const { return *cluster_.nodes().front(); }

  /// What its node would propose.
  SizedBlockPtr honest() const {
    ledger::BuildInput input;
    input.time = node().plan().earliest_time + 5;
    input.last_commit = node().chain().certificate();
    const std::vector<crypto::TransactionPtr> candidates{node().sign(Data{BoundedString<64>("a"), {}}, nonce()),
                                                         node().sign(Data{BoundedString<64>("b"), {}}, nonce() + 1)};
    input.candidates = candidates;
    const auto proposer = std::find_if(cluster_.nodes().begin(), cluster_.nodes().end(), [&](const auto& one) {
      return one->keys().address == node().plan().proposer(0);
    });
    input.prove_vrf = [&](ByteView alpha) { return cluster_.scheme().vrf_prove((*proposer)->keys().vrf, alpha); };
    auto built =
        ledger::build_block(cluster_.chain(), verifier_, node().chain().state(), node().plan(), node().chain(), input);
    EXPECT_TRUE(built);
    return sized(std::make_shared<const Block>(std::move(built->block)));
  }
  std::uint64_t nonce() const {
    return *node().chain().next_nonce(
        KeyTable::instance().account_of_machine(cluster_.plan().machines.front().keys).address);
  }
  std::optional<Error> fault_of(const SizedBlockPtr& block) const {
    if (!block->whole) return Error{Fault::block_merkle_root, "body", "that of the header", "another"};
    const ledger::BlockCheck check{*block->block, block->hash, std::nullopt, std::nullopt, {}};
    const auto report = ledger::check_next_block(cluster_.chain(), verifier_, node().chain().state(), node().plan(),
                                                 node().chain(), check);
    return report ? report->first_error() : report.error();
  }

  Cluster cluster_;
  crypto::Verifier verifier_{cluster_.scheme(), cluster_.chain().identity};
  Forge forge_{cluster_.chain(), verifier_, node()};
};

TEST_F(SimForge, EveryBreachIsFoundByTheRules) {
  const SizedBlockPtr block = honest();
  ASSERT_FALSE(fault_of(block)) << to_text(*fault_of(block));
  for (std::size_t breach = 0; breach < kBreaches; ++breach) {
    const SizedBlockPtr broken = forge_.broken(block, static_cast<Breach>(breach));
    ASSERT_TRUE(broken);
    EXPECT_EQ(broken->hash, crypto::header_hash(broken->block->header));
    EXPECT_TRUE(fault_of(broken)) << "breach " << breach;
  }
}

TEST_F(SimForge, AnotherBodyKeepsTheHash) {
  const SizedBlockPtr block = honest();
  const SizedBlockPtr other = forge_.broken(block, Breach::other_body);
  EXPECT_EQ(other->hash, block->hash);
  EXPECT_NE(*other->block, *block->block);
  EXPECT_TRUE(block->whole);
  EXPECT_FALSE(other->whole) << "or a good block would look invalid";
}

}  // namespace
}  // namespace lucid::sim
