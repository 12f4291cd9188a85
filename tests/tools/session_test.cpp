// Recording and restoring: files become chunks and a manifest, and come back.
#include <gtest/gtest.h>
#include <map>

#include "core/anchoring/manifest.hpp"
#include "core/crypto/sha256.hpp"
#include "tests/fixtures/noise.hpp"
#include "tests/fixtures/temporary_directory.hpp"
#include "tools/lucid/chunk_packing.hpp"
#include "tools/lucid/recorder.hpp"
#include "tools/lucid/restorer.hpp"

namespace lucid::tools {
namespace {

const SessionId kAnchoredSession = parse_uuid("01234567-89ab-4def-8123-456789abcdef", "session").value();

class SessionTest : public testing::Test {
 protected:
  std::vector<SessionFile> files(const std::vector<std::string>& arguments) const {
    std::vector<std::string> paths;
    for (const auto& argument : arguments) paths.push_back((home_.path() / argument).string());
    return session_files(paths).value();
  }
  Manifest record(const std::vector<SessionFile>& of) {
    return record_session(kAnchoredSession, 1'700'000'000'000, of,
                          [this](const ManifestChunk& chunk, ByteView stored) -> Status {
                            store_[chunk.hash] = to_bytes(stored);
                            return {};
                          })
        .value();
  }
  ChunkSource source() const {
    return [this](const ManifestChunk& chunk) -> Result<Bytes> {
      const auto found = store_.find(chunk.hash);
      if (found == store_.end()) return fail(Fault::chunk_not_found, to_hex(chunk.hash));
      return found->second;
    };
  }

