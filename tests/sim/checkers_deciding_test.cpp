// Who holds q precommits of one round and their block decides, whatever round it is in itself.
#include <algorithm>

#include "tests/sim/story.hpp"

namespace lucid::sim {
namespace {

class DecidingStory : public testing::Test {
 protected:
  DecidingStory() {
    story.begin();
    story.tell(story.plans());
    block = story.build();
    at = block->header.time + story.chain.chain.params().time_precision_ms;
  }
  void vote() { story.tell(story.votes(block, at)); }
  /// All decide, but these.
  void decide_without(std::vector<NodeIndex> silent) {
    for (const Told& told : story.decisions({}, 0, 0, at)) {
      const auto* decided = std::get_if<Decided>(&told.what);
      const auto* committed = std::get_if<Committed>(&told.what);
      const NodeIndex node = decided ? decided->node : committed->node;
      if (std::find(silent.begin(), silent.end(), node) == silent.end()) story.tell(told.at, told.what);
    }
  }

  Story story{4, {}, Profile::mainnet};
  BlockPtr block;
  TimeMs at = 0;
};

TEST_F(DecidingStory, who_decides_at_once_keeps_it) {
  vote();
  decide_without({});
  story.tick(at + 5'000);
  EXPECT_EQ(story.found(), "") << story.words();
}

TEST_F(DecidingStory, one_that_holds_all_precommits_and_goes_on_without_them_is_caught) {
  vote();
  decide_without({1});
  story.tick(at + 1'999);
  EXPECT_EQ(story.found(), "") << story.words();
  story.tick(at + 2'000);
  EXPECT_EQ(story.found(), "decides-what-it-holds");
}

TEST_F(DecidingStory, precommits_that_are_too_few_decide_nothing) {
  for (Told& told : story.votes(block, at)) {
    const auto* held = std::get_if<Held>(&told.what);
    const auto* vote = held ? std::get_if<Vote>(&held->message) : nullptr;
    const bool lost = vote && vote->step == VoteStep::precommit && held->node == 1 && story.node_of(vote->voter) != 0;
    if (!lost) story.tell(told.at, told.what);
  }
  decide_without({1});
  story.tick(at + 5'000);
  EXPECT_EQ(story.found(), "") << story.words();
}

TEST_F(DecidingStory, one_whose_clock_was_wrong_may_still_wait_for_its_gate) {
  story.tell(at, ClockSet{1, -20'000});
  vote();
  story.tell(at, ClockSet{1, 0});
  decide_without({1});
  story.tick(at + 5'000);
  EXPECT_EQ(story.found(), "") << story.words();
}

TEST_F(DecidingStory, what_is_heard_while_catching_up_is_not_kept) {
  story.tell(at, RoleChanged{1, Role::catching_up});
  for (const Told& told : story.votes(block, at))
    if (!story.comes_from(1, told)) story.tell(told.at, told.what);
  decide_without({1});
  story.tick(at + 5'000);
  EXPECT_EQ(story.found(), "") << story.words();
}

}  // namespace
}  // namespace lucid::sim
