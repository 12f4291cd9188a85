// A node's disk that was copied: started in the node's place, and beside it. Either says so, and signs nothing twice.
#include <fstream>

#include "tests/cluster/anchor_history.hpp"
#include "tests/cluster/cluster.hpp"
#include "tests/sim/ran.hpp"

namespace lucid::cluster {
namespace {

namespace fs = std::filesystem;

constexpr Node kCopied = 3;

class ClusterCopyTest : public ClusterTest {
 protected:
  void SetUp() override {
    Wish wish;
    wish.name_spaces = false;
    up(wish);
  }

  /// What the copied node acknowledges after the copy is gone with its disk: nothing is anchored through it.
  std::vector<std::string> others() const {
    auto out = urls();
    out.erase(out.begin() + kCopied - 1);
    return out;
  }

  fs::path copy() const { return scratch() / "copy"; }

  /// Of a stopped node, as an operator images its card.
  void take_copy() {
    stop(kCopied);
    fs::copy(data(kCopied), copy(), fs::copy_options::recursive);
    start(kCopied);
  }

  /// So that the copy is old.
  void let_the_node_sign_more() {
    const Height open = height(1) + 1;
    ASSERT_TRUE(until([&] { return votes_above(kCopied, open, 1); }));
  }

  std::string said_by_copy(const e2e::Process& twin) const { return twin.out() + twin.err(); }

  void expect_signed_once(AnchorHistory& history, const std::string& what) {
    const auto findings = history.judge();
    EXPECT_TRUE(findings.evidence.empty()) << "signed twice";
    sim::report_run("cluster " + what + "=1" + counts_of(findings));
  }
};

TEST_F(ClusterCopyTest, AnOldCopyInTheNodesPlaceSaysSoAndWatchesBeforeItSigns) {
  ASSERT_FALSE(HasFatalFailure());
  AnchorHistory history(urls(), others());
  take_copy();
  ASSERT_FALSE(HasFatalFailure());
  let_the_node_sign_more();
  kill({kCopied});
  fs::remove_all(data(kCopied));
  fs::copy(copy(), data(kCopied), fs::copy_options::recursive);
  const auto before = std::string("ALARM sign_state_restored");
  ASSERT_EQ(log(kCopied).find(before), std::string::npos);

  start(kCopied);
  ASSERT_FALSE(HasFatalFailure());
  EXPECT_TRUE(until([&] { return log(kCopied).find(before) != std::string::npos; })) << "it says nothing";
  expect_said(kCopied, "data_is_old_copy", "this node signs nothing yet: its data is an old copy");
  const Height open = height(1) + 1;
  EXPECT_TRUE(until([&] { return votes_above(kCopied, open, 1); })) << "it does not vote after its watch";
  expect_signed_once(history, "old-copies");
}

TEST_F(ClusterCopyTest, ACopyBesideTheNodeSaysSoAndNeverSigns) {
  ASSERT_FALSE(HasFatalFailure());
  AnchorHistory history(urls(), others());
  take_copy();
  ASSERT_FALSE(HasFatalFailure());
  let_the_node_sign_more();
  {
    e2e::Process twin({e2e::program("lucidd"), "--data-dir", copy().string(), "--genesis",
                       (net() / "genesis.json").string(), "--engine-port", "0"},
                      scratch());
    // Told by the others' answers, or never let in because the node itself is connected.
    const auto says_so = [&] {
      const std::string said = said_by_copy(twin);
      return said.find("ALARM foreign_signature") != std::string::npos ||
             said.find("ALARM keys_in_use") != std::string::npos;
    };
    EXPECT_TRUE(twin.until(says_so)) << "it does not notice that its key is in use elsewhere:\n" << said_by_copy(twin);
    // It stays, and the others go on.
    const Height at = height(1);
    EXPECT_TRUE(twin.until([&] { return height(1) >= at + 10; })) << "the chain stands still";
    twin.signal(SIGTERM);
    EXPECT_TRUE(twin.wait(milliseconds(10'000)));
  }
  const Height open = height(1) + 1;
  EXPECT_TRUE(until([&] { return votes_above(kCopied, open, 1); })) << "the node itself does not vote";
  EXPECT_EQ(log(kCopied).find("ALARM"), std::string::npos) << log(kCopied);
  expect_signed_once(history, "twins");
}

}  // namespace
}  // namespace lucid::cluster
