// `lucid localnet` with a real node: up, looked at, killed, started again, down, and nothing left.
#include <fstream>
#include <gmock/gmock.h>
#include <poll.h>

#include "net/port_forwarder.hpp"
#include "tests/e2e/node_process.hpp"

namespace lucid::e2e {
namespace {

using ::testing::HasSubstr;

class LocalnetTest : public testing::Test {
 protected:
  void SetUp() override { port_ = free_base(); }
  void TearDown() override {
    // Where a test ended early: nothing may outlive it.
    if (std::filesystem::exists(directory_.path() / "net" / "localnet.json")) lucid({"down"});
    EXPECT_EQ(processes_of_this(), 0u);
  }

  /// Where all ports that a node takes beside its REST port are free now.
  static std::uint16_t free_base() {
    for (int attempt = 0; attempt < 50; ++attempt) {
      const auto first = net::listen_on_loopback(0);
      if (!first) continue;
      const std::uint16_t admin = net::port_of(*first);
      bool free = admin < 60'000;
      std::vector<net::Socket> held;
      for (std::uint16_t distance = 1; free && distance <= 8; ++distance) {
        auto next = net::listen_on_loopback(static_cast<std::uint16_t>(admin + distance));
        free = next.has_value();
        if (free) held.push_back(std::move(*next));
      }
      if (free) return static_cast<std::uint16_t>(admin + 1);
    }
    return 0;
  }

  Ended lucid(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {program("lucid"), "localnet"});
    arguments.insert(arguments.end(), {"--dir", (directory_.path() / "net").string()});
    return run(std::move(arguments), directory_.path(), {}, milliseconds(120'000));
  }
  Ended bring_up(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"up", "--validators", "1", "--profile", "test", "--netns", "never", "--engine-port",
                               std::to_string(port_)});
    return lucid(std::move(more));
  }
  nlohmann::json node_status() const {
    const auto shown = nlohmann::json::parse(lucid({"status", "--json"}).out, nullptr, false);
    return shown.is_object() ? shown.at("nodes").at(0) : nlohmann::json();
  }
  std::uint64_t height() const {
    auto client = api::Client::make("http://127.0.0.1:" + std::to_string(port_)).value();
    const auto asked = client.get("/api/v1/chain/height");
    if (!asked || !asked->ok()) return 0;
    return nlohmann::json::parse(asked->body, nullptr, false).value("height", std::uint64_t{0});
  }
  /// Running processes whose command line names this test's directory, by whatever path they came to be.
  std::size_t processes_of_this() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      std::ifstream in(entry.path() / "cmdline", std::ios::binary);
      const std::string line{std::istreambuf_iterator<char>(in), {}};
      if (line.find(directory_.path().string()) != std::string::npos) ++count;
    }
    return count;
  }
  template <class Condition>
  static bool until(Condition&& condition) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    constexpr int kLookMs = 20;
    while (std::chrono::steady_clock::now() < deadline) {
      if (condition()) return true;
      ::poll(nullptr, 0, kLookMs);
    }
    return false;
  }

  test::TemporaryDirectory directory_;
  std::uint16_t port_ = 0;
};

TEST_F(LocalnetTest, ANodeIsKilledStartedAndTakenDownAndTheChainGoesOn) {
  ASSERT_NE(port_, 0);
  const Ended up = bring_up();
  ASSERT_EQ(up.status, 0) << up.out << up.err;
  EXPECT_THAT(up.out, HasSubstr("http://127.0.0.1:" + std::to_string(port_)));
  EXPECT_EQ(processes_of_this(), 1u);
  auto node = node_status();
  EXPECT_EQ(node.value("answers", false), true) << node;
  EXPECT_EQ(node.value("lag", 1), 0);
  EXPECT_TRUE(node.at("round").is_number_unsigned()) << node;
  EXPECT_EQ(node.at("leader"), "node-1") << node;
  EXPECT_TRUE(until([&] { return height() >= 2; }));

  const Ended again = bring_up();
  EXPECT_EQ(again.status, 1) << "one runs there";
  EXPECT_THAT(again.err, HasSubstr("node-1 as process"));

  const Ended killed = lucid({"kill", "1"});
  EXPECT_EQ(killed.status, 0) << killed.err;
  EXPECT_EQ(processes_of_this(), 0u);
  EXPECT_EQ(lucid({"status"}).status, 1);
  EXPECT_THAT(lucid({"status"}).out, HasSubstr("does not run"));
  EXPECT_EQ(lucid({"kill", "1"}).status, 1);

  const Ended started = lucid({"start", "1"});
  EXPECT_EQ(started.status, 0) << started.err;
  EXPECT_EQ(lucid({"start", "1"}).status, 1) << "it runs";
  const auto before = height();
  EXPECT_GE(before, 2u);
  EXPECT_TRUE(until([&] { return height() > before; }));

  const Ended down = lucid({"down"});
  EXPECT_EQ(down.status, 0) << down.err;
  EXPECT_THAT(down.out, ::testing::Not(HasSubstr("was killed"))) << "it ended by itself when asked to";
  EXPECT_EQ(processes_of_this(), 0u);
  EXPECT_EQ(lucid({"down"}).status, 1);
  EXPECT_THAT(lucid({"logs", "1"}).out, HasSubstr("is ready"));

  ASSERT_EQ(bring_up().status, 0);
  EXPECT_GE(height(), before) << "the next up continues the chain";
}

