#include "actors/runtime/act.hpp"

#include <gmock/gmock.h>

#include "tests/actors/fixture.hpp"

namespace lucid::actors {

namespace deep::inside {
template <class T>
struct Box {};
}  // namespace deep::inside

namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Ask {
  int number = 0;
};
struct Answered {
  int number = 0;
};
struct Note {
  int number = 0;
};
struct Leave {};
LUCID_LOCAL_MESSAGE(Ask)
LUCID_LOCAL_MESSAGE(Answered)
LUCID_LOCAL_MESSAGE(Note)
LUCID_LOCAL_MESSAGE(Leave)

using ServerActor = act::iface<Answered(Ask), void(Note), void(Leave)>;
using NoteTaker = act::iface<void(Note)>;

class Server {
 public:
  using interface = ServerActor;
  static constexpr const char* kName = "server";
  Server(interface::pointer self, std::vector<int>* notes) : self_(self), notes_(notes) {}
  interface::behavior_type make_behavior() {
    return {
        [](const Ask& ask) -> caf::result<Answered> {
          if (ask.number < 0) return answer<Answered>(fail(Fault::number_range, "number", "0 or more", "less"));
          return Answered{ask.number + 1};
        },
        [this](const Note& note) { notes_->push_back(note.number); },
        [this](const Leave&) {
          act::quit(self_, Error{Fault::storage_full, "disk", {}, {}});
        },
    };
  }

