#include "storage/chunk_store.hpp"

#include <gtest/gtest.h>

#include "core/crypto/sha256.hpp"
#include "storage/memory_store.hpp"
#include "storage/schema.hpp"
#include "tests/storage/temporary_directory.hpp"

namespace lucid::storage {
namespace {

SessionId session_named(std::string_view name) {
  return *SessionId::from(crypto::sha256(as_bytes(name)), "session");
}
Hash256 hash_of(std::string_view text) {
  return crypto::sha256(as_bytes(text));
}
ChunkMetadata metadata(std::string_view text) {
  return ChunkMetadata(to_bytes(as_bytes(text)));
}

class ChunkStoreTest : public ::testing::Test {
 protected:
  void SetUp() override { reopen(); }
  void reopen() {
    chunks_.reset();
    store_.crash();
    auto opened = ChunkStore::open(store_, directory_.path() / "chunks");
    ASSERT_HOLDS(opened);
    chunks_ = std::move(*opened);
  }
  Result<ChunkStored> put(std::string_view text, std::optional<ChunkReference> reference = {}, TimeMs now = 1000) {
    const ChunkInput input{as_bytes(text), {}, reference, metadata("{}"), now};
    auto results = chunks_->put({&input, 1});
    if (!results) return tl::unexpected(results.error());
    return results->front();
  }

