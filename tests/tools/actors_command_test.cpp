// `lucid actors`: how actors are shown, and the command as a process against actors that run in the test.
#include <cstdio>
#include <filesystem>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

#include "actors/introspector.hpp"
#include "config/operator_certs.hpp"
#include "tests/actors/processes.hpp"
#include "tests/fixtures/temporary_directory.hpp"
#include "tools/lucid/actor_tables.hpp"

namespace lucid::tools {
namespace {

using actors::ActorView;
using ::testing::HasSubstr;
using ::testing::Not;

ActorView named(const std::string& name, const std::string& parent = {}) {
  ActorView view;
  view.name = name;
  view.parent = parent;
  view.state = "state of " + name;
  return view;
}

TEST(ActorTables, DurationsAreShortAndSayTheirUnit) {
  EXPECT_EQ(duration_text(0), "0 us");
  EXPECT_EQ(duration_text(999), "999 us");
  EXPECT_EQ(duration_text(1'000), "1.0 ms");
  EXPECT_EQ(duration_text(1'290), "1.2 ms");
  EXPECT_EQ(duration_text(3'456'789), "3.4 s");
}

TEST(ActorTables, TheTreeShowsWhoSupervisesWhom) {
  EXPECT_EQ(actor_tree({named("supervisor"), named("ledger", "supervisor"), named("peer 1", "ledger"),
                        named("anchor", "supervisor"), named("orphan", "nobody")}),
            "supervisor    waits  state of supervisor\n"
            "├─ ledger     waits  state of ledger\n"
            "│  └─ peer 1  waits  state of peer 1\n"
            "└─ anchor     waits  state of anchor\n"
            "orphan        waits  state of orphan\n");
}

TEST(ActorTables, ACircleOfParentsHasAnEnd) {
  EXPECT_EQ(actor_tree({named("a", "b"), named("b", "a")}), "");
  EXPECT_EQ(actor_tree({named("a", "a")}), "a  waits  state of a\n");
}

TEST(ActorTables, AHangingActorStandsFirstInTheTable) {
  ActorView busy = named("ledger");
  busy.doing = "CheckBlock";
  busy.doing_since_ms = 2'500;
  busy.mailbox = 7;
  busy.handled = {{"CheckBlock", 3, 10, 20, 1'500}, {"Query", 4, 1, 2, 3}};
  busy.max_us = 1'500;
  const std::string table = actor_table({named("anchor"), busy});
  EXPECT_EQ(table,
            "ACTOR   MAILBOX  HANDLED  P50   P99   MAX     RESTARTS  DOING\n"
            "ledger  7        7        0 us  0 us  1.5 ms  0         CheckBlock for 2.5 s\n"
            "anchor  0        0        0 us  0 us  0 us    0         waits\n");
}

TEST(ActorTables, OneInFullListsItsMessages) {
  ActorView view = named("ledger", "supervisor");
  view.handled = {{"CheckBlock", 3, 10, 20, 1'500}};
  view.restarts = 1;
  view.ended = "killed";
  const std::string text = actor_in_full(view);
  EXPECT_THAT(text, HasSubstr("supervised by   supervisor\n"));
  EXPECT_THAT(text, HasSubstr("the last ended  killed\n"));
  EXPECT_THAT(text, HasSubstr("CheckBlock  3        10 us  20 us  1.5 ms\n"));
}

TEST(ActorTables, AnEndedActorSaysWhy) {
  ActorView view = named("ledger");
  view.alive = false;
  view.ended = "the disk is full";
  EXPECT_THAT(actor_tree({view}), HasSubstr("ended: the disk is full"));
}

TEST(ActorTables, NothingThatAnActorSaysReachesTheTerminalAsACommand) {
  ActorView view = named("ledger");
  view.state = "\x1b[2J gone\n";
  EXPECT_THAT(actor_tree({view}), Not(HasSubstr("\x1b")));
  EXPECT_THAT(actor_in_full(view), HasSubstr("?[2J gone?"));
}

// ---- the command

struct Outcome {
  int status = -1;
  std::string output;  // both streams
};

class ActorsCommand : public testing::Test {
 protected:
  void SetUp() override {
    data_dir_ = home_.path() / "data";
    std::filesystem::create_directories(data_dir_);
    const auto certs = config::ensure_operator_certs(data_dir_);
    ASSERT_TRUE(certs) << to_text(certs.error());
    actors::TlsTransportSettings settings;
    settings.files = {certs->ca_certificate, certs->node_certificate, certs->node_key, config::kOperatorNodeName};
    node_.emplace(actors::add_introspector_messages, std::move(settings));
    const auto introspector = actors::make_introspector(node_->system(), node_->place(), {node_->clock(), {}});
    const auto port = node_->transport().publish(introspector, 0);
    ASSERT_TRUE(port) << to_text(port.error());
    port_ = *port;
  }

  Outcome lucid(const std::string& arguments, const std::string& data_dir) const {
    const std::string command = std::string(LUCID_BINARY_DIR) + "/lucid actors " + arguments + " --data-dir " +
                                data_dir + " --actors-port " + std::to_string(port_) + " 2>&1";
    Outcome outcome;
    FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) return outcome;
    char piece[4096];
    while (const std::size_t count = std::fread(piece, 1, sizeof piece, pipe)) outcome.output.append(piece, count);
    outcome.status = WEXITSTATUS(::pclose(pipe));
    return outcome;
  }
  Outcome lucid(const std::string& arguments) const { return lucid(arguments, data_dir_.string()); }

  test::TemporaryDirectory home_;
  std::filesystem::path data_dir_;
  std::optional<actors::Process> node_;
  std::uint16_t port_ = 0;
};

TEST_F(ActorsCommand, TreeShowsTheActorsOfTheRunningNode) {
  const auto outcome = lucid("tree");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("introspector"));
  EXPECT_THAT(outcome.output, HasSubstr("ready to answer"));
}

TEST_F(ActorsCommand, TreeAsJsonIsAListOfActors) {
  const auto outcome = lucid("tree --json");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  const auto json = nlohmann::json::parse(outcome.output, nullptr, false);
  ASSERT_TRUE(json.is_array()) << outcome.output;
  EXPECT_EQ(json.at(0).at("name"), "introspector");
  EXPECT_EQ(json.at(0).at("doing"), "AskSnapshot");
}

TEST_F(ActorsCommand, TopPrintsATableOnce) {
  const auto outcome = lucid("top");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("MAILBOX"));
}

TEST_F(ActorsCommand, InspectShowsOneActor) {
  ASSERT_EQ(lucid("tree").status, 0);
  const auto outcome = lucid("inspect introspector");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("AskSnapshot"));
}

TEST_F(ActorsCommand, AnUnknownActorEndsWith1AndNamesThoseThereAre) {
  const auto outcome = lucid("inspect nobody");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, HasSubstr("introspector"));
}

TEST_F(ActorsCommand, TheKeyOfAnotherNodeEndsWith1) {
  const auto other = home_.path() / "other";
  std::filesystem::create_directories(other);
  ASSERT_TRUE(config::ensure_operator_certs(other));
  const auto outcome = lucid("tree", other.string());
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, HasSubstr("certificate"));
}

TEST_F(ActorsCommand, ADirectoryWithoutKeyEndsWith1AndNamesTheFile) {
  const auto outcome = lucid("tree", (home_.path() / "empty").string());
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, HasSubstr("operator"));
}

TEST_F(ActorsCommand, NoNodeAtThePortEndsWith1) {
  node_.reset();
  const auto outcome = lucid("tree");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, HasSubstr("127.0.0.1:" + std::to_string(port_)));
}

TEST_F(ActorsCommand, WrongUsageEndsWith2) {
  EXPECT_EQ(lucid("inspect").status, 2);
  EXPECT_EQ(lucid("dance").status, 2);
}

}  // namespace
}  // namespace lucid::tools
