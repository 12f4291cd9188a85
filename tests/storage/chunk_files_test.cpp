#include "storage/chunk_files.hpp"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include "tests/storage/temporary_directory.hpp"

namespace lucid::storage {
namespace {

Bytes content(std::size_t size, std::uint8_t seed) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 31 + seed);
  return bytes;
}

class ChunkFilesTest : public ::testing::Test {
 protected:
  void SetUp() override { reopen(); }
  void reopen() {
    files_.reset();
    auto opened = ChunkFiles::open({directory_.path() / "files", 1000});
    ASSERT_HOLDS(opened);
    files_ = std::move(*opened);
  }
  std::filesystem::path root() const { return directory_.path() / "files"; }
  std::filesystem::path path_of(const Hash256& hash) const {
    const std::string name = to_hex(hash);
    return root() / name.substr(0, 2) / name;
  }
  std::size_t incoming() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(root() / "incoming"), {}));
  }

  testing::TemporaryDirectory directory_;
  std::unique_ptr<ChunkFiles> files_;
};

TEST_F(ChunkFilesTest, what_was_put_lies_under_its_hash_for_its_owner_only) {
  const Bytes bytes = content(500, 1);
  const auto hash = files_->put(bytes);
  ASSERT_HOLDS(hash);
  EXPECT_EQ(*hash, crypto::sha256(bytes));
  struct stat info {};
  ASSERT_EQ(::stat(path_of(*hash).c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_EQ(*files_->find(*hash), std::optional<std::uint64_t>(500));
  reopen();
  const auto read = files_->read(*hash);
  ASSERT_HOLDS(read);
  EXPECT_EQ(*read, bytes);
}

TEST_F(ChunkFilesTest, sizes_at_the_limit_are_kept_and_beyond_it_refused) {
  ASSERT_HOLDS(files_->put(content(1, 1)));
  ASSERT_HOLDS(files_->put(content(1000, 1)));
  ASSERT_FAULT(Fault::chunk_size, files_->put({}));
  ASSERT_FAULT(Fault::chunk_size, files_->put(content(1001, 1)));
  EXPECT_EQ(incoming(), 0u);
}

TEST_F(ChunkFilesTest, bytes_of_another_hash_are_refused_and_leave_nothing) {
  const Hash256 other = crypto::sha256(as_bytes("other"));
  ASSERT_FAULT(Fault::chunk_hash_mismatch, files_->put(content(10, 1), other));
  EXPECT_EQ(*files_->find(other), std::nullopt);
  EXPECT_EQ(incoming(), 0u);
}

TEST_F(ChunkFilesTest, a_group_is_published_at_once) {
  std::vector<ChunkFiles::Staged> group;
  for (std::uint8_t i = 0; i < 20; ++i) {
    auto staged = files_->stage(content(100, i));
    ASSERT_HOLDS(staged);
    EXPECT_EQ(*files_->find(staged->hash()), std::nullopt) << "not there before it is published";
    group.push_back(std::move(*staged));
  }
  ASSERT_HOLDS(files_->publish(group));
  for (std::uint8_t i = 0; i < 20; ++i) EXPECT_EQ(*files_->read(group[i].hash()), content(100, i));
  EXPECT_EQ(incoming(), 0u);
}

TEST_F(ChunkFilesTest, what_is_staged_and_given_up_leaves_nothing) {
  {
    auto staged = files_->stage(content(100, 1));
    ASSERT_HOLDS(staged);
    EXPECT_EQ(incoming(), 1u);
  }
  EXPECT_EQ(incoming(), 0u);
}

TEST_F(ChunkFilesTest, the_same_content_again_is_not_written_again) {
  ASSERT_HOLDS(files_->put(content(100, 1)));
  auto again = files_->stage(content(100, 1));
  ASSERT_HOLDS(again);
  EXPECT_TRUE(again->deduplicated());
  EXPECT_EQ(incoming(), 0u);
  ASSERT_HOLDS(files_->publish({&*again, 1}));
  auto other = files_->stage(content(100, 2));
  ASSERT_HOLDS(other);
  EXPECT_FALSE(other->deduplicated());
}

TEST_F(ChunkFilesTest, content_in_pieces_gets_the_hash_of_the_whole) {
  const Bytes whole = content(900, 3);
  auto in = files_->begin();
  ASSERT_HOLDS(in);
  for (std::size_t at = 0; at < whole.size(); at += 300) ASSERT_HOLDS(in->append(ByteView(whole).subspan(at, 300)));
  auto staged = in->finish(crypto::sha256(whole));
  ASSERT_HOLDS(staged);
  ASSERT_HOLDS(files_->publish({&*staged, 1}));
  EXPECT_EQ(*files_->read(crypto::sha256(whole)), whole);
}

TEST_F(ChunkFilesTest, pieces_are_held_to_the_limit_and_to_the_hash) {
  auto in = files_->begin();
  ASSERT_HOLDS(in);
  ASSERT_FAULT(Fault::chunk_size, in->finish());
  ASSERT_HOLDS(in->append(content(1000, 1)));
  ASSERT_FAULT(Fault::chunk_size, in->append(content(1, 1)));
  auto other = files_->begin();
  ASSERT_HOLDS(other);
  ASSERT_HOLDS(other->append(content(10, 1)));
  ASSERT_FAULT(Fault::chunk_hash_mismatch, other->finish(crypto::sha256(as_bytes("other"))));
}

TEST_F(ChunkFilesTest, every_flipped_byte_is_found_on_reading_and_the_file_set_aside) {
  const Bytes bytes = content(64, 9);
  const Hash256 hash = crypto::sha256(bytes);
  for (std::size_t at = 0; at < bytes.size(); at += 7) {
    ASSERT_HOLDS(files_->put(bytes));
    Bytes damaged = bytes;
    damaged[at] ^= 0x10;
    std::ofstream(path_of(hash), std::ios::binary).write(reinterpret_cast<const char*>(damaged.data()), 64);
    ASSERT_FAULT(Fault::chunk_quarantined, files_->read(hash));
    ASSERT_FAULT(Fault::chunk_quarantined, files_->read(hash));  // and not: not found
    EXPECT_EQ(*files_->find(hash), std::nullopt);
    EXPECT_EQ(*files_->quarantined(), std::vector<Hash256>{hash});
  }
}

TEST_F(ChunkFilesTest, a_file_cut_short_or_grown_is_found) {
  for (const std::size_t size : {0u, 63u, 65u, 5000u}) {
    const Hash256 hash = *files_->put(content(64, 9));
    std::filesystem::resize_file(path_of(hash), size);
    ASSERT_FAULT(Fault::chunk_quarantined, files_->read(hash));
  }
}

TEST_F(ChunkFilesTest, a_damaged_file_is_replaced_when_its_content_comes_again) {
  const Bytes bytes = content(64, 9);
  const Hash256 hash = *files_->put(bytes);
  std::filesystem::resize_file(path_of(hash), 10);
  auto again = files_->stage(bytes);
  ASSERT_HOLDS(again);
  EXPECT_FALSE(again->deduplicated());
  ASSERT_HOLDS(files_->publish({&*again, 1}));
  EXPECT_EQ(*files_->read(hash), bytes);
}

TEST_F(ChunkFilesTest, what_a_crash_left_behind_is_removed_at_the_next_start) {
  std::ofstream(root() / "incoming" / "17") << "half a chunk";
  reopen();
  EXPECT_EQ(incoming(), 0u);
  ASSERT_HOLDS(files_->put(content(100, 1)));
}

TEST_F(ChunkFilesTest, an_unknown_hash_is_not_found) {
  const Hash256 unknown = crypto::sha256(as_bytes("unknown"));
  ASSERT_FAULT(Fault::chunk_not_found, files_->read(unknown));
  EXPECT_EQ(*files_->find(unknown), std::nullopt);
  EXPECT_FALSE(*files_->erase(unknown));
}

TEST_F(ChunkFilesTest, erased_content_is_gone_and_its_room_given_back) {
  const Hash256 hash = *files_->put(content(100, 1));
  EXPECT_TRUE(*files_->erase(hash));
  EXPECT_FALSE(std::filesystem::exists(path_of(hash)));
  ASSERT_FAULT(Fault::chunk_not_found, files_->read(hash));
}

TEST_F(ChunkFilesTest, a_link_is_never_followed) {
  const Bytes bytes = content(100, 1);
  const Hash256 hash = *files_->put(bytes);
  std::filesystem::rename(path_of(hash), directory_.path() / "elsewhere");
  std::filesystem::create_symlink(directory_.path() / "elsewhere", path_of(hash));
  ASSERT_FAULT(Fault::storage_io, files_->read(hash));
  std::filesystem::remove(path_of(hash));
  std::filesystem::remove(path_of(hash).parent_path());
  std::filesystem::create_directory(directory_.path() / "outside");
  std::filesystem::rename(directory_.path() / "elsewhere", directory_.path() / "outside" / to_hex(hash));
  std::filesystem::create_directory_symlink(directory_.path() / "outside", path_of(hash).parent_path());
  ASSERT_FAULT(Fault::storage_io, files_->read(hash));
}

TEST_F(ChunkFilesTest, the_folders_list_what_there_is_and_nothing_strange) {
  std::vector<Hash256> all;
  for (std::uint8_t i = 0; i < 50; ++i) all.push_back(*files_->put(content(10, i)));
  std::filesystem::create_directory(root() / "00");
  std::ofstream(root() / "00" / "notes.txt") << "hello";
  std::vector<Hash256> listed;
  for (int folder = 0; folder < 256; ++folder) {
    const auto some = files_->list(static_cast<std::uint8_t>(folder));
    ASSERT_HOLDS(some);
    listed.insert(listed.end(), some->begin(), some->end());
  }
  std::sort(all.begin(), all.end());
  EXPECT_EQ(listed, all);
}

TEST_F(ChunkFilesTest, writers_of_the_same_content_do_not_harm_each_other) {
  std::vector<std::thread> writers;
  std::atomic<int> failed = 0;
  for (int t = 0; t < 4; ++t)
    writers.emplace_back([&] {
      for (std::uint8_t i = 0; i < 25; ++i) failed += files_->put(content(300, i)) ? 0 : 1;
    });
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(failed, 0);
  for (std::uint8_t i = 0; i < 25; ++i) EXPECT_EQ(*files_->read(crypto::sha256(content(300, i))), content(300, i));
  EXPECT_TRUE(files_->quarantined()->empty());
}

}  // namespace
}  // namespace lucid::storage