 private:
  interface::pointer self_;
  std::vector<int>* notes_;
};

using ClientActor = act::iface<void(Ask), void(Note)>;

// Passes questions on and keeps what came back.
class Client {
 public:
  using interface = ClientActor;
  static constexpr const char* kName = "client";
  Client(interface::pointer self, Route<ServerActor> server, std::vector<std::string>* log)
      : self_(self), server_(std::move(server)), log_(log) {}
  interface::behavior_type make_behavior() {
    if (const auto server = server_.get())
      act::watch(self_, server, [this](const caf::error& reason) { log_->push_back("down: " + to_text(reason)); });
    return {
        [this](const Ask& question) {
          act::ask(self_, server_, milliseconds(1'000), question)
              .then(
                  [this](const Answered& answered) { log_->push_back(std::to_string(answered.number)); },
                  [this](const caf::error& error) { log_->push_back(std::string(fault_name(from_caf(error).fault))); });
        },
        [this](const Note& note) {
          act::tell(self_, server_, note);
          act::tell_after(self_, server_, milliseconds(50), Note{note.number + 100});
        },
    };
  }

 private:
  interface::pointer self_;
  Route<ServerActor> server_;
  std::vector<std::string>* log_;
};

class Broken {
 public:
  using interface = NoteTaker;
  static constexpr const char* kName = "broken";
  explicit Broken(interface::pointer) { throw std::runtime_error("no disk"); }
  interface::behavior_type make_behavior() {
    return {[](const Note&) {}};
  }
};

class ActTest : public ActorTest {
 protected:
  void SetUp() override {
    server_.set(act::spawn<Server>(system(), place(), &notes_));
    client_ = act::spawn<Client>(system(), place(), server_, &log_);
    run();
  }
  std::vector<int> notes_;
  std::vector<std::string> log_;
  Route<ServerActor> server_;
  ClientActor client_;
};

TEST_F(ActTest, AsksAndIsAnswered) {
  tell(client_, Ask{41});
  EXPECT_THAT(log_, ElementsAre("42"));
}

TEST_F(ActTest, AnErrorComesBackAsItWasGiven) {
  const auto refused = ask<Answered>(server_, Ask{-1});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), (Error{Fault::number_range, "number", "0 or more", "less"}));
  tell(client_, Ask{-1});
  EXPECT_THAT(log_, ElementsAre("number_range"));
}

TEST_F(ActTest, TellsNowAndLater) {
  tell(client_, Note{1});
  EXPECT_THAT(notes_, ElementsAre(1));
  advance(milliseconds(50));
  EXPECT_THAT(notes_, ElementsAre(1, 101));
}

TEST_F(ActTest, AWatcherHearsWhyTheOtherEnded) {
  tell(server_, Leave{});
  ASSERT_EQ(log_.size(), 1u);
  EXPECT_THAT(log_[0], HasSubstr("down: "));
  EXPECT_THAT(log_[0], HasSubstr(std::string(fault_text(Fault::storage_full))));
  EXPECT_THAT(view("server").ended, HasSubstr("disk"));
}

TEST_F(ActTest, AQuestionToNobodyOrToTheDeadFailsAsNotReady) {
  kill(server_.get());
  log_.clear();
  tell(client_, Ask{1});
  server_.clear();
  tell(client_, Ask{1});
  EXPECT_THAT(log_, ElementsAre("not_ready", "not_ready"));
  tell(client_, Note{1});
  EXPECT_THAT(notes_, IsEmpty());
}

TEST_F(ActTest, ARouteLeadsToTheNewIncarnation) {
  kill(server_.get());
  server_.set(act::spawn<Server>(system(), place(), &notes_));
  log_.clear();
  tell(client_, Ask{1});
  EXPECT_THAT(log_, ElementsAre("2"));
}

TEST_F(ActTest, ANarrowerRouteFollowsTheWiderOne) {
  Route<NoteTaker> narrow = server_;
  tell(narrow, Note{1});
  kill(server_.get());
  server_.set(act::spawn<Server>(system(), place(), &notes_));
  tell(narrow, Note{2});
  EXPECT_THAT(notes_, ElementsAre(1, 2));
  static_assert(!std::is_convertible_v<Route<NoteTaker>, Route<ServerActor>>, "a route cannot be widened");
}

TEST_F(ActTest, WhatNoHandlerTakesIsCountedAndHarmsNobody) {
  caf::anon_send(caf::actor_cast<caf::actor>(server_.get()), std::string("what?"));
  run();
  EXPECT_EQ(view("server").handled.at(0).type, "str");
  EXPECT_TRUE(ask<Answered>(server_, Ask{1}));
}

TEST_F(ActTest, AConstructorThatThrowsLeavesAnEndedProbe) {
  EXPECT_THROW((void)act::spawn<Broken>(system(), place()), std::runtime_error);
  EXPECT_FALSE(view("broken").alive);
  EXPECT_EQ(view("broken").ended, "could not start: no disk");
}

TEST(FailureTest, EveryFaultCrossesTheBorderUnchanged) {
  const auto crosses = [](Fault fault) {
    const Error error{fault, "field", "expected", "actual"};
    const caf::error carried = to_caf(error);
    EXPECT_TRUE(carried) << fault_name(fault) << " must not look like no error";
    EXPECT_EQ(from_caf(carried), error);
  };
#define X(name, text) crosses(Fault::name);
  LUCID_FAULTS(X)
#undef X
}

TEST(FailureTest, CafsOwnErrorsBecomeFaultsToActOn) {
  EXPECT_EQ(from_caf(caf::make_error(caf::sec::request_timeout)).fault, Fault::no_answer);
  EXPECT_EQ(from_caf(caf::make_error(caf::sec::request_receiver_down)).fault, Fault::not_ready);
  EXPECT_EQ(from_caf(caf::exit_reason::remote_link_unreachable).fault, Fault::not_ready);
  EXPECT_EQ(from_caf(caf::make_error(caf::sec::unexpected_message)).fault, Fault::internal);
}

TEST(FailureTest, EndsHaveWords) {
  EXPECT_EQ(to_text(caf::error()), "ended normally");
  EXPECT_EQ(to_text(caf::error(caf::exit_reason::kill)), "killed");
  EXPECT_EQ(to_text(caf::error(caf::exit_reason::user_shutdown)), "asked to end");
}

TEST(TypeNames, AreShort) {
  EXPECT_EQ(short_type_name(typeid(ActorView).name()), "ActorView");
  EXPECT_EQ(short_type_name(typeid(Ask).name()), "Ask");
  EXPECT_EQ(short_type_name(typeid(deep::inside::Box<ActorView>).name()), "Box<ActorView>");
  EXPECT_EQ(short_type_name("not mangled"), "not mangled");
}

}  // namespace
}  // namespace lucid::actors
