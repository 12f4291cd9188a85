#include "storage/sorted_runs.hpp"

#include <gtest/gtest.h>
#include <random>

#include "core/crypto/sha256.hpp"
#include "storage/checksummed.hpp"
#include "storage/keys.hpp"
#include "storage/memory_store.hpp"
#include "tests/storage/temporary_directory.hpp"

namespace lucid::storage {
namespace {

constexpr Table kRuns{0, "runs"};

std::uint64_t prefix_of(std::uint64_t number) {
  return run_prefix(crypto::sha256(Key{}.u64(number).view()));
}

class SortedRuns : public ::testing::Test {
 protected:
  void append(std::uint64_t first, std::uint64_t last, std::vector<RunEntry> entries) {
    auto txn = store_.write();
    ASSERT_HOLDS(txn);
    ASSERT_HOLDS(append_run(**txn, kRuns, first, last, std::move(entries)));
    ASSERT_HOLDS((*txn)->commit());
  }
  std::vector<RunEntry> find(std::uint64_t prefix) {
    auto txn = store_.read();
    EXPECT_TRUE(txn.has_value());
    auto found = find_in_runs(**txn, kRuns, prefix);
    EXPECT_TRUE(found.has_value());
    return *found;
  }
  /// (last position, entries in all) of each run, oldest first.
  std::vector<std::pair<std::uint64_t, std::uint32_t>> runs() {
    std::vector<std::pair<std::uint64_t, std::uint32_t>> all;
    auto txn = store_.read();
    auto cursor = CheckedCursor::open(**txn, kRuns);
    for (auto here = cursor->first(); *here; here = cursor->next())
      if (all.empty() || all.back().first != read_u64(cursor->key()))
        all.emplace_back(read_u64(cursor->key()), read_u32(cursor->value(), 8));
    return all;
  }

  MemoryStore store_{{kRuns}};
};

TEST_F(SortedRuns, every_entry_is_found_and_nothing_else_while_runs_merge) {
  std::mt19937_64 random(1);
  std::vector<RunEntry> all;
  for (std::uint64_t height = 0; height < 600; ++height) {
    std::vector<RunEntry> entries;
    const auto count = static_cast<std::uint32_t>(random() % 7);
    for (std::uint32_t i = 0; i < count; ++i) entries.push_back({prefix_of(height * 100 + i), height, i});
    all.insert(all.end(), entries.begin(), entries.end());
    append(height, height, std::move(entries));
  }
  ASSERT_GT(all.size(), 1000u);
  for (const RunEntry& entry : all) EXPECT_EQ(find(entry.prefix), std::vector<RunEntry>{entry});
  for (std::uint64_t other = 0; other < 1000; ++other) EXPECT_TRUE(find(prefix_of(1'000'000 + other)).empty());
  EXPECT_LE(runs().size(), 12u) << "runs merge like the digits of a counter";
}

TEST_F(SortedRuns, equal_prefixes_are_all_found_also_across_slices_and_runs) {
  std::vector<RunEntry> many;
  for (std::uint32_t i = 0; i < 400; ++i) many.push_back({77, 5, i});
  many.push_back({76, 5, 400});
  many.push_back({78, 5, 401});
  append(5, 5, many);
  append(6, 6, {{77, 6, 0}, {1, 6, 1}});
  EXPECT_EQ(find(77).size(), 401u);
  EXPECT_EQ(find(77).front().position, 6u) << "newest run first";
  EXPECT_EQ(find(76), (std::vector<RunEntry>{{76, 5, 400}}));
  EXPECT_EQ(find(78), (std::vector<RunEntry>{{78, 5, 401}}));
  EXPECT_TRUE(find(75).empty());
}

TEST_F(SortedRuns, the_smallest_and_largest_prefix_are_found) {
  append(1, 1, {{0, 1, 0}, {UINT64_MAX, 1, UINT32_MAX}});
  append(2, 2, {{5, 2, 0}});
  EXPECT_EQ(find(0), (std::vector<RunEntry>{{0, 1, 0}}));
  EXPECT_EQ(find(UINT64_MAX), (std::vector<RunEntry>{{UINT64_MAX, 1, UINT32_MAX}}));
}

TEST_F(SortedRuns, a_run_stays_below_its_bound) {
  for (std::uint64_t height = 0; height < 5; ++height) {
    std::vector<RunEntry> entries;
    for (std::uint32_t i = 0; i < 30'000; ++i) entries.push_back({prefix_of(height * 100'000 + i), height, i});
    append(height, height, std::move(entries));
  }
  for (const auto& [last, total] : runs()) EXPECT_LE(total, kMaxRunEntries);
  EXPECT_EQ(find(prefix_of(200'123)), (std::vector<RunEntry>{{prefix_of(200'123), 2, 123}}));
}

TEST_F(SortedRuns, nothing_to_append_leaves_no_trace) {
  append(1, 1, {});
  EXPECT_TRUE(runs().empty());
  EXPECT_TRUE(find(1).empty());
}

TEST_F(SortedRuns, a_position_at_or_below_the_newest_run_is_refused) {
  append(4, 9, {{1, 4, 0}});
  auto txn = store_.write();
  ASSERT_HOLDS(txn);
  ASSERT_FAULT(Fault::internal, append_run(**txn, kRuns, 9, 10, {{2, 9, 0}}));
}

TEST_F(SortedRuns, a_damaged_slice_is_reported_and_not_taken_for_an_absence) {
  append(1, 1, {{10, 1, 0}});
  auto txn = store_.write();
  ASSERT_HOLDS(txn);
  ASSERT_HOLDS((*txn)->put(kRuns, Key{}.u64(1).u64(10).u32(0), Bytes(30, 9)));
  ASSERT_HOLDS((*txn)->commit());
  txn->reset();
  auto reader = store_.read();
  ASSERT_FAULT(Fault::storage_checksum, find_in_runs(**reader, kRuns, 10));
}

}  // namespace
}  // namespace lucid::storage