  testing::TemporaryDirectory directory_;
  MemoryStore store_{tables_of(Environment::chunks)};
  std::unique_ptr<ChunkStore> chunks_;
};

TEST_F(ChunkStoreTest, a_stored_chunk_is_known_and_read_after_a_restart) {
  const auto stored = put("hello");
  ASSERT_HOLDS(stored);
  EXPECT_EQ(stored->hash, hash_of("hello"));
  EXPECT_FALSE(stored->deduplicated);
  reopen();
  EXPECT_EQ(*chunks_->read(stored->hash), to_bytes(as_bytes("hello")));
  const auto row = chunks_->find(stored->hash);
  ASSERT_HOLDS(row);
  EXPECT_EQ(**row, (ChunkRow{5, 1000, 0, metadata("{}")}));
  EXPECT_EQ(*chunks_->chunk_count(), 1u);
  EXPECT_EQ(*chunks_->chunk_bytes(), 5u);
}

TEST_F(ChunkStoreTest, the_same_bytes_again_keep_their_age_and_are_counted_once) {
  ASSERT_HOLDS(put("hello", {}, 1000));
  const auto again = put("hello", ChunkReference{session_named("s"), 3}, 2000);
  ASSERT_HOLDS(again);
  EXPECT_TRUE(again->deduplicated);
  EXPECT_EQ(again->created_at, 1000u);
  EXPECT_EQ(*chunks_->chunk_count(), 1u);
  EXPECT_EQ(*chunks_->chunk_bytes(), 5u);
  EXPECT_EQ((*chunks_->find(again->hash))->references, 1u);
}

TEST_F(ChunkStoreTest, a_group_gives_each_its_own_answer_and_keeps_the_good_ones) {
  const SessionId session = session_named("s");
  const Bytes too_large(kMaxChunkBytes + 1, 1);
  const std::vector<ChunkInput> group{
      {as_bytes("one"), {}, ChunkReference{session, 0}, {}, 1},
      {too_large, {}, {}, {}, 1},
      {as_bytes("two"), hash_of("other"), {}, {}, 1},
      {as_bytes("three"), {}, ChunkReference{session, 0}, {}, 1},  // index 0 is taken by "one" of this group
      {as_bytes("four"), {}, {}, ChunkMetadata(Bytes(kMaxChunkMetadataBytes + 1)), 1},
      {as_bytes("five"), hash_of("five"), ChunkReference{session, 1}, {}, 1},
      {as_bytes("one"), {}, ChunkReference{session, 2}, {}, 1},
  };
  const auto results = chunks_->put(group);
  ASSERT_HOLDS(results);
  ASSERT_EQ(results->size(), group.size());
  ASSERT_HOLDS((*results)[0]);
  ASSERT_FAULT(Fault::chunk_size, (*results)[1]);
  ASSERT_FAULT(Fault::chunk_hash_mismatch, (*results)[2]);
  ASSERT_FAULT(Fault::chunk_index_taken, (*results)[3]);
  ASSERT_FAULT(Fault::decode_bound, (*results)[4]);
  ASSERT_HOLDS((*results)[5]);
  ASSERT_HOLDS((*results)[6]);
  EXPECT_TRUE((*results)[6]->deduplicated);
  EXPECT_EQ(*chunks_->chunk_count(), 2u);
  EXPECT_EQ((*chunks_->find(hash_of("one")))->references, 2u);
}

TEST_F(ChunkStoreTest, an_index_of_a_session_keeps_its_chunk) {
  const SessionId session = session_named("s");
  ASSERT_HOLDS(put("one", ChunkReference{session, 0}));
  ASSERT_HOLDS(put("one", ChunkReference{session, 0}));
  ASSERT_FAULT(Fault::chunk_index_taken, put("two", ChunkReference{session, 0}));
  EXPECT_EQ((*chunks_->find_in_session(session, 0))->hash, hash_of("one"));
  EXPECT_EQ((*chunks_->find(hash_of("one")))->references, 1u) << "the same reference twice counts once";
}

TEST_F(ChunkStoreTest, a_chunk_goes_only_when_no_session_refers_to_it) {
  const SessionId session = session_named("s");
  const Hash256 hash = put("one", ChunkReference{session, 0})->hash;
  ASSERT_FAULT(Fault::chunk_referred, chunks_->erase(hash));
  EXPECT_EQ(*chunks_->release(session), 1u);
  ASSERT_HOLDS(chunks_->erase(hash));
  ASSERT_FAULT(Fault::chunk_not_found, chunks_->read(hash));
  ASSERT_FAULT(Fault::chunk_not_found, chunks_->erase(hash));
  EXPECT_EQ(*chunks_->chunk_bytes(), 0u);
}

TEST_F(ChunkStoreTest, a_manifest_makes_its_session_refer_to_chunks_that_came_without_it) {
  const SessionId session = session_named("s");
  ASSERT_HOLDS(put("one"));
  ASSERT_HOLDS(put("two"));
  const std::vector<Hash256> listed{hash_of("one"), hash_of("absent"), hash_of("two"), hash_of("one")};
  const auto missing = chunks_->refer(session, listed);
  ASSERT_HOLDS(missing);
  EXPECT_EQ(*missing, std::vector<std::uint32_t>{1});
  EXPECT_EQ((*chunks_->find(hash_of("one")))->references, 2u);
  ASSERT_HOLDS(chunks_->refer(session, listed));
  EXPECT_EQ((*chunks_->find(hash_of("one")))->references, 2u);
  ASSERT_FAULT(Fault::chunk_index_taken, chunks_->refer(session, std::vector<Hash256>{hash_of("two")}));
}

TEST_F(ChunkStoreTest, a_sessions_chunks_are_listed_by_index_in_pages) {
  const SessionId session = session_named("s");
  ASSERT_HOLDS(put("elsewhere", ChunkReference{session_named("t"), 0}));
  for (const std::uint32_t index : {256u, 9u, 255u, 10u})
    ASSERT_HOLDS(put("chunk " + std::to_string(index), ChunkReference{session, index}));
  const auto page = chunks_->list_session(session, 1, 2);
  ASSERT_HOLDS(page);
  EXPECT_EQ(page->total, 4u);
  ASSERT_EQ(page->chunks.size(), 2u);
  EXPECT_EQ(page->chunks[0], (SessionChunk{10, {hash_of("chunk 10"), metadata("{}")}}));
  EXPECT_EQ(page->chunks[1].index, 255u);
  EXPECT_EQ(chunks_->list_session(session_named("none"), 0, 10)->total, 0u);
}

TEST_F(ChunkStoreTest, a_manifest_is_kept_by_its_hash_and_found_by_its_session) {
  const SessionId session = session_named("s");
  ASSERT_FAULT(Fault::storage_not_found, chunks_->read_manifest(session));
  const auto kept = chunks_->put_manifest(session, as_bytes("first"), 10);
  ASSERT_HOLDS(kept);
  EXPECT_EQ(kept->hash, hash_of("first"));
  EXPECT_EQ(*chunks_->put_manifest(session, as_bytes("first"), 20), *kept) << "again: nothing changes";
  reopen();
  EXPECT_EQ(*chunks_->read_manifest(session), to_bytes(as_bytes("first")));
  ASSERT_HOLDS(chunks_->put_manifest(session, as_bytes("second"), 30));
  EXPECT_EQ(*chunks_->read_manifest(session), to_bytes(as_bytes("second")));
  EXPECT_EQ(*chunks_->read_manifest(hash_of("first")), to_bytes(as_bytes("first")));
}

TEST_F(ChunkStoreTest, a_manifest_may_come_in_pieces) {
  const SessionId session = session_named("s");
  auto in = chunks_->begin_manifest();
  ASSERT_HOLDS(in);
  ASSERT_HOLDS(in->append(as_bytes("fir")));
  ASSERT_HOLDS(in->append(as_bytes("st")));
  auto staged = in->finish();
  ASSERT_HOLDS(staged);
  ASSERT_HOLDS(chunks_->keep_manifest(session, std::move(*staged), 10));
  EXPECT_EQ(*chunks_->read_manifest(session), to_bytes(as_bytes("first")));
}

TEST_F(ChunkStoreTest, nothing_is_acknowledged_when_the_index_cannot_be_written) {
  store_.fail_at_commit(1, Fault::storage_full);
  ASSERT_FAULT(Fault::storage_full, put("hello"));
  reopen();
  EXPECT_EQ(*chunks_->find(hash_of("hello")), std::nullopt);
  const auto again = put("hello");
  ASSERT_HOLDS(again);
  EXPECT_FALSE(again->deduplicated) << "a file without a row was never promised to anybody";
  EXPECT_EQ(*chunks_->chunk_count(), 1u);
}

}  // namespace
}  // namespace lucid::storage
