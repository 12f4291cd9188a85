#include "actors/chunk_store.hpp"

#include <gmock/gmock.h>

#include "core/anchoring/manifest.hpp"
#include "core/crypto/sha256.hpp"
#include "storage/memory_store.hpp"
#include "storage/schema.hpp"
#include "tests/actors/fixture.hpp"
#include "tests/fixtures/temporary_directory.hpp"

namespace lucid::actors {
namespace {

class ChunkStoreTest : public ActorTest {
 protected:
  void start(std::uint64_t quota_bytes = 0) {
    auto opened = storage::ChunkStore::open(*env_, directory_.path());
    ASSERT_TRUE(opened) << to_text(opened.error());
    chunks_ = std::move(*opened);
    chunk_store_ = act::spawn<ChunkKeeper>(system(), place(),
                                           ChunkKeeper::Deps{clock(), chunks_, quota_bytes, [](const std::string&) {}});
  }

  static SessionId session(std::uint8_t number) {
    SessionId out;
    out.data[0] = number;
    return out;
  }
  static PutChunk chunk(const Bytes& bytes, std::optional<SessionId> of = {}, std::optional<std::uint32_t> index = {},
                        std::string metadata = {}) {
    return {{std::make_shared<const Bytes>(bytes), of, index, std::move(metadata)}};
  }
  Result<ChunkMeta> put(const PutChunk& wanted) { return ask<ChunkMeta>(chunk_store_, wanted); }
  static Manifest manifest_of(const SessionId& session, const Bytes& bytes) {
    Manifest manifest;
    manifest.session = session;
    manifest.started_at = kTestStart;
    const auto size = static_cast<std::uint32_t>(bytes.size());
    manifest.files.push_back({BoundedString<1024>("recording"), size, crypto::sha256(bytes), 0, 1});
    manifest.chunks.push_back({0, size, size, ChunkForm::raw, crypto::sha256(bytes), anchoring::segment_root(bytes)});
    return manifest;
  }
  Result<ManifestStored> put_manifest(const SessionId& session, const Bytes& bytes) {
    return ask<ManifestStored>(chunk_store_, PutManifest{session, std::make_shared<const Bytes>(bytes)});
  }

