// `lucid localnet`: what a person says to it, what it writes down, and which process it takes for one of its own.
#include "tools/lucid/localnet/localnet.hpp"

#include <csignal>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/wait.h>

#include "tests/fixtures/temporary_directory.hpp"
#include "tests/tools/run_lucid.hpp"
#include "tools/lucid/localnet/groups.hpp"
#include "tools/lucid/localnet/name_space.hpp"
#include "tools/lucid/localnet/node_processes.hpp"
#include "tools/lucid/localnet/node_status.hpp"
#include "tools/lucid/localnet/state.hpp"

namespace lucid::tools::localnet {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// ---- groups and clock offsets

TEST(LocalnetGroups, AreReadAsTheyAreSaid) {
  EXPECT_EQ(parse_groups("1,2/3,4").value(), (Groups{{1, 2}, {3, 4}}));
  EXPECT_EQ(parse_groups("3").value(), (Groups{{3}}));
  EXPECT_EQ(parse_groups("10/2,1/7").value(), (Groups{{10}, {2, 1}, {7}}));
}

TEST(LocalnetGroups, WhatIsNoListOfNodesIsRefused) {
  for (const char* text : {"", "/", "1,2/", "1,,2", "a", "1,2/3,b", "0", "-1", "1 2", "1/1", "1,1/2", "99999999999999"})
    EXPECT_EQ(parse_groups(text).error().fault, Fault::text_form) << text;
}

TEST(LocalnetGroups, WhoIsNotNamedBelongsToOneMore) {
  EXPECT_EQ(all_in_groups({{2}}, 4).value(), (Groups{{2}, {1, 3, 4}}));
  EXPECT_EQ(all_in_groups({{1, 2}, {3, 4}}, 4).value(), (Groups{{1, 2}, {3, 4}}));
}

TEST(LocalnetGroups, ANodeThatIsNotThereIsRefusedAndSoAreAllTogether) {
  EXPECT_EQ(all_in_groups({{1}, {5}}, 4).error().fault, Fault::number_range);
  EXPECT_EQ(all_in_groups({{1, 2, 3, 4}}, 4).error().fault, Fault::text_form);
  EXPECT_EQ(all_in_groups({{1}}, 1).error().fault, Fault::text_form);
}

TEST(LocalnetClocks, AreOffInBothDirections) {
  EXPECT_EQ(parse_clock_offset("2=-1500").value(), (ClockOffset{2, -1'500}));
  EXPECT_EQ(parse_clock_offset("1=+250").value(), (ClockOffset{1, 250}));
  EXPECT_EQ(parse_clock_offset("4=0").value(), (ClockOffset{4, 0}));
}

TEST(LocalnetClocks, WhatIsNoOffsetIsRefused) {
  for (const char* text : {"", "2", "2=", "=5", "0=5", "2=1s", "2=--5", "2=-", "x=5", "2=31536000001"})
    EXPECT_EQ(parse_clock_offset(text).error().fault, Fault::text_form) << text;
}

TEST(LocalnetClocks, TheLastWordOnANodeHolds) {
  const auto offsets = offsets_of({"1=5", "3=-7", "1=9"}, 3);
  EXPECT_EQ(offsets.value(), (std::map<std::uint32_t, std::int64_t>{{1, 9}, {3, -7}}));
  EXPECT_EQ(offsets_of({"4=5"}, 3).error().fault, Fault::number_range);
}

// ---- the state

State sample_state() {
  State state;
  state.complete = true;
  state.boot = boot_id();
  state.profile = "dev";
  state.slow_disk_ms = 30;
  state.name_spaces = true;
  state.prefix = "lucid-0011aabb";
  state.partition = "1/2";
  state.nodes = {{1, 8'084, 0, "/opt/lucidd", {101, 5'000}, {102, 5'001}},
                 {2, 8'184, -1'500, "/opt/lucidd", {103, 5'002}, {}}};
  return state;
}

TEST(LocalnetState, IsReadAsItWasWritten) {
  const State state = sample_state();
  EXPECT_EQ(parse_state(state_to_json(state), "localnet.json").value(), state);
}

TEST(LocalnetState, AWrongFieldIsNamed) {
  const std::string json = state_to_json(sample_state());
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = json;
    changed.replace(changed.find(from), from.size(), to);
    const auto parsed = parse_state(changed, "localnet.json");
    return parsed ? "fine" : to_text(parsed.error());
  };
  EXPECT_THAT(with("\"number\": 2", "\"number\": 3"), HasSubstr("nodes[1]"));
  EXPECT_THAT(with("\"pid\": 103", "\"pid\": -1"), HasSubstr("pid"));
  EXPECT_THAT(with("\"engine_port\": 8184", "\"engine_port\": 70000"), HasSubstr("engine_port"));
  EXPECT_THAT(with("\"partition\"", "\"division\""), HasSubstr("division"));
  EXPECT_THAT(with("}", ""), HasSubstr("localnet.json"));
}

TEST(LocalnetState, WithoutOneNothingIsUp) {
  const test::TemporaryDirectory directory;
  const Home home = home_at(directory.path().string()).value();
  EXPECT_EQ(read_state(home).error().fault, Fault::file_missing);
  EXPECT_EQ(down(home).error().fault, Fault::file_missing);
}

TEST(LocalnetState, ProcessesOfAnEarlierStartOfTheMachineAreForgotten) {
  const test::TemporaryDirectory directory;
  const Home home = home_at(directory.path().string()).value();
  State state = sample_state();
  ASSERT_TRUE(write_state(home, state));
  EXPECT_EQ(read_state(home).value(), state);

  state.boot = "00000000-0000-0000-0000-000000000000";
  ASSERT_TRUE(write_state(home, state));
  const State read = read_state(home).value();
  for (const auto& node : read.nodes) {
    EXPECT_EQ(node.process, ProcessId{});
    EXPECT_EQ(node.forwarder, ProcessId{});
  }
}

TEST(LocalnetState, OneDirectoryHasOnePrefixHoweverItIsNamed) {
  const test::TemporaryDirectory directory;
  const auto prefix = [](const std::filesystem::path& path) { return name_prefix(home_at(path.string())->directory); };
  EXPECT_EQ(prefix(directory.path() / "net"), prefix(directory.path() / "x" / ".." / "net"));
  EXPECT_EQ(prefix(directory.path() / "net"), prefix(directory.path() / "net" / ""));
  EXPECT_NE(prefix(directory.path() / "net"), prefix(directory.path() / "other"));
  EXPECT_LE(prefix(directory.path()).size(), 20u);
}

// ---- what nodes are started with

TEST(LocalnetNodes, GetTheirPlaceAndNoMoreThanTheyNeed) {
  const Home home{"/net"};
  State state = sample_state();
  state.name_spaces = false;
  state.slow_disk_ms = 0;
  EXPECT_THAT(node_arguments(home, state, state.nodes[0]),
              ElementsAre("/opt/lucidd", "--data-dir", "/net/node-1", "--genesis", "/net/genesis.json", "--engine-port",
                          "8084"));
}

TEST(LocalnetNodes, HearWhatIsWrongWithThem) {
  const Home home{"/net"};
  const State state = sample_state();
  const auto arguments = node_arguments(home, state, state.nodes[1]);
  EXPECT_THAT(arguments, Contains("--slow-disk-ms=30"));
  EXPECT_THAT(arguments, Contains("--clock-offset-ms=-1500"));
  EXPECT_THAT(arguments, Contains("10.77.0.2"));
  EXPECT_EQ(peer_address(state, state.nodes[1]), "10.77.0.2:8190");
}

TEST(LocalnetNodes, TakeNoSettingsFromTheEnvironmentButThoseOfTheLog) {
  ::setenv("LUCID_DATA_DIR", "/elsewhere", 1);
  ::setenv("ADMIN_PORT", "1", 1);
  ::setenv("LUCID_LOG_LEVEL", "debug", 1);
  const auto environment = node_environment();
  ::unsetenv("LUCID_DATA_DIR");
  ::unsetenv("ADMIN_PORT");
  ::unsetenv("LUCID_LOG_LEVEL");
  EXPECT_THAT(environment, Not(Contains(HasSubstr("/elsewhere"))));
  EXPECT_THAT(environment, Not(Contains("ADMIN_PORT=1")));
  EXPECT_THAT(environment, Contains("LUCID_LOG_LEVEL=debug"));
}

// ---- processes

/// A process that does nothing until it is ended.
class Idler {
 public:
  Idler() {
    pid_ = ::fork();
    if (pid_ == 0)
      for (;;) ::pause();
  }
  ~Idler() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Idler(const Idler&) = delete;
  Idler& operator=(const Idler&) = delete;
  int pid() const { return pid_; }

 private:
  int pid_;
};

TEST(LocalnetProcess, IsFoundAgainAndEnded) {
  const Idler idler;
  const auto id = identify(idler.pid());
  ASSERT_TRUE(id);
  const auto handle = ProcessHandle::open(*id);
  ASSERT_TRUE(handle);
  EXPECT_FALSE(handle->ends_within(0));
  handle->signal(SIGKILL);
  EXPECT_TRUE(handle->ends_within(60'000));
  EXPECT_FALSE(runs(*id));
}

TEST(LocalnetProcess, ANumberThatAnotherProcessHasNowIsNotTouched) {
  const test::TemporaryDirectory directory;
  const Home home = home_at(directory.path().string()).value();
  const Idler stranger;
  ProcessId recycled = identify(stranger.pid()).value();
  recycled.start_ticks -= 1;  // of the process that had this number before
  EXPECT_FALSE(runs(recycled));

  State state = sample_state();
  state.name_spaces = false;
  for (auto& node : state.nodes) node.process = node.forwarder = recycled;
  ASSERT_TRUE(write_state(home, state));
  EXPECT_EQ(kill(home, 1).error().fault, Fault::not_ready);
  EXPECT_THAT(down(home).value(), ElementsAre());
  EXPECT_TRUE(identify(stranger.pid())) << "the stranger was ended";
  EXPECT_FALSE(std::filesystem::exists(home.state()));
}

TEST(LocalnetProcess, OneThatEndedDoesNotRunThoughItsParentHasNotNoticed) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(0);
  siginfo_t info{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT), 0);
  EXPECT_FALSE(identify(pid));
  ::waitpid(pid, nullptr, 0);
}

TEST(LocalnetProcess, IsHeldUntilItIsReleased) {
  const test::TemporaryDirectory directory;
  const auto log = directory.path() / "log";
  Launch launch{{"/bin/sh", "-c", "echo it runs"}, {}, log, {}, {}};
  {
    const auto held = HeldProcess::start(launch);
    ASSERT_TRUE(held) << to_text(held.error());
    EXPECT_TRUE(runs(held->id()));
  }
  ASSERT_GT(::waitpid(-1, nullptr, 0), 0) << "whoever is never released ends";
  EXPECT_EQ(test::content_of(log), Bytes{});

  auto held = HeldProcess::start(launch);
  ASSERT_TRUE(held) << to_text(held.error());
  held->release();
  int status = -1;
  ASSERT_EQ(::waitpid(held->id().pid, &status, 0), held->id().pid);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(test::content_of(log), to_bytes(as_bytes("it runs\n")));
}

TEST(LocalnetProcess, AToolThatFailsIsQuoted) {
  EXPECT_EQ(run_to_end({"/bin/sh", "-c", "echo fine"}).value(), "fine\n");
  const auto failed = run_to_end({"/bin/sh", "-c", "echo the reason >&2; exit 3"});
  ASSERT_FALSE(failed);
  EXPECT_THAT(to_text(failed.error()), HasSubstr("the reason"));
  EXPECT_THAT(to_text(run_to_end({"/nowhere/at-all"}).error()), HasSubstr("No such file"));
}

// ---- the table

TEST(LocalnetStatus, ShowsWhoLagsAndWhoDoesNotAnswer) {
  std::vector<NodeStatus> nodes(3);
  for (std::uint32_t i = 0; i < 3; ++i) nodes[i].number = i + 1;
  nodes[0].height = 12;
  nodes[0].round = 1;
  nodes[0].peers = 2;
  nodes[0].leader = "node-3";
  nodes[0].state = "decides";
  nodes[1].height = 9;
  nodes[1].state = "syncs";
  nodes[2].error = "does not run";
  compare_heights(nodes);
  EXPECT_EQ(status_table(nodes),
            "NODE    HEIGHT  ROUND  LEADER  PEERS  LAG  STATE\n"
            "node-1  12      1      node-3  2      0    decides\n"
            "node-2  9       -      -       -      3    syncs\n"
            "node-3  -       -      -       -      -    does not run\n");
  EXPECT_EQ(status_json(nodes[1]).at("lag"), 3);
  EXPECT_EQ(status_json(nodes[2]).at("height"), nullptr);
  EXPECT_EQ(status_json(nodes[2]).at("answers"), false);
}

// ---- the command

class LocalnetCommand : public testing::Test {
 protected:
  test::Outcome lucid(const std::string& arguments) const {
    return test::run_lucid("localnet " + arguments, home_.path().string());
  }
  test::TemporaryDirectory home_;
};

TEST_F(LocalnetCommand, WrongUsageEndsWith2) {
  EXPECT_EQ(lucid("").status, 2);
  EXPECT_EQ(lucid("dance").status, 2);
  EXPECT_EQ(lucid("partition 1,2/").status, 2);
  EXPECT_EQ(lucid("partition").status, 2);
  EXPECT_EQ(lucid("up --clock-offset 2").status, 2);
  EXPECT_EQ(lucid("up --netns perhaps").status, 2);
  EXPECT_EQ(lucid("kill").status, 2);
  EXPECT_EQ(lucid("kill 0").status, 2);
}

TEST_F(LocalnetCommand, WhereNothingIsUpEachVerbSaysSo) {
  for (const char* verb : {"status", "down", "kill 1", "start 1", "partition 1/2", "heal"}) {
    const auto outcome = lucid(verb);
    EXPECT_EQ(outcome.status, 1) << verb;
    EXPECT_TRUE(outcome.says("localnet")) << outcome.output;
  }
  EXPECT_FALSE(std::filesystem::exists(home_.path() / "localnet")) << "asking leaves nothing behind";
}

TEST_F(LocalnetCommand, WhatCannotBeIsRefusedBeforeAnythingRuns) {
  EXPECT_TRUE(lucid("up --validators 0").says("1 to 128"));
  EXPECT_TRUE(lucid("up --validators 1 --netns never --engine-port 65530").says("room for the ports"));
  EXPECT_TRUE(lucid("up --validators 1 --netns never --clock-offset 2=5").says("1 to 1"));
  EXPECT_TRUE(lucid("up --validators 1 --netns never --lucidd /nowhere").says("/nowhere"));
  EXPECT_TRUE(lucid("up --validators 1 --netns never --profile mainnet").says("min_validators"));
  EXPECT_TRUE(lucid("up --validators 3 --netns never --profile mainnet --clock-offset 1=5 --dir m").says("mainnet"));
  EXPECT_FALSE(std::filesystem::exists(home_.path() / "localnet" / "localnet.json"));
}

TEST_F(LocalnetCommand, ANodeThatCannotStartTakesTheOthersDownAndItsLastWordsAreShown) {
  home_.write("broken", as_bytes("#!/bin/sh\necho starting\necho the reason why >&2\nexit 1\n"));
  std::filesystem::permissions(home_.path() / "broken", std::filesystem::perms::owner_all);
  const auto outcome = lucid("up --validators 3 --netns never --lucidd broken");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(outcome.says("the reason why")) << outcome.output;
  EXPECT_FALSE(std::filesystem::exists(home_.path() / "localnet" / "localnet.json"));
  EXPECT_TRUE(std::filesystem::exists(home_.path() / "localnet" / "node-3" / "keys" / "consensus.key"));
  EXPECT_TRUE(lucid("logs 1").says("starting\nthe reason why"));

  // The next start keeps the chain, and refuses to take another for it.
  EXPECT_TRUE(lucid("up --validators 4 --netns never --lucidd broken").says("--validators"));
  EXPECT_TRUE(lucid("up --profile bench --netns never --lucidd broken").says("--profile"));
}

}  // namespace
}  // namespace lucid::tools::localnet
