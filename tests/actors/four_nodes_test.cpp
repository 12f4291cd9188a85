// Four whole nodes in this process, each with its own directory, databases and sockets, on loopback: one chain.
#include <gtest/gtest.h>

#include "config/genesis_file.hpp"
#include "net/sockets.hpp"
#include "tests/actors/node_fixture.hpp"
#include "tests/net/free_port.hpp"

namespace lucid::actors {
namespace {

constexpr std::size_t kNodes = 4;
constexpr std::chrono::seconds kPatience{90};

class FourNodesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto pattern = (std::filesystem::temp_directory_path() / "lucid-four-XXXXXX").string();
    std::vector<char> name(pattern.begin(), pattern.end());
    name.push_back('\0');
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name.data();
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    genesis_.params = lucid::params::profile_params(
        Profile::test, static_cast<TimeMs>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count()));
    std::vector<Validator> members;
    for (std::size_t i = 0; i < kNodes; ++i) {
      const auto publics = config::make_node_keys(directory_of(i) / "keys");
      ASSERT_TRUE(publics) << to_text(publics.error());
      Validator member;
      member.name = BoundedString<64>("pi-" + std::to_string(i + 1));
      member.address = publics->validator;
      member.consensus_key = publics->consensus;
      member.vrf_key = publics->vrf;
      member.tls_key = publics->tls;
      members.push_back(member);
      ports_.push_back(net::free_port());
      hints_.push_back({member.name, "127.0.0.1:" + std::to_string(ports_.back())});
    }
    genesis_.validators = *config::make_validator_set(std::move(members), QuorumRule::strict);
  }
  void TearDown() override {
    for (auto& node : nodes_) node.reset();
    std::filesystem::remove_all(directory_);
  }

  std::filesystem::path directory_of(std::size_t i) const { return directory_ / ("node-" + std::to_string(i + 1)); }

  void start(std::size_t i) {
    auto directory = storage::DataDirectory::open(directory_of(i));
    ASSERT_TRUE(directory) << to_text(directory.error());
    auto keys = config::read_node_keys(directory_of(i) / "keys");
    ASSERT_TRUE(keys);
    auto certificates = config::ensure_operator_certs(directory_of(i));
    ASSERT_TRUE(certificates);
    NodeOptions options{std::move(*directory), genesis_,  std::move(*keys), std::move(*certificates),
                        {"127.0.0.1", ports_[i], hints_}, 0, 0, true, [](const std::string&) {}, {}};
    options.on_failed = [](const std::string& reason) { ADD_FAILURE() << reason; };
    auto node = Node::start(std::move(options));
    ASSERT_TRUE(node) << to_text(node.error());
    nodes_[i] = std::move(*node);
  }
  void start_all() {
    for (std::size_t i = 0; i < kNodes; ++i) start(i);
  }

  Height height(std::size_t i) { return nodes_[i]->facade().chain_info()->height; }
  bool reaches(std::size_t i, Height wanted) {
    return eventually([&] { return height(i) >= wanted; }, kPatience);
  }
  Hash256 hash_at(std::size_t i, Height at) { return nodes_[i]->facade().block_at(at)->hash; }

  /// A session that consists of one chunk, which nobody ever uploads, anchored through node `i`.
  void anchor(std::size_t i, std::uint8_t number) {
    AnchorRequest request;
    request.session.data[0] = number;
    request.merkle_root.data[0] = number;
    request.owner.data[0] = 7;
    request.chunk_count = 1;
    request.total_size = 1;
    request.manifest_json = "{}";
    request.started_at = genesis_.params.start_time;
    const auto accepted = nodes_[i]->facade().anchor_session(request);
    ASSERT_TRUE(accepted) << to_text(accepted.error());
  }
  bool is_final(std::size_t i, std::uint8_t number) {
    SessionId session;
    session.data[0] = number;
    const auto view = nodes_[i]->facade().anchoring(session);
    return view && view->status == AnchoringStatus::confirmed;
  }

  std::filesystem::path directory_;
  Genesis genesis_;
  std::vector<std::uint16_t> ports_;
  std::vector<config::PeerHint> hints_;
  std::array<std::unique_ptr<Node>, kNodes> nodes_;
};

TEST_F(FourNodesTest, DecideOneChain) {
  start_all();
  for (std::size_t i = 0; i < kNodes; ++i) ASSERT_TRUE(reaches(i, 3)) << "node " << i + 1;
  for (std::size_t i = 1; i < kNodes; ++i)
    for (Height at = 1; at <= 3; ++at) EXPECT_EQ(hash_at(i, at), hash_at(0, at)) << "node " << i + 1 << " at " << at;
  const auto network = nodes_[0]->facade().network();
  ASSERT_TRUE(network);
  ASSERT_EQ(network->peers.size(), kNodes - 1);
  for (const auto& peer : network->peers) EXPECT_TRUE(peer.connected) << peer.name << ": " << peer.why_not;
  ASSERT_TRUE(eventually([&] {
    const auto view = nodes_[0]->facade().consensus_status();
    return view && view->diagnosis.here == kNodes &&
           std::all_of(view->facts.others.begin(), view->facts.others.end(),
                       [](const auto& other) { return other.clock_offset_ms.has_value(); });
  }));
  const auto history = nodes_[0]->facade().consensus_history({0, 100});
  ASSERT_TRUE(history);
  for (const auto& event : history->events) EXPECT_GE(event.signers.size(), 3u) << "height " << event.height;
}

TEST_F(FourNodesTest, ASessionAnchoredThroughOneIsFinalOnEach) {
  start_all();
  anchor(0, 1);
  for (std::size_t i = 0; i < kNodes; ++i)
    EXPECT_TRUE(eventually([&] { return is_final(i, 1); }, kPatience)) << "node " << i + 1;
}

TEST_F(FourNodesTest, ThreeGoOnWithoutTheFourthWhichCatchesUpWhenItIsBack) {
  start_all();
  for (std::size_t i = 0; i < kNodes; ++i) ASSERT_TRUE(reaches(i, 1));
  nodes_[3].reset();
  const Height before = height(0);
  anchor(0, 2);
  ASSERT_TRUE(reaches(0, before + 2));
  start(3);
  ASSERT_TRUE(reaches(3, before + 2));
  EXPECT_EQ(hash_at(3, before + 2), hash_at(0, before + 2));
}

TEST_F(FourNodesTest, TwoAloneDecideNothingAndGoOnWhenAThirdComes) {
  start(0);
  start(1);
  ASSERT_TRUE(eventually([&] { return nodes_[0]->facade().network()->peers.size() == kNodes - 1; }));
  anchor(0, 3);
  EXPECT_EQ(height(0), 0u);
  const auto view = nodes_[0]->facade().consensus_status();
  ASSERT_TRUE(view);
  EXPECT_FALSE(view->diagnosis.moving());
  ASSERT_EQ(view->diagnosis.causes.front().kind, consensus::CauseKind::too_few_validators) << view->diagnosis.summary;
  EXPECT_FALSE(nodes_[0]->facade().chain_info()->moving);
  start(2);
  EXPECT_TRUE(eventually([&] { return is_final(1, 3); }, kPatience));
}

}  // namespace
}  // namespace lucid::actors
