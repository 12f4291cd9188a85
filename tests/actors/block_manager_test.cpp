#include "actors/block_manager.hpp"

#include <gmock/gmock.h>

#include "tests/actors/fixture.hpp"

namespace lucid::actors {
namespace {

using ::testing::HasSubstr;

Hash256 hash_in(std::uint8_t folder, std::uint8_t number) {
  Hash256 hash;
  hash.data[0] = folder;
  hash.data[1] = number;
  return hash;
}

/// Content that is whole but for what the test damages; counts what was read.
class FakeContent final : public Scannable {
 public:
  Result<Height> tip() const override { return tip_height; }
  Status check_block(Height height) const override {
    ++blocks[height];
    if (height == bad_block) return fail(Fault::block_hash, "hash", "that of the header", "another");
    return {};
  }
  Result<std::vector<Hash256>> chunks_in(std::uint8_t folder) const override {
    if (folder == bad_folder) return fail(Fault::storage_io, "folder", "to be read", "an error");
    std::vector<Hash256> out;
    if (folder % 64 == 0)
      for (std::uint8_t i = 0; i < 6; ++i) out.push_back(hash_in(folder, i));
    return out;
  }
  Status check_chunk(const Hash256& hash) const override {
    ++chunks[hash];
    if (hash == bad_chunk) return fail(Fault::chunk_quarantined, "bytes", to_hex(hash), "others");
    return {};
  }
  Result<std::vector<Hash256>> manifests_in(std::uint8_t folder) const override {
    return folder == 255 ? std::vector<Hash256>{hash_in(255, 1)} : std::vector<Hash256>{};
  }
  Status check_manifest(const Hash256& hash) const override {
    ++manifests[hash];
    return {};
  }

  Height tip_height = 100;
  std::optional<Height> bad_block;
  std::optional<Hash256> bad_chunk;
  std::optional<std::uint8_t> bad_folder;
  mutable std::map<Height, unsigned> blocks;
  mutable std::map<Hash256, unsigned> chunks, manifests;
};

class BlockManagerTest : public ActorTest {
 protected:
  void SetUp() override {
    block_manager_ = act::spawn<BlockManager>(
        system(), place(),
        BlockManager::Deps{clock(), content_, [this](const std::string& sentence) { log_.push_back(sentence); }});
  }
  ScanReport scan(const StartScan& wanted = {}) {
    EXPECT_TRUE(ask<ScanReport>(block_manager_, wanted));
    return ask<ScanReport>(block_manager_, GetScan{}).value();
  }

  std::shared_ptr<FakeContent> content_ = std::make_shared<FakeContent>();
  std::vector<std::string> log_;
  BlockManagerActor block_manager_;
};

TEST_F(BlockManagerTest, AScanReadsEveryBlockChunkAndManifestOnce) {
  const auto report = scan();
  EXPECT_FALSE(report.running);
  EXPECT_EQ(report.blocks_checked, 101u);
  EXPECT_EQ(report.chunks_checked, 24u);
  EXPECT_EQ(report.manifests_checked, 1u);
  EXPECT_EQ(report.faults, 0u);
  EXPECT_FALSE(report.first_fault);
  EXPECT_EQ(report.finished_at, clock().wall_ms());
  for (const auto& [height, times] : content_->blocks) EXPECT_EQ(times, 1u) << height;
  for (const auto& [hash, times] : content_->chunks) EXPECT_EQ(times, 1u) << to_hex(hash);
}

TEST_F(BlockManagerTest, AllFaultsAreCountedAndTheFirstIsNamed) {
  content_->bad_block = 42;
  content_->bad_chunk = hash_in(64, 3);
  content_->bad_folder = 7;
  const auto report = scan();
  EXPECT_EQ(report.faults, 3u);
  ASSERT_TRUE(report.first_fault);
  EXPECT_EQ(report.first_fault->field, "block 42, hash");
  EXPECT_THAT(view("block_manager").state, HasSubstr("3 faults"));
}

TEST_F(BlockManagerTest, ARangeOfHeightsEndsAtTheTip) {
  const auto part = scan({10, 20});
  EXPECT_EQ(part.blocks_checked, 11u);
  EXPECT_EQ(content_->blocks.begin()->first, 10u);
  EXPECT_EQ(scan({90, 1'000}).blocks_checked, 11u);
}

TEST_F(BlockManagerTest, ASecondOrderJoinsTheScanThatRuns) {
  const auto first = ask_later<ScanReport>(block_manager_, StartScan{});
  const auto second = ask_later<ScanReport>(block_manager_, StartScan{});
  run();
  ASSERT_TRUE(*first && *second);
  EXPECT_TRUE((*second)->running);
  EXPECT_EQ(content_->blocks[0], 1u);
}

}  // namespace
}  // namespace lucid::actors
