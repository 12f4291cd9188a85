// What honest keys may sign, and when: histories that keep the rules are accepted, those that break one are caught by
// its name.
#include "tests/sim/story.hpp"

namespace lucid::sim {
namespace {

class SigningStory : public testing::Test {
 protected:
  SigningStory() {
    story.begin();
    story.tell(story.plans());
    a = story.build(0);
    b = story.build(1);
    at = a->header.time;
  }

  /// Everybody says `message` one after the other: of a step in a round, for a block or nil.
  Script all_vote(VoteStep step, Round round, std::optional<Hash256> block) const {
    Script script;
    for (NodeIndex node = 0; node < 4; ++node) story.say(script, at, node, story.vote(node, step, 1, round, block));
    return script;
  }
  Script proposed(const BlockPtr& block, Round round, std::optional<Round> valid_round = {}) const {
    Script script;
    const NodeIndex leader = story.proposer(round);
    story.say(script, at, leader, story.proposal(leader, 1, round, Story::hash_of(*block), valid_round), block);
    return script;
  }
  void votes_alone(NodeIndex node, VoteStep step, Round round, std::optional<Hash256> block) {
    Script script;
    story.say(script, at, node, story.vote(node, step, 1, round, block));
    story.tell(script);
  }
  Hash256 hash_a() const { return Story::hash_of(*a); }
  Hash256 hash_b() const { return Story::hash_of(*b); }

