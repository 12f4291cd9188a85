#include "actors/supervisor.hpp"

#include <gmock/gmock.h>

#include "tests/actors/fixture.hpp"

namespace lucid::actors {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Ping {};
struct Pong {};
struct Stumble {};
LUCID_LOCAL_MESSAGE(Ping)
LUCID_LOCAL_MESSAGE(Pong)
LUCID_LOCAL_MESSAGE(Stumble)

using WorkerActor = act::iface<Pong(Ping), void(Stumble), void(ChildRestarted)>;

// A child: answers, throws when told so, notes of whose restart it heard, and may refuse to end.
class Worker {
 public:
  using interface = WorkerActor;
  static constexpr const char* kName = "worker";

  Worker(interface::pointer self, std::vector<std::string>* heard, bool deaf) : heard_(heard) {
    if (deaf) self->set_exit_handler([](caf::exit_msg&) {});
  }
  interface::behavior_type make_behavior() {
    return {
        [](const Ping&) { return Pong{}; },
        [](const Stumble&) { throw std::runtime_error("tripped"); },
        [this](const ChildRestarted& restarted) { heard_->push_back(restarted.name); },
    };
  }

 private:
  std::vector<std::string>* heard_;
};

class SupervisorTest : public ActorTest {
 protected:
  struct Member {
    Route<WorkerActor> route;
    std::vector<std::string> heard;
    unsigned starts = 0;
    std::optional<Error> refuses;
    bool deaf = false;
  };

  /// Three children, first to last.
  void SetUp() override {
    for (const char* name : {"ledger", "validator", "anchor"}) add(name, OnDeath::restart);
  }

  void add(const std::string& name, OnDeath on_death) {
    Member& member = members_[name];
    children_.push_back(child<WorkerActor>(name, member.route, on_death, [this, name]() -> Result<WorkerActor> {
      Member& own = members_[name];
      if (own.refuses) return tl::unexpected(*own.refuses);
      ++own.starts;
      order_.push_back("+" + name);
      auto at = place(name);
      at.parent = "supervisor";
      const WorkerActor actor = act::spawn<Worker>(system(), at, &own.heard, own.deaf);
      actor->attach_functor([this, name] { order_.push_back("-" + name); });
      return actor;
    }));
  }

  Result<ChildrenStarted> start() {
    supervisor_ =
        make_supervisor(system(), place(),
                        {std::move(children_), clock(), [this](const StopReport& r) { reports_.push_back(r); },
                         [this](const std::string& sentence) { said_.push_back(sentence); }});
    return ask<ChildrenStarted>(supervisor_, StartChildren{});
  }

  bool answers(const std::string& name) { return ask<Pong>(members_[name].route, Ping{}).has_value(); }

  std::map<std::string, Member> members_;
  std::vector<ChildSpec> children_;
  std::vector<std::string> order_, said_;
  std::vector<StopReport> reports_;
  SupervisorActor supervisor_;
};

TEST_F(SupervisorTest, StartsItsChildrenInOrder) {
  const auto started = start();
  ASSERT_TRUE(started);
  EXPECT_EQ(started->count, 3u);
  EXPECT_THAT(order_, ElementsAre("+ledger", "+validator", "+anchor"));
  EXPECT_TRUE(answers("ledger") && answers("validator") && answers("anchor"));
  EXPECT_EQ(view("supervisor").state, "3 children, 0 restarts");
  EXPECT_EQ(view("ledger").parent, "supervisor");
}

TEST_F(SupervisorTest, IsAskedToStartOnlyOnce) {
  ASSERT_TRUE(start());
  const auto again = ask<ChildrenStarted>(supervisor_, StartChildren{});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().fault, Fault::internal);
  EXPECT_EQ(members_["ledger"].starts, 1u);
}

