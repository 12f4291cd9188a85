// What the order of leaders promises over many slots (protocol.md section 4).
#include "core/credits/leader_order.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>
#include <set>

#include "core/credits/credit_state.hpp"
#include "core/params/params.hpp"
#include "core/slots/slots.hpp"
#include "tools/lucid-sim/checkers/own_order.hpp"

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

TEST(LeaderWaits, nobody_waits_more_than_17_slots_whatever_the_others_have_done) {
  for (std::size_t n = 1; n <= 17; ++n) {
    std::vector<std::uint64_t> scores(n, 0);
    EXPECT_LE(longest_wait(scores, 200), 17u) << "all alike, " << n;
    scores.front() = 1u << 30;
    EXPECT_LE(longest_wait(scores, 200), 17u) << "one does everything, " << n;
    scores.assign(n, 1u << 30);
    scores.back() = 0;
    EXPECT_LE(longest_wait(scores, 200), 17u) << "one does nothing, " << n;
  }
}

TEST(LeaderWaits, nobody_waits_more_than_134_slots_in_a_cluster_of_up_to_40) {
  std::mt19937_64 random(4'711);
  int runs = 0;
  for (std::size_t n = 18; n <= 40; ++n, ++runs) EXPECT_LE(longest_wait(random_scores(random, n), 600), 134u) << n;
  for (const std::size_t n : {18u, 24u, 31u, 40u}) {
    std::vector<std::uint64_t> scores(n, 1u << 30);
    scores.back() = 0;
    EXPECT_LE(longest_wait(scores, 600), 134u) << "one does nothing, " << n;
    ++runs;
  }
  EXPECT_EQ(runs, 27);
}

// ---- a dumb twin: the checkers' own order

std::vector<Address> twin_order(const OrderInput& in) {
  std::vector<sim::Candidate> candidates;
  for (const Validator& member : in.validators.members) {
    sim::Candidate candidate;
    candidate.address = member.address;
    candidate.vrf_key = member.vrf_key;
    for (const Standing& row : in.standing.rows) {
      if (row.entity != member.address) continue;
      candidate.credits = row.credits;
      candidate.slots_signed = row.slots_signed;
      candidate.slots = row.slots;
    }
    for (const LeaderRecord& row : in.leaders) {
      if (row.validator != member.address) continue;
      candidate.since = row.since.value;
      candidate.lost_slots = row.lost_slots;
      if (row.last_turn) candidate.last_turn = row.last_turn->value;
      candidate.banned = row.banned_through && row.banned_through->value >= in.slot.value / in.params.epoch_slots;
    }
    int unsigned_slots = 0;
    for (const SlotSigners& recent : in.recent_slots)
      for (const SlotMember& row : recent.members) unsigned_slots += row.member == member.address && !row.has_signed;
    candidate.absent = unsigned_slots == 3;
    candidates.push_back(candidate);
  }
  return sim::own_order({in.params, candidates, in.previous_primary, in.seed, in.slot.value});
}

/// Everything that an order depends on, at random; small numbers make ties.
struct RandomSlot {
  RandomSlot(std::mt19937_64& random, std::size_t n, std::uint64_t most) : cluster(std::vector<std::uint64_t>(n, 0)) {
    cluster.params.epoch_slots = 20;
    slot = Slot{200 + random() % 100};
    for (auto& byte : cluster.seed.data) byte = static_cast<std::uint8_t>(random());
    for (std::size_t i = 0; i < n; ++i) {
      auto& standing = cluster.state.standing.rows[i];
      standing = {address(i), random() % most, 0, random() % std::min<std::uint64_t>(most, 1u << 20)};
      standing.slots_signed = standing.slots == 0 ? 0 : random() % (standing.slots + 1);
      auto& leader = cluster.state.leaders[i];
      leader.since = Slot{slot.value - random() % 200};
      if (random() % 3) leader.last_turn = Slot{slot.value - 1 - random() % (random() % 2 ? 20 : 190)};
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
    if (random() % 2) previous = address(random() % n);
  }
  OrderInput input() const {
    return {cluster.params,
            cluster.set,
            cluster.state.standing,
            cluster.state.leaders,
            cluster.state.recent_slots,
            previous,
            cluster.seed,
            slot};
  }

  Cluster cluster;
  Slot slot;
  std::optional<Address> previous;
};

TEST(LeaderOrderTwin, agrees_for_any_number_of_validators) {
  std::mt19937_64 random(7);
  int compared = 0;
  for (std::size_t n = 1; n <= 40; ++n)
    for (const std::uint64_t most : {3ull, 200ull, 1ull << 54})
      for (int round = 0; round < 25; ++round, ++compared) {
        const RandomSlot state(random, n, most);
        const auto leaders = leader_order(state.input()).leaders;
        ASSERT_EQ(leaders, twin_order(state.input())) << "n " << n << ", numbers below " << most;
        const std::set<Address> distinct(leaders.begin(), leaders.end());
        EXPECT_EQ(leaders.size(), n) << "never empty, nobody left out";
        EXPECT_EQ(distinct.size(), n) << "nobody twice";
      }
  EXPECT_EQ(compared, 40 * 3 * 25);
}

TEST(LeaderOrderTwin, compares_fractions_that_differ_in_the_last_place) {
  const sim::Wide large = sim::Wide{1} << 100;
  EXPECT_EQ(sim::compare_fractions(1, 3, 2, 6), 0);
  EXPECT_EQ(sim::compare_fractions(0, 5, 0, 7), 0);
  EXPECT_EQ(sim::compare_fractions(0, 5, 1, 7), -1);
  EXPECT_EQ(sim::compare_fractions(large + 1, large, large + 2, large + 1), 1) << "1 + 1/x falls as x grows";
  EXPECT_EQ(sim::compare_fractions(large - 1, large, large, large + 1), -1);
  EXPECT_EQ(sim::compare_fractions(7 * large, 3, 7 * large, 3), 0);
}

// ---- dead leaders

/// A cluster in which some sign and propose nothing. Their rounds pass, and the next in the order proposes.
class Survivors {
 public:
  Survivors(std::vector<std::uint64_t> scores, std::set<std::size_t> dead) : cluster(scores), dead_(std::move(dead)) {
    for (std::size_t i = 0; i < scores.size(); ++i)
      if (!dead_.contains(i)) signers_.push_back(static_cast<std::uint32_t>(i));
  }
  /// The round in which the first block of the next slot is made; absent where no round makes one.
  std::optional<std::size_t> step() {
    const Slot slot{next_slot_++};
    const LeaderOrder order = order_of_slot(cluster.state, cluster.params, cluster.set, cluster.seed, slot);
    for (std::size_t round = 0; round < order.leaders.size(); ++round) {
      const Address& leader = order.leaders[round];
      if (dead_.contains(*cluster.set.index_of(leader))) continue;
      slot_started(cluster.state, cluster.set, order, slot, leader);
      block_proposed(cluster.state, slot, leader);
      const Epoch epoch = slots::epoch_of(cluster.params, slot);
      certificate_carried(cluster.state, cluster.params, cluster.set, epoch, slot, 0, signers_);
      return round;
    }
    return std::nullopt;
  }

  Cluster cluster;

 private:
  std::set<std::size_t> dead_;
  std::vector<std::uint32_t> signers_;
  std::uint64_t next_slot_ = 0;
};

TEST(DeadLeaders, with_up_to_f_of_them_every_slot_that_opens_gets_a_block) {
  std::mt19937_64 random(99);
  int slots_seen = 0;
  for (std::size_t n = 1; n <= 40; ++n) {
    const std::size_t f = (n - 1) / 3;
    const auto scores = random_scores(random, n);
    std::vector<std::size_t> by_score(n);
    for (std::size_t i = 0; i < n; ++i) by_score[i] = i;
    std::sort(by_score.begin(), by_score.end(), [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
    for (const bool best_ones : {true, false}) {
      if (!best_ones) std::shuffle(by_score.begin(), by_score.end(), random);
      Survivors survivors(scores, {by_score.begin(), by_score.begin() + static_cast<std::ptrdiff_t>(f)});
      for (int slot = 0; slot < 60; ++slot, ++slots_seen) {
        const auto round = survivors.step();
        ASSERT_TRUE(round) << "n " << n << ", slot " << slot;
        EXPECT_LE(*round, f) << "each dead leader costs one round";
        const bool known_dead = slot >= 3;
        EXPECT_TRUE(!known_dead || *round == 0) << "who is in no certificate of three slots leads none: n " << n;
      }
    }
  }
  EXPECT_EQ(slots_seen, 40 * 2 * 60);
}

}  // namespace
}  // namespace lucid::credits
