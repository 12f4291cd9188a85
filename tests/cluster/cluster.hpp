// Several validators as processes of their own, brought up and disturbed by `lucid localnet` as a person would do it,
// and looked at over REST.
//
// Thread-safety: the test's thread. Waits have deadlines; a condition is looked at every twenty milliseconds.
#pragma once

#include <functional>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>

#include "api/client.hpp"
#include "tests/cluster/chain_copy.hpp"
#include "tests/e2e/process.hpp"
#include "tests/fixtures/temporary_directory.hpp"
#include "tools/lucid/localnet/state.hpp"

namespace lucid::cluster {

using std::chrono::milliseconds;

using Node = std::uint32_t;  // from 1

inline constexpr Node kNodes = 4;
/// More than an interval and a half of the profile `test`: whatever comes within it may be anywhere in a round.
inline constexpr unsigned kAnyMomentMs = 700;

bool until(const std::function<bool()>& condition, milliseconds within = e2e::kPatience);
milliseconds since(std::chrono::steady_clock::time_point start);

/// LUCID_TEST_<name>, or the number of the short form.
std::uint64_t number_of(const char* name, std::uint64_t otherwise);
/// Seeded by LUCID_TEST_SEED, else by chance; prints which.
std::mt19937_64 random_source();

/// Why network namespaces cannot be had here; empty: they can.
std::string without_name_spaces();

class ClusterTest : public testing::Test {
 protected:
  ~ClusterTest() override;
  void TearDown() override;

  struct Wish {
    std::string profile = "test";
    bool name_spaces = without_name_spaces().empty();
    Node validators = kNodes;
    std::vector<std::string> more{};  // for `lucid localnet up`
  };
  /// All nodes answer, and the chain has begun. To be followed by a look at HasFatalFailure().
  void up(const Wish& wish);
  void up() { up(Wish{}); }
  void down();

  e2e::Ended localnet(std::vector<std::string> arguments) const;
  void partition(const std::string& groups);
  void heal();
  /// As a power cut would; all at one moment.
  void kill(const std::vector<Node>& nodes);
  /// As an operator would: SIGTERM, and the end.
  void stop(Node node);
  /// Returns once it answers REST.
  void start(Node node, const std::string& program = {});

  std::filesystem::path net() const { return directory_.path() / "net"; }
  std::filesystem::path data(Node node) const { return net() / ("node-" + std::to_string(node)); }
  tools::localnet::State state() const;
  std::string url(Node node) const;
  std::vector<std::string> urls() const;
  std::string log(Node node) const;
  /// The answer's body; null where the status is not 200 or nobody answers.
  nlohmann::json get(Node node, const std::string& path) const;
  /// A field of it; empty where there is none.
  std::string text_of(Node node, const std::string& path, const std::string& field) const;
  /// What it says of that cause of why the chain, or itself, stands still; empty: it knows of no such cause.
  std::string sentence(Node node, const std::string& cause) const;
  /// Within a minute it says so.
  void expect_said(Node node, const std::string& cause, const std::string& words) const;
  Height height(Node node) const;
  /// Of all that answer.
  Height highest() const;
  /// The highest height whose certificate holds a precommit of that node, as `witness` shows its newest block; 0: none
  /// there.
  Height signed_last(Node node, Node witness) const;
  /// Its precommit for a height above `height` stands in a certificate.
  bool votes_above(Node node, Height height, Node witness) const;
  /// Which node's key it is, by the genesis.
  Node node_of(std::uint32_t validator) const;
  const ValidatorSet& validators() const { return validators_; }

  const std::filesystem::path& scratch() const { return directory_.path(); }
  std::uint16_t first_port() const { return first_port_; }

 private:
  test::TemporaryDirectory directory_;
  std::uint16_t first_port_ = 0;
  Node count_ = 0;
  bool up_ = false;
  ValidatorSet validators_;
};

}  // namespace lucid::cluster