  test::TemporaryDirectory directory_;
  std::shared_ptr<storage::MemoryStore> env_ =
      std::make_shared<storage::MemoryStore>(storage::tables_of(storage::Environment::chunks));
  std::shared_ptr<storage::ChunkStore> chunks_;
  ChunkStoreActor chunk_store_;
  const Bytes bytes_ = Bytes(5'000, 0x11);
};

TEST_F(ChunkStoreTest, AChunkIsGivenBackByItsHash) {
  start();
  const auto stored = put(chunk(bytes_, session(1), 3, R"({"a":1})"));
  ASSERT_TRUE(stored) << to_text(stored.error());
  EXPECT_EQ(stored->hash, crypto::sha256(bytes_));
  EXPECT_EQ(stored->size_bytes, bytes_.size());
  EXPECT_FALSE(stored->deduplicated);

  EXPECT_EQ(*ask<ChunkBytes>(chunk_store_, GetChunk{stored->hash})->bytes, bytes_);
  EXPECT_EQ(ask<ChunkMeta>(chunk_store_, GetChunkMeta{stored->hash})->size_bytes, bytes_.size());
  const auto page = ask<ChunkPage>(chunk_store_, GetSessionChunks{session(1), {0, 10}});
  ASSERT_TRUE(page);
  ASSERT_EQ(page->chunks.size(), 1u);
  EXPECT_EQ(page->chunks[0].index, 3u);
  EXPECT_EQ(page->chunks[0].metadata_json, R"({"a":1})");
}

TEST_F(ChunkStoreTest, TheSameBytesAgainAreNotStoredAgain) {
  start();
  ASSERT_TRUE(put(chunk(bytes_)));
  const auto again = put(chunk(bytes_));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->deduplicated);
  EXPECT_EQ(*chunks_->chunk_count(), 1u);
}

TEST_F(ChunkStoreTest, ChunksThatComeTogetherShareOneCommitAndEachGetsItsOwnAnswer) {
  start();
  const auto commits = env_->commits();
  const auto one = ask_later<ChunkMeta>(chunk_store_, chunk(Bytes(10, 1), session(1), 0));
  const auto taken = ask_later<ChunkMeta>(chunk_store_, chunk(Bytes(10, 2), session(1), 0));
  const auto two = ask_later<ChunkMeta>(chunk_store_, chunk(Bytes(10, 3), session(1), 1));
  run();
  EXPECT_TRUE(*one);
  EXPECT_TRUE(*two);
  ASSERT_FALSE(*taken);
  EXPECT_EQ(taken->error().fault, Fault::chunk_index_taken);
  EXPECT_EQ(env_->commits(), commits + 1);
}

TEST_F(ChunkStoreTest, WhereTheIndexCannotBeWrittenTheWholeGroupIsRefused) {
  start();
  env_->fail_at_commit(1, Fault::storage_full);
  const auto one = ask_later<ChunkMeta>(chunk_store_, chunk(Bytes(10, 1)));
  const auto two = ask_later<ChunkMeta>(chunk_store_, chunk(Bytes(10, 2)));
  run();
  ASSERT_FALSE(*one);
  EXPECT_EQ(one->error().fault, Fault::storage_full);
  ASSERT_FALSE(*two);
  EXPECT_TRUE(put(chunk(Bytes(10, 1))));
}

TEST_F(ChunkStoreTest, BeyondTheQuotaNothingIsTaken) {
  start(6'000);
  ASSERT_TRUE(put(chunk(bytes_)));
  const auto refused = put(chunk(Bytes(1'001, 0x22)));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::storage_full);
  EXPECT_EQ(refused.error().field, "chunk quota");
  EXPECT_TRUE(put(chunk(Bytes(1'000, 0x22))));
}

TEST_F(ChunkStoreTest, BytesOnTheirWayCountToTheQuota) {
  start(1'000);
  const auto one = ask_later<ChunkMeta>(chunk_store_, chunk(Bytes(600, 1)));
  const auto two = ask_later<ChunkMeta>(chunk_store_, chunk(Bytes(600, 2)));
  run();
  EXPECT_TRUE(*one);
  EXPECT_FALSE(*two);
}

TEST_F(ChunkStoreTest, MetadataAboveItsLimitIsRefused) {
  start();
  const auto refused = put(chunk(bytes_, {}, {}, std::string(storage::kMaxChunkMetadataBytes + 1, ' ')));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::size_wrong);
  EXPECT_EQ(refused.error().field, "metadata");
  EXPECT_TRUE(put(chunk(bytes_, {}, {}, std::string(storage::kMaxChunkMetadataBytes, ' '))));
}

TEST_F(ChunkStoreTest, AManifestIsKeptAndItsChunksCannotBeErased) {
  start();
  ASSERT_TRUE(put(chunk(bytes_)));
  const Bytes encoded = anchoring::encode_manifest(manifest_of(session(1), bytes_));
  const auto stored = put_manifest(session(1), encoded);
  ASSERT_TRUE(stored) << to_text(stored.error());
  EXPECT_EQ(*ask<ChunkBytes>(chunk_store_, GetManifest{session(1), std::nullopt})->bytes, encoded);
  EXPECT_EQ(*ask<ChunkBytes>(chunk_store_, GetManifest{session(1), stored->hash})->bytes, encoded);

  const auto refused = ask<ChunkErased>(chunk_store_, EraseChunk{crypto::sha256(bytes_)});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::chunk_referred);
}

TEST_F(ChunkStoreTest, AChunkThatNobodyRefersToCanBeErased) {
  start();
  const auto stored = put(chunk(bytes_));
  ASSERT_TRUE(stored);
  ASSERT_TRUE(ask<ChunkErased>(chunk_store_, EraseChunk{stored->hash}));
  EXPECT_EQ(ask<ChunkBytes>(chunk_store_, GetChunk{stored->hash}).error().fault, Fault::chunk_not_found);
  EXPECT_EQ(ask<ChunkErased>(chunk_store_, EraseChunk{stored->hash}).error().fault, Fault::chunk_not_found);
}

TEST_F(ChunkStoreTest, AManifestOfAnotherSessionIsRefused) {
  start();
  const auto refused = put_manifest(session(2), anchoring::encode_manifest(manifest_of(session(1), bytes_)));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().field, "session_id");
  EXPECT_EQ(ask<ChunkBytes>(chunk_store_, GetManifest{session(2), std::nullopt}).error().fault, Fault::chunk_not_found);
}

TEST_F(ChunkStoreTest, AManifestWhoseChunksAreNotHereYetIsKept) {
  start();
  EXPECT_TRUE(put_manifest(session(1), anchoring::encode_manifest(manifest_of(session(1), bytes_))));
}

TEST_F(ChunkStoreTest, ARestartedOneHasEverythingThatWasAcknowledged) {
  start();
  const auto stored = put(chunk(bytes_, session(1), 0));
  ASSERT_TRUE(stored);
  kill(chunk_store_);
  start();
  EXPECT_EQ(*ask<ChunkBytes>(chunk_store_, GetChunk{stored->hash})->bytes, bytes_);
}

}  // namespace
}  // namespace lucid::actors
