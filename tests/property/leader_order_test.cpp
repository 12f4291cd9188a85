// What the order of leaders promises over many slots (protocol.md section 4).
#include "core/credits/leader_order.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>
#include <set>

#include "core/credits/credit_state.hpp"
#include "core/params/params.hpp"
#include "core/slots/slots.hpp"

namespace lucid::credits {
namespace {

Address address(std::size_t number) {
  Address out;
  out.data[18] = static_cast<std::uint8_t>(number >> 8);
  out.data[19] = static_cast<std::uint8_t>(number);
  return out;
}

/// A cluster whose standing never changes: every slot has a block, by its primary, signed by all.
class Cluster {
 public:
  explicit Cluster(const std::vector<std::uint64_t>& scores) {
    for (std::size_t i = 0; i < scores.size(); ++i) {
      Validator validator;
      validator.address = address(i);
      validator.vrf_key.data[31] = static_cast<std::uint8_t>(i >> 8);
      validator.vrf_key.data[32] = static_cast<std::uint8_t>(i);
      set.members.push_back(validator);
      standing.rows.push_back({address(i), scores[i], 50, 50});
    }
    state = genesis_credits(set, Epoch{0}, Slot{0});
    state.standing = standing;
  }

  /// The index of the next slot's primary.
  std::size_t step() {
    const Slot slot{next_slot_++};
    if (slots::epoch_of(params, slot) != epoch_) {
      epoch_ = slots::epoch_of(params, slot);
      seed.data[static_cast<std::size_t>(epoch_.value % 32)] ^= static_cast<std::uint8_t>(epoch_.value + 1);
    }
    const LeaderOrder order = order_of_slot(state, params, set, seed, slot);
    EXPECT_EQ(order.leaders.size(), set.size());
    const std::set<Address> distinct(order.leaders.begin(), order.leaders.end());
    EXPECT_EQ(distinct.size(), set.size()) << "the order is a permutation";
    slot_started(state, set, order, slot, order.leaders.front());
    for (auto& member : state.recent_slots.back().members) member.has_signed = true;
    return *set.index_of(order.leaders.front());
  }

  ChainParams params = params::profile_params(Profile::mainnet, params::kMainnetSlotOrigin);
  ValidatorSet set;
  StandingTable standing;
  CreditState state;
  Hash256 seed;

