// What can go wrong with a database on disk, each with one clear sentence.
#include "storage/lmdb_store.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "storage/data_directory.hpp"
#include "storage/keys.hpp"
#include "storage/slow_disk.hpp"
#include "tests/storage/temporary_directory.hpp"

namespace lucid::storage {
namespace {

constexpr Table kLmdbRows{0, "rows"};

LmdbOptions options_in(const std::filesystem::path& directory) {
  LmdbOptions options;
  options.directory = directory;
  options.tables = {kLmdbRows};
  return options;
}

Status write_row(Store& store, std::uint64_t key, ByteView value) {
  LUCID_TRY_ASSIGN(const auto txn, store.write());
  LUCID_TRY(txn->put(kLmdbRows, Key{}.u64(key), value));
  return txn->commit();
}

mode_t mode_of(const std::filesystem::path& path) {
  struct stat info {};
  EXPECT_EQ(::stat(path.c_str(), &info), 0);
  return info.st_mode & 0777;
}

/// Runs `body` in a child and expects it to end with 0: for what a whole process does (its user, its mounts).
/// 77: the machine does not allow the experiment.
void in_child(const std::function<int()>& body) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) ::_exit(body());
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "this needs root";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(LmdbStore, files_are_for_their_owner_only) {
  testing::TemporaryDirectory directory;
  const auto path = directory.path() / "chain";
  auto store = open_lmdb(options_in(path));
  ASSERT_HOLDS(store);
  EXPECT_EQ(mode_of(path), 0700u);
  EXPECT_EQ(mode_of(path / "data.mdb"), 0600u);
  EXPECT_EQ(mode_of(path / "lock.mdb"), 0600u);
}

TEST(LmdbStore, a_database_that_is_open_is_locked) {
  testing::TemporaryDirectory directory;
  auto store = open_lmdb(options_in(directory.path() / "chain"));
  ASSERT_HOLDS(store);
  ASSERT_FAULT(Fault::storage_locked, open_lmdb(options_in(directory.path() / "chain")));
  store->reset();
  ASSERT_HOLDS(open_lmdb(options_in(directory.path() / "chain")));
}

TEST(LmdbStore, a_slow_disk_holds_up_each_commit_and_each_sync) {
  testing::TemporaryDirectory directory;
  const auto store = open_lmdb(options_in(directory.path() / "chain"));
  ASSERT_HOLDS(store);
  constexpr std::uint32_t kDelayMs = 40;
  constexpr std::chrono::milliseconds kDelay{kDelayMs};
  slow_disk_down(kDelayMs);
  const auto start = std::chrono::steady_clock::now();
  const auto written = write_row(**store, 1, Bytes{1});
  const auto committed = std::chrono::steady_clock::now();
  const auto synced = (*store)->sync();
  const auto end = std::chrono::steady_clock::now();
  slow_disk_down(0);
  ASSERT_HOLDS(written);
  ASSERT_HOLDS(synced);
  EXPECT_GE(committed - start, kDelay);
  EXPECT_GE(end - committed, kDelay);
}

TEST(LmdbStore, a_foreign_file_is_refused_and_left_as_it_is) {
  testing::TemporaryDirectory directory;
  const std::string text(10'000, 'x');
  std::ofstream(directory.path() / "data.mdb") << text;
  auto store = open_lmdb(options_in(directory.path()));
  ASSERT_FAULT(Fault::storage_open, store);
  EXPECT_NE(to_text(store.error()).find("data.mdb"), std::string::npos);
  std::ifstream again(directory.path() / "data.mdb");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(again), {}), text);
}

TEST(LmdbStore, a_database_of_another_program_is_refused) {
  testing::TemporaryDirectory directory;
  auto options = options_in(directory.path() / "db");
  options.tables = {Table{0, "theirs"}, Table{1, "more"}};
  ASSERT_HOLDS(open_lmdb(options));
  ASSERT_FAULT(Fault::storage_open, open_lmdb(options_in(directory.path() / "db")));
}

