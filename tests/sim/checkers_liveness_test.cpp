// When the chain must move, and who is then connected; what clients were promised; what memory may hold.
#include "tests/sim/story.hpp"
#include "tools/lucid-sim/checkers/connected.hpp"
#include "tools/lucid-sim/checkers/own_hashes.hpp"

namespace lucid::sim {
namespace {

using fixtures::anchor_of;

/// Each of `groups` hears only itself.
LinksChanged parted(std::size_t n, const std::vector<std::vector<NodeIndex>>& groups) {
  LinksChanged links;
  links.reaches.assign(n, std::vector<bool>(n, false));
  for (const auto& group : groups)
    for (const NodeIndex a : group)
      for (const NodeIndex b : group) links.reaches[a][b] = true;
  return links;
}

class LivenessStory : public testing::Test {
 protected:
  LivenessStory() {
    story.begin();
    start = story.now;
  }
  void heal(TimeMs at) { story.tell(at, parted(4, {{0, 1, 2, 3}})); }

  Story story{4, {}, Profile::mainnet};
  TimeMs start = 0;
};

TEST_F(LivenessStory, a_block_that_does_not_come_within_two_minutes_is_caught) {
  story.tell(start, WorkWaits{1, true});
  story.tick(start + kNextBlockMs);
  EXPECT_EQ(story.found(), "");
  story.tick(start + kNextBlockMs + 1);
  EXPECT_EQ(story.found(), "next-block-in-time");
  EXPECT_EQ(story.findings.first()->kind, ViolationKind::liveness);
}

TEST_F(LivenessStory, each_block_begins_the_time_anew) {
  story.tell(start, WorkWaits{1, true});
  for (int i = 0; i < 5; ++i) {
    Script script = story.height({}, 0, story.now + 100'000);
    story.tell(script);
  }
  EXPECT_EQ(story.found(), "") << story.words();
}

TEST_F(LivenessStory, nothing_is_asked_where_no_transaction_waits) {
  story.tell(start, WorkWaits{1, true});
  story.tell(start + 60'000, WorkWaits{1, false});
  story.tick(start + 500'000);
  EXPECT_EQ(story.found(), "");
}

TEST_F(LivenessStory, nothing_is_asked_of_fewer_than_a_quorum) {
  const std::vector<std::function<void(NodeIndex)>> troubles{
      [&](NodeIndex node) { story.tell(start, Crashed{node}); },
      [&](NodeIndex node) {
        story.tell(start, ClockSet{node, 501});
      },
      [&](NodeIndex node) {
        story.tell(start, AlarmRaised{node, consensus::AlarmKind::foreign_signature, ""});
      },
      [&](NodeIndex node) {
        story.tell(start, AlarmRaised{node, consensus::AlarmKind::persist_failed, ""});
      },
      [&](NodeIndex node) {
        story.tell(start, Started{node, 0, true});
      },
  };
  story.tell(start, WorkWaits{1, true});
  for (const auto& trouble : troubles) {
    trouble(0);
    trouble(3);
    story.tick(start + 500'000);
    EXPECT_EQ(story.found(), "");
    for (const NodeIndex node : {0u, 3u}) {
      story.tell(start, ClockSet{node, 500});
      story.tell(start, Started{node, 0, false});
      story.tell(start, RoleChanged{node, Role::joined});
    }
  }
}

TEST_F(LivenessStory, a_partition_excuses_and_its_end_is_a_heal) {
  story.tell(start, WorkWaits{1, true});
  story.tell(start + 1'000, parted(4, {{0, 1}, {2, 3}}));
  story.tick(start + 300'000);
  EXPECT_EQ(story.found(), "");
  heal(start + 300'000);
  Script script = story.height({}, 0, start + 330'000);
  story.tell(script);
  ASSERT_EQ(story.findings.recoveries().size(), 1u);
  EXPECT_EQ(story.findings.recoveries().front(), (Recovery{start + 300'000, 30'000, 0}));
  EXPECT_EQ(story.found(), "") << story.words();
}

TEST_F(LivenessStory, one_way_links_connect_nobody) {
  LinksChanged links = parted(4, {{0, 1, 2, 3}});
  links.reaches[0][1] = links.reaches[2][3] = false;
  story.tell(start, links);
  story.tell(start, WorkWaits{1, true});
  story.tick(start + 500'000);
  EXPECT_EQ(story.found(), "");
}

TEST_F(LivenessStory, rounds_of_dead_leaders_after_a_heal_are_counted) {
  const NodeIndex dead = story.proposer(0);
  story.tell(start, WorkWaits{(dead + 1) % 4, true});
  story.tell(start, Crashed{dead});
  story.tell(start, parted(4, {{0, 1}, {2, 3}}));
  heal(start + 50'000);
  Script script = story.height({}, 1, start + 61'000);
  std::erase_if(script, [&](const Told& told) {
    const auto is_of_the_dead = [&](const auto& one) {
      if constexpr (requires { one.node; })
        return one.node == dead;
      else
        return false;
    };
    return std::visit(is_of_the_dead, told.what) || story.comes_from(dead, told);
  });
  story.tell(script);
  ASSERT_EQ(story.findings.recoveries().size(), 1u);
  EXPECT_EQ(story.findings.recoveries().front(), (Recovery{start + 50'000, 11'000, 1}));
  EXPECT_EQ(story.found(), "") << story.words();
}

// ---- skipped slots

TEST_F(LivenessStory, a_slot_skipped_while_a_quorum_was_connected_is_caught) {
  const std::uint64_t slot_ms = story.chain.chain.params().slot_duration_ms;
  for (const bool was_parted : {true, false}) {
    Story other(4, {}, Profile::mainnet);
    other.begin();
    if (was_parted) other.tell(other.now, parted(4, {{0, 1}, {2, 3}}));
    if (was_parted) other.tell(other.now + 3 * slot_ms, parted(4, {{0, 1, 2, 3}}));
    other.tell(other.height({}, 0, other.now + (was_parted ? 10'000 : 3 * slot_ms)));
    other.tell(other.height());
    EXPECT_EQ(other.found(), was_parted ? "" : "no-needless-miss") << other.words();
  }
}

TEST_F(LivenessStory, a_short_slot_may_be_skipped_soon_after_all_came_together) {
  for (const std::uint64_t connected_ms : {100'000, 140'000}) {
    Story other;  // slots of 12 s
    other.begin();
    other.tell(other.height({}, 0, other.now + connected_ms));
    EXPECT_EQ(other.found(), "") << other.words();
    other.tell(other.height());
    EXPECT_EQ(other.found(), connected_ms < kNextBlockMs ? "" : "no-needless-miss") << other.words();
  }
}

// ---- who is connected

TEST(Cliques, the_largest_set_of_all_that_know_each_other_is_found) {
  // 0-1-2 a triangle, 3 knows 2, 4 knows nobody.
  const std::vector<NodeMask> connected{0b00111, 0b00111, 0b01111, 0b01100, 0b10000};
  EXPECT_EQ(largest_clique(connected, 0b11111), 0b00111u);
  EXPECT_EQ(largest_clique(connected, 0b11100), 0b01100u);
  EXPECT_EQ(largest_clique(connected, 0), 0u);
}

// ---- clients

class ClientStory : public testing::Test {
 protected:
  ClientStory() { story.begin(); }
  Story story;
};

TEST_F(ClientStory, what_was_acknowledged_and_decided_is_accepted_and_what_never_came_is_caught) {
  const auto anchored = story.chain.next(1, anchor_of(1));
  story.tell(story.now, Acknowledged{1, (**anchored).id});
  story.tell(story.height({anchored}));
  story.end(story.now + 10 * kNextBlockMs);
  EXPECT_EQ(story.found(), "") << story.words();
  story.tell(story.now, Acknowledged{2, fixtures::some_hash(5)});
  story.end(story.now + 2 * kNextBlockMs - 1);
  EXPECT_EQ(story.found(), "") << "not yet";
  story.end(story.now + 2 * kNextBlockMs);
  EXPECT_EQ(story.found(), "acknowledged-on-chain");
}

TEST_F(ClientStory, what_was_lost_with_a_disk_or_with_its_node_is_not_asked_for) {
  story.tell(story.now, Acknowledged{1, fixtures::some_hash(5)});
  story.tell(story.now, Acknowledged{2, fixtures::some_hash(6)});
  story.tell(story.now, Started{1, 0, true});
  story.tell(story.now, RoleChanged{1, Role::joined});
  story.tell(story.now, Crashed{2});
  story.end(story.now + 10 * kNextBlockMs);
  EXPECT_EQ(story.found(), "") << story.words();
}

TEST_F(ClientStory, a_transaction_in_two_blocks_is_caught) {
  const auto anchored = story.chain.next(1, anchor_of(1));
  story.tell(story.height({anchored}));
  EXPECT_EQ(story.found(), "");
  // The second block by hand: the ledger would not make it.
  auto block = std::make_shared<Block>(*story.build());
  block->transactions.push_back((**anchored).encoded);
  block->header.transactions_root = own_merkle_root({to_bytes((**anchored).id)});
  const Hash256 hash = Story::hash_of(*block);
  story.tell(
      Script{{block->header.time, Story::stored(story.proposer(), story.proposal(story.proposer(), 2, 0, hash))}});
  story.tell(block->header.time, Decided{0, 2, hash, block, story.chain.certify(2, hash), false});
  EXPECT_EQ(story.found(), "on-chain-once");
}

// ---- evidence, memory

TEST(EvidenceStory, evidence_against_a_liar_is_accepted_and_against_an_honest_node_is_caught) {
  Story story(4, {1});
  story.begin();
  const auto against = [&](NodeIndex node) {
    return ledger::make_evidence(story.vote(node, VoteStep::prevote, 1, 0, fixtures::some_hash(1)),
                                 story.vote(node, VoteStep::prevote, 1, 0, fixtures::some_hash(2)));
  };
  story.tell(story.now, EvidenceFound{0, against(1)});
  story.tell(story.now, EvidenceFound{1, against(3)});
  EXPECT_EQ(story.found(), "") << "what a liar says is not believed";
  story.tell(story.now, EvidenceFound{0, against(3)});
  EXPECT_EQ(story.found(), "evidence-names-the-guilty");
}

TEST(EvidenceStory, evidence_on_chain_against_an_honest_node_is_caught) {
  Story story;
  story.begin();
  story.tell(story.height());
  const Evidence evidence = ledger::make_evidence(story.vote(3, VoteStep::prevote, 1, 0, fixtures::some_hash(1)),
                                                  story.vote(3, VoteStep::prevote, 1, 0, fixtures::some_hash(2)));
  story.tell(story.height({story.chain.next(1, evidence)}));
  EXPECT_EQ(story.found(), "evidence-names-the-guilty");
}

TEST(MemoryStory, what_a_height_may_hold_is_accepted_and_more_is_caught) {
  Story story;
  story.begin();
  const std::uint64_t messages = 4 * 4 * 204 + 2 * 204;
  story.tell(story.now, MemoryUsed{0, 1, messages, 10'000'000});
  EXPECT_EQ(story.found(), "");
  story.tell(story.now, MemoryUsed{0, 1, 10, 25'000'000});
  EXPECT_EQ(story.found(), "memory-bounded");
  Story other;
  other.begin();
  other.tell(other.now, MemoryUsed{0, 1, messages + 1, 0});
  EXPECT_EQ(other.found(), "memory-bounded");
}

}  // namespace
}  // namespace lucid::sim
