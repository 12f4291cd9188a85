#include "tools/lucid/content_chunker.hpp"

#include <gtest/gtest.h>
#include <set>

#include "core/crypto/sha256.hpp"
#include "tests/fixtures/noise.hpp"

namespace lucid::tools {
namespace {

constexpr ChunkSizes kSmall{1 << 10, 4 << 10, 8 << 10};  // the same rules at a 256th of the size

std::vector<Bytes> chunks_of(ByteView bytes, std::size_t piece, const ChunkSizes& sizes = kSmall) {
  std::vector<Bytes> out;
  ContentChunker chunker(
      [&](ByteView chunk) -> Status {
        out.push_back(to_bytes(chunk));
        return {};
      },
      sizes);
  for (std::size_t at = 0; at < bytes.size(); at += piece)
    EXPECT_TRUE(chunker.add(bytes.subspan(at, std::min(piece, bytes.size() - at))));
  EXPECT_TRUE(chunker.finish());
  return out;
}

Bytes joined(const std::vector<Bytes>& chunks) {
  Bytes all;
  for (const Bytes& chunk : chunks) all.insert(all.end(), chunk.begin(), chunk.end());
  return all;
}

TEST(ContentChunker, ChunksJoinedAreTheFileAndKeepTheirBounds) {
  const Bytes file = test::noise(300'000, 1);
  const auto chunks = chunks_of(file, 5'000);
  EXPECT_EQ(joined(chunks), file);
  EXPECT_GT(chunks.size(), 300'000 / kSmall.max);
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    EXPECT_LE(chunks[i].size(), kSmall.max);
    EXPECT_TRUE(chunks[i].size() > kSmall.min || i + 1 == chunks.size());
  }
}

TEST(ContentChunker, TheSizeOfThePiecesDoesNotMoveTheCuts) {
  const Bytes file = test::noise(100'000, 2);
  const auto whole = chunks_of(file, file.size());
  for (std::size_t piece : {1u, 997u, 8192u, 50'000u}) EXPECT_EQ(chunks_of(file, piece), whole) << piece;
}

TEST(ContentChunker, BytesInsertedInFrontChangeOnlyTheFirstChunks) {
  const Bytes file = test::noise(400'000, 3);
  Bytes longer = test::noise(100, 4);
  longer.insert(longer.end(), file.begin(), file.end());
  std::set<Hash256> before;
  for (const Bytes& chunk : chunks_of(file, 10'000)) before.insert(crypto::sha256(chunk));
  std::size_t known = 0;
  const auto after = chunks_of(longer, 10'000);
  for (const Bytes& chunk : after) known += before.count(crypto::sha256(chunk));
  EXPECT_GE(known + 5, after.size()) << known << " of " << after.size() << " chunks are known";
}

TEST(ContentChunker, MonotonousBytesAreCutAtTheBound) {
  const Bytes zeros(40'000, 0);
  for (const Bytes& chunk : chunks_of(zeros, 1'000)) EXPECT_LE(chunk.size(), kSmall.max);
  EXPECT_EQ(joined(chunks_of(zeros, 1'000)), zeros);
}

TEST(ContentChunker, AFileOfNothingHasNoChunkAndASmallOneHasOne) {
  EXPECT_TRUE(chunks_of({}, 1).empty());
  EXPECT_EQ(chunks_of(Bytes{7}, 1), std::vector<Bytes>{Bytes{7}});
  EXPECT_EQ(chunks_of(Bytes(kSmall.min, 7), 100).size(), 1u);
}

TEST(ContentChunker, AfterAFileItTakesAnother) {
  std::vector<Bytes> out;
  ContentChunker chunker(
      [&](ByteView chunk) -> Status {
        out.push_back(to_bytes(chunk));
        return {};
      },
      kSmall);
  ASSERT_TRUE(chunker.add(as_bytes("first")));
  ASSERT_TRUE(chunker.finish());
  ASSERT_TRUE(chunker.add(as_bytes("second")));
  ASSERT_TRUE(chunker.finish());
  EXPECT_EQ(out, (std::vector<Bytes>{to_bytes(as_bytes("first")), to_bytes(as_bytes("second"))}));
}

TEST(ContentChunker, AnErrorOfTheSinkEndsIt) {
  ContentChunker chunker([](ByteView) -> Status { return fail(Fault::file_io, "sink"); }, kSmall);
  EXPECT_EQ(chunker.add(test::noise(20'000, 5)).error().fault, Fault::file_io);
}

// The cuts of everyone's recordings depend on the table and the masks: a change here makes every chunk new.
TEST(ContentChunker, TheCutsOfAKnownFileAreTheseForEver) {
  std::vector<std::size_t> sizes;
  for (const Bytes& chunk : chunks_of(test::noise(8 << 20, 6), 1 << 20, ChunkSizes{})) sizes.push_back(chunk.size());
  EXPECT_EQ(sizes, (std::vector<std::size_t>{1446602, 1215811, 1100154, 1394734, 1041644, 1108457, 1062419, 18787}));
}

}  // namespace
}  // namespace lucid::tools