TEST(LmdbStore, a_file_that_was_cut_short_is_refused_instead_of_crashing_the_reader) {
  testing::TemporaryDirectory directory;
  const auto path = directory.path() / "chain";
  {
    auto store = open_lmdb(options_in(path));
    ASSERT_HOLDS(store);
    for (std::uint64_t i = 0; i < 20; ++i) ASSERT_HOLDS(write_row(**store, i, Bytes(10'000, 1)));
  }
  std::filesystem::resize_file(path / "data.mdb", std::filesystem::file_size(path / "data.mdb") / 2);
  auto store = open_lmdb(options_in(path));
  ASSERT_FAULT(Fault::storage_open, store);
  EXPECT_NE(store.error().actual.find("cut short"), std::string::npos);
}

TEST(LmdbStore, a_directory_that_cannot_be_written_is_named) {
  testing::TemporaryDirectory directory;
  ASSERT_EQ(::chmod(directory.path().c_str(), 0755), 0);
  in_child([&] {
    if (::geteuid() == 0 && ::setuid(65534) != 0) return 77;
    if (::access(directory.path().c_str(), W_OK) == 0) return 77;
    const auto store = open_lmdb(options_in(directory.path() / "chain"));
    return !store && store.error().fault == Fault::storage_read_only ? 0 : 1;
  });
}

TEST(LmdbStore, a_full_disk_is_named_and_what_was_committed_stays) {
  testing::TemporaryDirectory directory;
  in_child([&] {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", directory.path().c_str(), "tmpfs", 0, "size=1m") != 0)
      return 77;
    auto store = open_lmdb(options_in(directory.path() / "chain"));
    if (!store) return 2;
    std::uint64_t kept = 0;
    Status last;
    for (; kept < 1000 && last; kept += last ? 1 : 0) last = write_row(**store, kept, Bytes(20'000, 7));
    if (last || last.error().fault != Fault::storage_full) return 3;
    store->reset();
    store = open_lmdb(options_in(directory.path() / "chain"));
    if (!store) return 4;
    const auto reader = (*store)->read();
    if (!reader || *(*reader)->count(kLmdbRows) != kept || kept == 0) return 5;
    return 0;
  });
}

TEST(LmdbStore, the_map_grows_while_readers_of_the_same_process_come_and_go) {
  testing::TemporaryDirectory directory;
  auto options = options_in(directory.path() / "chain");
  options.map_bytes = 1u << 18;
  auto opened = open_lmdb(options);
  ASSERT_HOLDS(opened);
  Store& store = **opened;
  ASSERT_HOLDS(write_row(store, 0, Bytes(1000, 3)));
  const auto map_at_first = store.size()->map_bytes;

  std::atomic<bool> done = false;
  std::atomic<std::uint64_t> reads = 0, wrong = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i)
    readers.emplace_back([&] {
      while (!done) {
        auto txn = store.read();
        const bool right = txn && to_bytes(**(*txn)->get(kLmdbRows, Key{}.u64(0))) == Bytes(1000, 3);
        wrong += right ? 0 : 1;
        ++reads;
      }
    });
  for (std::uint64_t i = 1; i <= 100; ++i) EXPECT_TRUE(write_row(store, i, Bytes(50'000, 5)).has_value());
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong, 0u);
  EXPECT_GT(reads, 0u);
  EXPECT_GT(store.size()->map_bytes, map_at_first);
  auto reader = store.read();
  ASSERT_HOLDS(reader);
  EXPECT_EQ(*(*reader)->count(kLmdbRows), 101u);
}

TEST(LmdbStore, a_reader_that_never_ends_makes_the_growing_write_fail_and_not_hang) {
  testing::TemporaryDirectory directory;
  auto options = options_in(directory.path() / "chain");
  options.map_bytes = 1u << 18;
  options.grow_wait_ms = 20;
  auto opened = open_lmdb(options);
  ASSERT_HOLDS(opened);
  Store& store = **opened;
  ASSERT_HOLDS(write_row(store, 0, as_bytes("kept")));
  auto reader = store.read();
  ASSERT_HOLDS(reader);
  ASSERT_FAULT(Fault::storage_io, write_row(store, 1, Bytes(1u << 20, 1)));
  EXPECT_TRUE((*reader)->get(kLmdbRows, Key{}.u64(0))->has_value());
  reader->reset();
  ASSERT_HOLDS(write_row(store, 1, Bytes(1u << 20, 1)));
}

TEST(LmdbStore, a_bulk_load_is_all_there_after_its_final_sync) {
  testing::TemporaryDirectory directory;
  auto options = options_in(directory.path() / "chain");
  options.bulk_load_may_destroy_database_on_power_cut = true;
  {
    auto store = open_lmdb(options);
    ASSERT_HOLDS(store);
    for (std::uint64_t i = 0; i < 500; ++i) ASSERT_HOLDS(write_row(**store, i, as_bytes("row")));
    ASSERT_HOLDS((*store)->sync());
  }
  auto store = open_lmdb(options_in(directory.path() / "chain"));
  ASSERT_HOLDS(store);
  ASSERT_HOLDS((*store)->clear_stale_readers());
  EXPECT_EQ(*(*(*store)->read())->count(kLmdbRows), 500u);
}

TEST(LmdbStore, a_killed_process_leaves_what_it_committed_and_no_lock) {
  testing::TemporaryDirectory directory;
  for (std::uint64_t round = 0; round < 5; ++round) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      auto store = open_lmdb(options_in(directory.path() / "chain"));
      if (!store || !write_row(**store, round, as_bytes("kept"))) ::_exit(1);
      auto reader = (*store)->read();  // a reader and a writer die with it
      auto open_write = (*store)->write();
      if (!reader || !open_write || !(*open_write)->put(kLmdbRows, Key{}.u64(1000 + round), as_bytes("lost")))
        ::_exit(2);
      ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << WEXITSTATUS(status);
    auto store = open_lmdb(options_in(directory.path() / "chain"));
    ASSERT_HOLDS(store);
    EXPECT_EQ(*(*(*store)->read())->count(kLmdbRows), round + 1);
  }
}

// ---- the data directory around the environments

TEST(DataDirectory, a_second_node_is_told_which_process_holds_it) {
  testing::TemporaryDirectory directory;
  auto first = DataDirectory::open(directory.path() / "data");
  ASSERT_HOLDS(first);
  EXPECT_EQ(mode_of(directory.path() / "data"), 0700u);
  const auto second = DataDirectory::open(directory.path() / "data");
  ASSERT_FAULT(Fault::storage_locked, second);
  EXPECT_NE(second.error().actual.find(std::to_string(::getpid())), std::string::npos);
  { const DataDirectory gone = std::move(*first); }
  ASSERT_HOLDS(DataDirectory::open(directory.path() / "data"));
}

TEST(DataDirectory, each_environment_has_a_directory_and_its_tables) {
  testing::TemporaryDirectory directory;
  auto data = DataDirectory::open(directory.path() / "data");
  ASSERT_HOLDS(data);
  for (const Environment environment :
       {Environment::chain, Environment::sign, Environment::outbox, Environment::chunks}) {
    auto store = data->environment(environment);
    ASSERT_HOLDS(store);
    auto txn = (*store)->read();
    ASSERT_HOLDS(txn);
    for (const TableSchema& row : schema_of(environment)) EXPECT_TRUE((*txn)->count(row.table).has_value());
    EXPECT_TRUE(std::filesystem::exists(data->path() / environment_name(environment) / "data.mdb"));
  }
}

TEST(DataDirectory, knows_how_full_its_disk_is) {
  testing::TemporaryDirectory directory;
  auto data = DataDirectory::open(directory.path());
  ASSERT_HOLDS(data);
  const auto room = data->disk_space();
  ASSERT_HOLDS(room);
  EXPECT_GT(room->total_bytes, room->free_bytes);
  EXPECT_EQ((DiskSpace{1000, 50}.used_percent()), 95u);
  EXPECT_EQ((DiskSpace{1000, 0}.used_percent()), 100u);
}

TEST(DataDirectory, a_file_in_its_place_is_refused) {
  testing::TemporaryDirectory directory;
  std::ofstream(directory.path() / "data") << "a file";
  ASSERT_FAULT(Fault::storage_open, DataDirectory::open(directory.path() / "data"));
}

}  // namespace
}  // namespace lucid::storage