TEST_F(SupervisorTest, EachKilledChildIsRestartedAndFoundUnderItsRoute) {
  ASSERT_TRUE(start());
  for (const char* name : {"ledger", "validator", "anchor"}) {
    const auto before = members_[name].route.get();
    kill(before);
    advance(milliseconds(1));
    EXPECT_TRUE(answers(name)) << name;
    EXPECT_NE(members_[name].route.get(), before) << name;
    EXPECT_EQ(view(name).restarts, 1u) << name;
    EXPECT_EQ(view(name).ended, "killed") << name;
  }
  EXPECT_THAT(said_,
              ElementsAre("ledger ended: killed; it is started again", "validator ended: killed; it is started again",
                          "anchor ended: killed; it is started again"));
  EXPECT_THAT(reports_, IsEmpty());
  EXPECT_EQ(view("supervisor").state, "3 children, 3 restarts");
}

TEST_F(SupervisorTest, ARestartIsAnnouncedToTheOthersThatTakeIt) {
  ASSERT_TRUE(start());
  kill(members_["validator"].route.get());
  advance(milliseconds(1));
  EXPECT_THAT(members_["ledger"].heard, ElementsAre("validator"));
  EXPECT_THAT(members_["anchor"].heard, ElementsAre("validator"));
  EXPECT_THAT(members_["validator"].heard, IsEmpty());
}

TEST_F(SupervisorTest, AnExceptionInAHandlerIsADeathWithItsWords) {
  ASSERT_TRUE(start());
  tell(members_["anchor"].route, Stumble{});
  advance(milliseconds(1));
  ASSERT_EQ(said_.size(), 1u);
  EXPECT_THAT(said_[0], HasSubstr("tripped"));
  EXPECT_TRUE(answers("anchor"));
}

TEST_F(SupervisorTest, WhileAChildIsDownItsRouteIsEmptyAndQuestionsFailAtOnce) {
  ASSERT_TRUE(start());
  kill(members_["ledger"].route.get());
  advance(milliseconds(1));
  kill(members_["ledger"].route.get());  // the second restart waits a little
  const auto pong = ask<Pong>(members_["ledger"].route, Ping{});
  ASSERT_FALSE(pong);
  EXPECT_EQ(pong.error().fault, Fault::not_ready);
  advance(milliseconds(100));
  EXPECT_TRUE(answers("ledger"));
}

TEST_F(SupervisorTest, AChildWhoseLossCannotBeMendedStopsTheNodeWithAReason) {
  children_.clear();
  add("ledger", OnDeath::stop_node);
  add("anchor", OnDeath::restart);
  ASSERT_TRUE(start());
  kill(members_["ledger"].route.get());
  ASSERT_EQ(reports_.size(), 1u);
  EXPECT_EQ(reports_[0].reason, "ledger ended: killed");
  EXPECT_FALSE(reports_[0].asked);
  EXPECT_THAT(reports_[0].left_behind, IsEmpty());
  EXPECT_THAT(order_, ElementsAre("+ledger", "+anchor", "-ledger", "-anchor"));
  EXPECT_FALSE(answers("anchor"));
}