 private:
  std::uint64_t next_slot_ = 0;
  Epoch epoch_;
};

std::vector<double> shares(const std::vector<std::uint64_t>& scores, int slots) {
  Cluster cluster(scores);
  std::vector<double> share(scores.size());
  for (int i = 0; i < slots; ++i) share[cluster.step()] += 100.0 / slots;
  return share;
}

TEST(LeaderShares, work_decides_also_in_a_cluster_of_four) {
  const auto share = shares({8, 4, 2, 1}, 20'000);
  EXPECT_NEAR(share[0], 43, 1.0);
  EXPECT_NEAR(share[1], 29, 1.0);
  EXPECT_NEAR(share[2], 14, 1.0);
  EXPECT_NEAR(share[3], 14, 1.0);
}

TEST(LeaderShares, a_thousandfold_of_the_same_scores_leads_half_a_quarter_and_two_eighths) {
  const auto share = shares({8'000, 4'000, 2'000, 1'000}, 20'000);
  EXPECT_NEAR(share[0], 50, 1.0);
  EXPECT_NEAR(share[1], 25, 1.0);
  EXPECT_NEAR(share[2], 12.5, 1.0);
  EXPECT_NEAR(share[3], 12.5, 1.0);
}

std::uint64_t longest_wait(const std::vector<std::uint64_t>& scores, std::uint64_t slots) {
  Cluster cluster(scores);
  std::vector<std::uint64_t> last(scores.size(), 0);
  std::uint64_t longest = 0;
  for (std::uint64_t slot = 0; slot < slots; ++slot) {
    const std::size_t primary = cluster.step();
    longest = std::max(longest, slot - last[primary]);
    last[primary] = slot;
  }
  for (const std::uint64_t turn : last) longest = std::max(longest, slots - 1 - turn);
  return longest;
}

std::vector<std::uint64_t> random_scores(std::mt19937_64& random, std::size_t n) {
  std::vector<std::uint64_t> scores(n);
  // Orders of magnitude apart: a few that do everything, many that do nothing.
  for (auto& score : scores) score = random() % 3 == 0 ? 0 : random() >> (22 + random() % 42);
  return scores;
}

TEST(LeaderWaits, nobody_waits_more_than_17_slots_in_a_cluster_of_up_to_17) {
  std::mt19937_64 random(20'240'101);
  int runs = 0;
  for (std::size_t n = 1; n <= 17; ++n)
    for (int i = 0; i < 6; ++i, ++runs) EXPECT_LE(longest_wait(random_scores(random, n), 400), 17u) << n;
  EXPECT_EQ(runs, 102);
}

TEST(LeaderWaits, nobody_waits_more_than_134_slots_in_a_cluster_of_up_to_40) {
  std::mt19937_64 random(4'711);
  int runs = 0;
  for (const std::size_t n : {18u, 19u, 24u, 31u, 39u, 40u})
    for (int i = 0; i < 3; ++i, ++runs) EXPECT_LE(longest_wait(random_scores(random, n), 800), 134u) << n;
  EXPECT_EQ(runs, 18);
}

// ---- a dumb twin: the words of section 4, each field a list to sort by, all fractions over one common denominator

/// At most 200 credits, 12 slots and 6 validators: everything fits.
using Number = std::int64_t;

struct TwinKey {
  std::vector<Number> fields;  // lower first
  Address address;
};

std::vector<Address> twin_order(const OrderInput& in) {
  Number common = 1;
  std::vector<std::pair<Number, Number>> densities;
  for (const Validator& member : in.validators.members) {
    Number a = 1;
    Number b = 1;
    for (const Standing& row : in.standing.rows)
      if (row.entity == member.address && row.slots >= std::max<std::uint64_t>(1, in.params.epoch_slots / 10)) {
        a = static_cast<Number>(row.slots_signed);
        b = static_cast<Number>(row.slots);
      }
    densities.emplace_back(a, b);
    common *= b;
  }
  std::vector<TwinKey> keys;
  for (std::size_t i = 0; i < in.validators.size(); ++i) {
    const Address who = in.validators.members[i].address;
    const auto [a, b] = densities[i];
    Number c = 0;
    Number k = 0;
    Number last_turn = -1;
    Number since = 0;
    Number banned = -1;
    for (const Standing& row : in.standing.rows)
      if (row.entity == who) c = static_cast<Number>(row.credits);
    for (const LeaderRecord& row : in.leaders)
      if (row.validator == who) {
        k = std::min<std::uint32_t>(10, row.lost_slots);
        if (row.last_turn) last_turn = static_cast<Number>(row.last_turn->value);
        if (row.banned_through) banned = static_cast<Number>(row.banned_through->value);
        since = static_cast<Number>(row.since.value);
      }
    int unsigned_slots = 0;
    for (const SlotSigners& recent : in.recent_slots)
      for (const SlotMember& member : recent.members) unsigned_slots += member.member == who && !member.has_signed;
    const auto s = static_cast<Number>(in.slot.value);
    const auto epoch_slots = static_cast<Number>(in.params.epoch_slots);
    const auto cooldown = static_cast<Number>(in.params.cooldown_slots);
    const bool demoted = unsigned_slots == 3 || banned >= s / epoch_slots || 5 * a < b;
    const bool cooling = last_turn >= 0 && s - last_turn <= cooldown;
    const Number gap = last_turn >= 0 ? s - last_turn : s - since + 1;
    const Number score = c * a * (10 - k) * (common / b);  // times 10·common
    const Number weight = gap * (score + 10 * common);
    const bool overdue = gap > 2 * (static_cast<Number>(in.validators.size()) + cooldown);
    keys.push_back(
        {{demoted, cooling, cooling ? in.previous_primary == who : (overdue ? -gap : 0), cooling ? -weight : -score},
         who});
  }
  std::stable_sort(keys.begin(), keys.end(), [](const TwinKey& x, const TwinKey& y) { return x.fields < y.fields; });
  std::vector<Address> out;
  for (const TwinKey& key : keys) out.push_back(key.address);
  return out;
}

TEST(LeaderOrderTwin, agrees_wherever_no_tie_is_left_to_chance) {
  std::mt19937_64 random(7);
  int compared = 0;
  for (int round = 0; round < 3'000; ++round) {
    const std::size_t n = 1 + random() % 6;
    Cluster cluster(std::vector<std::uint64_t>(n, 0));
    cluster.params.epoch_slots = 20;
    const Slot slot{200 + random() % 100};
    for (std::size_t i = 0; i < n; ++i) {
      auto& standing = cluster.state.standing.rows[i];
      standing = {address(i), random() % 200, 0, random() % 12};
      standing.slots_signed = standing.slots == 0 ? 0 : random() % (standing.slots + 1);
      auto& leader = cluster.state.leaders[i];
      leader.since = Slot{slot.value - random() % 100};
      if (random() % 3) leader.last_turn = Slot{slot.value - 1 - random() % (random() % 2 ? 20 : 100)};
      leader.lost_slots = static_cast<std::uint32_t>(random() % 13);
      if (random() % 8 == 0) leader.banned_through = Epoch{9 + random() % 7};
    }
    for (std::uint64_t back = 3; back > random() % 2; --back) {
      SlotSigners signers;
      signers.slot = Slot{slot.value - back};
      for (std::size_t i = 0; i < n; ++i)
        if (random() % 8) signers.members.push_back({address(i), random() % 4 == 0});
      cluster.state.recent_slots.push_back(signers);
    }
    const std::vector<LeaderRecord>& leaders = cluster.state.leaders;
    const std::vector<SlotSigners>& recent = cluster.state.recent_slots;
    std::optional<Address> previous;
    if (random() % 2) previous = address(random() % n);
    const OrderInput input{cluster.params, cluster.set, cluster.state.standing, leaders, recent, previous, {}, slot};
    const auto real = leader_order(input).leaders;
    const auto twin = twin_order(input);
    // Another seed moves exactly those that the twin leaves to the tie-break: compare only orders that no seed moves.
    bool decided = true;
    for (std::uint8_t i = 1; i < 12 && decided; ++i) {
      OrderInput other{cluster.params, cluster.set, cluster.state.standing, leaders, recent, previous, {}, slot};
      other.seed.data[0] = i;
      decided = leader_order(other).leaders == real;
    }
    if (!decided) continue;
    ++compared;
    EXPECT_EQ(real, twin) << "round " << round;
  }
  EXPECT_GT(compared, 1'000);
}

}  // namespace
}  // namespace lucid::credits
