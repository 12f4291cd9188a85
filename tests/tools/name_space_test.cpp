// Network namespaces of a localnet as root makes them: who reaches whom before, during and after a partition.
#include "tools/lucid/localnet/name_space.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sched.h>
#include <set>
#include <thread>
#include <unistd.h>

#include "net/sockets.hpp"
#include "tests/fixtures/temporary_directory.hpp"
#include "tools/lucid/localnet/process.hpp"

namespace lucid::tools::localnet {
namespace {

/// Runs `work` on a thread that is in the namespace of that node.
template <class Work>
void inside(const std::string& prefix, std::uint32_t node, Work&& work) {
  std::thread([&] {
    const int file = ::open(name_space_file(node_name_space(prefix, node)).c_str(), O_RDONLY | O_CLOEXEC);
    ASSERT_GE(file, 0);
    ASSERT_EQ(::setns(file, CLONE_NEWNET), 0);
    ::close(file);
    work();
  }).join();
}

class NameSpacesTest : public testing::Test {
 protected:
  static constexpr std::uint32_t kNodes = 4;

  void SetUp() override {
    if (const auto missing = NameSpaces::missing(); !missing.empty()) GTEST_SKIP() << missing;
    ASSERT_TRUE(spaces_.check_free());
    const auto made = spaces_.make();
    if (!made) {
      EXPECT_TRUE(spaces_.remove());
      GTEST_SKIP() << "this machine lets nobody make namespaces: " << to_text(made.error());
    }
  }
  void TearDown() override { EXPECT_TRUE(spaces_.remove()); }

  /// Whether a frame of one node comes to the other and back: an ARP answer is enough for the kernel to say who is
  /// there, so a connection to a port where nobody listens is refused at once where they hear each other.
  bool hears(std::uint32_t from, std::uint32_t to) const {
    bool heard = false;
    inside(prefix_, from, [&] {
      constexpr std::uint64_t kShortMs = 300;
      const auto dialled = net::dial(node_address(to), 9, kShortMs);
      heard = !dialled && dialled.error().actual.find("refused") != std::string::npos;
    });
    return heard;
  }
  std::set<std::pair<int, int>> pairs_that_hear() const {
    std::set<std::pair<int, int>> pairs;
    for (std::uint32_t from = 1; from <= kNodes; ++from)
      for (std::uint32_t to = from + 1; to <= kNodes; ++to)
        if (hears(from, to)) pairs.emplace(from, to);
    return pairs;
  }

  const test::TemporaryDirectory directory_;
  const std::string prefix_ = name_prefix(directory_.path());
  const NameSpaces spaces_{prefix_, kNodes};
};

TEST_F(NameSpacesTest, NodesHearThoseOfTheirGroupUntilItHeals) {
  const std::set<std::pair<int, int>> all{{1, 2}, {1, 3}, {1, 4}, {2, 3}, {2, 4}, {3, 4}};
  EXPECT_EQ(pairs_that_hear(), all);
  ASSERT_TRUE(spaces_.cut({{1, 2}, {3, 4}}));
  EXPECT_EQ(pairs_that_hear(), (std::set<std::pair<int, int>>{{1, 2}, {3, 4}}));
  ASSERT_TRUE(spaces_.cut({{1}, {2, 3, 4}})) << "a partition takes the place of an earlier one";
  EXPECT_EQ(pairs_that_hear(), (std::set<std::pair<int, int>>{{2, 3}, {2, 4}, {3, 4}}));
  ASSERT_TRUE(spaces_.heal());
  EXPECT_EQ(pairs_that_hear(), all);
}

TEST_F(NameSpacesTest, NothingIsTakenThatIsThereAlready) {
  const auto again = spaces_.check_free();
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().actual, testing::HasSubstr(prefix_));
  ASSERT_TRUE(spaces_.remove());
  EXPECT_TRUE(spaces_.check_free());
  EXPECT_TRUE(spaces_.remove()) << "removing what is gone is fine";
}

}  // namespace
}  // namespace lucid::tools::localnet
