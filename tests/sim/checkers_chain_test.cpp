// The state that the checkers reckon themselves: it is the ledger's over long histories, and what differs is caught.
#include <map>
#include <random>

#include "tests/sim/story.hpp"

namespace lucid::sim {
namespace {

using fixtures::anchor_of;

class ChainStory : public testing::Test {
 protected:
  ChainStory() { story.begin(); }

  /// The next height, with the state of the first node's commit changed.
  void tell_with_state(const std::function<void(ledger::ChainState&)>& change, NodeIndex node = 0) {
    Script script = story.height({}, 0, story.chain.plan().closing_time);
    auto& committed =
        std::get<Committed>(first<Committed>(script, [&](const Committed& one) { return one.node == node; })->what);
    auto state = std::make_shared<ledger::ChainState>(*committed.state);
    change(*state);
    committed.state = state;
    story.tell(script);
  }
  void tell_with_changes(const std::function<void(ledger::ChangeSet&)>& change) {
    Script script = story.height({}, 0, story.chain.plan().closing_time);
    auto& committed = first<Committed>(script);
    auto changes = std::make_shared<ledger::ChangeSet>(*committed.changes);
    change(*changes);
    committed.changes = changes;
    story.tell(script);
  }
  void tell_with_plan(const std::function<void(Planned&)>& change) {
    Script script = story.plans();
    change(first<Planned>(script));
    story.tell(script);
  }

  Story story;
};

TEST_F(ChainStory, another_state_on_another_node_is_caught) {
  tell_with_state([](ledger::ChainState& state) { ++state.transactions; }, 2);
  EXPECT_EQ(story.found(), "same-state");
}

TEST_F(ChainStory, a_digest_that_is_not_the_blocks_is_caught) {
  tell_with_state([](ledger::ChainState& state) { state.digest = fixtures::some_hash(1); });
  EXPECT_EQ(story.found(), "same-state");
}

TEST_F(ChainStory, another_seed_is_caught) {
  tell_with_state([](ledger::ChainState& state) { state.seed = fixtures::some_hash(1); });
  EXPECT_EQ(story.found(), "same-seed");
}

TEST_F(ChainStory, another_tally_is_caught) {
  tell_with_state([](ledger::ChainState&) {});
  tell_with_state([](ledger::ChainState& state) { ++state.credits.current.rows.front().validation; });
  EXPECT_EQ(story.found(), "same-tally");
}

TEST_F(ChainStory, a_settlement_that_is_late_is_caught) {
  for (int slot = 0; slot < 39; ++slot) story.tell(story.height({}, 0, story.chain.plan().closing_time));
  EXPECT_EQ(story.found(), "") << story.words();
  EXPECT_EQ(story.chain.state.credits.epoch, Epoch{1}) << "the last slot of epoch 1 is next";
  tell_with_changes([](ledger::ChangeSet& changes) {
    EXPECT_EQ(changes.tallies.size(), 1u);
    changes.tallies.clear();
  });
  EXPECT_EQ(story.found(), "same-tally");
}

TEST_F(ChainStory, another_number_of_owners_is_caught) {
  tell_with_state([](ledger::ChainState& state) { ++state.set_changes.owners; });
  EXPECT_EQ(story.found(), "set-changes");
}

TEST_F(ChainStory, another_set_is_caught) {
  tell_with_state([](ledger::ChainState& state) { state.validators.members.pop_back(); });
  EXPECT_EQ(story.found(), "set-changes");
}

TEST_F(ChainStory, another_order_is_caught) {
  tell_with_plan([](Planned& plan) { std::swap(plan.slot_order[1], plan.slot_order[2]); });
  EXPECT_EQ(story.found(), "same-order");
}

TEST_F(ChainStory, an_order_without_one_of_the_validators_is_caught) {
  tell_with_plan([](Planned& plan) { plan.order.back() = plan.order.front(); });
  EXPECT_EQ(story.found(), "same-order");
  EXPECT_NE(story.words().find("permutation"), std::string::npos);
}

TEST_F(ChainStory, an_order_that_does_not_begin_at_the_proposer_before_is_caught) {
  story.tell(story.height({}, 1));
  const auto plan = story.chain.plan();
  EXPECT_NE(plan.order, plan.slot_order.leaders) << "the fallback that won goes on";
  tell_with_plan([](Planned& planned) { planned.order = planned.slot_order; });
  EXPECT_EQ(story.found(), "same-order");
}

TEST_F(ChainStory, another_slot_is_caught) {
  tell_with_plan([](Planned& plan) { ++plan.slot.value; });
  EXPECT_EQ(story.found(), "same-slot");
}

TEST_F(ChainStory, skipped_slots_are_recorded_as_one_range_and_another_is_caught) {
  const std::uint64_t slot_ms = story.chain.chain.params().slot_duration_ms;
  for (const bool wrong : {false, true}) {
    story.tell(story.height({}, 0, story.now + 3 * slot_ms));
    Script script = story.height();
    auto& committed = first<Committed>(script);
    ASSERT_EQ(committed.changes->slots.size(), 2u);
    auto changes = std::make_shared<ledger::ChangeSet>(*committed.changes);
    if (wrong) --changes->slots.front().last.value;
    committed.changes = changes;
    story.tell(script);
    EXPECT_EQ(story.found(), wrong ? "missed-range" : "") << story.words();
  }
}

TEST_F(ChainStory, a_gap_in_what_a_node_commits_is_caught) {
  const NodeIndex silent = (story.proposer() + 1) % 4;  // all heights are of one slot: it proposes none of them
  story.tell(story.height());
  Script script = story.height();
  script.erase(first<Committed>(script, [&](const Committed& one) { return one.node == silent; }));
  story.tell(script);
  EXPECT_EQ(story.found(), "");
  script = story.height();
  std::erase_if(script, [&](const Told& told) { return story.comes_from(silent, told); });
  story.tell(script);
  EXPECT_EQ(story.found(), "commits-in-order");
}

TEST_F(ChainStory, a_block_dated_after_its_decision_is_caught_only_where_a_good_clock_prevoted) {
  const std::uint64_t precision_ms = story.chain.chain.params().time_precision_ms;
  for (const std::size_t bad : {4u, 1u}) {
    Story other;
    other.begin();
    for (NodeIndex node = 0; node < bad; ++node)
      other.tell(other.now, ClockSet{node, static_cast<std::int64_t>(precision_ms)});
    const TimeMs early = other.chain.plan().earliest_time;
    const TimeMs dated = early + 2 * precision_ms;
    auto built = other.chain.build({}, dated);
    const auto block = std::make_shared<const Block>(built->block);
    other.tell(early, Story::stored(other.proposer(), other.proposal(other.proposer(), 1, 0, built->execution.hash)));
    Script script = other.decisions({}, 0, dated, early);
    other.tell(script);
    EXPECT_EQ(other.found(), bad == 4 ? "" : "time-ahead") << other.words();
  }
}

// ---- long histories: what the checkers reckon is what the ledger executes

/// Random rounds, times, signers, anchors, evidence and set changes.
class Wanderer {
 public:
  Wanderer(std::uint32_t n, std::uint64_t seed) : story_(n, {}, Profile::test), random_(seed) {
    // Whoever may join, or get the keys of a number, signs with it as an honest node.
    for (NodeIndex node = 0; node < n; ++node)
      story_.facts.nodes[node].later_addresses.push_back(fixtures::make_validator(40 + node).address);
    for (std::uint32_t i = 0; i < 6; ++i)
      story_.facts.nodes.push_back({fixtures::make_validator(60 + i).address, true, {}});
    // Evidence is against liars: the first two.
    story_.facts.nodes[0].lies = story_.facts.nodes[1].lies = true;
    story_.checkers = make_checkers(story_.facts, crypto::secp256k1_scheme(), story_.findings, Policy::ignored);
    story_.tell(story_.now, Started{2, 0, false});
    story_.tell(story_.now, RoleChanged{2, Role::joined});
  }

