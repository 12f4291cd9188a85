// The key-value contract, told once and held by both implementations.
#include <atomic>
#include <future>
#include <gtest/gtest.h>
#include <thread>

#include "storage/keys.hpp"
#include "storage/lmdb_store.hpp"
#include "storage/memory_store.hpp"
#include "tests/storage/temporary_directory.hpp"

namespace lucid::storage {
namespace {

constexpr Table kFirst{0, "first"};
constexpr Table kSecond{1, "second"};

/// What a power cut leaves: reopen() forgets everything uncommitted.
class LmdbUnderTest {
 public:
  LmdbUnderTest() { open(); }
  Store& store() { return *store_; }
  void reopen() {
    store_.reset();
    open();
  }

 private:
  void open() {
    LmdbOptions options;
    options.directory = directory_.path() / "environment";
    options.tables = {kFirst, kSecond};
    options.map_bytes = 1u << 18;  // so small that the suite makes it grow
    auto opened = open_lmdb(options);
    if (opened)
      store_ = std::move(*opened);
    else
      ADD_FAILURE() << to_text(opened.error());
  }

  testing::TemporaryDirectory directory_;
  std::unique_ptr<Store> store_;
};

class MemoryUnderTest {
 public:
  Store& store() { return store_; }
  void reopen() { store_.crash(); }

 private:
  MemoryStore store_{{kFirst, kSecond}};
};

template <class UnderTest>
class StoreContract : public ::testing::Test {
 protected:
  Store& store() { return under_test_.store(); }
  void reopen() { under_test_.reopen(); }

  void commit_rows(Table table, const std::vector<std::pair<std::string, std::string>>& rows) {
    auto txn = store().write();
    ASSERT_HOLDS(txn);
    for (const auto& [key, value] : rows) ASSERT_HOLDS((*txn)->put(table, as_bytes(key), as_bytes(value)));
    ASSERT_HOLDS((*txn)->commit());
  }
  std::string value_of(Table table, std::string_view key) {
    auto txn = store().read();
    if (!txn) return to_text(txn.error());
    const auto value = (*txn)->get(table, as_bytes(key));
    if (!value) return to_text(value.error());
    return *value ? std::string((*value)->begin(), (*value)->end()) : "absent";
  }

