// A history that keeps each invariant of agreement is accepted, one that breaks it is caught by name.
#include "tests/sim/story.hpp"

namespace lucid::sim {
namespace {

using fixtures::anchor_of;

/// The same block with another header, and all its sightings after it.
Script with_header(Script script, const Story& story, const std::function<void(Header&)>& change) {
  auto block = std::make_shared<Block>(*first<Decided>(script).block);
  change(block->header);
  const Hash256 hash = Story::hash_of(*block);
  const Certificate certificate =
      story.chain.certify(block->header.height, hash, {}, first<Decided>(script).certificate.round);
  std::erase_if(script, [](const Told& told) { return std::holds_alternative<Committed>(told.what); });
  for (Told& told : script) {
    if (auto* decided = std::get_if<Decided>(&told.what)) {
      decided->block = block;
      decided->hash = hash;
      decided->certificate = certificate;
    }
    // As if this block had been proposed and voted for.
    if (auto* stored = std::get_if<Stored>(&told.what)) stored->persist.records.front().value = hash;
  }
  std::erase_if(script, [](const Told& told) {
    return std::holds_alternative<Sent>(told.what) || std::holds_alternative<Held>(told.what);
  });
  return script;
}

/// Votes are not the subject: only what is decided is told.
Script decisions_only(Script script) {
  std::erase_if(script, [](const Told& told) {
    if (const auto* stored = std::get_if<Stored>(&told.what))
      return stored->persist.records.front().step != SignStep::propose;
    return std::holds_alternative<Held>(told.what);
  });
  return script;
}

class AgreementStory : public testing::Test {
 protected:
  AgreementStory() { story.begin(); }
  Story story;
};

TEST_F(AgreementStory, honest_heights_are_accepted) {
  story.tell(story.height());
  story.tell(story.height({story.chain.next(1, anchor_of(1))}));
  story.tell(story.height({}, 1));
  story.tell(story.height({}, 0, story.chain.plan().closing_time));
  for (int i = 0; i < 3; ++i) story.tell(story.height({}, 0, story.chain.plan().closing_time));
  EXPECT_EQ(story.found(), "") << story.words();
}

TEST_F(AgreementStory, another_block_of_the_same_height_is_caught) {
  Script script = story.height();
  auto other = script.begin();
  for (; other != script.end(); ++other)
    if (const auto* decided = std::get_if<Decided>(&other->what); decided && decided->node == 2) break;
  auto& decided = std::get<Decided>(other->what);
  decided.hash = fixtures::some_hash(9);
  decided.certificate = story.chain.certify(1, decided.hash);
  story.tell(script);
  EXPECT_EQ(story.found(), "one-decided-block");
}

TEST_F(AgreementStory, a_certificate_of_too_few_is_caught) {
  Script script = story.height();
  auto& decided = first<Decided>(script);
  decided.certificate.signatures.resize(2);
  story.tell(script);
  EXPECT_EQ(story.found(), "decided-by-quorum");
}

TEST_F(AgreementStory, a_signer_counted_twice_is_caught) {
  Script script = story.height();
  auto& signatures = first<Decided>(script).certificate.signatures;
  signatures.resize(2);
  signatures.push_back(signatures.back());
  story.tell(script);
  EXPECT_EQ(story.found(), "decided-by-quorum");
}

TEST_F(AgreementStory, precommits_of_two_rounds_are_caught) {
  Script script = story.height();
  auto& certificate = first<Decided>(script).certificate;
  certificate.signatures[1].signature = story.vote(1, VoteStep::precommit, 1, 1, certificate.block).signature;
  story.tell(script);
  EXPECT_EQ(story.found(), "decided-by-quorum");
}

TEST_F(AgreementStory, a_block_made_out_of_turn_is_caught) {
  const NodeIndex other = (story.proposer() + 1) % 4;
  const Address stranger = story.facts.nodes[other].address;
  story.tell(decisions_only(with_header(story.height(), story, [&](Header& header) { header.proposer = stranger; })));
  EXPECT_EQ(story.found(), "decided-in-turn");
}

TEST_F(AgreementStory, a_header_of_a_later_round_than_the_decision_is_caught) {
  // Entry 4 mod 4 is the proposer of round 0: only the round is forged.
  story.tell(decisions_only(with_header(story.height(), story, [](Header& header) { header.round = 4; })));
  EXPECT_EQ(story.found(), "decided-in-turn");
}

TEST_F(AgreementStory, a_block_that_its_proposer_never_proposed_is_caught) {
  Script script = decisions_only(story.height());
  std::erase_if(script, [](const Told& told) {
    return std::holds_alternative<Stored>(told.what) || std::holds_alternative<Sent>(told.what);
  });
  story.tell(script);
  EXPECT_EQ(story.found(), "decided-by-its-proposer");
}

TEST_F(AgreementStory, a_block_before_its_interval_is_over_is_caught) {
  story.tell(story.height());
  story.tell(decisions_only(with_header(story.height(), story, [](Header& header) { header.time -= 1; })));
  EXPECT_EQ(story.found(), "decided-valid");
  EXPECT_NE(story.words().find("less than an interval"), std::string::npos) << story.words();
}

TEST_F(AgreementStory, a_block_of_another_slot_is_caught) {
  story.tell(story.height());
  story.tell(decisions_only(with_header(story.height(), story, [](Header& header) { ++header.slot.value; })));
  EXPECT_EQ(story.found(), "decided-valid");
}

TEST_F(AgreementStory, a_block_on_another_parent_is_caught) {
  story.tell(story.height());
  story.tell(decisions_only(
      with_header(story.height(), story, [](Header& header) { header.previous_hash = fixtures::some_hash(3); })));
  EXPECT_EQ(story.found(), "decided-valid");
}

TEST_F(AgreementStory, a_block_of_another_set_is_caught) {
  story.tell(decisions_only(
      with_header(story.height(), story, [](Header& header) { header.validators_hash = fixtures::some_hash(3); })));
  EXPECT_EQ(story.found(), "decided-valid");
}

TEST_F(AgreementStory, a_block_with_a_forged_seed_is_caught) {
  story.tell(
      decisions_only(with_header(story.height(), story, [](Header& header) { header.seed = fixtures::some_hash(3); })));
  EXPECT_EQ(story.found(), "decided-valid");
}

TEST_F(AgreementStory, a_proof_that_its_proposer_did_not_make_is_caught) {
  story.tell(
      decisions_only(with_header(story.height(), story, [](Header& header) { header.vrf_proof->data[40] ^= 1; })));
  EXPECT_EQ(story.found(), "decided-valid");
}

TEST_F(AgreementStory, what_a_liar_claims_to_have_decided_is_not_believed) {
  Story lying(4, {2});
  lying.begin();
  lying.tell(lying.now, Decided{2, 1, fixtures::some_hash(1), lying.build(), {}, false});
  EXPECT_EQ(lying.found(), "");
}

TEST_F(AgreementStory, an_alarm_over_a_broken_rule_is_caught_and_one_over_a_copied_key_is_not) {
  story.tell(story.now, AlarmRaised{1, consensus::AlarmKind::foreign_signature, "signs elsewhere"});
  EXPECT_EQ(story.found(), "");
  story.tell(story.now, AlarmRaised{2, consensus::AlarmKind::two_blocks_decided, "two"});
  EXPECT_EQ(story.found(), "no-alarm");
}

}  // namespace
}  // namespace lucid::sim
