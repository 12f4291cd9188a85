#include "core/params/params.hpp"

#include <functional>
#include <gtest/gtest.h>

#include "tests/fixtures/small_chain.hpp"

namespace lucid::params {
namespace {

const crypto::SignatureScheme& scheme() {
  return crypto::secp256k1_scheme();
}

TEST(Params, every_profile_keeps_its_own_rules) {
  for (const Profile profile : {Profile::mainnet, Profile::dev, Profile::test, Profile::bench}) {
    EXPECT_TRUE(check(profile_params(profile, fixtures::kStart))) << profile_name(profile);
    EXPECT_EQ(parse_profile(profile_name(profile)), profile);
  }
  EXPECT_EQ(parse_profile("prod"), std::nullopt);
}

TEST(Params, the_table_of_section_1) {
  const ChainParams mainnet = profile_params(Profile::mainnet, fixtures::kStart);
  EXPECT_EQ(mainnet.slot_duration_ms, 120'000u);
  EXPECT_EQ(mainnet.block_interval_ms, 10'000u);
  EXPECT_EQ(mainnet.slot_timeout_ms, 5'000u);
  EXPECT_EQ(mainnet.time_precision_ms, 1'000u);
  EXPECT_EQ(mainnet.time_delay_ms, 5'000u);
  EXPECT_EQ(mainnet.epoch_slots, 720u);
  EXPECT_EQ(mainnet.min_validators, 3u);
  EXPECT_EQ(mainnet.slot_origin, kMainnetSlotOrigin);
  const ChainParams dev = profile_params(Profile::dev, fixtures::kStart);
  EXPECT_EQ(dev.slot_duration_ms, 12'000u);
  EXPECT_EQ(dev.epoch_slots, 20u);
  EXPECT_EQ(dev.slot_origin, fixtures::kStart);
  const ChainParams test = profile_params(Profile::test, fixtures::kStart);
  EXPECT_EQ(test.slot_duration_ms, 4'000u);
  EXPECT_EQ(test.leader_window_epochs, 3u);
  EXPECT_EQ(test.base_bytes_per_session, 65'536u);
  const ChainParams bench = profile_params(Profile::bench, fixtures::kStart);
  EXPECT_EQ(bench.block_interval_ms, 200u);
  EXPECT_EQ(bench.max_transactions_per_block, 10'000u);
  EXPECT_EQ(bench.max_block_bytes, 3u * 1024 * 1024);
}

struct Refusal {
  const char* field;
  std::function<void(ChainParams&)> damage;
};

TEST(Params, each_refusal_names_its_parameter) {
  const std::vector<Refusal> refusals = {
      {"chain_id", [](auto& p) { p.chain_id = 0; }},
      {"chain_id", [](auto& p) { p.chain_id = std::uint64_t{1} << 53; }},
      {"block_interval_ms", [](auto& p) { p.block_interval_ms = 0; }},
      {"slot_duration_ms", [](auto& p) { p.slot_duration_ms = 0; }},
      {"slot_duration_ms", [](auto& p) { p.slot_duration_ms = 1'000; }},   // only one interval
      {"slot_duration_ms", [](auto& p) { p.slot_duration_ms = 12'500; }},  // no multiple
      {"slot_timeout_ms", [](auto& p) { p.slot_timeout_ms = 4; }},
      {"time_precision_ms", [](auto& p) { p.time_precision_ms = 1'000; }},  // as long as the interval
      {"time_precision_ms", [](auto& p) { p.time_precision_ms = 0; }},
      {"time_delay_ms", [](auto& p) { p.time_delay_ms = 0; }},
      {"start_time", [](auto& p) { p.slot_origin = p.start_time + 1; }},
      {"start_time", [](auto& p) { p.start_time = kMaxTime + 1; }},
      {"epoch_slots", [](auto& p) { p.epoch_slots = 0; }},
      {"epoch_slots", [](auto& p) { p.epoch_slots = 22; }},
      {"epoch_slots", [](auto& p) { p.epoch_slots = kMaxWindowSlots + 4; }},
      {"leader_window_epochs", [](auto& p) { p.leader_window_epochs = 0; }},
      {"leader_window_epochs", [](auto& p) { p.leader_window_epochs = kMaxWindowSlots / 20 + 1; }},
      {"cooldown_slots", [](auto& p) { p.cooldown_slots = kMaxCooldownSlots + 1; }},
      {"density_min.denominator",
       [](auto& p) {
         p.density_min = {0, 0};
       }},
      {"density_min.numerator",
       [](auto& p) {
         p.density_min = {6, 5};
       }},
      {"base_bytes_per_session", [](auto& p) { p.base_bytes_per_session = 0; }},
      {"relay_cap", [](auto& p) { p.relay_cap = kMaxCreditCap + 1; }},
      {"storage_cap", [](auto& p) { p.storage_cap = kMaxCreditCap + 1; }},
      {"validation_cap", [](auto& p) { p.validation_cap = kMaxCreditCap + 1; }},
      {"relay_counterparty_cap", [](auto& p) { p.relay_counterparty_cap = kMaxCreditCap + 1; }},
      {"max_transactions_per_block", [](auto& p) { p.max_transactions_per_block = 0; }},
      {"max_transactions_per_block", [](auto& p) { p.max_transactions_per_block = kMaxTransactionsPerBlock + 1; }},
      {"max_block_bytes", [](auto& p) { p.max_block_bytes = 1'024; }},
      {"max_block_bytes", [](auto& p) { p.max_block_bytes = kMaxBlockBytes + 1; }},
      {"max_transaction_bytes", [](auto& p) { p.max_transaction_bytes = kMaxTransactionBytes + 1; }},
      {"max_transaction_bytes", [](auto& p) { p.max_transaction_bytes = 0; }},
      {"min_validators", [](auto& p) { p.min_validators = 0; }},
  };
  for (const Refusal& refusal : refusals) {
    ChainParams params = profile_params(Profile::dev, fixtures::kStart);
    refusal.damage(params);
    const Status status = check(params);
    ASSERT_FALSE(status) << refusal.field;
    EXPECT_EQ(status.error().fault, Fault::parameter_refused);
    EXPECT_EQ(status.error().field, refusal.field) << to_text(status.error());
  }
}

TEST(Params, mainnet_refuses_any_other_slot_duration) {
  ChainParams params = profile_params(Profile::mainnet, fixtures::kStart);
  params.slot_duration_ms = 60'000;
  EXPECT_EQ(check(params).error().field, "slot_duration_ms");
  EXPECT_EQ(check(params).error().expected, "120000 on mainnet");
}

TEST(Params, the_bounds_themselves_are_allowed) {
  ChainParams params = profile_params(Profile::dev, fixtures::kStart);
  params.epoch_slots = 1024;
  params.leader_window_epochs = 1024;
  params.cooldown_slots = kMaxCooldownSlots;
  params.relay_cap = params.storage_cap = params.validation_cap = kMaxCreditCap;
  EXPECT_TRUE(check(params));
}

TEST(Genesis, a_cluster_of_four_is_accepted) {
  EXPECT_TRUE(check(fixtures::make_genesis(4), scheme()));
}

TEST(Genesis, fewer_validators_than_the_minimum_are_refused) {
  Genesis genesis = fixtures::make_genesis(2, Profile::mainnet);
  EXPECT_EQ(check(genesis, scheme()).error().expected, "at least min_validators 3");
  genesis = fixtures::make_genesis(1);
  genesis.validators.members.clear();
  EXPECT_EQ(check(genesis, scheme()).error().field, "validators");
}

TEST(Genesis, each_fault_of_a_validator_names_it) {
  struct Case {
    const char* field;
    Fault fault;
    std::function<void(Genesis&)> damage;
  };
  const std::vector<Case> cases = {
      {"validators[1].address", Fault::parameter_refused,
       [](Genesis& g) { std::swap(g.validators.members[0], g.validators.members[1]); }},
      {"validators[1].address", Fault::parameter_refused,
       [](Genesis& g) { g.validators.members[1] = g.validators.members[0]; }},
      {"validators[0].address", Fault::parameter_refused,
       [](Genesis& g) { g.validators.members[0].address.data[3] ^= 1; }},
      {"validators[2].consensus_key", Fault::key_invalid,
       [](Genesis& g) { g.validators.members[2].consensus_key.data[0] = 9; }},
      {"validators[2].vrf_key", Fault::key_invalid, [](Genesis& g) { g.validators.members[2].vrf_key.data[0] = 9; }},
      {"validators[1].vrf_key", Fault::parameter_refused,
       [](Genesis& g) { g.validators.members[1].vrf_key = g.validators.members[0].vrf_key; }},
      {"validators[1].tls_key", Fault::parameter_refused,
       [](Genesis& g) { g.validators.members[1].tls_key = g.validators.members[0].tls_key; }},
      {"validators[3].tls_key", Fault::key_invalid, [](Genesis& g) { g.validators.members[3].tls_key = {}; }},
      {"validators[1].name", Fault::parameter_refused,
       [](Genesis& g) { g.validators.members[1].name = g.validators.members[0].name; }},
      {"validators[0].name", Fault::parameter_refused, [](Genesis& g) { g.validators.members[0].name.clear(); }},
      {"validators.quorum_rule", Fault::parameter_refused,
       [](Genesis& g) { g.validators.quorum_rule = QuorumRule::two_thirds; }},
  };
  for (const Case& one : cases) {
    Genesis genesis = fixtures::make_genesis(4);
    one.damage(genesis);
    const Status status = check(genesis, scheme());
    ASSERT_FALSE(status) << one.field;
    EXPECT_EQ(status.error().field, one.field) << to_text(status.error());
    EXPECT_EQ(status.error().fault, one.fault) << one.field;
  }
}

TEST(Genesis, owners_are_sorted_distinct_and_of_known_validators) {
  Genesis genesis = fixtures::make_genesis(4);
  Address low, high;
  low.data[19] = 1;
  high.data[19] = 2;
  genesis.owners.push_back({low, genesis.validators.members[0].address});
  genesis.owners.push_back({high, std::nullopt});
  EXPECT_TRUE(check(genesis, scheme()));
  std::swap(genesis.owners[0], genesis.owners[1]);
  EXPECT_EQ(check(genesis, scheme()).error().field, "owners[1].account");
  genesis.owners[1] = genesis.owners[0];
  EXPECT_EQ(check(genesis, scheme()).error().field, "owners[1].account");
  genesis.owners.pop_back();
  genesis.owners[0].validator = high;
  EXPECT_EQ(check(genesis, scheme()).error().field, "owners[0].validator");
}

}  // namespace
}  // namespace lucid::params
