#include "actors/introspector.hpp"

#include <future>
#include <gmock/gmock.h>

#include "actors/introspection_client.hpp"
#include "tests/actors/fixture.hpp"
#include "tests/actors/processes.hpp"
#include "tests/net/test_certs.hpp"

namespace lucid::actors {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Work {};
struct Fail {};
struct Stall {
  std::shared_future<void> until;
};
LUCID_LOCAL_MESSAGE(Work)
LUCID_LOCAL_MESSAGE(Fail)
LUCID_LOCAL_MESSAGE(Stall)

using InspectedActor = act::iface<void(Work), void(Fail), void(Stall)>;

class Inspected {
 public:
  using interface = InspectedActor;
  static constexpr const char* kName = "worker";
  explicit Inspected(interface::pointer self) : self_(self) { act::probe(self_).set_state("idle"); }
  interface::behavior_type make_behavior() {
    return {
        [this](const Work&) { act::probe(self_).set_state("worked " + std::to_string(++works_) + " times"); },
        [](const Fail&) { throw std::runtime_error("no more"); },
        [](const Stall& stall) { stall.until.wait(); },
    };
  }

 private:
  interface::pointer self_;
  int works_ = 0;
};

// ---- what is shown, under virtual time

class IntrospectorTest : public ActorTest {
 protected:
  void SetUp() override {
    worker_ = act::spawn<Inspected>(system(), {probes(), "supervisor"});
    introspector_ = make_introspector(system(), place(), {clock(), [this](const auto& s) { said_.push_back(s); }});
    run();
  }
  InspectedActor worker_;
  IntrospectorActor introspector_;
  std::vector<std::string> said_;
};

TEST_F(IntrospectorTest, ShowsEveryActorWithItsPlaceAndStateInItsOwnWords) {
  tell(worker_, Work{});
  const auto snapshot = ask<Snapshot>(introspector_, AskSnapshot{});
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(snapshot->taken_at, kTestStart);
  ASSERT_EQ(snapshot->actors.size(), 2u);
  const ActorView& worker = snapshot->actors[0];
  EXPECT_EQ(worker.name, "worker");
  EXPECT_EQ(worker.parent, "supervisor");
  EXPECT_EQ(worker.state, "worked 1 times");
  EXPECT_EQ(worker.started_at, kTestStart);
  EXPECT_TRUE(worker.alive);
  EXPECT_EQ(worker.doing, "");
  EXPECT_EQ(worker.mailbox, 0u);
  ASSERT_EQ(worker.handled.size(), 1u);
  EXPECT_EQ(worker.handled[0].type, "Work");
  EXPECT_EQ(worker.handled[0].count, 1u);
  EXPECT_GT(worker.max_us, 0u);
  const ActorView& self = snapshot->actors[1];
  EXPECT_EQ(self.name, "introspector");
  EXPECT_EQ(self.doing, "AskSnapshot");
}

TEST_F(IntrospectorTest, CountsWhatWaitsInTheMailbox) {
  for (int i = 0; i < 5; ++i) act::post(worker_, Work{});
  EXPECT_EQ(view("worker").mailbox, 5u);
  run();
  EXPECT_EQ(view("worker").mailbox, 0u);
  EXPECT_EQ(view("worker").handled.at(0).count, 5u);
}

TEST_F(IntrospectorTest, InspectsOneActorByName) {
  const auto worker = ask<ActorView>(introspector_, AskActor{"worker"});
  ASSERT_TRUE(worker);
  EXPECT_EQ(worker->state, "idle");
}

TEST_F(IntrospectorTest, AnUnknownNameIsAnsweredWithTheNamesThereAre) {
  const auto nobody = ask<ActorView>(introspector_, AskActor{"nobody\n"});
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().fault, Fault::actor_unknown);
  EXPECT_EQ(nobody.error().expected, "one of worker, introspector");
  EXPECT_EQ(nobody.error().actual, "nobody?");
}

TEST_F(IntrospectorTest, EachUseIsSaid) {
  (void)ask<Snapshot>(introspector_, AskSnapshot{});
  (void)ask<ActorView>(introspector_, AskActor{"worker\x1b[2J"});
  EXPECT_THAT(said_, ElementsAre("the snapshot of all actors was read", "the actor \"worker?[2J\" was inspected"));
}

TEST_F(IntrospectorTest, AnEndedActorIsShownWithTheReason) {
  tell(worker_, Fail{});
  const ActorView worker = view("worker");
  EXPECT_FALSE(worker.alive);
  EXPECT_THAT(worker.ended, HasSubstr("exception: no more"));
  EXPECT_EQ(worker.mailbox, 0u);
}

