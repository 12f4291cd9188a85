#include "core/anchoring/manifest.hpp"

#include <functional>
#include <gtest/gtest.h>

#include "tests/fixtures/sample_chain.hpp"

namespace lucid::anchoring {
namespace {

using test::sample_manifest;

TEST(Manifest, TheSampleIsGoodAndReadsBackFromItsBytes) {
  const Manifest manifest = sample_manifest();
  EXPECT_TRUE(check_manifest(manifest));
  EXPECT_EQ(decode_manifest(encode_manifest(manifest)).value(), manifest);
  EXPECT_EQ(manifest_form(encode_manifest(manifest)), ManifestForm::canonical);
}

TEST(Manifest, ItsFormShowsInTheFirstByte) {
  EXPECT_EQ(manifest_form(as_bytes("{}")), ManifestForm::json);
  EXPECT_EQ(manifest_form(as_bytes("sealed")), ManifestForm::foreign);
  EXPECT_EQ(manifest_form({}), ManifestForm::foreign);
}

TEST(Manifest, TheSegmentRootIsThatOfSegmentsOf4KiB) {
  Bytes bytes(4096 * 2 + 1);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 7);
  const ByteView view(bytes);
  const std::vector<Hash256> leaves{merkle::leaf_hash(view.first(4096)), merkle::leaf_hash(view.subspan(4096, 4096)),
                                    merkle::leaf_hash(view.last(1))};
  EXPECT_EQ(segment_root(bytes), merkle::root(leaves));
  EXPECT_EQ(segment_root(view.first(4096)), leaves[0]);
  EXPECT_EQ(segment_root({}), merkle::empty_root());
}

TEST(Manifest, TheSessionRootIsOverTheHashesThemselves) {
  const Manifest manifest = sample_manifest();
  std::vector<Hash256> hashes;
  for (const auto& chunk : manifest.chunks) hashes.push_back(chunk.hash);
  EXPECT_EQ(session_root(manifest), session_root(hashes));
  EXPECT_EQ(session_root(std::span(hashes).first(1)), merkle::leaf_hash(hashes[0]));
}

TEST(Manifest, AChunksPathLeadsToTheSessionRoot) {
  const Manifest manifest = sample_manifest();
  for (std::uint32_t i = 0; i < 3; ++i)
    EXPECT_TRUE(merkle::verify_inclusion(session_leaf(manifest.chunks[i].hash), i, 3, chunk_proof(manifest, i).value(),
                                         session_root(manifest)));
  EXPECT_EQ(chunk_proof(manifest, 3).error().fault, Fault::merkle_index);
}

TEST(Manifest, TheStorageRootIsOverHashSizeAndSegments) {
  Manifest manifest = sample_manifest();
  const Hash256 root = storage_root(manifest);
  const auto& chunk = manifest.chunks[0];
  Manifest one = manifest;
  one.chunks.resize(1);
  EXPECT_EQ(storage_root(one),
            merkle::leaf_hash(codec::encode_array(chunk.hash, std::uint64_t{10'000}, chunk.segment_root)));
  manifest.chunks[1].segment_root.data[0] ^= 1;
  EXPECT_NE(storage_root(manifest), root);
}

TEST(Manifest, TotalSizeIsThatOfTheStoredChunks) {
  Manifest manifest = sample_manifest();
  EXPECT_EQ(total_size(manifest), 14'101u);
  manifest.chunks[0].form = ChunkForm::zstd;
  manifest.chunks[0].size_bytes = 100;
  EXPECT_TRUE(check_manifest(manifest));
  EXPECT_EQ(total_size(manifest), 4'201u);
}

TEST(Manifest, AnEmptyFileBesideAnotherHasNoChunks) {
  Manifest manifest = sample_manifest();
  manifest.files.push_back({BoundedString<1024>("empty"), 0, crypto::sha256({}), 3, 0});
  EXPECT_TRUE(check_manifest(manifest));
}

struct Damage {
  const char* name;
  const char* field;
  std::function<void(Manifest&)> apply;
};

TEST(Manifest, EveryBrokenRuleIsRefusedByItsField) {
  const std::vector<Damage> kDamages = {
      {"another version", "manifest.version", [](Manifest& m) { m.version = 2; }},
      {"no chunk at all", "manifest.chunks",
       [](Manifest& m) {
         m.chunks.clear();
         m.files.clear();
       }},
      {"an index twice", "manifest.chunks[1].index", [](Manifest& m) { m.chunks[1].index = 0; }},
      {"an empty chunk", "manifest.chunks[2].size_bytes", [](Manifest& m) { m.chunks[2].size_bytes = 0; }},
      {"a chunk over the bound", "manifest.chunks[0].size_bytes",
       [](Manifest& m) { m.chunks[0].size_bytes = kMaxChunkBytes + 1; }},
      {"a chunk of nothing", "manifest.chunks[2].plain_size_bytes",
       [](Manifest& m) { m.chunks[2].plain_size_bytes = 0; }},
      {"a chunk that grows over the bound", "manifest.chunks[2].plain_size_bytes",
       [](Manifest& m) { m.chunks[2].plain_size_bytes = kMaxChunkBytes + 1; }},
      {"a raw chunk of another size", "manifest.chunks[2].size_bytes", [](Manifest& m) { m.chunks[2].size_bytes = 4; }},
      {"a compressed chunk no smaller", "manifest.chunks[2].size_bytes",
       [](Manifest& m) { m.chunks[2].form = ChunkForm::zstd; }},
      {"a file without a name", "manifest.files[0].name", [](Manifest& m) { m.files[0].name.clear(); }},
      {"a name twice", "manifest.files[1].name", [](Manifest& m) { m.files[1].name = m.files[0].name; }},
      {"a gap between files", "manifest.files[1].first_chunk", [](Manifest& m) { m.files[1].first_chunk = 3; }},
      {"files that overlap", "manifest.files[1].first_chunk", [](Manifest& m) { m.files[1].first_chunk = 1; }},
      {"a file beyond the chunks", "manifest.files[1].chunk_count", [](Manifest& m) { m.files[1].chunk_count = 2; }},
      {"a chunk count that wraps", "manifest.files[1].chunk_count",
       [](Manifest& m) { m.files[1].chunk_count = 0xffffffff; }},
      {"a wrong sum", "manifest.files[0].size_bytes", [](Manifest& m) { ++m.files[0].size_bytes; }},
      {"a chunk of no file", "manifest.files", [](Manifest& m) { m.files.pop_back(); }},
  };
  for (const Damage& damage : kDamages) {
    Manifest broken = sample_manifest();
    damage.apply(broken);
    const auto verdict = check_manifest(broken);
    ASSERT_FALSE(verdict) << damage.name;
    EXPECT_EQ(verdict.error().fault, Fault::manifest_form) << damage.name;
    EXPECT_EQ(verdict.error().field, damage.field) << damage.name;
    EXPECT_FALSE(decode_manifest(encode_manifest(broken))) << damage.name;
  }
}

TEST(Manifest, ItsAnchorFitsIt) {
  const Bytes bytes = encode_manifest(sample_manifest());
  AnchorSession anchor = anchor_of(sample_manifest(), Address{});
  EXPECT_TRUE(check_anchor(anchor, bytes));
  EXPECT_EQ(anchor.manifest_hash, crypto::sha256(bytes));
  anchor.storage_root.reset();
  EXPECT_TRUE(check_anchor(anchor, bytes));
}

TEST(Manifest, AnAnchorOfAnythingElseIsRefusedByItsField) {
  const Bytes bytes = encode_manifest(sample_manifest());
  const auto field_refused = [&](auto change) {
    AnchorSession anchor = anchor_of(sample_manifest(), Address{});
    change(anchor);
    const auto verdict = check_anchor(anchor, bytes);
    EXPECT_FALSE(verdict);
    return verdict ? std::string() : verdict.error().field;
  };
  EXPECT_EQ(field_refused([](AnchorSession& a) { a.manifest_hash = {}; }), "anchor.manifest_hash");
  EXPECT_EQ(field_refused([](AnchorSession& a) { a.session = {}; }), "anchor.session");
  EXPECT_EQ(field_refused([](AnchorSession& a) { a.started_at = 0; }), "anchor.started_at");
  EXPECT_EQ(field_refused([](AnchorSession& a) { a.merkle_root = {}; }), "anchor.merkle_root");
  EXPECT_EQ(field_refused([](AnchorSession& a) { a.chunk_count = 2; }), "anchor.chunk_count");
  EXPECT_EQ(field_refused([](AnchorSession& a) { a.total_size = 2; }), "anchor.total_size");
  EXPECT_EQ(field_refused([](AnchorSession& a) { a.storage_root = Hash256{}; }), "anchor.storage_root");
}

TEST(Manifest, AnAnchorOfAManifestThatBreaksItsRulesIsRefusedThoughTheHashFits) {
  Manifest broken = sample_manifest();
  broken.files.pop_back();
  const Bytes bytes = encode_manifest(broken);
  EXPECT_EQ(check_anchor(anchor_of(broken, Address{}), bytes).error().fault, Fault::manifest_form);
}

}  // namespace
}  // namespace lucid::anchoring
