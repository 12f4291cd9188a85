// Histories by hand for the checkers: a chain with real signatures makes blocks, and what a cluster of honest machines
// would show of each height is a list of sightings, which a test changes before it tells it.
#pragma once

#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

#include "core/ledger/evidence.hpp"
#include "tests/fixtures/small_chain.hpp"
#include "tools/lucid-sim/checkers/checkers.hpp"

namespace lucid::sim {

using consensus::SignRecord;
using consensus::SignStep;

struct Told {
  TimeMs at = 0;
  Sighting what;
};
using Script = std::vector<Told>;

class Story {
 public:
  explicit Story(std::uint32_t n = 4, std::vector<NodeIndex> liars = {}, Profile profile = Profile::dev,
                 Policy policy = Policy::ignored)
      : chain(n, profile) {
    facts.genesis = chain.chain.genesis;
    facts.genesis_hash = chain.chain.genesis_hash;
    facts.genesis_header = chain.chain.header;
    for (const Validator& member : chain.members.set.members) facts.nodes.push_back({member.address, false, {}});
    for (const NodeIndex liar : liars) facts.nodes[liar].lies = true;
    checkers = make_checkers(facts, crypto::secp256k1_scheme(), findings, policy);
  }

  std::size_t n() const { return facts.nodes.size(); }
  /// Everybody starts and joins.
  void begin() {
    for (NodeIndex node = 0; node < n(); ++node) {
      tell(now, Started{node, 0, false});
      tell(now, RoleChanged{node, Role::joined});
    }
  }
  void tell(TimeMs at, const Sighting& what) {
    now = at;
    for (auto& checker : checkers) checker->see(at, what);
  }
  void tell(const Script& script) {
    for (const Told& told : script) tell(told.at, told.what);
  }
  void tick(TimeMs at) {
    now = at;
    for (auto& checker : checkers) checker->tick(at);
  }
  void end(TimeMs at) {
    for (auto& checker : checkers) checker->end(at);
  }
  /// The first invariant that was found violated; empty where all hold.
  std::string found() const { return findings.first() ? findings.first()->invariant : std::string(); }
  std::string words() const { return findings.first() ? findings.first()->words : std::string(); }

  // ---- what machines sign and show

  std::uint32_t number(NodeIndex node) const { return chain.members.numbers[node]; }
  NodeIndex node_of(const Address& address) const {
    return static_cast<NodeIndex>(*chain.members.set.index_of(address));
  }
  Vote vote(NodeIndex node, VoteStep step, Height height, Round round, std::optional<Hash256> block) const {
    return chain.vote(number(node), step, height, round, block);
  }
  Proposal proposal(NodeIndex node, Height height, Round round, const Hash256& block,
                    std::optional<Round> valid_round = {}) const {
    const auto key = fixtures::validator_key(number(node));
    Proposal out{height, round, block, valid_round, fixtures::address_of(key), {}};
    out.signature = crypto::secp256k1_scheme().sign(key, crypto::proposal_digest(chain.chain.identity, out));
    return out;
  }
  static Stored stored(NodeIndex node, const SignedMessage& message) {
    Stored out{node, {}};
    if (const auto* vote = std::get_if<Vote>(&message)) {
      const SignStep step = vote->step == VoteStep::prevote ? SignStep::prevote : SignStep::precommit;
      out.persist.records.push_back({vote->height, vote->round, step, vote->block, {}, vote->signature});
      out.persist.durable.height = vote->height;
    } else {
      const auto& own = std::get<Proposal>(message);
      out.persist.records.push_back(
          {own.height, own.round, SignStep::propose, own.block, own.valid_round, own.signature});
      out.persist.durable.height = own.height;
    }
    return out;
  }
  /// Stored, sent, and held by all others.
  void say(Script& script, TimeMs at, NodeIndex node, const SignedMessage& message, BlockPtr block = nullptr) const {
    script.push_back({at, stored(node, message)});
    script.push_back({at, Sent{node, message, block}});
    for (NodeIndex other = 0; other < n(); ++other)
      if (other != node) script.push_back({at, Held{other, message, block}});
  }

