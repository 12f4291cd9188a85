// The accidents that the memory store plays on demand.
#include "storage/memory_store.hpp"

#include <gtest/gtest.h>

#include "tests/storage/temporary_directory.hpp"

namespace lucid::storage {
namespace {

constexpr Table kRows{0, "rows"};

std::unique_ptr<WriteTxn> begin(MemoryStore& store) {
  auto txn = store.write();
  EXPECT_TRUE(txn.has_value());
  return std::move(*txn);
}

TEST(MemoryStore, a_crash_loses_the_open_transaction_and_nothing_else) {
  MemoryStore store({kRows});
  auto kept = begin(store);
  ASSERT_HOLDS(kept->put(kRows, as_bytes("a"), as_bytes("1")));
  ASSERT_HOLDS(kept->commit());
  auto lost = begin(store);
  ASSERT_HOLDS(lost->put(kRows, as_bytes("b"), as_bytes("2")));
  store.crash();
  ASSERT_FAULT(Fault::storage_io, lost->commit());
  auto reader = store.read();
  ASSERT_HOLDS(reader);
  EXPECT_TRUE((*reader)->get(kRows, as_bytes("a"))->has_value());
  EXPECT_FALSE((*reader)->get(kRows, as_bytes("b"))->has_value());
  ASSERT_HOLDS(store.write());
}

TEST(MemoryStore, the_nth_write_fails_once_and_takes_its_transaction_along) {
  MemoryStore store({kRows});
  store.fail_at_write(2, Fault::storage_full);
  auto txn = begin(store);
  ASSERT_HOLDS(txn->put(kRows, as_bytes("a"), as_bytes("1")));
  ASSERT_FAULT(Fault::storage_full, txn->put(kRows, as_bytes("b"), as_bytes("2")));
  ASSERT_FAULT(Fault::storage_full, txn->put(kRows, as_bytes("c"), as_bytes("3")));
  ASSERT_FAULT(Fault::storage_full, txn->commit());
  txn.reset();
  EXPECT_EQ(store.commits(), 0u);
  auto again = begin(store);
  ASSERT_HOLDS(again->put(kRows, as_bytes("b"), as_bytes("2")));
  ASSERT_HOLDS(again->commit());
  EXPECT_EQ(store.commits(), 1u);
}

TEST(MemoryStore, the_nth_commit_fails_once_and_keeps_nothing) {
  MemoryStore store({kRows});
  store.fail_at_commit(1);
  auto txn = begin(store);
  ASSERT_HOLDS(txn->put(kRows, as_bytes("a"), as_bytes("1")));
  ASSERT_FAULT(Fault::storage_io, txn->commit());
  txn.reset();
  auto reader = store.read();
  ASSERT_HOLDS(reader);
  EXPECT_EQ(*(*reader)->count(kRows), 0u);
}

}  // namespace
}  // namespace lucid::storage
