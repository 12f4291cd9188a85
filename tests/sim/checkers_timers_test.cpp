// How long a proposer is waited for before its round is given up.
#include "tests/sim/story.hpp"

namespace lucid::sim {
namespace {

class TimersStory : public testing::Test {
 protected:
  TimersStory() {
    story.begin();
    story.tell(story.plans());
    start = story.now;
  }
  /// Mainnet's round 0 is given up after 5 s and the precision of 1 s, round 1 after 6 s.
  void give_up(TimeMs at, Round round, NilReason reason = NilReason::timed_out) {
    Vote vote = story.vote(2, VoteStep::prevote, 1, round, std::nullopt);
    vote.reason = reason;
    story.tell(at, story.stored(2, vote));
    story.tell(at, Sent{2, vote, nullptr});
  }
  void precommit_nil(TimeMs at, Round round) {
    const Vote vote = story.vote(2, VoteStep::precommit, 1, round, std::nullopt);
    story.tell(at, story.stored(2, vote));
    story.tell(at, Sent{2, vote, nullptr});
  }

  Story story{4, {}, Profile::mainnet};
  TimeMs start = 0;
};

TEST_F(TimersStory, each_round_is_given_its_time) {
  give_up(start + 16'000, 0);
  precommit_nil(start + 17'000, 0);
  give_up(start + 23'000, 1);
  EXPECT_EQ(story.found(), "") << story.words();
}

TEST_F(TimersStory, a_round_that_is_given_up_at_once_is_caught) {
  give_up(start + 16'000, 0);
  precommit_nil(start + 17'000, 0);
  give_up(start + 20'000, 1);
  EXPECT_EQ(story.found(), "waits-its-time");
  EXPECT_NE(story.words().find("height 1 round 1 after 3000 ms at most, 6000 are due"), std::string::npos)
      << story.words();
}

TEST_F(TimersStory, a_vote_that_no_timer_made_needs_no_time) {
  give_up(start + 16'000, 0);
  precommit_nil(start + 17'000, 0);
  give_up(start + 18'000, 1, NilReason::rejected);
  EXPECT_EQ(story.found(), "") << story.words();
}

TEST_F(TimersStory, who_says_it_again_after_a_restart_has_waited_before) {
  give_up(start + 16'000, 0);
  precommit_nil(start + 17'000, 0);
  story.tell(start + 17'500, Crashed{2});
  story.tell(start + 18'000, Started{2, 0, false});
  story.tell(start + 18'000, RoleChanged{2, Role::joined});
  give_up(start + 18'000, 0, NilReason::none);
  precommit_nil(start + 18'000, 0);
  give_up(start + 24'000, 1);
  EXPECT_EQ(story.found(), "") << story.words();
}

TEST_F(TimersStory, a_liar_may_give_up_when_it_likes) {
  Story lying{4, {2}, Profile::mainnet};
  lying.begin();
  lying.tell(lying.plans());
  Vote vote = lying.vote(2, VoteStep::prevote, 1, 0, std::nullopt);
  vote.reason = NilReason::timed_out;
  lying.tell(lying.now + 1, Sent{2, vote, nullptr});
  EXPECT_EQ(lying.found(), "") << lying.words();
}

}  // namespace
}  // namespace lucid::sim