TEST_F(IntrospectorTest, ARestartedActorKeepsItsNameAndSaysWhyTheOneBeforeEnded) {
  kill(worker_);
  worker_ = act::spawn<Inspected>(system(), {probes(), "supervisor"});
  run();
  EXPECT_EQ(view("worker").restarts, 1u);
  EXPECT_TRUE(view("worker").alive);
  EXPECT_EQ(view("worker").ended, "killed");
}

TEST_F(IntrospectorTest, TwoLivingActorsOfOneKindHaveDifferentNames) {
  const auto second = act::spawn<Inspected>(system(), {probes(), "supervisor"});
  run();
  EXPECT_EQ(view("worker#2").state, "idle");
}

TEST_F(IntrospectorTest, OnlyItsQuestionsAreAnswered) {
  caf::anon_send(caf::actor_cast<caf::actor>(introspector_), std::string("quit"));
  run();
  EXPECT_TRUE(ask<Snapshot>(introspector_, AskSnapshot{}));
}

// ---- from outside, with real threads

class HangTest : public ::testing::Test {
 protected:
  HangTest() : node_(add_introspector_messages, settings()) {
    node_.keep_at_end();
    const auto introspector = make_introspector(node_.system(), node_.place(act::Thread::own), {node_.clock(), {}});
    const auto port = node_.transport().publish(introspector, 0);
    EXPECT_TRUE(port) << to_text(port.error());
    target_ = {authority_.files("lucid-node"), "127.0.0.1", port.value_or(0), 500};
  }
  ~HangTest() override { go_on_.set_value(); }

  TlsTransportSettings settings() {
    TlsTransportSettings settings;
    settings.files = authority_.files("lucid-node");
    return settings;
  }
  /// Starts a worker and waits until it hangs.
  void hang(act::Thread thread, const std::string& name) {
    act::post(act::spawn<Inspected>(node_.system(), node_.place(thread, name)), Stall{until_});
    ASSERT_TRUE(eventually([&] {
      for (const auto& view : node_.probes().snapshot())
        if (view.name == name && view.doing == "Stall") return true;
      return false;
    }));
  }

  std::promise<void> go_on_;
  std::shared_future<void> until_ = go_on_.get_future().share();
  net::TemporaryFolder folder_;
  net::TestAuthority authority_{folder_.path() / "operator"};
  Process node_;
  IntrospectionClient::Target target_;
};

TEST_F(HangTest, AHangingActorIsShownWithWhatItDoesAndSinceWhenWithinHalfASecond) {
  hang(act::Thread::own, "stuck");
  auto client = IntrospectionClient::connect(target_);
  ASSERT_TRUE(client) << to_text(client.error());
  const auto first = (*client)->actor("stuck");  // its deadline is half a second
  ASSERT_TRUE(first) << to_text(first.error());
  EXPECT_EQ(first->doing, "Stall");
  EXPECT_EQ(first->state, "idle");
  EXPECT_TRUE(eventually([&] {
    const auto later = (*client)->actor("stuck");
    return later && later->doing_since_ms > first->doing_since_ms;
  }));
}

TEST_F(HangTest, ItAnswersAlsoWhenEveryThreadOfThePoolHangs) {
  for (std::size_t i = 0; i < Process::kPoolThreads; ++i) hang(act::Thread::shared, "stuck" + std::to_string(i));
  auto client = IntrospectionClient::connect(target_);
  ASSERT_TRUE(client) << to_text(client.error());
  const auto actors = (*client)->snapshot();
  ASSERT_TRUE(actors) << to_text(actors.error());
  std::size_t hanging = 0;
  for (const auto& view : *actors) hanging += view.doing == "Stall" ? 1 : 0;
  EXPECT_EQ(hanging, Process::kPoolThreads);
}

TEST_F(HangTest, AnUnknownActorIsAnErrorAlsoFromOutside) {
  auto client = IntrospectionClient::connect(target_);
  ASSERT_TRUE(client) << to_text(client.error());
  const auto nobody = (*client)->actor("nobody");
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().fault, Fault::actor_unknown);
}

TEST_F(HangTest, AClientOfAnotherOperatorSeesNothing) {
  net::TestAuthority foreign{folder_.path() / "foreign"};
  target_.files = foreign.files("lucid-node");
  const auto client = IntrospectionClient::connect(target_);
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().fault, Fault::no_answer);
}

}  // namespace
}  // namespace lucid::actors
