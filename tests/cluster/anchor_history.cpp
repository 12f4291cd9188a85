#include "tests/cluster/anchor_history.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/cluster/cluster.hpp"
#include "tests/e2e/node_process.hpp"

namespace lucid::cluster {

namespace {

constexpr milliseconds kBetweenAnchors{150};
constexpr std::size_t kAskedEach = 500;  // sessions that every node is asked about one by one: the newest
constexpr api::ClientOptions kAnchoring{500, 5'000, 5'000, 1 << 20};

SessionId session_of(std::uint64_t number) {
  return parse_uuid(e2e::Recording(number).session, "session").value();
}

}  // namespace

AnchorHistory::AnchorHistory(std::vector<std::string> urls, std::vector<std::string> through)
    : urls_(std::move(urls)), through_(std::move(through)), kept_(through_.size()) {
  for (std::size_t node = 0; node < through_.size(); ++node)
    threads_.emplace_back([this, node] { anchor_through(node); });
}

AnchorHistory::~AnchorHistory() {
  stop();
}

void AnchorHistory::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (auto& thread : threads_)
    if (thread.joinable()) thread.join();
}

/// A number whose answer did not come is never used again: it may be on the chain or not.
void AnchorHistory::anchor_through(std::size_t node) {
  auto client = api::Client::make(through_[node], kAnchoring).value();
  for (std::uint64_t number = node; !wait_a_little(); number += through_.size()) {
    const auto answer = client.post_json("/api/v1/anchoring/session", e2e::Recording(number).anchor_json);
    if (!answer || answer->status != 202) continue;
    kept_[node].push_back(number);
    ++acknowledged_;
  }
}

/// Whether the end came meanwhile.
bool AnchorHistory::wait_a_little() {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kBetweenAnchors, [this] { return stopping_; });
}

AnchorHistory::Findings AnchorHistory::judge() {
  stop();
  Findings findings;
  findings.acknowledged = acknowledged_;
  std::vector<ChainCopy> copies;
  for (const auto& url : urls_) copies.emplace_back(url);
  EXPECT_TRUE(until([&] { return all_are_there(copies); })) << "an acknowledged anchor is not final";
  expect_each_once(copies, findings);
  expect_same_hashes(copies, findings);
  expect_confirmed();
  findings.evidence = copies.front().evidence();
  return findings;
}

bool AnchorHistory::all_are_there(std::vector<ChainCopy>& copies) {
  for (auto& copy : copies) {
    const auto read = copy.extend();
    if (!read && read.error().fault != Fault::no_answer) ADD_FAILURE() << to_text(read.error());
    if (!read) return false;
    for (const auto& numbers : kept_)
      for (const auto number : numbers)
        if (!copy.anchored().contains(session_of(number))) return false;
  }
  return true;
}

void AnchorHistory::expect_each_once(const std::vector<ChainCopy>& copies, Findings& findings) const {
  for (const auto& numbers : kept_) {
    for (const auto number : numbers) {
      std::set<Height> heights;
      bool once = true;
      for (const auto& copy : copies) {
        const auto found = copy.anchored().find(session_of(number));
        once = once && found != copy.anchored().end() && found->second.times == 1;
        heights.insert(found == copy.anchored().end() ? 0 : found->second.height);
      }
      const bool good = once && heights.size() == 1;
      EXPECT_TRUE(good) << "anchor " << number << " was acknowledged and is not final once, at one height";
      findings.final += good ? 1 : 0;
    }
  }
  for (const auto& copy : copies)
    for (const auto& [session, anchored] : copy.anchored())
      EXPECT_EQ(anchored.times, 1U) << "anchored twice: " << to_text(session);
}

void AnchorHistory::expect_same_hashes(const std::vector<ChainCopy>& copies, Findings& findings) const {
  Height lowest = copies.front().height();
  for (const auto& copy : copies) lowest = std::min(lowest, copy.height());
  for (Height height = 1; height <= lowest; ++height) {
    bool same = true;
    for (const auto& copy : copies) same = same && copy.hashes()[height - 1] == copies.front().hashes()[height - 1];
    EXPECT_TRUE(same) << "two blocks at height " << height;
    findings.compared += same ? 1 : 0;
  }
}

/// What a node says of a session is what its chain holds.
void AnchorHistory::expect_confirmed() const {
  for (const auto& url : urls_) {
    auto client = api::Client::make(url).value();
    for (const auto& numbers : kept_) {
      const std::size_t first = numbers.size() - std::min(numbers.size(), kAskedEach / through_.size());
      for (std::size_t i = first; i < numbers.size(); ++i) {
        const auto asked = client.get("/api/v1/anchoring/session/" + e2e::Recording(numbers[i]).session);
        ASSERT_TRUE(asked) << url;
        const auto shown = nlohmann::json::parse(asked->body, nullptr, false);
        EXPECT_EQ(shown.value("status", ""), "confirmed") << url << ": " << asked->body;
      }
    }
  }
}

std::string counts_of(const AnchorHistory::Findings& findings) {
  return " anchors-acknowledged=" + std::to_string(findings.acknowledged) +
         " anchors-final=" + std::to_string(findings.final) + " heights-compared=" + std::to_string(findings.compared);
}

}  // namespace lucid::cluster