TEST_F(SupervisorTest, AStormOfRestartsStopsTheNodeInOrderWithAReason) {
  ASSERT_TRUE(start());
  for (int i = 0; i < 4; ++i) {
    ASSERT_THAT(reports_, IsEmpty());
    kill(members_["validator"].route.get());
    advance(milliseconds(1'000));
  }
  ASSERT_EQ(reports_.size(), 1u);
  EXPECT_EQ(reports_[0].reason, "validator ended: killed (4 times within 60 s)");
  EXPECT_EQ(members_["validator"].starts, 4u);
  const std::vector<std::string> end(order_.end() - 2, order_.end());
  EXPECT_THAT(end, ElementsAre("-anchor", "-ledger"));
}

TEST_F(SupervisorTest, DeathsFarApartAreNoStorm) {
  ASSERT_TRUE(start());
  for (int i = 0; i < 8; ++i) {
    kill(members_["validator"].route.get());
    advance(milliseconds(30'000));
    EXPECT_TRUE(answers("validator"));
  }
  EXPECT_THAT(reports_, IsEmpty());
}

TEST_F(SupervisorTest, AChildThatCannotStartStopsThoseBeforeItAndIsNamed) {
  members_["validator"].refuses = Error{Fault::storage_locked, "sign", {}, {}};
  const auto started = start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().fault, Fault::storage_locked);
  run();
  ASSERT_EQ(reports_.size(), 1u);
  EXPECT_THAT(reports_[0].reason, HasSubstr("validator could not start: "));
  EXPECT_THAT(order_, ElementsAre("+ledger", "-ledger"));
}

TEST_F(SupervisorTest, AChildThatCannotStartAgainStopsTheNodeInTheEnd) {
  ASSERT_TRUE(start());
  members_["anchor"].refuses = Error{Fault::storage_full, "outbox", {}, {}};
  kill(members_["anchor"].route.get());
  advance(milliseconds(10'000));
  ASSERT_EQ(reports_.size(), 1u);
  EXPECT_THAT(reports_[0].reason, HasSubstr("anchor could not start again"));
  EXPECT_THAT(order_, ElementsAre("+ledger", "+validator", "+anchor", "-anchor", "-validator", "-ledger"));
}

TEST_F(SupervisorTest, StopsInReverseOrderEachAfterTheOneBeforeHasEnded) {
  ASSERT_TRUE(start());
  tell(supervisor_, StopNode{"asked by SIGTERM"});
  ASSERT_EQ(reports_.size(), 1u);
  EXPECT_EQ(reports_[0].reason, "asked by SIGTERM");
  EXPECT_TRUE(reports_[0].asked);
  EXPECT_THAT(reports_[0].left_behind, IsEmpty());
  EXPECT_THAT(order_, ElementsAre("+ledger", "+validator", "+anchor", "-anchor", "-validator", "-ledger"));
  EXPECT_FALSE(view("supervisor").alive);
}

TEST_F(SupervisorTest, AHungChildDoesNotKeepTheOthersAndIsNamedAtTheLimit) {
  members_["validator"].deaf = true;
  ASSERT_TRUE(start());
  tell(supervisor_, StopNode{"asked"});
  EXPECT_EQ(view("supervisor").state, "stopping, waits for ledger, validator");
  advance(milliseconds(4'499));
  EXPECT_THAT(order_, ElementsAre("+ledger", "+validator", "+anchor", "-anchor", "-ledger"));
  EXPECT_THAT(reports_, IsEmpty());
  advance(milliseconds(1));
  ASSERT_EQ(reports_.size(), 1u);
  EXPECT_THAT(reports_[0].left_behind, ElementsAre("validator"));
  EXPECT_THAT(said_.back(), HasSubstr("left behind: validator"));
}

TEST_F(SupervisorTest, AChildThatEndsLateIsNotNamed) {
  members_["anchor"].deaf = true;
  ASSERT_TRUE(start());
  tell(supervisor_, StopNode{"asked"});
  advance(milliseconds(3'000));
  EXPECT_THAT(reports_, IsEmpty());
  kill(members_["anchor"].route.get());
  ASSERT_EQ(reports_.size(), 1u);
  EXPECT_THAT(reports_[0].left_behind, IsEmpty());
}

TEST_F(SupervisorTest, DeathsWhileStoppingRestartNothing) {
  members_["anchor"].deaf = true;
  ASSERT_TRUE(start());
  tell(supervisor_, StopNode{"asked"});
  kill(members_["ledger"].route.get());
  advance(milliseconds(4'500));
  EXPECT_EQ(members_["ledger"].starts, 1u);
  EXPECT_THAT(reports_.at(0).left_behind, ElementsAre("anchor"));
}

TEST_F(SupervisorTest, AnExitMessageIsAnOrderlyStop) {
  ASSERT_TRUE(start());
  caf::anon_send_exit(supervisor_, caf::exit_reason::user_shutdown);
  run();
  ASSERT_EQ(reports_.size(), 1u);
  EXPECT_THAT(order_, ElementsAre("+ledger", "+validator", "+anchor", "-anchor", "-validator", "-ledger"));
}

TEST_F(SupervisorTest, SecondStopIsIgnored) {
  members_["anchor"].deaf = true;
  ASSERT_TRUE(start());
  tell(supervisor_, StopNode{"first"});
  tell(supervisor_, StopNode{"second"});
  advance(milliseconds(5'000));
  ASSERT_EQ(reports_.size(), 1u);
  EXPECT_EQ(reports_[0].reason, "first");
}

}  // namespace
}  // namespace lucid::actors
