// Random changes of validators and owners, random approvals, stalls over epochs: what must hold of every set on the way
// (docs/protocol.md P-7.17 to P-7.33).
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <set>
#include <string>

#include "tests/fixtures/small_chain.hpp"

namespace lucid::ledger {
namespace {

using fixtures::make_validator;
using fixtures::SmallChain;

/// One story, decided by a seed. The validators' numbers come from 0 … 15, more than ever sit together.
class RandomChanges {
 public:
  explicit RandomChanges(std::uint32_t seed) : random_(seed), world_(genesis(seed)) {}

  void run(int blocks) {
    for (int i = 0; i < blocks; ++i) step();
    EXPECT_GT(counted_, 0u) << "the story must have changes that count";
  }

 private:
  static Genesis genesis(std::uint32_t seed) {
    Genesis genesis = fixtures::make_genesis(1 + seed % 10, Profile::test);
    genesis.params.epoch_slots = 4;
    genesis.params.min_validators = 1 + seed % 3 % genesis.validators.size();
    return genesis;
  }
  std::uint32_t draw(std::uint32_t below) { return static_cast<std::uint32_t>(random_() % below); }

  Change random_change() {
    const std::uint32_t number = draw(16);
    const Address subject = make_validator(number).address;
    const std::uint64_t epoch = draw(3) == 0 ? world_.state.credits.epoch.value + draw(6) : 0;
    switch (draw(5)) {
      case 0:
      case 1:
        return UpdateValidators{SetChange::add, subject, make_validator(number), epoch};
      case 2:
        return UpdateValidators{SetChange::remove, subject, std::nullopt, epoch};
      case 3: {
        Validator keys = make_validator(draw(16));
        if (const Validator* member = world_.state.validators.find(subject)) keys.name = member->name;
        return UpdateValidators{SetChange::new_keys, subject, keys, epoch};
      }
      default:
        return UpdateOwners{draw(2) ? SetChange::add : SetChange::remove,
                            {fixtures::address_of(fixtures::account_key(20 + draw(3))), std::nullopt}};
    }
  }

  void step() {
    std::vector<crypto::TransactionPtr> transactions;
    for (std::uint32_t i = draw(3); i > 0; --i) {
      const Change change = random_change();
      transactions.push_back(world_.next(1, std::visit([](const auto& one) -> Operation { return one; }, change)));
      for (const Validator& member : world_.state.validators.members)
        if (draw(8) != 0)
          transactions.push_back(world_.next(1, world_.approval(fixtures::number_of(member.address), change)));
    }
    const auto plan = world_.plan();
    const auto& params = world_.chain.params();
    TimeMs time = std::max(plan.earliest_time, plan.closing_time);
    if (draw(12) == 0) time = slots::start_of(params, Slot{plan.slot.value + 4 * draw(5) + 1});
    const auto built = world_.build(transactions, time);
    ASSERT_TRUE(built) << to_text(built.error());
    ASSERT_TRUE(built->dropped.empty());
    // Whoever executes it, from the state as it is stored.
    const auto stored = codec::decode<ChainState>(codec::encode(world_.state));
    ASSERT_TRUE(stored) << to_text(stored.error());
    ASSERT_EQ(*stored, world_.state);
    world_.state = *stored;
    const auto report = world_.check(built->block);
    ASSERT_TRUE(report.valid()) << to_text(*report.first_error());
    ASSERT_EQ(report.execution->hash, built->execution.hash);
    ASSERT_EQ(report.execution->state, built->execution.state);
    const Epoch epoch = plan.epoch;
    const ValidatorSet before = world_.state.validators;
    world_.commit(*built);
    look(built->execution.changes, epoch, before);
  }

  void look(const ChangeSet& changes, Epoch epoch, const ValidatorSet& agreed) {
    for (const SetStepRecord& record : changes.set_steps) {
      if (record.step != SetStep::counted) continue;
      ASSERT_TRUE(record.effect);
      EXPECT_GE(record.effect->value, epoch.value + 2);
      ++counted_;
    }
    // An owner that counted left a row, a validator's change did not.
    std::size_t steps = 0;
    for (const SetStepRecord& record : changes.set_steps) steps += record.step == SetStep::counted ? 1 : 0;
    by_epoch_[epoch] += steps - changes.owners.size();
    const std::size_t f = (agreed.size() - 1) / 3;
    EXPECT_LE(by_epoch_[epoch], std::max<std::size_t>(1, f));
    look(world_.state.validators);
    look(world_.state.set_of_next_epoch());
    for (const SetRecord& record : changes.sets) look(record.validators);
    const Header& header = world_.headers.back();
    const Header& parent = world_.headers[world_.headers.size() - 2];
    EXPECT_EQ(header.validators_hash, parent.next_validators_hash);
    EXPECT_EQ(header.next_validators_hash, crypto::validators_hash(world_.state.validators));
    EXPECT_EQ(**world_.reader.validators_of(world_.state.credits.epoch), world_.state.validators);
    EXPECT_EQ(**world_.reader.validators_of(world_.state.credits.epoch.next()), world_.state.set_of_next_epoch());
    const auto order = world_.plan().order;
    const std::set<Address> leaders(order.begin(), order.end());
    EXPECT_EQ(leaders.size(), world_.state.validators.size());
  }

  void look(const ValidatorSet& set) {
    EXPECT_GE(set.size(), world_.chain.params().min_validators);
    EXPECT_GE(set.size(), 1u);
    std::set<Address> addresses;
    std::set<ConsensusPublicKey> consensus;
    std::set<VrfPublicKey> vrf;
    std::set<TlsPublicKey> tls;
    std::set<std::string> names;
    for (const Validator& member : set.members) {
      addresses.insert(member.address);
      consensus.insert(member.consensus_key);
      vrf.insert(member.vrf_key);
      tls.insert(member.tls_key);
      names.insert(member.name);
      EXPECT_EQ(*crypto::secp256k1_scheme().address(member.consensus_key), member.address);
    }
    for (const std::size_t distinct : {addresses.size(), consensus.size(), vrf.size(), tls.size(), names.size()})
      EXPECT_EQ(distinct, set.size());
    EXPECT_TRUE(std::is_sorted(set.members.begin(), set.members.end(),
                               [](const Validator& a, const Validator& b) { return a.address < b.address; }));
  }

  std::mt19937 random_;
  SmallChain world_;
  std::size_t counted_ = 0;
  std::map<Epoch, std::size_t> by_epoch_;
};

TEST(RandomSetChanges, keep_every_set_sound_and_every_node_of_one_mind) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomChanges(seed).run(60);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace lucid::ledger
