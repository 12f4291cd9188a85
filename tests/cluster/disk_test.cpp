// A validator whose disk is full: it stops, the others go on, and it takes part again as soon as there is room.
//
// The disk is a small ext4 image of its own, mounted as the node's directory.
#include <fcntl.h>
#include <fstream>
#include <sys/mount.h>
#include <unistd.h>

#include "tests/cluster/anchor_history.hpp"
#include "tests/cluster/cluster.hpp"
#include "tests/sim/ran.hpp"

namespace lucid::cluster {
namespace {

namespace fs = std::filesystem;

constexpr Node kFull = 4;
constexpr std::uintmax_t kDiskBytes = 48 << 20;

class ClusterDiskTest : public ClusterTest {
 protected:
  ~ClusterDiskTest() override { unmount(); }
  void TearDown() override {
    ClusterTest::TearDown();
    unmount();
  }

  /// Why a small disk cannot be had here; empty: it is mounted.
  std::string mount_small_disk() {
    if (::geteuid() != 0) return "only root may mount a disk";
    const fs::path image = scratch() / "disk.img";
    std::ofstream(image).flush();
    fs::resize_file(image, kDiskBytes);
    fs::create_directories(data(kFull));
    for (const auto& command :
         {std::vector<std::string>{"mkfs.ext4", "-q", "-F", "-m", "0", image.string()},
          std::vector<std::string>{"mount", "-o", "loop", image.string(), data(kFull).string()}}) {
      const e2e::Ended ended = e2e::run(command, scratch());
      if (ended.status != 0) return command.front() + " fails: " + ended.err;
    }
    mounted_ = true;
    fs::permissions(data(kFull), fs::perms::owner_all);
    return {};
  }

  void unmount() {
    if (std::exchange(mounted_, false)) ::umount2(data(kFull).c_str(), MNT_DETACH);
  }

  fs::path filler() const { return data(kFull) / "filler"; }

  /// To the last block.
  void fill() const {
    const int file = ::open(filler().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ASSERT_GE(file, 0);
    for (const std::size_t size : {std::size_t{1} << 20, std::size_t{4'096}, std::size_t{1}}) {
      const std::string piece(size, 'f');
      while (::write(file, piece.data(), piece.size()) > 0) {
      }
    }
    ::fsync(file);
    ::close(file);
  }

 private:
  bool mounted_ = false;
};

TEST_F(ClusterDiskTest, WhoseDiskIsFullStopsAndGoesOnByItselfWhenThereIsRoom) {
  if (const std::string why = mount_small_disk(); !why.empty()) GTEST_SKIP() << why;
  Wish wish;
  wish.name_spaces = false;
  up(wish);
  ASSERT_FALSE(HasFatalFailure());
  const auto before = state();
  AnchorHistory history(urls(), {url(1), url(2), url(3)});
  ASSERT_TRUE(until([&] { return votes_above(kFull, 1, 1); }));

  fill();
  // Blocks come, until one finds no room.
  Height stuck = 0;
  const auto stands_still = [&] {
    const Height now = height(kFull);
    return std::exchange(stuck, now) == now && height(1) > now + 3;
  };
  EXPECT_TRUE(until(stands_still)) << "it finds room on a full disk";
  const Height without = height(1);
  EXPECT_TRUE(until([&] { return height(1) > without + 5; })) << "three do not go on";
  EXPECT_FALSE(votes_above(kFull, stuck + 1, 1)) << "it signs what it cannot store";
  EXPECT_EQ(height(kFull), stuck);
  expect_said(kFull, "own_disk_full",
              "this node's disk is full: it signs nothing and stores no block until there is room");
  expect_said(1, "peer_disk_full", "the disk of node-4 is full: it signs nothing until it has room");

  fs::remove(filler());
  const Height open = height(1) + 1;
  EXPECT_TRUE(until([&] { return votes_above(kFull, open, 1); })) << "it does not go on with room on its disk";
  EXPECT_TRUE(tools::localnet::runs(before.nodes.at(kFull - 1).process)) << "it was not to end";
  const auto findings = history.judge();
  EXPECT_TRUE(findings.evidence.empty()) << "it signed twice";
  sim::report_run("cluster full-disks=1" + counts_of(findings));
}

TEST_F(ClusterDiskTest, WhoseDiskIsSlowSaysSoAndTheChainGoesOn) {
  Wish wish;
  wish.name_spaces = false;
  wish.more = {"--slow-disk", "80"};
  up(wish);
  ASSERT_FALSE(HasFatalFailure());
  AnchorHistory history(urls());
  const Height before = height(1);
  EXPECT_TRUE(until([&] { return height(1) >= before + 5; })) << "it stands still";
  expect_said(2, "own_disk_slow", "this node's disk is slow: a synced write takes ");
  expect_said(1, "peer_disk_slow", " slow: a synced write takes so long there, where 50 ms is what");
  const auto findings = history.judge();
  EXPECT_TRUE(findings.evidence.empty());
  sim::report_run("cluster slow-disks=1" + counts_of(findings));
}

}  // namespace
}  // namespace lucid::cluster