  test::TemporaryDirectory home_;
  std::map<Hash256, Bytes> store_;
};

TEST_F(SessionTest, FilesComeBackAsTheyWere) {
  const Bytes random = test::noise(3 << 20, 1), text(500'000, 'x');
  home_.write("video.bin", random);
  home_.write("log.txt", text);
  home_.write("empty", {});
  const Manifest manifest = record(files({"video.bin", "log.txt", "empty"}));
  EXPECT_TRUE(anchoring::check_manifest(manifest));
  EXPECT_EQ(manifest.files[0].hash, crypto::sha256(random));
  EXPECT_EQ(manifest.chunks.front().form, ChunkForm::raw) << "noise does not shrink";
  EXPECT_EQ(manifest.chunks.back().form, ChunkForm::zstd) << "letters do";
  EXPECT_EQ(manifest.files[2].chunk_count, 0u);

  const auto restored = restore_session(manifest, home_.path() / "out", source());
  ASSERT_TRUE(restored) << to_text(restored.error());
  EXPECT_EQ(test::content_of(home_.path() / "out/video.bin"), random);
  EXPECT_EQ(test::content_of(home_.path() / "out/log.txt"), text);
  EXPECT_TRUE(std::filesystem::exists(home_.path() / "out/empty"));
  EXPECT_EQ(restored->size(), 3u);
}

TEST_F(SessionTest, TheSameFilesGiveTheSameManifest) {
  home_.write("a", test::noise(600'000, 2));
  EXPECT_EQ(record(files({"a"})), record(files({"a"})));
}

TEST_F(SessionTest, ADirectoryIsRecordedWithAllBelowItInOrder) {
  home_.write("tree/b.txt", as_bytes("b"));
  home_.write("tree/a/deep.txt", as_bytes("deep"));
  const auto named = files({"tree"});
  ASSERT_EQ(named.size(), 2u);
  EXPECT_EQ(named[0].name, "tree/a/deep.txt");
  EXPECT_EQ(named[1].name, "tree/b.txt");
}

TEST_F(SessionTest, TwoFilesOfOneNameKeepTheirPaths) {
  home_.write("one/x.txt", as_bytes("1"));
  home_.write("two/x.txt", as_bytes("2"));
  const auto named = files({"one/x.txt", "two/x.txt"});
  EXPECT_EQ(named[0].name, "x.txt");
  EXPECT_TRUE(named[1].name.ends_with("two/x.txt")) << named[1].name;
  const std::string twice = (home_.path() / "one/x.txt").string();
  const std::vector<std::string> three{twice, twice, twice};
  EXPECT_EQ(session_files(three).error().fault, Fault::text_form);
}

TEST_F(SessionTest, WhatIsMissingOrNoFileOrNoTextIsRefused) {
  EXPECT_EQ(session_files(std::vector<std::string>{"/no/such/file"}).error().fault, Fault::file_missing);
  EXPECT_EQ(session_files(std::vector<std::string>{"/dev/null"}).error().fault, Fault::file_form);
  const auto bad = home_.write("\xff\xfe.txt", as_bytes("?"));
  EXPECT_EQ(session_files(std::vector<std::string>{bad.string()}).error().fault, Fault::text_form);
}

TEST_F(SessionTest, ASessionOfNothingButEmptyFilesIsRefused) {
  home_.write("empty", {});
  const auto named = files({"empty"});
  const auto manifest = record_session(kAnchoredSession, 0, named, [](const auto&, ByteView) -> Status { return {}; });
  EXPECT_EQ(manifest.error().fault, Fault::manifest_form);
}

TEST_F(SessionTest, ASinkThatRefusesEndsTheRecording) {
  home_.write("a", as_bytes("a"));
  const auto named = files({"a"});
  const auto manifest = record_session(kAnchoredSession, 0, named,
                                       [](const auto&, ByteView) -> Status { return fail(Fault::node_refused); });
  EXPECT_EQ(manifest.error().fault, Fault::node_refused);
}

TEST_F(SessionTest, ADamagedOrMissingChunkRestoresNoFile) {
  home_.write("a.txt", Bytes(10'000, 'a'));
  const Manifest manifest = record(files({"a.txt"}));
  auto& stored = store_.begin()->second;
  stored[stored.size() / 2] ^= 1;
  EXPECT_EQ(restore_session(manifest, home_.path() / "bad", source()).error().fault, Fault::chunk_hash_mismatch);
  EXPECT_TRUE(std::filesystem::is_empty(home_.path() / "bad"));
  store_.clear();
  EXPECT_EQ(restore_session(manifest, home_.path() / "none", source()).error().fault, Fault::chunk_not_found);
}

TEST_F(SessionTest, AFileWhoseOwnHashDiffersIsNotRestored) {
  home_.write("a.txt", as_bytes("a"));
  Manifest manifest = record(files({"a.txt"}));
  manifest.files[0].hash.data[0] ^= 1;
  EXPECT_EQ(restore_session(manifest, home_.path() / "out", source()).error().fault, Fault::file_differs);
  EXPECT_TRUE(std::filesystem::is_empty(home_.path() / "out"));
}

TEST_F(SessionTest, ADirectoryWithFilesInItIsLeftAlone) {
  home_.write("a.txt", as_bytes("a"));
  EXPECT_EQ(restore_session(record(files({"a.txt"})), home_.path(), source()).error().fault, Fault::file_io);
}

TEST_F(SessionTest, RecordedNamesCannotLeaveTheDirectory) {
  home_.write("a.txt", as_bytes("a"));
  home_.write("b.txt", as_bytes("b"));
  Manifest manifest = record(files({"a.txt", "b.txt"}));
  manifest.files[0].name = decltype(manifest.files[0].name)("../../etc/passwd");
  manifest.files[1].name = decltype(manifest.files[1].name)("/etc//./passwd");
  const auto restored = restore_session(manifest, home_.path() / "out", source());
  ASSERT_TRUE(restored) << to_text(restored.error());
  EXPECT_EQ((*restored)[0].path, home_.path() / "out/etc/passwd");
  EXPECT_EQ((*restored)[1].path, home_.path() / "out/etc/passwd.2");
}

TEST(SafeName, StaysBelowAndReadable) {
  EXPECT_EQ(safe_name("a/b.txt"), "a/b.txt");
  EXPECT_EQ(safe_name("../x"), "x");
  EXPECT_EQ(safe_name("/"), "unnamed");
  EXPECT_EQ(safe_name("a/../../b"), "a/b");
  EXPECT_EQ(safe_name("line\nbreak\\x"), "line_break_x");
  EXPECT_EQ(safe_name(".."), "unnamed");
}

TEST(ChunkPacking, AChunkThatUnpacksToAnotherSizeIsRefused) {
  Packer packer;
  const Bytes plain(5'000, 'z');
  const auto packed = packer.pack(plain);
  ASSERT_EQ(packed.form, ChunkForm::zstd);
  ManifestChunk chunk;
  chunk.form = packed.form;
  chunk.size_bytes = static_cast<std::uint32_t>(packed.stored.size());
  chunk.plain_size_bytes = 5'000;
  EXPECT_EQ(unpack_chunk(chunk, packed.stored).value(), plain);
  chunk.plain_size_bytes = 4'999;
  EXPECT_EQ(unpack_chunk(chunk, packed.stored).error().fault, Fault::file_form);
  chunk.plain_size_bytes = 5'001;
  EXPECT_EQ(unpack_chunk(chunk, packed.stored).error().fault, Fault::chunk_size);
  chunk.plain_size_bytes = 5'000;
  EXPECT_EQ(unpack_chunk(chunk, packed.stored.first(4)).error().fault, Fault::chunk_size);
  Bytes garbage(chunk.size_bytes, 9);
  EXPECT_EQ(unpack_chunk(chunk, garbage).error().fault, Fault::file_form);
}

}  // namespace
}  // namespace lucid::tools
