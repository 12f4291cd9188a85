// `lucid verify` as a process: what it says and how it ends, with no node.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/fixtures/sample_chain.hpp"
#include "tests/fixtures/temporary_directory.hpp"
#include "tests/tools/run_lucid.hpp"

namespace lucid::tools {
namespace {

class VerifyCommand : public testing::Test {
 protected:
  test::Outcome lucid(const std::string& arguments) const { return test::run_lucid(arguments); }
  std::string bundle() const { return home_.write("proof.lucid", sample_.bytes()).string(); }
  std::string screen_file() const {
    const auto chunks = test::sample_plain_chunks();
    Bytes content = chunks[0];
    content.insert(content.end(), chunks[1].begin(), chunks[1].end());
    return home_.write("screen.rec", content).string();
  }

  test::TemporaryDirectory home_;
  test::SampleBundle sample_;
};

TEST_F(VerifyCommand, AGoodBundleEndsWith0AndSaysThatNothingIsTrusted) {
  const auto outcome = lucid("verify " + bundle());
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_NE(outcome.output.find("verified: session 01234567-89ab-cdef-0123-456789abcdef"), std::string::npos);
  EXPECT_NE(outcome.output.find("valid, not tied to a genesis you trust"), std::string::npos);
}

TEST_F(VerifyCommand, ATrustedHashTiesIt) {
  const auto outcome = lucid("verify " + bundle() + " --genesis " + to_hex(sample_.chain.genesis_hash));
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_EQ(outcome.output.find("not tied"), std::string::npos) << outcome.output;
  EXPECT_NE(outcome.output.find("which is the one you trust"), std::string::npos);
}

TEST_F(VerifyCommand, AnotherChainsHashEndsWith1AndSaysWhatDiffers) {
  const auto outcome = lucid("verify " + bundle() + " --genesis " + std::string(64, '0'));
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.output.find("not verified: genesis: the bundle belongs to another chain"), std::string::npos)
      << outcome.output;
}

TEST_F(VerifyCommand, AChangedByteEndsWith1) {
  Bytes broken = sample_.bytes();
  broken[broken.size() / 2] ^= 1;
  const auto outcome = lucid("verify " + home_.write("broken.lucid", broken).string());
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.output.find("not verified: "), std::string::npos) << outcome.output;
}

TEST_F(VerifyCommand, AFileOfTheSessionIsProvedAndAChangedOneRefused) {
  const std::string file = screen_file();
  const auto good = lucid("verify " + bundle() + " " + file);
  EXPECT_EQ(good.status, 0) << good.output;
  EXPECT_NE(good.output.find("is the recorded file \"screen.rec\""), std::string::npos) << good.output;
  Bytes content = test::content_of(file);
  content[77] ^= 1;
  home_.write("screen.rec", content);
  const auto bad = lucid("verify " + bundle() + " " + file);
  EXPECT_EQ(bad.status, 1);
  EXPECT_NE(bad.output.find("the file differs from what was anchored"), std::string::npos) << bad.output;
}

TEST_F(VerifyCommand, JsonSaysTheSame) {
  const auto good = nlohmann::json::parse(lucid("verify --json " + bundle()).output);
  EXPECT_EQ(good.at("verified"), true);
  EXPECT_EQ(good.at("tied_to_trusted_genesis"), false);
  EXPECT_EQ(good.at("anchored_height"), 3);
  EXPECT_EQ(good.at("proved").size(), 6u);
  const auto outcome = lucid("verify --json " + home_.write("none.lucid", {}).string());
  EXPECT_EQ(outcome.status, 1);
  const auto bad = nlohmann::json::parse(outcome.output);
  EXPECT_EQ(bad.at("verified"), false);
  EXPECT_EQ(bad.at("refused").at("fault"), "bundle_form");
}

TEST_F(VerifyCommand, AMissingBundleEndsWith1AndUnknownArgumentsWith2) {
  EXPECT_EQ(lucid("verify " + (home_.path() / "nothing.lucid").string()).status, 1);
  EXPECT_EQ(lucid("verify").status, 2);
  EXPECT_EQ(lucid("verify " + bundle() + " --frobnicate").status, 2);
  EXPECT_EQ(lucid("frobnicate").status, 2);
  EXPECT_EQ(lucid("").status, 2);
  EXPECT_EQ(lucid("--help").status, 0);
}

TEST_F(VerifyCommand, ANodeThatDoesNotAnswerEndsWith1) {
  const std::vector<std::string> commands = {"status", "block", "tx " + std::string(64, 'a'),
                                             "session show 01234567-89ab-cdef-0123-456789abcdef"};
  for (const std::string& command : commands) {
    const auto outcome = lucid(command + " --node http://127.0.0.1:1");
    EXPECT_EQ(outcome.status, 1) << command;
    EXPECT_NE(outcome.output.find("127.0.0.1:1"), std::string::npos) << outcome.output;
  }
  EXPECT_EQ(lucid("session show nonsense").status, 1);
  EXPECT_EQ(lucid("status --node nonsense").status, 1);
}

}  // namespace
}  // namespace lucid::tools
