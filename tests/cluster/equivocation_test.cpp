// One validator of four signs twice (lucidd-equivocates, tests/two_faced): the others prove it on chain, and go on.
#include <algorithm>

#include "core/consensus/newest_records.hpp"
#include "tests/cluster/anchor_history.hpp"
#include "tests/cluster/cluster.hpp"
#include "tests/sim/ran.hpp"

namespace lucid::cluster {
namespace {

constexpr std::size_t kPage = 20;  // of the list of transactions

class ClusterEquivocationTest : public ClusterTest {
 protected:
  /// As the node shows it: the transactions whose type says so.
  nlohmann::json shown_evidence(Node node) const {
    nlohmann::json out = nlohmann::json::array();
    const auto listed = get(node, "/api/v1/transactions?type=evidence&limit=" + std::to_string(kPage));
    if (!listed.is_object()) return out;
    for (const auto& transaction : listed.at("transactions"))
      out.push_back(get(node, "/api/v1/transactions/" + transaction.at("tx_id").get<std::string>()));
    return out;
  }
};

TEST_F(ClusterEquivocationTest, WhoSignsTwiceIsProvenOnChainAndTheChainGoesOn) {
  constexpr Node kLiar = 4;
  Wish wish;
  wish.name_spaces = false;
  up(wish);
  ASSERT_FALSE(HasFatalFailure());
  stop(kLiar);
  ASSERT_FALSE(HasFatalFailure());
  start(kLiar, e2e::program("lucidd-equivocates"));
  ASSERT_FALSE(HasFatalFailure());
  AnchorHistory history(urls(), {url(1), url(2), url(3)});
  ChainCopy seen(url(1));
  ASSERT_TRUE(until([&] { return seen.extend() && !seen.evidence().empty(); })) << "nobody proves it";
  const Height proven = seen.height();
  EXPECT_TRUE(until([&] { return height(1) >= proven + 5; })) << "the chain does not go on";

  const auto findings = history.judge();
  ASSERT_FALSE(findings.evidence.empty());
  for (const Evidence& evidence : findings.evidence) {
    const auto guilty = validators().index_of(consensus::signer_of(evidence.first));
    ASSERT_TRUE(guilty);
    EXPECT_EQ(node_of(static_cast<std::uint32_t>(*guilty)), kLiar) << "it names a correct node";
  }
  for (Node node = 1; node <= kNodes; ++node) {
    const auto shown = shown_evidence(node);
    ASSERT_GE(shown.size(), std::min(findings.evidence.size(), kPage)) << "node " << node;
    EXPECT_EQ(shown.at(0).value("operation", ""), "evidence");
    EXPECT_TRUE(shown.at(0).at("data").contains("second")) << shown.at(0);
  }
  bool alarm = false;
  for (const Node node : {1U, 2U, 3U}) alarm = alarm || log(node).find("ALARM evidence") != std::string::npos;
  EXPECT_TRUE(alarm);
  sim::report_run("cluster equivocations=" + std::to_string(findings.evidence.size()) + counts_of(findings));
}

}  // namespace
}  // namespace lucid::cluster
