#include "core/mempool/mempool.hpp"

#include <gtest/gtest.h>

#include "core/ledger/evidence.hpp"
#include "tests/fixtures/small_chain.hpp"

namespace lucid::mempool {
namespace {

using crypto::TransactionPtr;
using fixtures::account_key;
using fixtures::address_of;
using fixtures::anchor_of;
using fixtures::SmallChain;
using fixtures::some_hash;

class Pool : public testing::Test {
 protected:
  TransactionPtr anchor(std::uint32_t account, std::uint64_t nonce, Height valid_until = 1'000) {
    return world.transaction(account_key(account), nonce, anchor_of(static_cast<std::uint32_t>(nonce)), valid_until);
  }
  TransactionPtr data(std::uint32_t account, std::uint64_t nonce, std::size_t size = 10) {
    return world.transaction(account_key(account), nonce,
                             Data{BoundedString<64>("n"), BoundedBytes<4096>(Bytes(size))});
  }
  TransactionPtr evidence(std::uint32_t account, std::uint64_t nonce) {
    const auto first = world.vote(0, VoteStep::prevote, 1, 0, some_hash(1));
    const auto second = world.vote(0, VoteStep::prevote, 1, 0, some_hash(2));
    return world.transaction(account_key(account), nonce, ledger::make_evidence(first, second));
  }
  Status add(const TransactionPtr& transaction, std::uint64_t next_nonce = 0, Height height = 1,
             std::uint64_t now = 0) {
    return pool.add(transaction, next_nonce, height, now);
  }
  void accept(const std::vector<TransactionPtr>& transactions) {
    for (const auto& transaction : transactions) {
      const Status status = add(transaction);
      EXPECT_TRUE(status) << to_text(status.error());
    }
  }
  Fault refusal(const TransactionPtr& transaction, std::uint64_t next_nonce = 0, Height height = 1) {
    const Status status = add(transaction, next_nonce, height);
    EXPECT_FALSE(status);
    return status ? Fault::internal : status.error().fault;
  }
  std::vector<TransactionPtr> all() const { return pool.candidates(1'000'000, std::size_t{1} << 40); }

