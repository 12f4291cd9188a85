#include "storage/schema.hpp"

#include <gtest/gtest.h>
#include <set>

#include "storage/checksummed.hpp"
#include "storage/keys.hpp"
#include "storage/memory_store.hpp"
#include "tests/storage/temporary_directory.hpp"

namespace lucid::storage {
namespace {

constexpr std::array kEnvironments{Environment::chain, Environment::sign, Environment::outbox, Environment::chunks};

TEST(Schema, tables_stand_in_the_order_of_their_indices_under_names_of_their_own) {
  for (const Environment environment : kEnvironments) {
    std::set<std::string_view> names;
    std::uint8_t index = 0;
    for (const TableSchema& row : schema_of(environment)) {
      EXPECT_EQ(row.table.index, index++) << row.table.name;
      EXPECT_TRUE(names.insert(row.table.name).second) << row.table.name;
      EXPECT_FALSE(row.key.empty() || row.value.empty()) << row.table.name;
      EXPECT_LE(row.since, kSchemaVersion);
    }
    EXPECT_EQ(schema_of(environment).front().table.name, "meta");
  }
}

TEST(Schema, the_older_collections_are_tables_by_their_names) {
  std::set<std::string_view> names;
  for (const Environment environment : kEnvironments)
    for (const TableSchema& row : schema_of(environment)) names.insert(row.table.name);
  for (const char* name :
       {"blocks", "transactions", "leader_schedule", "task_proofs", "work_tally", "sessions", "chunks", "anchors"})
    EXPECT_TRUE(names.contains(name)) << name;
}

TEST(Schema, a_new_environment_gets_the_version_and_keeps_it) {
  for (const Environment environment : kEnvironments) {
    MemoryStore store(tables_of(environment));
    ASSERT_HOLDS(check_schema(store, environment));
    EXPECT_EQ(store.commits(), 1u);
    ASSERT_HOLDS(check_schema(store, environment));
    EXPECT_EQ(store.commits(), 1u) << "a second start writes nothing";
  }
}

TEST(Schema, another_version_is_refused) {
  MemoryStore store(tables_of(Environment::sign));
  auto txn = store.write();
  ASSERT_HOLDS(txn);
  ASSERT_HOLDS(checked_put(**txn, kMeta, as_bytes("schema_version"), Key{}.u32(kSchemaVersion + 1)));
  ASSERT_HOLDS((*txn)->commit());
  const auto checked = check_schema(store, Environment::sign);
  ASSERT_FAULT(Fault::storage_version, checked);
  EXPECT_EQ(checked.error().expected, "version " + std::to_string(kSchemaVersion));
  EXPECT_EQ(checked.error().actual, "version " + std::to_string(kSchemaVersion + 1));
}

TEST(Schema, entries_without_a_version_are_refused) {
  MemoryStore store(tables_of(Environment::outbox));
  auto txn = store.write();
  ASSERT_HOLDS(txn);
  ASSERT_HOLDS((*txn)->put(outbox::kEntries, Key{}.u64(1), as_bytes("?")));
  ASSERT_HOLDS((*txn)->commit());
  ASSERT_FAULT(Fault::storage_version, check_schema(store, Environment::outbox));
}

}  // namespace
}  // namespace lucid::storage