  /// Whether it is what that machine stores or sends, or what others hold of it.
  bool comes_from(NodeIndex node, const Told& told) const {
    if (const auto* stored = std::get_if<Stored>(&told.what)) return stored->node == node;
    if (const auto* sent = std::get_if<Sent>(&told.what)) return sent->node == node;
    const auto* held = std::get_if<Held>(&told.what);
    if (held == nullptr) return false;
    const auto* vote = std::get_if<Vote>(&held->message);
    return node_of(vote ? vote->voter : std::get<Proposal>(held->message).proposer) == node;
  }

  // ---- heights

  BlockPtr build(Round round = 0, TimeMs time = 0, const std::vector<crypto::TransactionPtr>& transactions = {}) const {
    auto built = chain.build(transactions, time, round);
    EXPECT_TRUE(built) << to_text(built.error());
    return std::make_shared<const Block>(std::move(built->block));
  }
  static Hash256 hash_of(const Block& block) { return crypto::header_hash(block.header); }
  NodeIndex proposer(Round round = 0) const { return node_of(chain.plan().proposer(round)); }

  /// Everybody plans the next height.
  Script plans() const {
    const auto plan = chain.plan();
    Script script;
    for (NodeIndex node = 0; node < n(); ++node)
      script.push_back({now, Planned{node, plan.height, plan.slot, plan.order, plan.slot_order.leaders, plan.seed}});
    return script;
  }
  /// Proposal and votes for a block in its own round; nobody has decided.
  Script votes(const BlockPtr& block, TimeMs at) const {
    const Header& header = block->header;
    const Hash256 hash = hash_of(*block);
    const NodeIndex leader = node_of(header.proposer);
    Script script;
    say(script, at, leader, proposal(leader, header.height, header.round, hash), block);
    for (const VoteStep step : {VoteStep::prevote, VoteStep::precommit})
      for (NodeIndex node = 0; node < n(); ++node)
        say(script, at, node, vote(node, step, header.height, header.round, hash));
    return script;
  }
  /// Decided and committed by all: `block` is made anew by the chain with the same transactions, so it may be changed.
  Script decisions(const std::vector<crypto::TransactionPtr>& transactions, Round round, TimeMs time, TimeMs at) {
    auto built = chain.build(transactions, time, round);
    EXPECT_TRUE(built) << to_text(built.error());
    const auto block = std::make_shared<const Block>(built->block);
    const auto state = std::make_shared<const ledger::ChainState>(built->execution.state);
    const auto changes = std::make_shared<const ledger::ChangeSet>(built->execution.changes);
    const Hash256 hash = hash_of(*block);
    const Certificate certificate = chain.certify(block->header.height, hash, {}, round);
    Script script;
    for (NodeIndex node = 0; node < n(); ++node) {
      script.push_back({at, Decided{node, block->header.height, hash, block, certificate, false}});
      script.push_back({at, Committed{node, block, hash, state, changes}});
    }
    chain.commit(*built);
    chain.tip_certificate = certificate;
    return script;
  }
  /// A whole height, from the plans to the commits. `time` 0 is the earliest.
  Script height(const std::vector<crypto::TransactionPtr>& transactions = {}, Round round = 0, TimeMs time = 0) {
    Script script = plans();
    const BlockPtr block = build(round, time, transactions);
    const TimeMs at = std::max(now, block->header.time);
    for (auto& told : votes(block, at)) script.push_back(std::move(told));
    for (auto& told : decisions(transactions, round, time, at)) script.push_back(std::move(told));
    return script;
  }

  fixtures::SmallChain chain;
  ClusterFacts facts;
  Findings findings;
  std::vector<std::unique_ptr<Observer>> checkers;
  TimeMs now = fixtures::kStart;
};

/// The place of the first sighting of that kind which pleases.
template <class T, class Pleases>
Script::iterator first(Script& script, Pleases pleases) {
  const auto place = std::find_if(script.begin(), script.end(), [&](Told& told) {
    const auto* one = std::get_if<T>(&told.what);
    return one != nullptr && pleases(*one);
  });
  EXPECT_NE(place, script.end()) << "no such sighting in the story";
  return place;
}
template <class T>
T& first(Script& script) {
  return std::get<T>(first<T>(script, [](const T&) { return true; })->what);
}

}  // namespace lucid::sim