  Story story;
  BlockPtr a;  // of round 0
  BlockPtr b;  // of round 1
  TimeMs at = 0;
};

TEST_F(SigningStory, a_round_by_the_book_is_accepted) {
  story.tell(story.votes(a, at));
  EXPECT_EQ(story.found(), "") << story.words();
}

TEST_F(SigningStory, two_votes_at_one_place_are_caught) {
  story.tell(proposed(a, 0));
  votes_alone(2, VoteStep::prevote, 0, hash_a());
  EXPECT_EQ(story.found(), "");
  votes_alone(2, VoteStep::prevote, 0, std::nullopt);
  EXPECT_EQ(story.found(), "signed-once");
}

TEST_F(SigningStory, a_vote_stored_again_with_the_same_content_is_accepted) {
  story.tell(proposed(a, 0));
  votes_alone(2, VoteStep::prevote, 0, hash_a());
  story.tell(at, Crashed{2});
  story.tell(at, Started{2, 0, false});
  story.tell(at, RoleChanged{2, Role::joined});
  votes_alone(2, VoteStep::prevote, 0, hash_a());
  EXPECT_EQ(story.found(), "") << story.words();
}

TEST_F(SigningStory, a_vote_sent_before_it_was_stored_is_caught) {
  const Vote vote = story.vote(1, VoteStep::prevote, 1, 0, std::nullopt);
  story.tell(at, Sent{1, vote, nullptr});
  EXPECT_EQ(story.found(), "stored-before-sent");
}

TEST_F(SigningStory, a_vote_sent_with_another_content_than_stored_is_caught) {
  story.tell(proposed(a, 0));
  story.tell(at, Story::stored(1, story.vote(1, VoteStep::prevote, 1, 0, std::nullopt)));
  story.tell(at, Sent{1, story.vote(1, VoteStep::prevote, 1, 0, hash_a()), nullptr});
  EXPECT_EQ(story.found(), "stored-before-sent");
}

TEST_F(SigningStory, passing_on_what_another_signed_is_no_signing) {
  story.tell(at, Sent{1, story.vote(3, VoteStep::prevote, 1, 0, std::nullopt), nullptr});
  EXPECT_EQ(story.found(), "");
}

TEST_F(SigningStory, a_vote_below_the_newest_place_after_a_restart_is_caught) {
  story.tell(proposed(a, 0));
  votes_alone(2, VoteStep::precommit, 1, std::nullopt);
  story.tell(at, Crashed{2});
  story.tell(at, Started{2, 0, false});
  story.tell(at, RoleChanged{2, Role::joined});
  votes_alone(2, VoteStep::prevote, 0, hash_a());
  EXPECT_EQ(story.found(), "signs-onwards");
}

TEST_F(SigningStory, a_precommit_with_a_quorum_of_prevotes_is_accepted_and_without_is_caught) {
  story.tell(proposed(a, 0));
  votes_alone(0, VoteStep::prevote, 0, hash_a());
  votes_alone(1, VoteStep::prevote, 0, hash_a());
  votes_alone(2, VoteStep::prevote, 0, hash_a());
  votes_alone(3, VoteStep::precommit, 0, hash_a());
  EXPECT_EQ(story.found(), "") << story.words();
  votes_alone(0, VoteStep::precommit, 0, hash_b());
  EXPECT_EQ(story.found(), "precommit-with-quorum");
}

TEST_F(SigningStory, a_vote_that_came_in_before_its_signer_stored_it_is_caught) {
  story.tell(proposed(a, 0));
  const Vote vote = story.vote(2, VoteStep::prevote, 1, 0, hash_a());
  story.tell(at, Story::stored(2, vote));
  story.tell(at, Held{3, vote, nullptr});
  EXPECT_EQ(story.found(), "") << story.words();
  story.tell(at, Held{3, story.vote(1, VoteStep::prevote, 1, 0, hash_a()), nullptr});
  EXPECT_EQ(story.found(), "stored-before-sent");
}

TEST_F(SigningStory, prevotes_of_a_stranger_make_no_quorum) {
  story.tell(proposed(a, 0));
  votes_alone(0, VoteStep::prevote, 0, hash_a());
  votes_alone(1, VoteStep::prevote, 0, hash_a());
  story.tell(at, Held{3, story.chain.vote(77, VoteStep::prevote, 1, 0, hash_a()), nullptr});
  votes_alone(3, VoteStep::precommit, 0, hash_a());
  EXPECT_EQ(story.found(), "precommit-with-quorum");
}

TEST_F(SigningStory, prevotes_in_memory_are_gone_with_a_crash_and_stored_ones_are_not) {
  story.tell(proposed(a, 0));
  Script prevotes;
  for (NodeIndex node = 0; node < 3; ++node)
    story.say(prevotes, at, node, story.vote(node, VoteStep::prevote, 1, 0, hash_a()));
  story.tell(prevotes);
  for (const NodeIndex node : {0u, 3u}) {
    story.tell(at, Crashed{node});
    story.tell(at, Started{node, 0, false});
    story.tell(at, RoleChanged{node, Role::joined});
  }
  Stored kept{0, {}};
  kept.persist.durable.height = 1;
  for (NodeIndex node = 0; node < 3; ++node)
    kept.persist.durable.prevotes.push_back(story.vote(node, VoteStep::prevote, 1, 0, hash_a()));
  story.tell(at, kept);
  votes_alone(0, VoteStep::precommit, 0, hash_a());
  EXPECT_EQ(story.found(), "") << story.words();
  votes_alone(3, VoteStep::precommit, 0, hash_a());
  EXPECT_EQ(story.found(), "precommit-with-quorum");
}

// ---- the lock

class LockStory : public SigningStory {
 protected:
  LockStory() {
    // Node 0 alone is locked on `a`: the others saw too few prevotes and went on with nil.
    story.tell(proposed(a, 0));
    Script script;
    for (NodeIndex node = 0; node < 3; ++node)
      story.say(script, at, node, story.vote(node, VoteStep::prevote, 1, 0, hash_a()));
    story.tell(script);
    votes_alone(0, VoteStep::precommit, 0, hash_a());
  }
};

TEST_F(LockStory, a_prevote_against_the_lock_is_caught) {
  story.tell(proposed(b, 1));
  votes_alone(3, VoteStep::prevote, 1, hash_b());
  EXPECT_EQ(story.found(), "") << story.words();
  votes_alone(0, VoteStep::prevote, 1, hash_b());
  EXPECT_EQ(story.found(), "unlock-by-newer");
}

TEST_F(LockStory, a_newer_quorum_of_prevotes_unlocks) {
  story.tell(proposed(b, 1));
  for (NodeIndex node = 1; node < 4; ++node) votes_alone(node, VoteStep::prevote, 1, hash_b());
  votes_alone(0, VoteStep::prevote, 1, std::nullopt);
  story.tell(proposed(b, 2, 1));
  votes_alone(0, VoteStep::prevote, 2, hash_b());
  EXPECT_EQ(story.found(), "") << story.words();
}

TEST_F(LockStory, a_proposal_that_claims_a_valid_round_without_its_prevotes_is_caught) {
  story.tell(proposed(b, 1));
  votes_alone(1, VoteStep::prevote, 1, hash_b());
  votes_alone(2, VoteStep::prevote, 1, hash_b());
  story.tell(proposed(b, 2, 1));
  EXPECT_EQ(story.found(), "proposes-by-rule");
}

TEST_F(LockStory, a_prevote_for_a_claimed_valid_round_without_its_prevotes_is_caught) {
  const NodeIndex leader = story.proposer(2);
  Story lying(4, {leader});
  lying.begin();
  const Proposal forged = lying.proposal(leader, 1, 2, hash_b(), 1);
  const NodeIndex other = (leader + 1) % 4;
  lying.tell(at, Held{other, forged, b});
  lying.tell(at, Story::stored(other, lying.vote(other, VoteStep::prevote, 1, 2, hash_b())));
  EXPECT_EQ(lying.found(), "prevote-by-proposal");
}

TEST_F(LockStory, a_lock_above_everything_signed_is_caught) {
  Stored stored{0, {}};
  stored.persist.durable.height = 1;
  stored.persist.durable.locked_round = 0;
  story.tell(at, stored);
  EXPECT_EQ(story.found(), "");
  stored.persist.durable.locked_round = 1;
  story.tell(at, stored);
  EXPECT_EQ(story.found(), "locked-round");
}

// ---- proposals

TEST_F(SigningStory, a_prevote_without_a_proposal_is_caught) {
  votes_alone(1, VoteStep::prevote, 0, hash_a());
  EXPECT_EQ(story.found(), "prevote-by-proposal");
}

TEST_F(SigningStory, a_proposal_out_of_turn_is_caught) {
  const NodeIndex other = (story.proposer(0) + 1) % 4;
  story.tell(at, Story::stored(other, story.proposal(other, 1, 0, hash_a())));
  EXPECT_EQ(story.found(), "proposes-in-turn");
}

TEST_F(SigningStory, a_new_value_with_the_header_of_another_round_is_caught) {
  // `b` was made for round 1; its own leader proposes it there, and in round 5 as if it were new.
  story.tell(proposed(b, 1));
  EXPECT_EQ(story.found(), "");
  story.tell(proposed(b, 5));
  EXPECT_EQ(story.found(), "proposes-by-rule");
}

TEST_F(SigningStory, a_prevote_for_a_forged_header_is_caught) {
  const NodeIndex leader = story.proposer(0);
  Story lying(4, {leader});
  lying.begin();
  auto forged = std::make_shared<Block>(*a);
  forged->header.round = 4;  // the same leader
  const Hash256 hash = Story::hash_of(*forged);
  const NodeIndex other = (leader + 1) % 4;
  lying.tell(at, Held{other, lying.proposal(leader, 1, 0, hash), forged});
  lying.tell(at, Story::stored(other, lying.vote(other, VoteStep::prevote, 1, 0, hash)));
  EXPECT_EQ(lying.found(), "prevote-by-proposal");
}

TEST_F(SigningStory, a_prevote_for_a_value_from_the_future_is_caught_and_one_that_a_quorum_backs_is_not) {
  const std::uint64_t precision_ms = story.chain.chain.params().time_precision_ms;
  const NodeIndex leader = story.proposer(0);
  for (const bool backed : {true, false}) {
    Story lying(4, {leader});
    lying.begin();
    const BlockPtr late = lying.build(0, at + precision_ms + 21);
    const Hash256 hash = Story::hash_of(*late);
    const NodeIndex other = (leader + 1) % 4;
    lying.tell(at, Held{other, lying.proposal(leader, 1, 0, hash), late});
    for (NodeIndex node = 0; node < 4; ++node) {
      if (!backed || node == other) continue;
      const Vote vote = lying.vote(node, VoteStep::prevote, 1, 0, hash);
      // The clocks of the honest ones are ahead, so to them the value is not of the future.
      if (node != leader) {
        lying.tell(at, ClockSet{node, static_cast<std::int64_t>(precision_ms)});
        lying.tell(at, Held{node, lying.proposal(leader, 1, 0, hash), late});
        lying.tell(at, Story::stored(node, vote));
      }
      lying.tell(at, Held{other, vote, nullptr});
    }
    lying.tell(at, Story::stored(other, lying.vote(other, VoteStep::prevote, 1, 0, hash)));
    EXPECT_EQ(lying.found(), backed ? "" : "proposal-time") << lying.words();
  }
}

TEST_F(SigningStory, a_prevote_for_a_value_that_is_too_old_is_caught_unless_the_clock_is_slow) {
  const ChainParams& params = story.chain.chain.params();
  const TimeMs too_late =
      at + params.time_delay_ms + params.time_precision_ms + 21;  // with what a clock may have drifted untold
  const NodeIndex leader = story.proposer(0);
  for (const std::int64_t offset_ms : {-1, 0}) {
    Story lying(4, {leader});
    lying.begin();
    const NodeIndex other = (leader + 1) % 4;
    lying.tell(at, ClockSet{other, offset_ms});
    lying.tell(too_late, Held{other, lying.proposal(leader, 1, 0, hash_a()), a});
    lying.tell(too_late, Story::stored(other, lying.vote(other, VoteStep::prevote, 1, 0, hash_a())));
    EXPECT_EQ(lying.found(), offset_ms < 0 ? "" : "proposal-time") << lying.words();
  }
}

TEST_F(SigningStory, a_vote_before_the_gate_is_caught) {
  const ChainParams& params = story.chain.chain.params();
  const TimeMs gate = fixtures::kStart + params.block_interval_ms - params.time_precision_ms;
  const Vote vote = story.vote(1, VoteStep::prevote, 1, 0, std::nullopt);
  Story early;
  early.begin();
  early.tell(gate, Story::stored(1, vote));
  EXPECT_EQ(early.found(), "");
  early.tell(gate - 21, Story::stored(2, early.vote(2, VoteStep::prevote, 1, 0, std::nullopt)));
  EXPECT_EQ(early.found(), "signs-after-the-gate");
}

// ---- old disks

class OldDiskStory : public SigningStory {
 protected:
  /// Node 0 prevotes `a`; these others hold it; then its disk is set back and it prevotes nil.
  void sign_again_with(const std::vector<NodeIndex>& holders) {
    story.tell(proposed(a, 0));
    const Vote vote = story.vote(0, VoteStep::prevote, 1, 0, hash_a());
    story.tell(at, Story::stored(0, vote));
    story.tell(at, Sent{0, vote, nullptr});
    for (const NodeIndex holder : holders) story.tell(at, Held{holder, vote, nullptr});
    story.tell(at, Crashed{0});
    story.tell(at, Started{0, 0, true});
    story.tell(at, RoleChanged{0, Role::joined});
    story.tell(at, Story::stored(0, story.vote(0, VoteStep::prevote, 1, 0, std::nullopt)));
  }
};

TEST_F(OldDiskStory, what_enough_others_could_tell_must_be_respected) {
  sign_again_with({1, 2});
  EXPECT_EQ(story.found(), "signed-once");
}

TEST_F(OldDiskStory, what_could_be_missing_from_all_answers_is_excused_and_so_is_evidence_of_it) {
  sign_again_with({1});
  EXPECT_EQ(story.found(), "") << story.words();
  const Evidence evidence = ledger::make_evidence(story.vote(0, VoteStep::prevote, 1, 0, hash_a()),
                                                  story.vote(0, VoteStep::prevote, 1, 0, std::nullopt));
  story.tell(at, EvidenceFound{1, evidence});
  EXPECT_EQ(story.found(), "") << story.words();
  story.tell(at, EvidenceFound{1,
                               {story.vote(2, VoteStep::prevote, 1, 0, hash_a()),
                                story.vote(2, VoteStep::prevote, 1, 0, std::nullopt)}});
  EXPECT_EQ(story.found(), "evidence-names-the-guilty");
}

TEST_F(OldDiskStory, a_holder_that_crashed_cannot_tell) {
  story.tell(proposed(a, 0));
  const Vote vote = story.vote(0, VoteStep::prevote, 1, 0, hash_a());
  story.tell(at, Story::stored(0, vote));
  for (const NodeIndex holder : {1u, 2u}) story.tell(at, Held{holder, vote, nullptr});
  story.tell(at, Started{0, 0, true});
  story.tell(at, Crashed{2});
  story.tell(at, RoleChanged{0, Role::joined});
  story.tell(at, Story::stored(0, story.vote(0, VoteStep::prevote, 1, 0, std::nullopt)));
  EXPECT_EQ(story.found(), "") << story.words();
}

// ---- roles

TEST_F(SigningStory, signing_while_it_catches_up_or_waits_for_records_is_caught) {
  for (const Role role : {Role::catching_up, Role::waiting_for_records}) {
    Story other;
    other.begin();
    other.tell(at, RoleChanged{1, role});
    other.tell(at, Story::stored(1, other.vote(1, VoteStep::prevote, 1, 0, std::nullopt)));
    EXPECT_EQ(other.found(), "silent-until-joined");
  }
}

TEST_F(SigningStory, storing_what_others_say_that_its_key_has_signed_is_accepted) {
  const auto vote = story.vote(1, VoteStep::prevote, 1, 0, std::nullopt);
  story.tell(at, Story::stored(1, vote));
  story.tell(at, Sent{1, vote, nullptr});
  story.tell(at, Crashed{1});
  story.tell(at, Started{1, 0, true});
  story.tell(at, Story::stored(1, vote));
  EXPECT_EQ(story.found(), "") << story.words();
}

TEST_F(SigningStory, signing_at_a_height_that_it_has_a_block_of_is_caught) {
  story.tell(story.votes(a, at));
  story.tell(story.decisions({}, 0, 0, at));
  EXPECT_EQ(story.found(), "") << story.words();
  story.tell(at, Story::stored(1, story.vote(1, VoteStep::precommit, 1, 1, std::nullopt)));
  EXPECT_EQ(story.found(), "signs-next-height");
}

}  // namespace
}  // namespace lucid::sim
