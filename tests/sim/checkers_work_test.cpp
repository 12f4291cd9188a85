// Blocks are made for work: what of an empty proposal is a violation, and what is not.
#include "tests/sim/story.hpp"

namespace lucid::sim {
namespace {

class WorkStory : public testing::Test {
 protected:
  WorkStory() {
    story.begin();
    story.tell(story.plans());
    block = story.build(0, story.now + story.chain.chain.params().block_interval_ms);
    leader = story.proposer();
    said = story.proposal(leader, 1, 0, Story::hash_of(*block));
    at = block->header.time;
  }
  void store(TimeMs when) { story.tell(when, Story::stored(leader, said)); }
  void send(TimeMs when) { story.tell(when, Sent{leader, said, block}); }

  Story story{4, {}, Profile::mainnet, Policy::judged};
  BlockPtr block;
  NodeIndex leader = 0;
  Proposal said;
  TimeMs at = 0;
};

TEST_F(WorkStory, an_empty_block_while_work_waits_at_its_proposer_is_caught) {
  story.tell(at - 5'000, WorkWaits{leader, true});
  store(at);
  send(at);
  EXPECT_EQ(story.found(), "work-is-proposed");
}

TEST_F(WorkStory, work_that_has_just_come_may_miss_the_block) {
  story.tell(at - 1'000, WorkWaits{leader, true});
  store(at);
  send(at);
  EXPECT_EQ(story.found(), "") << story.words();
}

TEST_F(WorkStory, what_is_sent_again_after_a_restart_is_judged_by_when_it_was_made) {
  story.tell(at - 1'000, WorkWaits{(leader + 1) % 4, true});
  store(at);
  story.tell(at, Crashed{leader});
  story.tell(at + 5'000, Started{leader, 0, false});
  const auto plan = story.chain.plan();
  story.tell(at + 5'000, Planned{leader, 1, plan.slot, plan.order, plan.slot_order.leaders, plan.seed});
  story.tell(at + 6'000, WorkWaits{leader, true});
  send(at + 9'000);
  EXPECT_EQ(story.found(), "") << story.words();
}

TEST_F(WorkStory, an_empty_block_long_before_the_slot_closes_is_caught_where_no_work_is) {
  store(at);
  send(at);
  EXPECT_EQ(story.found(), "no-idle-block");
}

TEST_F(WorkStory, a_clock_that_stays_wrong_may_open_the_closing_interval_too_early) {
  const std::uint64_t slot_ms = story.chain.chain.params().slot_duration_ms;
  const TimeMs long_ago = at - 5 * slot_ms;
  for (const bool right_again : {false, true}) {
    Story told{4, {}, Profile::mainnet, Policy::judged};
    told.begin();
    told.tell(told.plans());
    told.tell(long_ago, ClockSet{leader, 60'000});
    if (right_again) told.tell(long_ago + slot_ms, ClockSet{leader, 0});
    told.tell(at, Story::stored(leader, said));
    told.tell(at, Sent{leader, said, block});
    EXPECT_EQ(told.found(), right_again ? "no-idle-block" : "") << told.words();
  }
}

}  // namespace
}  // namespace lucid::sim
