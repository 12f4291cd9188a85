// One run of a whole cluster: the same seed is the same run, whatever signs and however many threads there are.
#include "tools/lucid-sim/cluster.hpp"

#include <gtest/gtest.h>
#include <map>
#include <sstream>

#include "core/codec/codec.hpp"
#include "tools/lucid-sim/report.hpp"
#include "tools/lucid-sim/runner.hpp"

namespace lucid::sim {
namespace {

Wanted wanted(std::uint32_t nodes, Height heights, bool faults = true) {
  Wanted out;
  out.nodes = nodes;
  out.heights = heights;
  out.faults = faults;
  return out;
}

/// What was decided at a height, without what signatures would change.
struct Outcome {
  Address proposer;
  Round round = 0;
  TimeMs time = 0;
  std::vector<std::pair<Address, std::uint64_t>> transactions;  // sender, nonce
  bool operator==(const Outcome&) const = default;
};

std::vector<Outcome> decisions(std::uint64_t seed, Wanted asked, Signatures signatures) {
  asked.signatures = signatures;
  Cluster cluster(make_plan(seed, asked));
  const auto broken = cluster.run([] { return false; });
  EXPECT_FALSE(broken) << broken->words;
  const crypto::Verifier verifier(cluster.scheme(), cluster.chain().identity);
  std::vector<Outcome> out;
  for (const CommittedRow& row : cluster.nodes().front()->chain().rows()) {
    const Block& block = *row.block->block;
    Outcome outcome{block.header.proposer, block.header.round, block.header.time, {}};
    for (const auto& encoded : block.transactions) {
      const auto transaction = verifier.verify(encoded);
      EXPECT_TRUE(transaction);
      if (transaction) outcome.transactions.emplace_back((*transaction)->sender, (*transaction)->transaction.nonce);
    }
    out.push_back(std::move(outcome));
  }
  return out;
}

TEST(SimCluster, AGoodNetworkDecidesEveryHeightInRoundZero) {
  Wanted asked = wanted(4, 20, false);
  asked.profile = Profile::mainnet;
  const SeedResult result = run_seed(1, asked, nullptr);
  EXPECT_FALSE(result.violation) << result.violation->invariant << ": " << result.violation->words;
  EXPECT_GE(result.blocks, 20U);
  EXPECT_EQ(result.rounds_above_0, 0U);
  EXPECT_EQ(result.faults, FaultCounts{});
}

TEST(SimCluster, OneMachineAloneIsAClusterToo) {
  const SeedResult result = run_seed(3, wanted(1, 12, false), nullptr);
  EXPECT_FALSE(result.violation) << result.violation->invariant << ": " << result.violation->words;
  EXPECT_GE(result.blocks, 12U);
}

TEST(SimCluster, TheSameSeedIsTheSameRun) {
  const SeedResult one = run_seed(7, wanted(4, 15), nullptr);
  const SeedResult other = run_seed(7, wanted(4, 15), nullptr);
  EXPECT_EQ(one.digest, other.digest);
  EXPECT_NE(run_seed(8, wanted(4, 15), nullptr).digest, one.digest);
}

TEST(SimCluster, ThreadsChangeNothing) {
  const Totals one = run_seeds({1, 6}, wanted(4, 12), 1, false);
  const Totals two = run_seeds({1, 6}, wanted(4, 12), 2, false);
  EXPECT_EQ(one.seeds, 6U);
  EXPECT_EQ(one.digest, two.digest);
  EXPECT_EQ(one.faults, two.faults);
  EXPECT_NE(run_seeds({2, 7}, wanted(4, 12), 2, false).digest, one.digest);
}

TEST(SimCluster, StandInSignaturesDecideWhatRealOnesDecide) {
  for (const std::uint64_t seed : {11U, 12U, 13U}) {
    const auto real = decisions(seed, wanted(4, 6), Signatures::real);
    const auto stand_in = decisions(seed, wanted(4, 6), Signatures::stand_in_real_vrf);
    EXPECT_GE(real.size(), 6U);
    EXPECT_EQ(real, stand_in) << "seed " << seed;
  }
}

TEST(SimCluster, OwnersOfMachinesChangeTheOwnerRegistryToo) {
  std::size_t registered = 0, removed = 0, seeds = 0;
  for (std::uint64_t seed = 1; seeds < 12; ++seed) {
    Wanted asked = wanted(4, 20);
    asked.signatures = Signatures::stand_in;
    SeedPlan plan = make_plan(seed, asked);
    if (plan.owner_changes.empty()) continue;
    ++seeds;
    Cluster cluster(std::move(plan));
    const auto broken = cluster.run([] { return false; });
    EXPECT_FALSE(broken) << "seed " << seed << ": " << broken->words;
    EXPECT_GT(cluster.fault_counts()[static_cast<std::size_t>(FaultKind::owner_change)], 0U) << "seed " << seed;
    const MemoryChain& chain = cluster.nodes().front()->chain();
    for (const OwnerChangePlan& change : cluster.plan().owner_changes) {
      const Address& account = KeyTable::instance().client(change.client).address;
      const auto newest = *chain.owner_of(account, Epoch{~std::uint64_t{0}});
      if (!newest) continue;
      ++(newest->registered ? registered : removed);
    }
  }
  EXPECT_GT(registered, 0U);
  EXPECT_GT(removed, 0U);
}

/// The most that one machine was seen to keep.
struct MostMemory final : Observer {
  std::uint64_t messages = 0, bytes = 0;
  void see(TimeMs, const Sighting& sighting) override {
    const auto* used = std::get_if<MemoryUsed>(&sighting);
    if (used == nullptr) return;
    messages = std::max(messages, used->messages);
    bytes = std::max(bytes, used->bytes);
  }
};

TEST(SimCluster, WhatAHeightTakesOfMemoryIsSeen) {
  Cluster cluster(make_plan(4, wanted(4, 10)));
  MostMemory most;
  cluster.watch_by(most);
  EXPECT_FALSE(cluster.run([] { return false; }));
  EXPECT_GE(most.messages, 9U) << "a proposal, and the votes of all";
  EXPECT_GT(most.bytes, 500U) << "at least one block";
}

TEST(SimCluster, ATraceIsOneLineAnEventInTheDomainsWords) {
  std::ostringstream lines;
  const SeedResult traced = run_seed(5, wanted(4, 5), &lines);
  const SeedResult silent = run_seed(5, wanted(4, 5), nullptr);
  EXPECT_EQ(traced.digest, silent.digest) << "watching changes the run";
  const std::string text = lines.str();
  for (const char* words : {"pi-0 starts with height 0", "sends prevote", "holds precommit", "decides", "commits",
                            "plans height 2", "stores 1 records"})
    EXPECT_NE(text.find(words), std::string::npos) << words;
  std::istringstream in(text);
  std::size_t count = 0;
  for (std::string line; std::getline(in, line); ++count) EXPECT_EQ(line.front(), '+') << line;
  EXPECT_GT(count, 100U);
}

TEST(SimPlan, OneSeedInAHundredSignsForReal) {
  std::size_t real = 0, short_epochs = 0, mainnet = 0;
  for (std::uint64_t seed = 1; seed <= 2'000; ++seed) {
    const SeedPlan plan = make_plan(seed, wanted(4, 60));
    if (plan.signatures == Signatures::real) ++real;
    if (plan.params.slot_duration_ms == 2 * plan.params.block_interval_ms && plan.params.epoch_slots == 4)
      ++short_epochs;
    if (plan.params.slot_timeout_ms == 5'000) ++mainnet;
  }
  EXPECT_GE(real, 10U);
  EXPECT_LE(real, 40U);
  EXPECT_GE(short_epochs, 500U) << "a quarter";
  EXPECT_GT(mainnet, 1'000U) << "most";
}

TEST(SimPlan, NeverHasMoreLiarsThanAsked) {
  Wanted asked = wanted(7, 60);
  asked.byzantine = 2;
  std::map<std::size_t, std::size_t> seeds;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) ++seeds[make_plan(seed, asked).liars()];
  EXPECT_EQ(seeds.rbegin()->first, 2U);
  EXPECT_GT(seeds[2], 150U);
  EXPECT_GT(seeds[0] + seeds[1], 10U);
}

TEST(SimReport, NamesTheSeedTheRuleAndTheReplay) {
  Arguments arguments;
  arguments.wanted.nodes = 4;
  Totals totals;
  totals.seeds = 10;
  SeedResult failed;
  failed.seed = 7;
  failed.violation = Violation{ViolationKind::safety, 0, "one block a height", "two were decided at height 3"};
  totals.failed.push_back(failed);
  std::ostringstream out;
  EXPECT_EQ(report(out, arguments, totals, 1'000), 11);
  EXPECT_NE(out.str().find("seed 7: one block a height: two were decided at height 3"), std::string::npos);
  EXPECT_NE(out.str().find("lucid-sim --nodes 4 --byzantine 0 --seeds 7..7 --heights 60 --trace"), std::string::npos);
}

TEST(SimReport, EndsWithTheStatusOfWhatWasFound) {
  const std::pair<ViolationKind, int> statuses[] = {
      {ViolationKind::crash, 10}, {ViolationKind::safety, 11}, {ViolationKind::liveness, 12}};
  for (const auto& [kind, status] : statuses) EXPECT_EQ(status_of(kind), status);
  Totals clean;
  clean.seeds = 3;
  std::ostringstream out;
  EXPECT_EQ(report(out, Arguments{}, clean, 10), 0);
  const std::string text = out.str();
  EXPECT_EQ(text.substr(text.rfind("digest ")), "digest " + to_hex(clean.digest) + "\n");
}

TEST(SimReport, AFaultThatNeverHappenedFailsALongRun) {
  Totals totals;
  totals.seeds = kSeedsForEveryFault;
  totals.faults.fill(1);
  std::ostringstream out;
  EXPECT_EQ(report(out, Arguments{}, totals, 10), 0);
  totals.faults[static_cast<std::size_t>(FaultKind::power_cut)] = 0;
  EXPECT_EQ(report(out, Arguments{}, totals, 10), 10);
  EXPECT_NE(out.str().find("power_cut never happened in 500 seeds"), std::string::npos);
}

TEST(SimReport, ALateNinetyNinthRecoveryFailsAThousand) {
  Totals totals;
  totals.seeds = 100;
  totals.recoveries_ms.assign(1'000, 30'000);
  totals.over_promise_ms.assign(1'000, 0);
  std::ostringstream out;
  EXPECT_EQ(report(out, Arguments{}, totals, 10), 0);
  std::fill(totals.over_promise_ms.end() - 11, totals.over_promise_ms.end(), 1);
  EXPECT_EQ(report(out, Arguments{}, totals, 10), 12);
}

}  // namespace
}  // namespace lucid::sim
