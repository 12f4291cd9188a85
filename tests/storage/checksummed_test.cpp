#include "storage/checksummed.hpp"

#include <gtest/gtest.h>

#include "storage/keys.hpp"
#include "storage/memory_store.hpp"
#include "tests/storage/temporary_directory.hpp"

namespace lucid::storage {
namespace {

constexpr Table kChecksummedRows{0, "rows"};
constexpr Table kOthers{1, "others"};

TEST(Crc32c, gives_the_sums_of_rfc_3720_appendix_b_4) {
  Bytes ascending, descending;
  for (int i = 0; i < 32; ++i) ascending.push_back(static_cast<std::uint8_t>(i));
  descending.assign(ascending.rbegin(), ascending.rend());
  EXPECT_EQ(crc32c(0, Bytes(32, 0x00)), 0x8A9136AAu);
  EXPECT_EQ(crc32c(0, Bytes(32, 0xFF)), 0x62A8AB43u);
  EXPECT_EQ(crc32c(0, ascending), 0x46DD794Eu);
  EXPECT_EQ(crc32c(0, descending), 0x113FDB5Cu);
  EXPECT_EQ(crc32c(0, as_bytes("123456789")), 0xE3069283u);
}

TEST(Crc32c, a_sum_in_pieces_is_the_sum_of_the_whole) {
  Bytes bytes(1000);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 7);
  for (const std::size_t cut : {0u, 1u, 7u, 8u, 9u, 500u, 1000u})
    EXPECT_EQ(crc32c(crc32c(0, ByteView(bytes).first(cut)), ByteView(bytes).subspan(cut)), crc32c(0, bytes));
}

class ChecksummedValue : public ::testing::Test {
 protected:
  void SetUp() override {
    auto txn = store_.write();
    ASSERT_HOLDS(txn);
    for (std::uint64_t key = 1; key <= 3; ++key)
      ASSERT_HOLDS(checked_append(**txn, kChecksummedRows, Key{}.u64(key), as_bytes("value " + std::to_string(key))));
    ASSERT_HOLDS((*txn)->commit());
  }
  Bytes raw(std::uint64_t key) { return to_bytes(**(*store_.read())->get(kChecksummedRows, Key{}.u64(key))); }
  void put_raw(Table table, std::uint64_t key, ByteView stored) {
    auto txn = store_.write();
    ASSERT_HOLDS(txn);
    ASSERT_HOLDS((*txn)->put(table, Key{}.u64(key), stored));
    ASSERT_HOLDS((*txn)->commit());
  }

  MemoryStore store_{{kChecksummedRows, kOthers}};
};

TEST_F(ChecksummedValue, is_read_back_without_its_sum) {
  auto txn = store_.read();
  ASSERT_HOLDS(txn);
  const auto value = checked_get(**txn, kChecksummedRows, Key{}.u64(2));
  ASSERT_HOLDS(value);
  EXPECT_EQ(to_bytes(**value), to_bytes(as_bytes("value 2")));
  EXPECT_FALSE(checked_get(**txn, kChecksummedRows, Key{}.u64(9))->has_value());
}

TEST_F(ChecksummedValue, every_flipped_bit_is_found_naming_table_and_key) {
  const Bytes sound = raw(2);
  for (std::size_t bit = 0; bit < sound.size() * 8; ++bit) {
    Bytes damaged = sound;
    damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ (1u << bit % 8));
    put_raw(kChecksummedRows, 2, damaged);
    auto txn = store_.read();
    ASSERT_HOLDS(txn);
    const auto value = checked_get(**txn, kChecksummedRows, Key{}.u64(2));
    ASSERT_FAULT(Fault::storage_checksum, value);
    EXPECT_EQ(value.error().field, "rows 0000000000000002");
  }
}

TEST_F(ChecksummedValue, a_sound_value_in_the_wrong_place_is_found) {
  put_raw(kChecksummedRows, 3, raw(2));
  put_raw(kOthers, 2, raw(2));
  auto txn = store_.read();
  ASSERT_HOLDS(txn);
  ASSERT_FAULT(Fault::storage_checksum, checked_get(**txn, kChecksummedRows, Key{}.u64(3)));
  ASSERT_FAULT(Fault::storage_checksum, checked_get(**txn, kOthers, Key{}.u64(2)));
}

TEST_F(ChecksummedValue, one_cut_below_its_sum_is_found) {
  put_raw(kChecksummedRows, 2, Bytes(3, 1));
  auto txn = store_.read();
  ASSERT_HOLDS(txn);
  ASSERT_FAULT(Fault::storage_checksum, checked_get(**txn, kChecksummedRows, Key{}.u64(2)));
}

TEST_F(ChecksummedValue, a_cursor_stops_at_the_damaged_entry) {
  put_raw(kChecksummedRows, 2, Bytes(10, 1));
  auto txn = store_.read();
  ASSERT_HOLDS(txn);
  auto cursor = CheckedCursor::open(**txn, kChecksummedRows);
  ASSERT_HOLDS(cursor);
  EXPECT_TRUE(*cursor->first());
  EXPECT_EQ(to_bytes(cursor->value()), to_bytes(as_bytes("value 1")));
  ASSERT_FAULT(Fault::storage_checksum, cursor->next());
  EXPECT_TRUE(cursor->value().empty());
}

TEST_F(ChecksummedValue, seek_at_or_before_finds_the_nearest_entry_below) {
  auto txn = store_.read();
  ASSERT_HOLDS(txn);
  auto cursor = CheckedCursor::open(**txn, kChecksummedRows);
  ASSERT_HOLDS(cursor);
  EXPECT_FALSE(*cursor->seek_at_or_before(Key{}.u64(0)));
  EXPECT_TRUE(*cursor->seek_at_or_before(Key{}.u64(2)));
  EXPECT_EQ(read_u64(cursor->key()), 2u);
  EXPECT_TRUE(*cursor->seek_at_or_before(Key{}.u64(99)));
  EXPECT_EQ(read_u64(cursor->key()), 3u);
}

}  // namespace
}  // namespace lucid::storage
