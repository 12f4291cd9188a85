// Who comes later: a validator with nothing but its keys, a node that only follows, and a session read from a node that
// it was not given to.
#include <fstream>

#include "tests/cluster/anchor_history.hpp"
#include "tests/cluster/cluster.hpp"
#include "tests/e2e/node_process.hpp"
#include "tests/sim/ran.hpp"

namespace lucid::cluster {
namespace {

namespace fs = std::filesystem;

class ClusterJoinTest : public ClusterTest {
 protected:
  static Wish on_loopback() {
    Wish wish;
    wish.name_spaces = false;
    return wish;
  }

  /// Everything that a node keeps beside its keys.
  void forget_all_but_keys(Node node) const {
    for (const auto& entry : fs::directory_iterator(data(node)))
      if (entry.path().filename() != "keys") fs::remove_all(entry.path());
  }

  /// Given to node 1, with its chunk, and read from node 3, which fetches the chunk from the others.
  void expect_a_session_is_read_from_another_node() const {
    const e2e::Recording recording(UINT64_MAX - 1);
    auto first = api::Client::make(url(1)).value(), third = api::Client::make(url(3)).value();
    const auto stored = first.post("/api/v1/chunks?session_id=" + recording.session + "&index=0",
                                   as_bytes(recording.chunk), "application/octet-stream");
    ASSERT_TRUE(stored && stored->status == 201);
    const auto accepted = first.post_json("/api/v1/anchoring/session", recording.anchor_json);
    ASSERT_TRUE(accepted && accepted->status == 202);
    EXPECT_TRUE(
        until([&] { return text_of(3, "/api/v1/anchoring/session/" + recording.session, "status") == "confirmed"; }));
    const auto chunk = third.get("/api/v1/chunks/" + recording.chunk_id);
    ASSERT_TRUE(chunk && chunk->status == 200);
    EXPECT_EQ(chunk->body, recording.chunk);
  }

  fs::path write_program(const std::string& name, const std::string& text) const {
    const fs::path path = scratch() / name;
    std::ofstream(path) << text;
    fs::permissions(path, fs::perms::owner_all);
    return path;
  }
};

TEST_F(ClusterJoinTest, AValidatorWithOnlyItsKeysAndTheGenesisJoinsARunningChain) {
  up(on_loopback());
  ASSERT_FALSE(HasFatalFailure());
  AnchorHistory history(urls(), {url(1), url(2), url(3)});
  constexpr Node kJoins = 4;
  ASSERT_TRUE(until([&] { return votes_above(kJoins, 1, 1); }));
  kill({kJoins});
  forget_all_but_keys(kJoins);
  const Height missed = height(1) + 5;
  ASSERT_TRUE(until([&] { return height(1) >= missed && history.acknowledged() > 0; }));

  start(kJoins);
  ASSERT_FALSE(HasFatalFailure());
  const Height open = height(1) + 1;
  EXPECT_TRUE(until([&] { return votes_above(kJoins, open, 1); })) << "it does not vote";
  EXPECT_NE(log(kJoins).find("ALARM sign_state_restored"), std::string::npos)
      << "its key had signed before, of which its disk knows nothing";
  expect_a_session_is_read_from_another_node();
  const auto findings = history.judge();
  EXPECT_TRUE(findings.evidence.empty()) << "it signed twice";
  sim::report_run("cluster joins=1" + counts_of(findings));
}

TEST_F(ClusterJoinTest, AnObserverFollowsFromAnEmptyDirectory) {
  const fs::path keys = scratch() / "observer-keys";
  const e2e::Ended made = e2e::run(
      {e2e::program("lucid"), "keygen", "--name", "observer", "--key-dir", keys.string(), "--json"}, scratch());
  ASSERT_EQ(made.status, 0) << made.err;
  const auto publics = nlohmann::json::parse(made.out, nullptr, false);
  ASSERT_TRUE(publics.is_object()) << made.out;
  const std::string tls_key = publics.at("tls_key").get<std::string>();
  Wish wish = on_loopback();
  wish.more = {"--lucidd", write_program("lucidd-with-observer", "#!/bin/sh\nexec " + e2e::program("lucidd") +
                                                                     " \"$@\" --observers " + tls_key + "\n")
                               .string()};
  up(wish);
  ASSERT_FALSE(HasFatalFailure());

  const fs::path data = scratch() / "observer";
  e2e::Process observer({e2e::program("lucidd"), "--data-dir", data.string(), "--key-dir", keys.string(), "--genesis",
                         (net() / "genesis.json").string(), "--engine-port", "0"},
                        scratch());
  ASSERT_TRUE(observer.until([&] { return fs::exists(data / "ports.json"); })) << observer.err();
  std::ifstream in(data / "ports.json");
  const auto ports = nlohmann::json::parse(in, nullptr, false);
  AnchorHistory history(urls());
  ChainCopy own(url(1)), followed("http://127.0.0.1:" + std::to_string(ports.at("engine").get<int>()));
  const Height goal = height(1) + 5;
  const bool there = observer.until([&] { return followed.extend() && followed.height() >= goal; });
  ASSERT_TRUE(there) << observer.err();
  ASSERT_TRUE(own.extend());
  for (Height at = 1; at <= goal; ++at) EXPECT_EQ(own.hashes()[at - 1], followed.hashes()[at - 1]) << at;
  const auto findings = history.judge();
  EXPECT_GE(findings.compared, goal);
  sim::report_run("cluster joins=1" + counts_of(findings));
}

}  // namespace
}  // namespace lucid::cluster