  /// One height as node 2 tells it.
  void step() {
    auto& chain = story_.chain;
    const auto plan = chain.plan();
    const auto& params = chain.chain.params();
    const Round round = random_() % 3 ? 0 : static_cast<Round>(random_() % 7);
    TimeMs time = random_() % 2 ? plan.earliest_time : std::max(plan.earliest_time, plan.closing_time);
    if (random_() % 12 == 0) time += params.slot_duration_ms * (random_() % 9);
    if (random_() % 60 == 0) time += params.slot_duration_ms * params.epoch_slots * (random_() % 3);
    auto built = chain.build(operations(), time, round);
    ASSERT_TRUE(built) << to_text(built.error());
    const auto block = std::make_shared<const Block>(built->block);
    const Hash256 hash = built->execution.hash;
    story_.now = std::max(story_.now, time);
    tell(Planned{2, plan.height, plan.slot, plan.order, plan.slot_order.leaders, plan.seed});
    propose(*block, hash);
    const Certificate certificate = chain.certify(plan.height, hash, signers(), round);
    tell(Decided{2, plan.height, hash, block, certificate, false});
    tell(Committed{2, block, hash, std::make_shared<ledger::ChainState>(built->execution.state),
                   std::make_shared<ledger::ChangeSet>(built->execution.changes)});
    if (built->execution.changes.sets.size() > 0) ++sets;
    for (const auto& row : built->execution.changes.evidence) evidence += row.key.height > 0;
    if (built->execution.state.credits.epoch > plan.epoch) ++epochs;
    chain.commit(*built);
    chain.tip_certificate = certificate;
  }
  const Story& story() const { return story_; }