TEST_F(LocalnetTest, PartitionOnLoopbackSaysWhatItNeeds) {
  ASSERT_NE(port_, 0);
  ASSERT_EQ(bring_up().status, 0);
  const Ended cut = lucid({"partition", "1/2"});
  EXPECT_EQ(cut.status, 1);
  EXPECT_THAT(cut.err, HasSubstr("network namespaces"));
  EXPECT_THAT(cut.err, HasSubstr("root"));
}

TEST_F(LocalnetTest, OnAMainnetNoClockIsSetWrong) {
  // Makes keys and genesis, then fails for want of a node.
  const Ended up = lucid({"up", "--validators", "3", "--profile", "mainnet", "--netns", "never", "--engine-port",
                          std::to_string(port_), "--lucidd", "/bin/false"});
  ASSERT_EQ(up.status, 1);
  const auto net = directory_.path() / "net";
  ASSERT_TRUE(std::filesystem::exists(net / "genesis.json")) << up.err;
  const Ended node = run({program("lucidd"), "--data-dir", (net / "node-1").string(), "--genesis",
                          (net / "genesis.json").string(), "--engine-port", "0", "--clock-offset-ms=5"},
                         directory_.path());
  EXPECT_EQ(node.status, 1);
  EXPECT_THAT(node.err, HasSubstr("clock_offset_ms"));
  EXPECT_THAT(node.err, HasSubstr("mainnet"));
}

TEST_F(LocalnetTest, WhatABrokenOffStartLeftIsCleanedUp) {
  ASSERT_NE(port_, 0);
  ASSERT_EQ(bring_up().status, 0);
  const auto file = directory_.path() / "net" / "localnet.json";
  // As if `up` had been killed while it waited for its nodes.
  std::ifstream in(file);
  auto state = nlohmann::ordered_json::parse(in);
  state["complete"] = false;
  std::ofstream(file, std::ios::trunc) << state.dump();
  EXPECT_EQ(lucid({"kill", "1"}).status, 1) << "a localnet that never came up whole";

  const Ended up = bring_up();
  EXPECT_EQ(up.status, 0) << up.err;
  EXPECT_THAT(up.out, HasSubstr("Cleaning up"));
  EXPECT_EQ(processes_of_this(), 1u);
}

TEST_F(LocalnetTest, AClockThatIsOffShowsInTheChainAndASlowDiskInWhatIsDurable) {
  ASSERT_NE(port_, 0);
  constexpr std::int64_t kHourMs = 3'600'000;
  constexpr milliseconds kSyncTakes{50};
  const auto now_ms = std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch());
  const Ended up =
      bring_up({"--clock-offset", "1=" + std::to_string(kHourMs), "--slow-disk", std::to_string(kSyncTakes.count())});
  ASSERT_EQ(up.status, 0) << up.err;
  ASSERT_TRUE(until([&] { return height() >= 1; }));
  auto client = api::Client::make("http://127.0.0.1:" + std::to_string(port_)).value();
  const auto block = client.get("/api/v1/blocks/latest");
  ASSERT_TRUE(block && block->ok());
  const auto timestamp = nlohmann::json::parse(block->body).at("header").at("time");
  ASSERT_TRUE(timestamp.is_number_unsigned()) << timestamp;
  EXPECT_GE(timestamp.get<std::int64_t>(), now_ms.count() + kHourMs - 1'000);

  const auto asked_at = std::chrono::steady_clock::now();
  const auto accepted = client.post_json("/api/v1/anchoring/session", Recording(1).anchor_json);
  ASSERT_TRUE(accepted && accepted->status == 202);
  EXPECT_GE(std::chrono::steady_clock::now() - asked_at, kSyncTakes) << "it is durable before it is accepted";
}

}  // namespace
}  // namespace lucid::e2e
