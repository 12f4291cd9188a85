// The way of `tools/run --demo`, with the programs of this build.
#include <fstream>
#include <gmock/gmock.h>

#include "tests/e2e/node_process.hpp"

namespace lucid::e2e {
namespace {

using ::testing::HasSubstr;

class DemoTest : public NodeProcessTest {
 protected:
  void SetUp() override {
    first_ = directory_.write("work/notes.txt", as_bytes("what was said\n"));
    std::string screen;
    for (unsigned i = 0; i < 400'000; ++i) screen += static_cast<char>((i * i + i / 977) & 0xff);
    second_ = directory_.write("work/screen.rec", as_bytes(screen));
  }
  Ended lucid(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), program("lucid"));
    return run(std::move(arguments), scratch(), scratch() / "work");
  }
  /// Anchors both files and leaves the bundle's path in bundle_.
  void anchor_files() {
    const Ended anchored =
        lucid({"anchor", first_.string(), second_.string(), "--session", session_, "--node", url(), "--bundle"});
    ASSERT_EQ(anchored.status, 0) << anchored.out << anchored.err;
    bundle_ = scratch() / "work" / (session_ + ".lucid");
    ASSERT_TRUE(std::filesystem::exists(bundle_)) << anchored.out;
  }

  const std::string session_ = "01234567-89ab-4def-8123-456789abcdef";
  std::filesystem::path first_, second_, bundle_;
};

TEST_F(DemoTest, FilesAreAnchoredAndTheirProofHoldsWithoutTheNodeUntilAByteDiffers) {
  start();
  ASSERT_FALSE(HasFatalFailure());
  anchor_files();
  ASSERT_FALSE(HasFatalFailure());
  const auto genesis = scratch() / "genesis.json";
  std::filesystem::copy_file(data() / "genesis.json", genesis);
  EXPECT_EQ(stop(), 0);
  std::filesystem::remove_all(data());

  const std::vector<std::string> verify{"verify",         bundle_.string(), first_.string(),
                                        second_.string(), "--genesis",      genesis.string()};
  const Ended verified = lucid(verify);
  EXPECT_EQ(verified.status, 0) << verified.out << verified.err;
  EXPECT_THAT(verified.out, HasSubstr("verified"));

  const Bytes whole = test::content_of(bundle_);
  Bytes damaged = whole;
  damaged[damaged.size() / 2] ^= 1;
  directory_.write("work/" + bundle_.filename().string(), damaged);
  const Ended refused = lucid(verify);
  EXPECT_EQ(refused.status, 1);
  EXPECT_GT((refused.out + refused.err).size(), 20u) << "a reason";

  directory_.write("work/" + bundle_.filename().string(), whole);
  directory_.write("work/notes.txt", as_bytes("what was sayd\n"));
  const Ended other_file = lucid(verify);
  EXPECT_EQ(other_file.status, 1);
  EXPECT_THAT(other_file.out + other_file.err, HasSubstr("notes.txt"));
}

TEST_F(DemoTest, ASessionIsShownAndFetchedByteForByte) {
  start();
  ASSERT_FALSE(HasFatalFailure());
  anchor_files();
  ASSERT_FALSE(HasFatalFailure());
  const Ended shown = lucid({"session", "show", session_, "--node", url()});
  EXPECT_EQ(shown.status, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("confirmed"));
  EXPECT_THAT(shown.out, HasSubstr("screen.rec"));

  const auto target = scratch() / "fetched";
  const Ended fetched = lucid({"session", "fetch", session_, target.string(), "--node", url()});
  EXPECT_EQ(fetched.status, 0) << fetched.out << fetched.err;
  EXPECT_EQ(test::content_of(target / "notes.txt"), test::content_of(first_));
  EXPECT_EQ(test::content_of(target / "screen.rec"), test::content_of(second_));
}

TEST_F(DemoTest, TheSameFilesAgainSendNoChunkThatTheNodeHas) {
  start();
  ASSERT_FALSE(HasFatalFailure());
  anchor_files();
  ASSERT_FALSE(HasFatalFailure());
  const Ended again = lucid({"anchor", first_.string(), second_.string(), "--node", url()});
  EXPECT_EQ(again.status, 0) << again.out << again.err;
}

}  // namespace
}  // namespace lucid::e2e