  int sets = 0;
  int evidence = 0;
  int epochs = 0;

 private:
  void tell(const Sighting& what) { story_.tell(story_.now, what); }

  /// Whoever it names has proposed it; only the first checker, which asks for that, hears of it.
  void propose(const Block& block, const Hash256& hash) {
    for (NodeIndex node = 0; node < story_.facts.nodes.size(); ++node) {
      Stored stored{node, {}};
      stored.persist.records.push_back({block.header.height, block.header.round, SignStep::propose, hash, {}, {}});
      const auto& facts = story_.facts.nodes[node];
      if (facts.address == block.header.proposer ||
          (!facts.later_addresses.empty() && facts.later_addresses.front() == block.header.proposer))
        story_.checkers.front()->see(story_.now, stored);
    }
  }

  std::vector<std::size_t> signers() {
    const auto& set = story_.chain.state.validators;
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < set.size(); ++i) all.push_back(i);
    std::shuffle(all.begin(), all.end(), random_);
    const std::size_t quorum = set.quorum();
    all.resize(quorum + random_() % (set.size() - quorum + 1));
    std::sort(all.begin(), all.end());
    return all;
  }

  std::vector<crypto::TransactionPtr> operations() {
    auto& chain = story_.chain;
    std::vector<crypto::TransactionPtr> out;
    for (std::uint64_t i = random_() % 4; i > 0; --i) {
      AnchorSession anchor = anchor_of(static_cast<std::uint32_t>(random_() % 900));
      anchor.chunk_count = static_cast<std::uint32_t>(random_() % 5);  // none is refused
      out.push_back(chain.next(1, anchor));
    }
    if (random_() % 15 == 0 && chain.state.height > 3) accuse(out);
    if (random_() % 10 == 0) change_set(out);
    return out;
  }

  void accuse(std::vector<crypto::TransactionPtr>& out) {
    auto& chain = story_.chain;
    const Height height = chain.state.height + 1 - random_() % 3;
    const auto liar = story_.number(static_cast<NodeIndex>(random_() % 2));
    const auto step = random_() % 2 ? VoteStep::prevote : VoteStep::precommit;
    const Evidence proof =
        ledger::make_evidence(chain.vote(liar, step, height, 0, fixtures::some_hash(1)),
                              chain.vote(liar, step, height, random_() % 4 ? 0 : 1, fixtures::some_hash(2)));
    out.push_back(chain.next(2, proof));
  }

  void change_set(std::vector<crypto::TransactionPtr>& out) {
    auto& chain = story_.chain;
    const auto& members = chain.state.validators.members;
    UpdateValidators change;
    change.epoch = chain.state.credits.epoch.value + random_() % 4;
    change.subject = members[random_() % members.size()].address;
    switch (random_() % 4) {
      case 0:
        change.change = SetChange::remove;
        break;
      case 1: {
        const auto number = fixtures::number_of(change.subject);
        change.change = SetChange::new_keys;
        change.validator = fixtures::make_validator(number < 40 ? 40 + index_of(number) : number);
        change.validator->name = chain.state.validators.find(change.subject)->name;
        break;
      }
      default:
        change.change = SetChange::add;
        change.validator = fixtures::make_validator(60 + static_cast<std::uint32_t>(random_() % 6));
        change.subject = change.validator->address;
    }
    const ledger::Change wanted = change;
    out.push_back(chain.next(3, change));
    const std::size_t approvals = chain.state.validators.quorum() - (random_() % 5 == 0 ? 1 : 0);
    for (std::size_t i = 0; i < approvals; ++i)
      out.push_back(chain.next(3, chain.approval(fixtures::number_of(members[i].address), wanted)));
  }
  std::uint32_t index_of(std::uint32_t number) const {
    for (NodeIndex node = 0; node < story_.chain.members.numbers.size(); ++node)
      if (story_.number(node) == number) return node;
    return 0;
  }

  Story story_;
  std::mt19937_64 random_;
};

TEST(ChainTwin, reckons_what_the_ledger_executes) {
  int heights = 0;
  int sets = 0;
  int evidence = 0;
  int epochs = 0;
  for (const std::uint32_t n : {2u, 4u, 7u})
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      Wanderer wanderer(n, 100 * n + seed);
      for (int height = 0; height < 120 && wanderer.story().found().empty(); ++height, ++heights) wanderer.step();
      EXPECT_EQ(wanderer.story().found(), "") << "n " << n << " seed " << seed << ": " << wanderer.story().words();
      sets += wanderer.sets;
      evidence += wanderer.evidence;
      epochs += wanderer.epochs;
    }
  EXPECT_EQ(heights, 9 * 120);
  EXPECT_GT(sets, 20);
  EXPECT_GT(evidence, 20);
  EXPECT_GT(epochs, 50);
}

}  // namespace
}  // namespace lucid::sim
