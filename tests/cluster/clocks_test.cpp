// Clocks that are wrong, and that are set while a node runs: within the tolerance it takes part, far off the others go
// on without it, and once its clock is right it takes part again, with no restart.
//
// The wall clock of one node is libfaketime's (Debian package faketime), which reads its offset from a file; time that
// only passes stays what it is.
#include <fstream>

#include "tests/cluster/anchor_history.hpp"
#include "tests/cluster/cluster.hpp"
#include "tests/sim/ran.hpp"

namespace lucid::cluster {
namespace {

namespace fs = std::filesystem;

constexpr Node kWrong = 2;

class ClusterClockTest : public ClusterTest {
 protected:
  /// Empty where the package is not installed.
  static fs::path library() {
    std::error_code error;
    for (const auto& folder : fs::directory_iterator("/usr/lib", error)) {
      const fs::path found = folder.path() / "faketime" / "libfaketimeMT.so.1";
      if (fs::exists(found, error)) return found;
    }
    return {};
  }

  fs::path offset_file() const { return scratch() / "offset"; }
  /// In seconds; takes effect at once.
  void set_clock(const std::string& offset) const {
    const fs::path next = scratch() / "offset.next";
    std::ofstream(next) << offset << "\n";
    fs::rename(next, offset_file());
  }

  /// For lucidd of the wrong clock.
  fs::path program() const {
    const fs::path path = scratch() / "lucidd-with-its-own-clock";
    std::ofstream(path) << "#!/bin/sh\n"
                        << "export LD_PRELOAD=" << library().string() << "\n"
                        << "export FAKETIME_TIMESTAMP_FILE=" << offset_file().string() << "\n"
                        << "export FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 DONT_FAKE_MONOTONIC=1\n"
                        << "exec " << e2e::program("lucidd") << " \"$@\"\n";
    fs::permissions(path, fs::perms::owner_all);
    return path;
  }

  /// Its precommits stand in certificates of heights from here on.
  void expect_it_takes_part(const std::string& when) {
    const Height open = height(1) + 1;
    EXPECT_TRUE(until([&] { return votes_above(kWrong, open, 1); })) << when;
  }
  void expect_the_others_go_on(const std::string& when) {
    const Height before = height(1);
    EXPECT_TRUE(until([&] { return height(1) >= before + 5; })) << when;
  }
};

TEST_F(ClusterClockTest, AClockThatIsSetWhileItsNodeRunsIsBorneAndForgiven) {
  if (library().empty()) GTEST_SKIP() << "libfaketime is not here (package faketime; tools/packages ensure localnet)";
  Wish wish;
  wish.name_spaces = false;
  up(wish);
  ASSERT_FALSE(HasFatalFailure());
  AnchorHistory history(urls());
  set_clock("+0");
  stop(kWrong);
  ASSERT_FALSE(HasFatalFailure());
  start(kWrong, program().string());
  ASSERT_FALSE(HasFatalFailure());
  expect_it_takes_part("with a clock of its own that is right");
  // The profile `test` bears 100 ms; correct clocks are within half of it.
  set_clock("+0.04");
  expect_it_takes_part("40 ms ahead");
  set_clock("-0.04");
  expect_it_takes_part("40 ms behind");
  std::uint64_t steps = 2;
  for (const char* far : {"+3600", "-3600"}) {
    set_clock(far);
    ++steps;
    expect_said(1, "peer_clock_off", "the clock of node-2 (");
    expect_said(kWrong, "own_clock_off", "this node's clock is ");
    expect_the_others_go_on(std::string("one clock is off by ") + far + " s");
    set_clock("+0");
    ++steps;
    expect_it_takes_part(std::string("right again after ") + far + " s");
  }
  const auto findings = history.judge();
  EXPECT_TRUE(findings.evidence.empty()) << "it signed twice";
  sim::report_run("cluster clock-steps=" + std::to_string(steps) + counts_of(findings));
}

}  // namespace
}  // namespace lucid::cluster
