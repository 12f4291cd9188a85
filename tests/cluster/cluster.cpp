#include "tests/cluster/cluster.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <poll.h>

#include "config/genesis_file.hpp"
#include "net/port_forwarder.hpp"
#include "tests/e2e/node_process.hpp"
#include "tools/lucid/localnet/name_space.hpp"

namespace lucid::cluster {

namespace {

using std::chrono::steady_clock;

constexpr milliseconds kLook{20};
constexpr milliseconds kCommand{120'000};
constexpr api::ClientOptions kAsked{500, 3'000, 3'000, 64 * 1024 * 1024};
constexpr std::uint16_t kPortsApart = 100;
constexpr const char* kStatus = "/api/v1/consensus/status";
constexpr std::uint16_t kPortsOfANode = 9;  // from the one below its REST port on

bool all_free(std::uint16_t first, Node nodes) {
  for (Node node = 0; node < nodes; ++node)
    for (std::uint16_t port = 0; port < kPortsOfANode; ++port)
      if (!net::listen_on_loopback(static_cast<std::uint16_t>(first - 1 + node * kPortsApart + port))) return false;
  return true;
}

/// For REST of node 1, where all ports of all nodes are free now. Below the range that the system gives out itself.
std::uint16_t free_base(Node nodes) {
  std::random_device chance;
  constexpr int kAttempts = 200;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto first = static_cast<std::uint16_t>(10'001 + chance() % 20'000);
    if (all_free(first, nodes)) return first;
  }
  return 0;
}

}  // namespace

bool until(const std::function<bool()>& condition, milliseconds within) {
  const auto deadline = steady_clock::now() + within;
  while (!condition()) {
    if (steady_clock::now() > deadline) return false;
    ::poll(nullptr, 0, static_cast<int>(kLook.count()));
  }
  return true;
}

milliseconds since(steady_clock::time_point start) {
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
}

std::uint64_t number_of(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv((std::string("LUCID_TEST_") + name).c_str());
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

std::mt19937_64 random_source() {
  const std::uint64_t seed = number_of("SEED", std::random_device{}());
  std::cout << "LUCID_TEST_SEED=" << seed << "\n";
  return std::mt19937_64(seed);
}

std::string without_name_spaces() {
  return tools::localnet::NameSpaces::missing();
}

ClusterTest::~ClusterTest() = default;

void ClusterTest::TearDown() {
  if (HasFailure())
    for (Node node = 1; node <= count_; ++node) std::cout << "---- log of node " << node << "\n" << log(node);
  if (std::filesystem::exists(net() / "localnet.json")) down();
}

void ClusterTest::up(const Wish& wish) {
  first_port_ = free_base(wish.validators);
  ASSERT_NE(first_port_, 0);
  count_ = wish.validators;
  std::vector<std::string> arguments{"up",
                                     "--validators",
                                     std::to_string(wish.validators),
                                     "--profile",
                                     wish.profile,
                                     "--engine-port",
                                     std::to_string(first_port_),
                                     "--netns",
                                     wish.name_spaces ? "auto" : "never"};
  arguments.insert(arguments.end(), wish.more.begin(), wish.more.end());
  const e2e::Ended ended = localnet(std::move(arguments));
  ASSERT_EQ(ended.status, 0) << ended.out << ended.err;
  auto file = config::read_genesis(net() / "genesis.json");
  ASSERT_TRUE(file) << to_text(file.error());
  validators_ = std::move(file->genesis.validators);
  // A chain without work has a block a slot: one anchor makes it begin at once.
  const auto begun =
      api::Client::make(url(1), kAsked)->post_json("/api/v1/anchoring/session", e2e::Recording(UINT64_MAX).anchor_json);
  ASSERT_TRUE(begun && begun->status == 202);
  ASSERT_TRUE(until([&] {
    for (Node node = 1; node <= count_; ++node)
      if (height(node) < 1) return false;
    return true;
  })) << "the chain does not begin";
}

void ClusterTest::down() {
  const e2e::Ended ended = localnet({"down"});
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
}

e2e::Ended ClusterTest::localnet(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), {e2e::program("lucid"), "localnet"});
  arguments.insert(arguments.end(), {"--dir", net().string()});
  return e2e::run(std::move(arguments), scratch(), {}, kCommand);
}

void ClusterTest::partition(const std::string& groups) {
  const e2e::Ended ended = localnet({"partition", groups});
  EXPECT_EQ(ended.status, 0) << ended.err;
}