 private:
  UnderTest under_test_;
};

std::string text(ByteView bytes) {
  return {bytes.begin(), bytes.end()};
}

using Implementations = ::testing::Types<LmdbUnderTest, MemoryUnderTest>;
TYPED_TEST_SUITE(StoreContract, Implementations);

TYPED_TEST(StoreContract, a_committed_value_is_read_back_also_after_reopening) {
  this->commit_rows(kFirst, {{"a", "1"}, {"empty", ""}});
  EXPECT_EQ(this->value_of(kFirst, "a"), "1");
  this->reopen();
  EXPECT_EQ(this->value_of(kFirst, "a"), "1");
  EXPECT_EQ(this->value_of(kFirst, "empty"), "");
  EXPECT_EQ(this->value_of(kFirst, "b"), "absent");
  EXPECT_EQ(this->value_of(kSecond, "a"), "absent") << "tables are apart";
}

TYPED_TEST(StoreContract, what_was_not_committed_goes_without_a_trace) {
  this->commit_rows(kFirst, {{"kept", "1"}});
  {
    auto txn = this->store().write();
    ASSERT_HOLDS(txn);
    ASSERT_HOLDS((*txn)->put(kFirst, as_bytes("lost"), as_bytes("2")));
    ASSERT_HOLDS((*txn)->erase(kFirst, as_bytes("kept")));
  }
  EXPECT_EQ(this->value_of(kFirst, "lost"), "absent");
  EXPECT_EQ(this->value_of(kFirst, "kept"), "1");
  this->reopen();
  EXPECT_EQ(this->value_of(kFirst, "lost"), "absent");
  EXPECT_EQ(this->value_of(kFirst, "kept"), "1");
}

TYPED_TEST(StoreContract, a_writer_sees_its_own_changes_and_a_reader_the_state_of_its_beginning) {
  this->commit_rows(kFirst, {{"a", "old"}, {"b", "old"}});
  auto reader = this->store().read();
  ASSERT_HOLDS(reader);
  std::thread([&] {
    auto writer = this->store().write();
    ASSERT_HOLDS(writer);
    ASSERT_HOLDS((*writer)->put(kFirst, as_bytes("a"), as_bytes("new")));
    ASSERT_HOLDS((*writer)->erase(kFirst, as_bytes("b")));
    EXPECT_EQ(text(**(*writer)->get(kFirst, as_bytes("a"))), "new");
    EXPECT_FALSE((*writer)->get(kFirst, as_bytes("b"))->has_value());
    EXPECT_EQ(*(*writer)->count(kFirst), 1u);
    ASSERT_HOLDS((*writer)->commit());
  }).join();
  EXPECT_EQ(text(**(*reader)->get(kFirst, as_bytes("a"))), "old");
  EXPECT_EQ(text(**(*reader)->get(kFirst, as_bytes("b"))), "old");
  EXPECT_EQ(*(*reader)->count(kFirst), 2u);
  reader->reset();
  EXPECT_EQ(this->value_of(kFirst, "a"), "new");
  EXPECT_EQ(this->value_of(kFirst, "b"), "absent");
}

TYPED_TEST(StoreContract, erase_says_whether_there_was_something) {
  this->commit_rows(kFirst, {{"a", "1"}});
  auto txn = this->store().write();
  ASSERT_HOLDS(txn);
  EXPECT_TRUE(*(*txn)->erase(kFirst, as_bytes("a")));
  EXPECT_FALSE(*(*txn)->erase(kFirst, as_bytes("a")));
  EXPECT_FALSE(*(*txn)->erase(kFirst, as_bytes("never")));
}

TYPED_TEST(StoreContract, big_endian_keys_are_walked_in_the_order_of_numbers) {
  auto txn = this->store().write();
  ASSERT_HOLDS(txn);
  for (const std::uint64_t height : {256u, 9u, 255u, 10u})
    ASSERT_HOLDS((*txn)->put(kFirst, Key{}.u64(height), as_bytes(std::to_string(height))));
  ASSERT_HOLDS((*txn)->commit());

  auto reader = this->store().read();
  ASSERT_HOLDS(reader);
  auto cursor = (*reader)->cursor(kFirst);
  ASSERT_HOLDS(cursor);
  std::vector<std::uint64_t> walked;
  for (auto here = (*cursor)->first(); *here; here = (*cursor)->next()) walked.push_back(read_u64((*cursor)->key()));
  EXPECT_EQ(walked, (std::vector<std::uint64_t>{9, 10, 255, 256}));
  walked.clear();
  for (auto here = (*cursor)->last(); *here; here = (*cursor)->prev()) walked.push_back(read_u64((*cursor)->key()));
  EXPECT_EQ(walked, (std::vector<std::uint64_t>{256, 255, 10, 9}));

  EXPECT_TRUE(*(*cursor)->seek(Key{}.u64(11)));
  EXPECT_EQ(text((*cursor)->value()), "255");
  EXPECT_TRUE(*(*cursor)->seek(Key{}.u64(10)));
  EXPECT_EQ(text((*cursor)->value()), "10");
  EXPECT_FALSE(*(*cursor)->seek(Key{}.u64(257)));
  EXPECT_TRUE((*cursor)->key().empty());
  EXPECT_FALSE(*(*cursor)->next()) << "a cursor on no entry stays there";
  EXPECT_FALSE(*(*cursor)->prev());
}

TYPED_TEST(StoreContract, a_cursor_of_a_writer_walks_over_its_own_changes) {
  this->commit_rows(kFirst, {{"a", "1"}, {"c", "1"}, {"e", "1"}, {"g", "1"}});
  auto txn = this->store().write();
  ASSERT_HOLDS(txn);
  ASSERT_HOLDS((*txn)->put(kFirst, as_bytes("b"), as_bytes("2")));
  ASSERT_HOLDS((*txn)->put(kFirst, as_bytes("e"), as_bytes("2")));
  ASSERT_HOLDS((*txn)->put(kFirst, as_bytes("z"), as_bytes("2")));
  ASSERT_HOLDS((*txn)->erase(kFirst, as_bytes("a")));
  ASSERT_HOLDS((*txn)->erase(kFirst, as_bytes("g")));
  auto cursor = (*txn)->cursor(kFirst);
  ASSERT_HOLDS(cursor);
  std::string forward;
  for (auto here = (*cursor)->first(); *here; here = (*cursor)->next())
    forward += text((*cursor)->key()) + text((*cursor)->value()) + " ";
  EXPECT_EQ(forward, "b2 c1 e2 z2 ");
  std::string backward;
  for (auto here = (*cursor)->last(); *here; here = (*cursor)->prev())
    backward += text((*cursor)->key()) + text((*cursor)->value()) + " ";
  EXPECT_EQ(backward, "z2 e2 c1 b2 ");
}

TYPED_TEST(StoreContract, an_empty_table_has_no_first_entry) {
  auto txn = this->store().read();
  ASSERT_HOLDS(txn);
  auto cursor = (*txn)->cursor(kFirst);
  ASSERT_HOLDS(cursor);
  EXPECT_FALSE(*(*cursor)->first());
  EXPECT_FALSE(*(*cursor)->last());
  EXPECT_FALSE(*(*cursor)->seek(as_bytes("a")));
  EXPECT_EQ(*(*txn)->count(kFirst), 0u);
}

TYPED_TEST(StoreContract, append_takes_only_a_key_above_every_other_and_a_refusal_does_no_harm) {
  auto txn = this->store().write();
  ASSERT_HOLDS(txn);
  ASSERT_HOLDS((*txn)->append(kFirst, Key{}.u64(1), as_bytes("1")));
  ASSERT_HOLDS((*txn)->append(kFirst, Key{}.u64(5), as_bytes("5")));
  ASSERT_FAULT(Fault::internal, (*txn)->append(kFirst, Key{}.u64(5), as_bytes("again")));
  ASSERT_FAULT(Fault::internal, (*txn)->append(kFirst, Key{}.u64(4), as_bytes("below")));
  ASSERT_HOLDS((*txn)->append(kFirst, Key{}.u64(6), as_bytes("6")));
  ASSERT_HOLDS((*txn)->commit());
  auto reader = this->store().read();
  ASSERT_HOLDS(reader);
  EXPECT_EQ(*(*reader)->count(kFirst), 3u);
  EXPECT_EQ(text(**(*reader)->get(kFirst, Key{}.u64(5))), "5");
}

TYPED_TEST(StoreContract, keys_of_no_bytes_or_too_many_are_refused) {
  auto txn = this->store().write();
  ASSERT_HOLDS(txn);
  ASSERT_FAULT(Fault::internal, (*txn)->put(kFirst, {}, as_bytes("1")));
  ASSERT_FAULT(Fault::internal, (*txn)->put(kFirst, Bytes(512, 1), as_bytes("1")));
  ASSERT_HOLDS((*txn)->put(kFirst, Bytes(511, 1), as_bytes("1")));
  ASSERT_HOLDS((*txn)->commit());
}

TYPED_TEST(StoreContract, a_transaction_is_over_after_its_commit) {
  auto txn = this->store().write();
  ASSERT_HOLDS(txn);
  ASSERT_HOLDS((*txn)->put(kFirst, as_bytes("a"), as_bytes("1")));
  ASSERT_HOLDS((*txn)->commit());
  ASSERT_FAULT(Fault::internal, (*txn)->put(kFirst, as_bytes("b"), as_bytes("2")));
  ASSERT_FAULT(Fault::internal, (*txn)->get(kFirst, as_bytes("a")));
  ASSERT_FAULT(Fault::internal, (*txn)->commit());
  EXPECT_EQ(this->value_of(kFirst, "b"), "absent");
}

TYPED_TEST(StoreContract, one_thread_gets_one_write_transaction_at_a_time) {
  {
    auto txn = this->store().write();
    ASSERT_HOLDS(txn);
    ASSERT_FAULT(Fault::internal, this->store().write());
  }
  ASSERT_HOLDS(this->store().write());
}

TYPED_TEST(StoreContract, a_second_writer_waits_for_the_first) {
  auto first = this->store().write();
  ASSERT_HOLDS(first);
  std::atomic<bool> first_done = false;
  auto second = std::async(std::launch::async, [&]() -> bool {
    auto txn = this->store().write();
    const bool waited = first_done;
    return txn.has_value() && waited && (*txn)->put(kFirst, as_bytes("b"), as_bytes("2")) && (*txn)->commit();
  });
  ASSERT_HOLDS((*first)->put(kFirst, as_bytes("a"), as_bytes("1")));
  first_done = true;
  ASSERT_HOLDS((*first)->commit());
  EXPECT_TRUE(second.get());
  EXPECT_EQ(this->value_of(kFirst, "a"), "1");
  EXPECT_EQ(this->value_of(kFirst, "b"), "2");
}

TYPED_TEST(StoreContract, a_transaction_far_larger_than_the_room_reserved_is_kept_whole) {
  const Bytes large(100'000, 7);
  this->commit_rows(kFirst, {{"before", "1"}});
  auto txn = this->store().write();
  ASSERT_HOLDS(txn);
  ASSERT_HOLDS((*txn)->erase(kFirst, as_bytes("before")));
  for (std::uint32_t i = 0; i < 50; ++i) ASSERT_HOLDS((*txn)->append(kSecond, Key{}.u32(i), large));
  ASSERT_HOLDS((*txn)->commit());
  txn->reset();
  this->reopen();
  EXPECT_EQ(this->value_of(kFirst, "before"), "absent");
  auto reader = this->store().read();
  ASSERT_HOLDS(reader);
  EXPECT_EQ(*(*reader)->count(kSecond), 50u);
  for (std::uint32_t i = 0; i < 50; ++i) EXPECT_EQ(to_bytes(**(*reader)->get(kSecond, Key{}.u32(i))), large);
}

}  // namespace
}  // namespace lucid::storage
