// The mempool beside a dumb twin: a plain list, searched from end to end.
#include "core/mempool/mempool.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>

#include "tests/fixtures/small_chain.hpp"

namespace lucid::mempool {
namespace {

using crypto::TransactionPtr;

constexpr std::uint32_t kAccounts = 4;
constexpr std::uint64_t kNonces = 40;

struct Twin {
  struct Item {
    TransactionPtr transaction;
    std::uint64_t arrived_ms;
  };
  std::vector<Item> items;  // by arrival
  std::map<Address, std::uint64_t> next;

  static std::uint64_t nonce(const TransactionPtr& t) { return (*t)->transaction.nonce; }
  const Item* of(const Address& sender, std::uint64_t nonce_asked) const {
    for (const Item& item : items)
      if ((*item.transaction)->sender == sender && nonce(item.transaction) == nonce_asked) return &item;
    return nullptr;
  }
  std::uint64_t run_end(const Address& sender) {
    std::uint64_t end = next[sender];
    while (of(sender, end)) ++end;
    return end;
  }
  std::optional<Fault> add(const TransactionPtr& t, Height height, std::uint64_t now, const Limits& limits) {
    const Address sender = (*t)->sender;
    const auto waiting = std::count_if(items.begin(), items.end(),
                                       [&](const Item& item) { return (*item.transaction)->sender == sender; });
    for (const Item& item : items)
      if ((*item.transaction)->id == (*t)->id) return Fault::transaction_known;
    if ((*t)->transaction.valid_until_height < height) return Fault::transaction_expired;
    if (nonce(t) < next[sender]) return Fault::transaction_nonce;
    if (of(sender, nonce(t))) return Fault::mempool_nonce_taken;
    if (nonce(t) > run_end(sender) + limits.max_nonce_gap) return Fault::mempool_nonce_gap;
    if (static_cast<std::size_t>(waiting) >= limits.max_per_sender) return Fault::mempool_sender_full;
    if (items.size() >= limits.max_count) return Fault::mempool_full;
    items.push_back({t, now});
    return std::nullopt;
  }
  void forget(const std::function<bool(const Item&)>& which) { std::erase_if(items, which); }
  void set_next(const Address& sender, std::uint64_t nonce_now) {
    next[sender] = std::max(next[sender], nonce_now);
    forget([&](const Item& item) {
      return (*item.transaction)->sender == sender && nonce(item.transaction) < next[sender];
    });
  }
  std::vector<TransactionPtr> candidates(std::size_t max_count) {
    std::map<Address, std::uint64_t> at = next;
    std::vector<TransactionPtr> out;
    while (out.size() < max_count) {
      TransactionPtr best;
      for (const Item& item : items) {
        const auto& t = item.transaction;
        if (nonce(t) != at[(*t)->sender]) continue;
        if (!best || lane_of((*t)->transaction.operation) < lane_of((*best)->transaction.operation)) best = t;
      }
      if (!best) break;
      out.push_back(best);
      ++at[(*best)->sender];
    }
    return out;
  }
};

class MempoolTwin : public testing::Test {
 protected:
  MempoolTwin() {
    for (std::uint32_t account = 0; account < kAccounts; ++account)
      for (std::uint64_t nonce = 0; nonce < kNonces; ++nonce)
        for (const bool anchors : {false, true}) {
          const Operation operation =
              anchors ? Operation(fixtures::anchor_of(1)) : Operation(Data{BoundedString<64>("n"), {}});
          made.push_back(world.transaction(fixtures::account_key(account), nonce, operation, 5 + (nonce * 7) % 90));
        }
  }
  fixtures::SmallChain world{1};
  std::vector<TransactionPtr> made;
};

TEST_F(MempoolTwin, agrees_on_every_answer) {
  std::mt19937_64 random(99);
  Limits limits;
  limits.max_count = 30;
  limits.max_per_sender = 12;
  limits.max_nonce_gap = 5;
  limits.max_age_ms = 60;
  std::map<Fault, int> refusals;
  int steps = 0;
  for (int run = 0; run < 60; ++run) {
    Mempool pool(limits, {});
    Twin twin;
    Height height = 1;
    std::uint64_t now = 0;
    for (int step = 0; step < 250; ++step, ++steps) {
      now += random() % 3;
      const std::uint64_t dice = random() % 100;
      if (dice < 80) {
        // Mostly near the account's next nonce, as clients send.
        const std::uint32_t account = static_cast<std::uint32_t>(random() % kAccounts);
        const Address sender = fixtures::address_of(fixtures::account_key(account));
        const std::uint64_t nonce =
            random() % 10 == 0 ? random() % kNonces : std::min(kNonces - 1, twin.run_end(sender) + random() % 3);
        const auto& t = made[(account * kNonces + nonce) * 2 + random() % 2];
        const Status status = pool.add(t, twin.next[sender], height, now);
        const auto expected = twin.add(t, height, now, limits);
        ASSERT_EQ(status ? std::nullopt : std::optional(status.error().fault), expected);
        if (expected) ++refusals[*expected];
      } else if (dice < 88) {
        const auto block = pool.candidates(random() % 6, 1 << 20);
        std::vector<Hash256> ids;
        std::map<Address, std::uint64_t> nonces;
        for (const auto& t : block) ids.push_back((*t)->id), nonces[(*t)->sender] = Twin::nonce(t) + 1;
        std::vector<AccountNonce> accounts;
        for (const auto& [account, nonce] : nonces) accounts.push_back({account, nonce});
        pool.committed(ids, accounts);
        for (const auto& [account, nonce] : nonces) twin.set_next(account, nonce);
        ++height;
      } else if (dice < 92 && !twin.items.empty()) {
        const Hash256 id = (*twin.items[random() % twin.items.size()].transaction)->id;
        EXPECT_TRUE(pool.drop(id));
        twin.forget([&](const Twin::Item& item) { return (*item.transaction)->id == id; });
      } else {
        const auto expired = pool.expire(height, now);
        const std::size_t before = twin.items.size();
        twin.forget([&](const Twin::Item& item) {
          return (*item.transaction)->transaction.valid_until_height < height ||
                 item.arrived_ms + limits.max_age_ms < now;
        });
        EXPECT_EQ(expired.size(), before - twin.items.size());
      }
      ASSERT_EQ(pool.stats().count, twin.items.size());
      const auto expected = twin.candidates(1'000);
      ASSERT_EQ(pool.candidates(1'000, 1 << 20), expected) << "run " << run << " step " << step;
      ASSERT_EQ(pool.has_includable(), !expected.empty());
    }
  }
  EXPECT_EQ(steps, 15'000);
  for (const Fault fault :
       {Fault::transaction_known, Fault::transaction_expired, Fault::transaction_nonce, Fault::mempool_nonce_taken,
        Fault::mempool_nonce_gap, Fault::mempool_sender_full, Fault::mempool_full})
    EXPECT_GT(refusals[fault], 0) << fault_name(fault);
}

}  // namespace
}  // namespace lucid::mempool
