// A small chain whose every block also goes through a ChainStore: the fixture's own reader is the dumb twin.
#pragma once

#include "storage/chain_store.hpp"
#include "storage/memory_store.hpp"
#include "storage/schema.hpp"
#include "tests/fixtures/small_chain.hpp"
#include "tests/storage/temporary_directory.hpp"

namespace lucid::storage::testing {

class StoredChain {
 public:
  explicit StoredChain(std::uint32_t validators, Profile profile = Profile::dev) : world(validators, profile) {
    auto opened = ChainStore::open(store, world.chain);
    EXPECT_TRUE(opened.has_value()) << to_text(opened.error());
    chain.emplace(std::move(*opened));
  }

  /// Builds, decides and commits a block with these transactions.
  void grow(const std::vector<crypto::TransactionPtr>& transactions = {}, TimeMs time = 0) {
    auto built = world.build(transactions, time);
    ASSERT_TRUE(built.has_value()) << to_text(built.error());
    world.commit(*built);
    executions.push_back(built->execution);
    const Status committed = chain->commit(built->block, built->execution, world.tip_certificate);
    ASSERT_TRUE(committed.has_value()) << to_text(committed.error());
  }
  void close_slot() {
    const auto plan = world.plan();
    grow({}, std::max(plan.earliest_time, plan.closing_time));
  }
  std::unique_ptr<const ChainSnapshot> snapshot() const { return std::move(*chain->snapshot()); }

  fixtures::SmallChain world;
  MemoryStore store{tables_of(Environment::chain)};
  std::optional<ChainStore> chain;
  std::vector<ledger::Execution> executions;  // of height 1, 2, …
};

}  // namespace lucid::storage::testing
