#include "core/consensus/step_runner.hpp"

#include <gmock/gmock.h>

#include "core/crypto/verifier.hpp"
#include "tests/fixtures/small_chain.hpp"

namespace lucid::consensus {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Notes what was done, in order, and fails to persist when told so.
class NotedEffects final : public StepEffects {
 public:
  Status persist(const Persist&) override {
    done.emplace_back("persist");
    return failure ? Status(tl::unexpected(*failure)) : Status();
  }
  void send(const std::vector<Message>&) override { done.emplace_back("send"); }
  void answer(const AnswerMessage&) override { done.emplace_back("answer"); }
  void start_timer(const StartTimer&) override { done.emplace_back("timer"); }
  void request(const Request&) override { done.emplace_back("request"); }
  void decide(const Decision&) override { done.emplace_back("decide"); }
  void report(const Output&) override { done.emplace_back("report"); }

  std::optional<Error> failure;
  std::vector<std::string> done;
};

/// A step that asks for everything there is.
Output everything() {
  const fixtures::SmallChain world(1);
  const Vote vote = world.vote(0, VoteStep::prevote, 1, 0, std::nullopt);
  auto verified = world.verifier.verify(vote, world.members.set);
  EXPECT_TRUE(verified) << to_text(verified.error());
  Output output;
  output.rejected = Error{Fault::block_timestamp, {}, {}, {}};
  output.alarms.push_back({});
  output.decide.emplace();
  output.requests = {CheckBlock{}, FetchBlock{}};
  output.timers = {{}, {}};
  output.answer.emplace();
  output.send.emplace_back(*verified);
  output.persist.emplace();
  return output;
}

TEST(StepRunnerTest, StoresThenSendsThenWaitsThenAsksThenDecidesThenReports) {
  NotedEffects effects;
  EXPECT_TRUE(perform(everything(), effects));
  EXPECT_THAT(effects.done,
              ElementsAre("persist", "send", "answer", "timer", "timer", "request", "request", "decide", "report"));
}

TEST(StepRunnerTest, WhereStoringFailsNothingAfterItIsDone) {
  NotedEffects effects;
  effects.failure = Error{Fault::storage_io, "sign", {}, {}};
  const Status performed = perform(everything(), effects);
  ASSERT_FALSE(performed);
  EXPECT_EQ(performed.error().fault, Fault::storage_io);
  EXPECT_THAT(effects.done, ElementsAre("persist"));
}

TEST(StepRunnerTest, AStepThatAsksForNothingDoesNothing) {
  NotedEffects effects;
  EXPECT_TRUE(perform(Output(), effects));
  EXPECT_THAT(effects.done, IsEmpty());
}

TEST(StepRunnerTest, WhatWasRefusedIsReportedAlone) {
  NotedEffects effects;
  Output output;
  output.refused = Error{Fault::vote_not_member, {}, {}, {}};
  EXPECT_TRUE(perform(output, effects));
  EXPECT_THAT(effects.done, ElementsAre("report"));
}

}  // namespace
}  // namespace lucid::consensus
