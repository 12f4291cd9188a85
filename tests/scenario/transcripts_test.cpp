// Every *.txt beside this file is a conversation with core; its outputs must be complete and exact.
// LUCID_TEST_REWRITE_SCENARIOS=1 writes them anew: then read the difference. index.txt says what each is there for.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

#include "tests/scenario/index.hpp"
#include "tests/scenario/transcript.hpp"

namespace lucid::test {
namespace {

std::vector<std::filesystem::path> transcripts() {
  std::vector<std::filesystem::path> out;
  for (const auto& entry : std::filesystem::directory_iterator(scenario_folder()))
    if (entry.path().extension() == ".txt" && entry.path().stem() != "index") out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

class ConsensusTranscript : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(ConsensusTranscript, IsAnsweredAsWritten) {
  const std::string written = whole_file(GetParam());
  ASSERT_FALSE(written.empty());
  const std::string played = play(written);
  EXPECT_EQ(played, play(written)) << "the same inputs must give the same outputs";
  if (const char* rewrite = std::getenv("LUCID_TEST_REWRITE_SCENARIOS"); rewrite && std::string_view(rewrite) == "1") {
    std::ofstream(GetParam()) << played;
    GTEST_SKIP() << "rewritten: review the difference";
  }
  EXPECT_EQ(played, written);
}

std::string test_name(const testing::TestParamInfo<std::filesystem::path>& info) {
  return info.param.stem().string();
}

INSTANTIATE_TEST_SUITE_P(All, ConsensusTranscript, testing::ValuesIn(transcripts()), test_name);

TEST(ConsensusTranscripts, AllAreFound) {
  EXPECT_GE(transcripts().size(), 60U);
}

}  // namespace
}  // namespace lucid::test