  SmallChain world{1};
  Limits limits;
  Mempool pool{limits, {}};
};

TEST_F(Pool, gives_back_what_waits_in_order_of_arrival) {
  const auto a = anchor(1, 0), b = anchor(2, 0), c = anchor(1, 1);
  accept({a, b, c});
  EXPECT_EQ(all(), (std::vector{a, b, c}));
  EXPECT_EQ(all(), (std::vector{a, b, c})) << "nothing is removed";
  EXPECT_EQ(pool.candidates(2, 1 << 20), (std::vector{a, b}));
  EXPECT_EQ(pool.find((*b)->id), b);
  EXPECT_EQ(pool.find(some_hash(1)), nullptr);
}

TEST_F(Pool, lanes_go_before_arrival_and_nonces_before_lanes) {
  const auto note = data(1, 0), anchored = anchor(2, 0), proof = evidence(3, 0), behind = evidence(1, 1);
  accept({note, anchored, proof, behind});
  // The evidence of account 1 waits for that account's note, which goes last of its lane.
  EXPECT_EQ(all(), (std::vector{proof, anchored, note, behind}));
}

TEST_F(Pool, nonces_may_arrive_out_of_order) {
  const auto a = anchor(1, 0), b = anchor(1, 1), c = anchor(1, 2);
  accept({c, a});
  EXPECT_EQ(all(), std::vector{a});
  accept({b});
  EXPECT_EQ(all(), (std::vector{a, b, c}));
  EXPECT_EQ(pool.next_free_nonce(address_of(account_key(1)), 0), 3u);
}

TEST_F(Pool, a_transaction_behind_a_gap_cannot_be_included_yet) {
  accept({anchor(1, 2)});
  EXPECT_FALSE(pool.has_includable());
  EXPECT_TRUE(all().empty());
  EXPECT_EQ(pool.stats().count, 1u);
  EXPECT_EQ(pool.stats().includable, 0u);
  accept({anchor(1, 0)});
  EXPECT_TRUE(pool.has_includable());
}

TEST_F(Pool, refuses_what_it_knows) {
  accept({anchor(1, 0)});
  EXPECT_EQ(refusal(anchor(1, 0)), Fault::transaction_known);
}

TEST_F(Pool, refuses_another_transaction_of_the_same_nonce) {
  accept({anchor(1, 0)});
  EXPECT_EQ(refusal(data(1, 0)), Fault::mempool_nonce_taken);
}

TEST_F(Pool, refuses_a_used_up_nonce) {
  EXPECT_EQ(refusal(anchor(1, 4), 5), Fault::transaction_nonce);
}

TEST_F(Pool, refuses_what_has_expired) {
  EXPECT_EQ(refusal(anchor(1, 0, 9), 0, 10), Fault::transaction_expired);
  EXPECT_TRUE(add(anchor(1, 0, 10), 0, 10));
}

TEST_F(Pool, refuses_a_gap_above_16_from_the_end_of_the_run) {
  EXPECT_EQ(refusal(anchor(1, 17)), Fault::mempool_nonce_gap);
  accept({anchor(1, 16), anchor(1, 0), anchor(1, 1)});
  EXPECT_EQ(refusal(anchor(1, 19)), Fault::mempool_nonce_gap);
  accept({anchor(1, 18)});
}

TEST_F(Pool, a_validators_account_may_leave_a_wider_gap_but_not_any) {
  limits.max_nonce_gap_exempt = 100;
  pool = Mempool(limits, {address_of(account_key(1))});
  accept({anchor(1, 100)});
  EXPECT_EQ(refusal(anchor(1, 101)), Fault::mempool_nonce_gap);
}

TEST_F(Pool, caps_a_sender_but_not_a_validators_account) {
  limits.max_per_sender = 2;
  pool = Mempool(limits, {address_of(account_key(2))});
  accept({anchor(1, 0), anchor(1, 1), anchor(2, 0), anchor(2, 1), anchor(2, 2)});
  EXPECT_EQ(refusal(anchor(1, 2)), Fault::mempool_sender_full);
}

TEST_F(Pool, caps_the_count_but_keeps_a_tenth_for_evidence) {
  limits.max_count = 10;
  pool = Mempool(limits, {});
  for (std::uint32_t i = 0; i < 10; ++i) accept({anchor(i, 0)});
  EXPECT_EQ(refusal(anchor(11, 0)), Fault::mempool_full);
  accept({evidence(12, 0)});
  EXPECT_EQ(refusal(evidence(13, 0)), Fault::mempool_full);
}

TEST_F(Pool, caps_the_bytes_but_keeps_a_tenth_for_evidence) {
  limits.max_bytes = 8'000;
  pool = Mempool(limits, {});
  accept({data(1, 0, 3'700), data(2, 0, 3'700)});
  EXPECT_EQ(refusal(data(3, 0, 600)), Fault::mempool_full);
  accept({evidence(4, 0)});
  EXPECT_EQ(pool.stats().by_lane, (std::array<std::size_t, kLanes>{1, 0, 2}));
}

TEST_F(Pool, what_was_committed_leaves_and_the_rest_moves_up) {
  const auto a = anchor(1, 0), b = anchor(1, 1), c = anchor(1, 2), d = anchor(2, 0);
  accept({a, b, c, d});
  pool.committed(std::vector{(*a)->id, (*b)->id}, std::vector<AccountNonce>{{(*a)->sender, 2}});
  EXPECT_EQ(all(), (std::vector{c, d}));
  EXPECT_EQ(pool.stats().committed, 2u);
  EXPECT_EQ(pool.next_free_nonce((*a)->sender, 2), 3u);
  EXPECT_EQ(pool.find((*a)->id), nullptr);
}

TEST_F(Pool, a_nonce_used_up_by_another_transaction_takes_its_rival_away) {
  const auto mine = anchor(1, 0), next = anchor(1, 1);
  accept({mine, next});
  const auto rival = data(1, 0);
  pool.committed(std::vector{(*rival)->id}, std::vector<AccountNonce>{{(*rival)->sender, 1}});
  EXPECT_EQ(all(), std::vector{next});
  EXPECT_EQ(pool.stats().dropped, 1u);
  EXPECT_EQ(pool.stats().count, 1u);
}

TEST_F(Pool, a_commit_that_fills_a_gap_frees_what_waited_behind_it) {
  const auto waiting = anchor(1, 3);
  accept({waiting});
  pool.committed({}, std::vector<AccountNonce>{{(*waiting)->sender, 3}});
  EXPECT_TRUE(pool.has_includable());
  EXPECT_EQ(all(), std::vector{waiting});
  EXPECT_EQ(pool.next_free_nonce((*waiting)->sender, 3), 4u);
}

TEST_F(Pool, a_newer_nonce_learned_on_the_way_drops_what_it_used_up) {
  accept({anchor(1, 0), anchor(1, 1)});
  const auto later = anchor(1, 2);
  EXPECT_TRUE(add(later, 2));
  EXPECT_EQ(all(), std::vector{later});
}

TEST_F(Pool, what_fails_in_a_block_leaves_and_what_is_behind_it_waits) {
  const auto a = anchor(1, 0), b = anchor(1, 1), again = data(1, 0);
  accept({a, b});
  EXPECT_TRUE(pool.drop((*a)->id));
  EXPECT_FALSE(pool.drop((*a)->id));
  EXPECT_FALSE(pool.has_includable());
  accept({again});
  EXPECT_EQ(all(), (std::vector{again, b}));
}

TEST_F(Pool, expires_by_height_and_by_age) {
  const auto short_lived = anchor(1, 0, 5), old = anchor(2, 0), young = anchor(3, 0);
  EXPECT_TRUE(add(short_lived, 0, 1, 0));
  EXPECT_TRUE(add(old, 0, 1, 1'000));
  EXPECT_TRUE(add(young, 0, 1, 2'000));
  EXPECT_TRUE(pool.expire(5, 2'000).empty());
  auto expired = pool.expire(6, 2'000);
  ASSERT_EQ(expired.size(), 1u);
  EXPECT_EQ(expired[0].id, (*short_lived)->id);
  EXPECT_TRUE(pool.expire(6, 1'000 + limits.max_age_ms).empty());
  expired = pool.expire(6, 1'001 + limits.max_age_ms);
  ASSERT_EQ(expired.size(), 1u);
  EXPECT_EQ(expired[0].id, (*old)->id);
  EXPECT_EQ(all(), std::vector{young});
  EXPECT_EQ(pool.stats().expired, 2u);
}

TEST_F(Pool, passes_over_what_does_not_fit_and_what_its_sender_has_behind_it) {
  const auto large = data(1, 0, 3'000), behind = data(1, 1), small = data(2, 0);
  accept({large, behind, small});
  EXPECT_EQ(pool.candidates(10, 1'000), std::vector{small});
}

TEST_F(Pool, lists_by_pages_in_order_of_arrival) {
  const auto a = data(1, 5), b = anchor(2, 0), c = anchor(3, 0);
  accept({a, b, c});
  EXPECT_EQ(pool.waiting(0, 2), (std::vector{a, b}));
  EXPECT_EQ(pool.waiting(2, 2), std::vector{c});
  EXPECT_TRUE(pool.waiting(3, 2).empty());
}

TEST_F(Pool, counts_what_happened) {
  accept({anchor(1, 0), data(2, 0)});
  refusal(anchor(1, 0));
  const Stats stats = pool.stats();
  EXPECT_EQ(stats.count, 2u);
  EXPECT_EQ(stats.accepted, 2u);
  EXPECT_EQ(stats.refused, 1u);
  EXPECT_EQ(stats.includable, 2u);
  EXPECT_GT(stats.bytes, 300u);
  for (const auto& transaction : all()) pool.drop((*transaction)->id);
  EXPECT_EQ(pool.stats().bytes, 0u);
  EXPECT_EQ(pool.stats().count, 0u);
  EXPECT_FALSE(pool.has_includable());
}

}  // namespace
}  // namespace lucid::mempool