void ClusterTest::heal() {
  const e2e::Ended ended = localnet({"heal"});
  EXPECT_EQ(ended.status, 0) << ended.err;
}

void ClusterTest::kill(const std::vector<Node>& nodes) {
  constexpr std::uint64_t kEndsWithinMs = 20'000;
  const auto now = state();
  std::vector<tools::localnet::ProcessHandle> handles;
  for (const Node node : nodes) {
    auto handle = tools::localnet::ProcessHandle::open(now.nodes.at(node - 1).process);
    ASSERT_TRUE(handle) << "node " << node << " does not run";
    handles.push_back(std::move(*handle));
  }
  for (const auto& handle : handles) handle.signal(SIGKILL);
  for (const auto& handle : handles) ASSERT_TRUE(handle.ends_within(kEndsWithinMs));
}

void ClusterTest::stop(Node node) {
  constexpr std::uint64_t kEndsWithinMs = 10'000;
  const auto handle = tools::localnet::ProcessHandle::open(state().nodes.at(node - 1).process);
  ASSERT_TRUE(handle) << "node " << node << " does not run";
  handle->signal(SIGTERM);
  ASSERT_TRUE(handle->ends_within(kEndsWithinMs)) << "node " << node << " does not heed SIGTERM";
}

void ClusterTest::start(Node node, const std::string& program) {
  std::vector<std::string> arguments{"start", std::to_string(node)};
  if (!program.empty()) arguments.insert(arguments.end(), {"--lucidd", program});
  const e2e::Ended ended = localnet(std::move(arguments));
  ASSERT_EQ(ended.status, 0) << ended.err;
}

tools::localnet::State ClusterTest::state() const {
  const auto read = tools::localnet::read_state({net()});
  EXPECT_TRUE(read) << to_text(read.error());
  return read.value_or(tools::localnet::State{});
}

std::string ClusterTest::url(Node node) const {
  return "http://127.0.0.1:" + std::to_string(first_port_ + (node - 1) * kPortsApart);
}

std::vector<std::string> ClusterTest::urls() const {
  std::vector<std::string> out;
  for (Node node = 1; node <= count_; ++node) out.push_back(url(node));
  return out;
}

std::string ClusterTest::log(Node node) const {
  std::ifstream in(data(node) / "log", std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

nlohmann::json ClusterTest::get(Node node, const std::string& path) const {
  auto client = api::Client::make(url(node), kAsked);
  const auto asked = client->get(path);
  if (!asked || asked->status != 200) return {};
  return nlohmann::json::parse(asked->body, nullptr, false);
}

std::string ClusterTest::text_of(Node node, const std::string& path, const std::string& field) const {
  const auto shown = get(node, path);
  return shown.is_object() && shown.contains(field) ? shown.at(field).get<std::string>() : std::string();
}

std::string ClusterTest::sentence(Node node, const std::string& cause) const {
  const auto shown = get(node, kStatus);
  if (!shown.is_object() || !shown.contains("causes")) return {};
  for (const auto& one : shown.at("causes"))
    if (one.value("code", "") == cause) return one.value("sentence", "");
  return {};
}

void ClusterTest::expect_said(Node node, const std::string& cause, const std::string& words) const {
  EXPECT_TRUE(until([&] { return sentence(node, cause).find(words) != std::string::npos; }))
      << "node " << node << " does not say \"" << words << "\" as " << cause << ": " << get(node, kStatus);
}

Height ClusterTest::height(Node node) const {
  const auto shown = get(node, "/api/v1/chain/height");
  return shown.is_object() ? shown.value("height", Height{0}) : 0;
}

Height ClusterTest::highest() const {
  Height out = 0;
  for (Node node = 1; node <= count_; ++node) out = std::max(out, height(node));
  return out;
}

Height ClusterTest::signed_last(Node node, Node witness) const {
  const auto block = block_of(url(witness), "latest");
  if (!block) return 0;
  const auto& signatures = block->last_commit.signatures;
  const bool there = std::any_of(signatures.begin(), signatures.end(),
                                 [&](const CommitSignature& made) { return node_of(made.validator) == node; });
  return there ? block->last_commit.height : 0;
}

bool ClusterTest::votes_above(Node node, Height height, Node witness) const {
  return signed_last(node, witness) > height;
}

Node ClusterTest::node_of(std::uint32_t validator) const {
  if (validator >= validators_.members.size()) return 0;
  const std::string name(validators_.members[validator].name);
  return static_cast<Node>(std::strtoul(name.substr(name.find('-') + 1).c_str(), nullptr, 10));
}

}  // namespace lucid::cluster
