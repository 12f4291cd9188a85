// A client's history: it anchors through every node all the while, remembers what was acknowledged, and at the end
// compares what every node shows. Acknowledged means: final exactly once, with the same block hash on every node.
//
// Thread-safety: one owner; the anchoring has a thread for each node, so that one that does not answer keeps nobody
// waiting.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/cluster/chain_copy.hpp"

namespace lucid::cluster {

class AnchorHistory {
 public:
  /// Of these nodes; anchors through all of them, or those said.
  explicit AnchorHistory(const std::vector<std::string>& urls) : AnchorHistory(urls, urls) {}
  AnchorHistory(std::vector<std::string> urls, std::vector<std::string> through);
  ~AnchorHistory();
  AnchorHistory(const AnchorHistory&) = delete;
  AnchorHistory& operator=(const AnchorHistory&) = delete;

  std::uint64_t acknowledged() const { return acknowledged_; }
  void stop();

  struct Findings {
    std::uint64_t acknowledged = 0;
    std::uint64_t final = 0;     // of those, on every node
    std::uint64_t compared = 0;  // heights whose hash is the same on every node
    std::vector<Evidence> evidence;
  };
  /// Stops anchoring, waits until every acknowledged anchor is final on every node, and holds everything against each
  /// other. Whatever is not as it must be fails the test.
  Findings judge();

 private:
  void anchor_through(std::size_t node);
  bool wait_a_little();
  bool all_are_there(std::vector<ChainCopy>& copies);
  void expect_each_once(const std::vector<ChainCopy>& copies, Findings& findings) const;
  void expect_same_hashes(const std::vector<ChainCopy>& copies, Findings& findings) const;
  void expect_confirmed() const;

  std::vector<std::string> urls_, through_;
  std::atomic<std::uint64_t> acknowledged_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::vector<std::vector<std::uint64_t>> kept_;  // acknowledged numbers, by through_; each written by its thread
  std::vector<std::thread> threads_;
};

/// For the report (tests/sim/ran.hpp).
std::string counts_of(const AnchorHistory::Findings& findings);

}  // namespace lucid::cluster
