// Changes of validators and owners from being put forward to taking effect (docs/protocol.md P-7.17, P-7.18, P-7.29 to
// P-7.33).
#include "core/ledger/set_changes.hpp"

#include <gtest/gtest.h>

#include "core/ledger/evidence.hpp"
#include "tests/fixtures/small_chain.hpp"

namespace lucid::ledger {
namespace {

using fixtures::account_key;
using fixtures::address_of;
using fixtures::make_validator;
using fixtures::SmallChain;
using fixtures::some_hash;
using fixtures::validator_key;
using Outcomes = std::vector<Outcome>;

UpdateValidators add(std::uint32_t number, std::uint64_t epoch = 0) {
  const Validator validator = make_validator(number);
  return {SetChange::add, validator.address, validator, epoch};
}
UpdateValidators remove(std::uint32_t number, std::uint64_t epoch = 0) {
  return {SetChange::remove, make_validator(number).address, std::nullopt, epoch};
}
/// Member `number` gets the consensus, VRF and TLS keys of these numbers.
UpdateValidators new_keys(std::uint32_t number, std::uint32_t consensus, std::uint32_t vrf, std::uint32_t tls,
                          std::uint64_t epoch = 0) {
  Validator validator = make_validator(consensus);
  validator.name = make_validator(number).name;
  validator.vrf_key = make_validator(vrf).vrf_key;
  validator.tls_key = make_validator(tls).tls_key;
  return {SetChange::new_keys, make_validator(number).address, validator, epoch};
}
UpdateOwners admit(std::uint32_t account, std::optional<std::uint32_t> validator = std::nullopt) {
  UpdateOwners change{SetChange::add, {address_of(account_key(account)), std::nullopt}};
  if (validator) change.owner.validator = make_validator(*validator).address;
  return change;
}
UpdateOwners dismiss(std::uint32_t account) {
  return {SetChange::remove, {address_of(account_key(account)), std::nullopt}};
}

/// The outcomes of passing a change with q approvals: all done but for the last.
Outcomes all_done_but_last(const SmallChain& world, Outcome last) {
  Outcomes outcomes(world.state.validators.quorum() + 1, Outcome::done);
  outcomes.back() = last;
  return outcomes;
}
bool has(const ValidatorSet& set, std::uint32_t number) {
  return set.find(make_validator(number).address) != nullptr;
}

// ---- from being put forward to taking effect

TEST(SetChanges, a_change_with_a_quorum_of_approvals_takes_effect_two_epochs_later) {
  SmallChain world(4, Profile::test);
  EXPECT_EQ(world.pass(1, add(9)), Outcomes(4, Outcome::done));
  EXPECT_EQ(world.state.set_changes.scheduled.size(), 1u);
  EXPECT_TRUE(world.state.set_changes.open.empty());
  while (world.state.credits.epoch == Epoch{0}) {
    EXPECT_FALSE(has(world.state.set_of_next_epoch(), 9)) << "frozen at the end of E-2";
    world.close_slot();
  }
  EXPECT_EQ(world.state.credits.epoch, Epoch{1});
  EXPECT_FALSE(has(world.state.validators, 9));
  EXPECT_TRUE(has(world.state.set_of_next_epoch(), 9));
  EXPECT_EQ((*world.reader.validators_of(Epoch{1}))->size(), 4u);
  EXPECT_EQ((*world.reader.validators_of(Epoch{2}))->size(), 5u);
  world.run_to(Epoch{2});
  EXPECT_TRUE(has(world.state.validators, 9));
  EXPECT_TRUE(world.state.set_changes.scheduled.empty());
  EXPECT_NE(world.headers.back().next_validators_hash, world.headers.back().validators_hash);
  EXPECT_EQ(world.state.tip_validators, world.chain.genesis.validators) << "the tip's certificate is of the old set";
  world.close_slot();
  EXPECT_EQ(world.headers.back().validators_hash, crypto::validators_hash(world.state.validators));
  EXPECT_EQ(world.plan().order.size(), 5u);
  EXPECT_EQ(world.tip_certificate.signatures.size(), 5u);
}

TEST(SetChanges, a_later_epoch_that_is_named_is_when_it_takes_effect) {
  SmallChain world(4, Profile::test);
  world.pass(1, add(9, 4));
  world.run_to(Epoch{3});
  EXPECT_FALSE(has(world.state.validators, 9));
  world.run_to(Epoch{4});
  EXPECT_TRUE(has(world.state.validators, 9));
  world.pass(1, remove(9, 1));
  world.run_to(Epoch{5});
  EXPECT_TRUE(has(world.state.validators, 9)) << "an epoch in the past means as soon as can be";
  world.run_to(Epoch{6});
  EXPECT_FALSE(has(world.state.validators, 9));
}

TEST(SetChanges, a_jump_over_epochs_applies_what_is_due_in_order) {
  SmallChain world(4, Profile::test);
  world.pass(1, add(9, 2));
  world.run_to(Epoch{1});
  world.pass(1, remove(0, 5));
  const auto changes = world.jump_to(Epoch{8});
  EXPECT_TRUE(has(world.state.validators, 9));
  EXPECT_FALSE(has(world.state.validators, 0));
  EXPECT_EQ(world.state.next_validators, std::nullopt);
  ASSERT_EQ(changes.sets.size(), 1u) << "that of epoch 2 was frozen before";
  EXPECT_EQ(changes.sets[0].epoch, Epoch{5});
  EXPECT_TRUE(has(**world.reader.validators_of(Epoch{4}), 0));
  EXPECT_FALSE(has(**world.reader.validators_of(Epoch{5}), 0));
  world.close_slot();
  EXPECT_EQ(world.headers.back().validators_hash, crypto::validators_hash(world.state.validators));
}

TEST(SetChanges, every_header_names_the_set_of_the_next) {
  SmallChain world(4, Profile::test);
  world.pass(1, add(9));
  world.run_to(Epoch{1});
  world.pass(1, remove(1));
  world.run_to(Epoch{5});
  std::size_t handovers = 0;
  for (std::size_t i = 1; i < world.headers.size(); ++i) {
    EXPECT_EQ(world.headers[i].validators_hash, world.headers[i - 1].next_validators_hash);
    if (world.headers[i].next_validators_hash != world.headers[i].validators_hash) ++handovers;
  }
  EXPECT_EQ(handovers, 2u);
}

// ---- approvals

TEST(SetChanges, approvals_may_come_in_any_block_of_the_epoch_and_anyone_carries_them) {
  SmallChain world(4, Profile::test);
  EXPECT_EQ(world.outcome_of(1, add(9)), Outcome::done);
  EXPECT_EQ(world.outcome_of(2, world.approval(0, add(9))), Outcome::done);
  EXPECT_EQ(world.outcome_of(3, world.approval(3, add(9))), Outcome::done);
  EXPECT_EQ(world.state.set_changes.open.at(0).approvals.size(), 2u);
  EXPECT_TRUE(world.state.set_changes.scheduled.empty()) << "two of four are no quorum";
  const auto changes = world.grow({world.next(1, world.approval(2, add(9)))});
  ASSERT_EQ(changes.set_steps.size(), 2u);
  EXPECT_EQ(changes.set_steps[0].step, SetStep::approved);
  EXPECT_EQ(changes.set_steps[0].validator, make_validator(2).address);
  EXPECT_EQ(changes.set_steps[1].step, SetStep::counted);
  EXPECT_EQ(changes.set_steps[1].effect, Epoch{2});
  EXPECT_EQ(world.outcome_of(1, world.approval(1, add(9))), Outcome::change_not_open) << "it has its approvals";
}

TEST(SetChanges, approvals_of_two_epochs_do_not_add_up) {
  SmallChain world(4, Profile::test);
  world.grow(
      {world.next(1, add(9)), world.next(1, world.approval(0, add(9))), world.next(1, world.approval(1, add(9)))});
  const Approve late = world.approval(2, add(9));
  world.run_to(Epoch{1});
  EXPECT_TRUE(world.state.set_changes.open.empty());
  EXPECT_EQ(world.outcome_of(1, late), Outcome::change_not_open);
  EXPECT_EQ(world.outcome_of(1, add(9)), Outcome::done);
  EXPECT_EQ(world.outcome_of(1, late), Outcome::change_not_open) << "it was signed for the epoch before";
  EXPECT_EQ(world.state.set_changes.open.at(0).approvals.size(), 0u);
}

TEST(SetChanges, approvals_of_strangers_twice_or_of_nothing_are_refused) {
  SmallChain world(4);
  EXPECT_EQ(world.outcome_of(1, world.approval(0, add(9))), Outcome::change_not_open);
  EXPECT_EQ(world.outcome_of(1, add(9)), Outcome::done);
  EXPECT_EQ(world.outcome_of(1, world.approval(9, add(9))), Outcome::approval_not_member);
  EXPECT_EQ(world.outcome_of(1, world.approval(0, add(9))), Outcome::done);
  EXPECT_EQ(world.outcome_of(1, world.approval(0, add(9))), Outcome::approval_known);
  Approve forged = world.approval(1, add(9));
  forged.validator = make_validator(2).address;
  EXPECT_EQ(world.outcome_of(1, forged), Outcome::approval_invalid);
  EXPECT_EQ(world.outcome_of(1, world.approval(0, add(8))), Outcome::change_not_open);
  EXPECT_EQ(world.state.set_changes.open.at(0).approvals.size(), 1u);
}

TEST(SetChanges, an_approval_for_another_chain_is_refused) {
  SmallChain world(4);
  EXPECT_EQ(world.outcome_of(1, add(9)), Outcome::done);
  Approve foreign = world.approval(0, add(9));
  foreign.signature =
      crypto::secp256k1_scheme().sign(validator_key(0), crypto::approve_digest({1337, some_hash(1)}, foreign.change));
  EXPECT_EQ(world.outcome_of(1, foreign), Outcome::approval_invalid);
}

TEST(SetChanges, those_who_joined_approve_and_those_who_left_do_not) {
  SmallChain world(4, Profile::test);
  world.pass(1, add(9));
  world.run_to(Epoch{1});
  world.pass(1, remove(0));
  world.run_to(Epoch{3});
  EXPECT_EQ(world.outcome_of(1, add(7)), Outcome::done);
  EXPECT_EQ(world.outcome_of(1, world.approval(0, add(7))), Outcome::approval_not_member);
  EXPECT_EQ(world.outcome_of(1, world.approval(9, add(7))), Outcome::done);
}

TEST(SetChanges, one_validator_changes_its_set_alone) {
  SmallChain world(1, Profile::test);
  EXPECT_EQ(world.pass(1, add(1)), Outcomes(2, Outcome::done));
  world.run_to(Epoch{2});
  EXPECT_EQ(world.state.validators.size(), 2u);
}

// ---- how many, and which

TEST(SetChanges, at_most_max_1_f_changes_of_validators_count_in_an_epoch) {
  SmallChain four(4, Profile::test);
  four.pass(1, add(9));
  EXPECT_EQ(four.pass(1, add(8)), all_done_but_last(four, Outcome::change_limit_reached));
  four.run_to(Epoch{1});
  EXPECT_EQ(four.pass(1, add(8)), Outcomes(4, Outcome::done));

  SmallChain seven(7, Profile::test);
  seven.pass(1, add(9));
  EXPECT_EQ(seven.pass(1, remove(3)), Outcomes(6, Outcome::done));
  EXPECT_EQ(seven.pass(1, add(8)), all_done_but_last(seven, Outcome::change_limit_reached));
  seven.run_to(Epoch{2});
  EXPECT_TRUE(has(seven.state.validators, 9));
  EXPECT_FALSE(has(seven.state.validators, 3));
}

TEST(SetChanges, block_order_of_the_last_approval_decides_which_counts) {
  SmallChain world(4, Profile::test);
  std::vector<crypto::TransactionPtr> transactions{world.next(1, add(8)), world.next(1, add(9))};
  for (const std::uint32_t number : {0u, 1u}) {
    transactions.push_back(world.next(1, world.approval(number, add(8))));
    transactions.push_back(world.next(1, world.approval(number, add(9))));
  }
  transactions.push_back(world.next(1, world.approval(2, add(9))));
  transactions.push_back(world.next(1, world.approval(2, add(8))));
  const auto changes = world.grow(transactions);
  EXPECT_EQ(changes.transactions[6].outcome, Outcome::done);
  EXPECT_EQ(changes.transactions[7].outcome, Outcome::change_limit_reached);
  ASSERT_EQ(world.state.set_changes.scheduled.size(), 1u);
  EXPECT_EQ(world.state.set_changes.scheduled[0].change, add(9));
  EXPECT_EQ(world.state.set_changes.open.at(0).approvals.size(), 2u) << "a refused approval is as if it never came";
}

TEST(SetChanges, no_change_leaves_fewer_than_min_validators) {
  Genesis genesis = fixtures::make_genesis(4, Profile::test);
  genesis.params.min_validators = 3;
  SmallChain world(genesis);
  EXPECT_EQ(world.pass(1, remove(0)), Outcomes(4, Outcome::done));
  EXPECT_EQ(world.outcome_of(1, remove(1)), Outcome::validators_too_few) << "the one scheduled counts";
  world.run_to(Epoch{2});
  EXPECT_EQ(world.state.validators.size(), 3u);
  EXPECT_EQ(world.outcome_of(1, remove(1)), Outcome::validators_too_few);
  SmallChain alone(1, Profile::test);
  EXPECT_EQ(alone.outcome_of(1, remove(0)), Outcome::validators_too_few);
}

TEST(SetChanges, what_another_change_made_impossible_is_refused_with_the_last_approval) {
  Genesis genesis = fixtures::make_genesis(7, Profile::test);
  genesis.params.min_validators = 6;
  SmallChain world(genesis);
  EXPECT_EQ(world.outcome_of(1, remove(0)), Outcome::done);
  EXPECT_EQ(world.outcome_of(1, remove(1)), Outcome::done);
  for (const std::uint32_t number : {2u, 3u, 4u, 5u}) {
    EXPECT_EQ(world.outcome_of(1, world.approval(number, remove(0))), Outcome::done);
    EXPECT_EQ(world.outcome_of(1, world.approval(number, remove(1))), Outcome::done);
  }
  EXPECT_EQ(world.outcome_of(1, world.approval(6, remove(0))), Outcome::done);
  EXPECT_EQ(world.outcome_of(1, world.approval(6, remove(1))), Outcome::validators_too_few);
  world.run_to(Epoch{2});
  EXPECT_EQ(world.state.validators.size(), 6u);
}

TEST(SetChanges, a_change_that_would_break_a_later_one_is_refused) {
  SmallChain world(4, Profile::test);
  world.pass(1, remove(3, 9));
  world.run_to(Epoch{1});
  EXPECT_EQ(world.outcome_of(1, remove(3, 5)), Outcome::change_conflict);
  EXPECT_EQ(world.outcome_of(1, new_keys(3, 9, 9, 9, 5)), Outcome::change_conflict) << "its address would be gone";
  EXPECT_EQ(world.outcome_of(1, new_keys(3, 3, 9, 3, 5)), Outcome::done) << "another VRF key harms nothing";
  EXPECT_EQ(world.outcome_of(1, remove(3, 12)), Outcome::validator_unknown) << "it is gone by then";
  EXPECT_EQ(world.outcome_of(1, add(3, 12)), Outcome::done) << "and may come back";
}

TEST(SetChanges, a_member_is_added_once_and_no_stranger_is_removed) {
  SmallChain world(4, Profile::test);
  EXPECT_EQ(world.outcome_of(1, add(0)), Outcome::validator_known);
  EXPECT_EQ(world.outcome_of(1, remove(9)), Outcome::validator_unknown);
  EXPECT_EQ(world.outcome_of(1, new_keys(9, 8, 8, 8)), Outcome::validator_unknown);
  world.pass(1, add(9));
  EXPECT_EQ(world.outcome_of(1, add(9, 7)), Outcome::validator_known) << "scheduled is as good as in";
}

TEST(SetChanges, keys_and_names_belong_to_one_member) {
  SmallChain world(4);
  for (int field = 0; field < 3; ++field) {
    UpdateValidators change = add(9);
    const Validator other = make_validator(2);
    if (field == 0) change.validator->name = other.name;
    if (field == 1) change.validator->vrf_key = other.vrf_key;
    if (field == 2) change.validator->tls_key = other.tls_key;
    EXPECT_EQ(world.outcome_of(1, change), Outcome::validator_key_taken) << field;
  }
  EXPECT_EQ(world.outcome_of(1, new_keys(0, 0, 2, 0)), Outcome::validator_key_taken);
  EXPECT_EQ(world.outcome_of(1, new_keys(0, 0, 0, 2)), Outcome::validator_key_taken);
  EXPECT_EQ(world.outcome_of(1, new_keys(0, 2, 0, 0)), Outcome::validator_known);
}

TEST(SetChanges, an_address_is_that_of_its_key_and_keys_are_keys) {
  SmallChain world(4);
  UpdateValidators moved = add(9);
  moved.subject.data[0] ^= 1;
  EXPECT_EQ(world.outcome_of(1, moved), Outcome::operation_form);
  moved.validator->address = moved.subject;
  EXPECT_EQ(world.outcome_of(1, moved), Outcome::validator_key_invalid);
  UpdateValidators no_vrf = add(9);
  no_vrf.validator->vrf_key = VrfPublicKey{};
  EXPECT_EQ(world.outcome_of(1, no_vrf), Outcome::validator_key_invalid);
  UpdateValidators no_tls = add(9);
  no_tls.validator->tls_key = TlsPublicKey{};
  EXPECT_EQ(world.outcome_of(1, no_tls), Outcome::validator_key_invalid);
  UpdateValidators nameless = add(9);
  nameless.validator->name.clear();
  EXPECT_EQ(world.outcome_of(1, nameless), Outcome::validator_key_invalid);
  UpdateValidators rekeyed = new_keys(0, 9, 9, 9);
  rekeyed.validator->address.data[3] ^= 1;
  EXPECT_EQ(world.outcome_of(1, rekeyed), Outcome::validator_key_invalid);
}

TEST(SetChanges, what_contradicts_itself_is_refused) {
  SmallChain world(4);
  UpdateValidators nobody = add(9);
  nobody.validator.reset();
  EXPECT_EQ(world.outcome_of(1, nobody), Outcome::operation_form);
  UpdateValidators both = remove(0);
  both.validator = make_validator(0);
  EXPECT_EQ(world.outcome_of(1, both), Outcome::operation_form);
  EXPECT_EQ(world.outcome_of(1, new_keys(0, 0, 0, 0)), Outcome::operation_form) << "the keys it has";
  UpdateValidators renamed = new_keys(0, 9, 9, 9);
  renamed.validator->name = BoundedString<64>("pi-nine");
  EXPECT_EQ(world.outcome_of(1, renamed), Outcome::operation_form);
  EXPECT_EQ(world.outcome_of(1, add(9, kMaxEpochsAhead + 1)), Outcome::change_epoch_range);
  EXPECT_EQ(world.outcome_of(1, add(9, kMaxEpochsAhead)), Outcome::done);
  EXPECT_EQ(world.outcome_of(2, add(9, kMaxEpochsAhead)), Outcome::change_known);
}

TEST(SetChanges, one_that_counted_is_known_for_the_rest_of_its_epoch) {
  SmallChain world(4, Profile::test);
  world.pass(1, add(9));
  EXPECT_EQ(world.outcome_of(1, add(9)), Outcome::change_known);
  world.run_to(Epoch{1});
  EXPECT_EQ(world.outcome_of(1, add(9)), Outcome::validator_known);
}

TEST(SetChanges, there_are_never_more_than_the_most_validators_allowed) {
  ValidatorSet set;
  for (std::size_t i = 0; i < kMaxValidators; ++i) {
    Validator validator;
    validator.name = BoundedString<64>(std::to_string(i));
    validator.address.data[0] = static_cast<std::uint8_t>(i);
    set.members.push_back(validator);
  }
  const ValidatorSet before = set;
  EXPECT_EQ(apply_change(set, add(9), 1), Outcome::validators_too_many);
  EXPECT_EQ(set, before);
}

TEST(SetChanges, the_schedule_is_bounded) {
  SmallChain world(1);
  for (std::size_t i = 0; i < kMaxScheduledChanges; ++i)
    world.state.set_changes.scheduled.push_back({Epoch{100 + i}, add(static_cast<std::uint32_t>(1 + i))});
  EXPECT_EQ(world.outcome_of(1, add(1, 300)), Outcome::changes_too_many);
}

// ---- room

TEST(SetChanges, when_the_list_is_full_the_oldest_that_nobody_approves_gives_way) {
  const auto nonsense = [](std::size_t i) { return admit(static_cast<std::uint32_t>(1'000 + i)); };
  SmallChain pair(2, Profile::test);
  pair.grow({pair.next(1, admit(7)), pair.next(1, pair.approval(0, admit(7))), pair.next(1, admit(8))});
  const std::size_t room = open_changes_max(2) - 2;
  for (std::size_t i = 0; i < room; ++i) pair.outcome_of(2, nonsense(i));
  EXPECT_EQ(pair.state.set_changes.open.size(), open_changes_max(2));
  const auto changes = pair.grow({pair.next(2, nonsense(room))});
  EXPECT_EQ(changes.transactions[0].outcome, Outcome::done);
  ASSERT_EQ(changes.set_steps.size(), 2u);
  EXPECT_EQ(changes.set_steps[0].step, SetStep::displaced);
  EXPECT_EQ(changes.set_steps[0].change, change_hash(Epoch{0}, admit(8)));
  EXPECT_EQ(pair.state.set_changes.open.size(), open_changes_max(2));
  EXPECT_EQ(pair.outcome_of(1, pair.approval(1, admit(7))), Outcome::done) << "what a member approves stays";
  EXPECT_EQ(pair.outcome_of(1, pair.approval(1, admit(8))), Outcome::change_not_open);
}

TEST(SetChanges, a_member_approves_so_many_waiting_changes_and_no_more) {
  SmallChain world(4, Profile::test);
  for (std::uint32_t i = 0; i <= kMaxApprovalsPerMember; ++i) EXPECT_EQ(world.outcome_of(1, admit(i)), Outcome::done);
  for (std::uint32_t i = 0; i < kMaxApprovalsPerMember; ++i)
    EXPECT_EQ(world.outcome_of(1, world.approval(0, admit(i))), Outcome::done);
  EXPECT_EQ(world.outcome_of(1, world.approval(0, admit(kMaxApprovalsPerMember))), Outcome::approval_limit_reached);
  for (const std::uint32_t number : {1u, 2u})
    EXPECT_EQ(world.outcome_of(1, world.approval(number, admit(0))), Outcome::done);
  EXPECT_EQ(world.outcome_of(1, world.approval(0, admit(kMaxApprovalsPerMember))), Outcome::done) << "one counted";
}

// ---- new keys

TEST(NewKeys, of_vrf_and_tls_leave_the_member_who_it_is) {
  SmallChain world(4, Profile::test);
  const Address member = make_validator(2).address;
  world.grow({world.next(1, fixtures::anchor_of(1))});
  EXPECT_EQ(world.pass(1, new_keys(2, 2, 9, 9)), Outcomes(4, Outcome::done));
  world.run_to(Epoch{2});
  const Validator* now = world.state.validators.find(member);
  ASSERT_NE(now, nullptr);
  EXPECT_EQ(now->vrf_key, make_validator(9).vrf_key);
  EXPECT_EQ(now->name, make_validator(2).name);
  EXPECT_TRUE(world.state.credits.address_changes.empty());
  world.run_to(Epoch{3});
  EXPECT_NE(world.state.credits.standing.find(member), nullptr) << "its work goes on counting";
}

TEST(NewKeys, of_consensus_make_a_new_address_that_keeps_turns_and_starts_credits_anew) {
  SmallChain world(4, Profile::test);
  const Address before = make_validator(2).address;
  const Address after = make_validator(9).address;
  world.grow({world.next(1, fixtures::anchor_of(1))});
  world.run_to(Epoch{1});
  EXPECT_EQ(world.pass(1, new_keys(2, 9, 9, 9)), Outcomes(4, Outcome::done));
  const auto record_of = [&](const Address& address) -> const credits::LeaderRecord* {
    for (const auto& row : world.state.credits.leaders)
      if (row.validator == address) return &row;
    return nullptr;
  };
  world.run_to(Epoch{2});
  ASSERT_NE(record_of(before), nullptr);
  const auto turn = record_of(before)->last_turn;
  while (world.state.credits.epoch == Epoch{2}) {
    EXPECT_EQ(record_of(after), nullptr);
    world.close_slot();
  }
  EXPECT_EQ(record_of(before), nullptr);
  ASSERT_NE(record_of(after), nullptr);
  EXPECT_GE(record_of(after)->last_turn, turn);
  EXPECT_TRUE(record_of(after)->last_turn.has_value());
  EXPECT_EQ(world.state.credits.standing.find(after), nullptr);
  EXPECT_NE(world.state.credits.standing.find(before), nullptr) << "credits stay with the key that earned them";
  EXPECT_TRUE(world.state.validators.find(after));
  EXPECT_FALSE(world.state.validators.find(before));
  world.run_to(Epoch{7});
  EXPECT_TRUE(world.state.credits.address_changes.empty());
}

TEST(NewKeys, evidence_against_the_old_key_bans_the_new_one) {
  SmallChain world(4, Profile::test);
  world.pass(1, new_keys(2, 9, 9, 9));
  const Height signed_at = world.state.height;
  world.run_to(Epoch{2});
  const auto vote = [&](std::uint8_t byte) { return world.vote(2, VoteStep::prevote, signed_at, 3, some_hash(byte)); };
  EXPECT_EQ(world.outcome_of(1, make_evidence(vote(1), vote(2))), Outcome::done);
  std::size_t banned = 0;
  for (const auto& row : world.state.credits.leaders) {
    EXPECT_EQ(row.banned_through.has_value(), row.validator == make_validator(9).address);
    if (row.banned_through) ++banned;
  }
  EXPECT_EQ(banned, 1u);
}

TEST(NewKeys, do_not_end_a_ban) {
  SmallChain world(4, Profile::test);
  world.pass(1, new_keys(2, 9, 9, 9));
  world.run_to(Epoch{1});
  const Height height = world.state.height;
  const auto vote = [&](std::uint8_t byte) { return world.vote(2, VoteStep::prevote, height, 3, some_hash(byte)); };
  EXPECT_EQ(world.outcome_of(1, make_evidence(vote(1), vote(2))), Outcome::done);
  world.run_to(Epoch{2});
  for (const auto& row : world.state.credits.leaders) {
    if (row.validator == make_validator(9).address) {
      EXPECT_EQ(row.banned_through, Epoch{2});
    }
  }
  EXPECT_EQ(world.plan().order.back(), make_validator(9).address);
}

// ---- owners

TEST(Owners, of_the_genesis_are_registered_from_its_epoch_on) {
  Genesis genesis = fixtures::make_genesis(2, Profile::test);
  genesis.owners.push_back({address_of(account_key(5)), genesis.validators.members[0].address});
  SmallChain world(genesis);
  EXPECT_EQ(world.state.set_changes.owners, 1u);
  const auto record = *world.reader.owner_of(address_of(account_key(5)), Epoch{0});
  ASSERT_TRUE(record);
  EXPECT_TRUE(record->registered);
  EXPECT_EQ(record->owner, genesis.owners[0]);
  EXPECT_EQ(*world.reader.owner_of(address_of(account_key(6)), Epoch{9}), std::nullopt);
}

TEST(Owners, are_admitted_and_dismissed_two_epochs_after_a_quorum_approved) {
  SmallChain world(4, Profile::test);
  const Address account = address_of(account_key(5));
  EXPECT_EQ(world.pass(1, admit(5, 2)), Outcomes(4, Outcome::done));
  EXPECT_EQ(world.state.set_changes.owners, 1u);
  EXPECT_EQ(*world.reader.owner_of(account, Epoch{1}), std::nullopt);
  EXPECT_EQ((*world.reader.owner_of(account, Epoch{2}))->owner.validator, make_validator(2).address);
  world.run_to(Epoch{1});
  EXPECT_EQ(world.pass(1, dismiss(5)), Outcomes(4, Outcome::done));
  EXPECT_EQ(world.state.set_changes.owners, 0u);
  EXPECT_TRUE((*world.reader.owner_of(account, Epoch{2}))->registered);
  EXPECT_FALSE((*world.reader.owner_of(account, Epoch{3}))->registered);
}

TEST(Owners, changes_of_them_are_not_limited_like_those_of_validators) {
  SmallChain world(4, Profile::test);
  for (std::uint32_t account = 5; account < 10; ++account)
    EXPECT_EQ(world.pass(1, admit(account)), Outcomes(4, Outcome::done));
  EXPECT_EQ(world.state.set_changes.owners, 5u);
}

TEST(Owners, are_admitted_once_and_no_stranger_is_dismissed) {
  SmallChain world(4, Profile::test);
  EXPECT_EQ(world.outcome_of(1, dismiss(5)), Outcome::owner_unknown);
  world.pass(1, admit(5));
  EXPECT_EQ(world.outcome_of(1, dismiss(5)), Outcome::change_conflict) << "one change of an account in an epoch";
  EXPECT_EQ(world.outcome_of(1, admit(5)), Outcome::change_conflict);
  world.run_to(Epoch{1});
  EXPECT_EQ(world.outcome_of(1, admit(5)), Outcome::owner_known);
}

TEST(Owners, belong_to_somebody_who_is_a_validator_by_then) {
  SmallChain world(4, Profile::test);
  EXPECT_EQ(world.outcome_of(1, admit(5, 9)), Outcome::validator_unknown);
  world.pass(1, add(9));
  EXPECT_EQ(world.outcome_of(1, admit(5, 9)), Outcome::done);
}

TEST(Owners, have_no_keys_and_a_dismissal_says_no_validator) {
  SmallChain world(4);
  UpdateOwners keys = admit(5);
  keys.change = SetChange::new_keys;
  EXPECT_EQ(world.outcome_of(1, keys), Outcome::operation_form);
  UpdateOwners whose = dismiss(5);
  whose.owner.validator = make_validator(0).address;
  EXPECT_EQ(world.outcome_of(1, whose), Outcome::operation_form);
}

TEST(Owners, are_bounded) {
  SmallChain world(1, Profile::test);
  world.state.set_changes.owners = kMaxOwners - 1;
  world.pass(1, admit(5));
  EXPECT_EQ(world.outcome_of(1, admit(6)), Outcome::owners_too_many);
}

TEST(Owners, the_same_in_one_block_twice_is_refused) {
  SmallChain world(1, Profile::test);
  const auto changes = world.grow({world.next(1, admit(5)), world.next(1, world.approval(0, admit(5))),
                                   world.next(1, dismiss(5)), world.next(1, admit(5))});
  EXPECT_EQ(changes.transactions[1].outcome, Outcome::done);
  EXPECT_EQ(changes.transactions[2].outcome, Outcome::change_conflict);
  EXPECT_EQ(changes.transactions[3].outcome, Outcome::change_conflict);
  EXPECT_EQ(changes.owners.size(), 1u);
}

// ---- the digest

TEST(SetChanges, every_step_is_in_the_state_digest) {
  const auto differs = [](auto change) {
    ChangeSet one, other;
    change(other);
    return changes_hash(one) != changes_hash(other);
  };
  EXPECT_TRUE(differs([](ChangeSet& c) { c.set_steps.push_back({}); }));
  EXPECT_TRUE(differs([](ChangeSet& c) { c.owners.push_back({}); }));
  ChangeSet step, owner;
  step.set_steps.push_back({some_hash(1), SetStep::approved, Address{}, std::nullopt});
  owner.set_steps.push_back({some_hash(1), SetStep::approved, std::nullopt, std::nullopt});
  EXPECT_NE(changes_hash(step), changes_hash(owner));
}

TEST(SetChanges, the_hash_of_a_change_binds_all_of_it_and_its_epoch) {
  EXPECT_NE(change_hash(Epoch{1}, add(9)), change_hash(Epoch{2}, add(9)));
  EXPECT_NE(change_hash(Epoch{1}, add(9)), change_hash(Epoch{1}, add(9, 7)));
  EXPECT_NE(change_hash(Epoch{1}, add(9)), change_hash(Epoch{1}, add(8)));
  EXPECT_NE(change_hash(Epoch{1}, admit(9)), change_hash(Epoch{1}, dismiss(9)));
}

TEST(SetChanges, a_broken_disk_is_no_verdict) {
  SmallChain world(1);
  const auto transactions = std::vector{world.next(1, admit(5))};
  world.reader.broken = true;
  EXPECT_EQ(world.build(transactions).error().fault, Fault::storage_io);
}

}  // namespace
}  // namespace lucid::ledger
