// Transactions that wait for a block: capped by count, bytes and sender, in lanes (evidence and proofs, anchors,
// other), with a time to live (design.md section 4, security.md item 13).
//
// Order is deterministic: by lane, then arrival; a sender's nonces ascending. Every change costs O(log n), n the
// number waiting. Times are milliseconds of any steady source that the caller uses throughout.
// Thread-safety: one owner.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "core/crypto/verifier.hpp"
#include "core/types/account.hpp"

namespace lucid::mempool {

enum class Lane : std::uint8_t { evidence_and_proofs, anchors, other };
inline constexpr std::size_t kLanes = 3;
Lane lane_of(const Operation& operation);

struct Limits {
  std::size_t max_count = 100'000;
  std::size_t max_bytes = 64 * 1024 * 1024;
  std::size_t max_per_sender = 1'000;  // validators' accounts are exempt
  std::uint64_t max_nonce_gap = 16;    // beyond the end of the sender's unbroken run
  std::uint64_t max_nonce_gap_exempt = 65'536;
  std::uint64_t max_age_ms = 3'600'000;
};
/// What evidence and proofs may use beyond count and bytes, so that a flood of others never shuts them out: a tenth.
inline constexpr std::size_t kReservedParts = 10;

struct Expired {
  Hash256 id;
  Fault reason = Fault::transaction_expired;
};

struct Stats {
  std::size_t count = 0;
  std::size_t bytes = 0;
  std::size_t includable = 0;  // senders whose next nonce waits
  std::array<std::size_t, kLanes> by_lane{};
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;
  std::uint64_t committed = 0;
  std::uint64_t dropped = 0;
  std::uint64_t expired = 0;
};

class Mempool {
 public:
  Mempool(Limits limits, std::set<Address> exempt);

  /// `next_nonce` is the chain's for the sender, `next_height` that of the block to come. Faults: transaction_known,
  /// transaction_expired, transaction_nonce (used up), mempool_nonce_gap, mempool_nonce_taken, mempool_sender_full,
  /// mempool_full.
  Status add(crypto::TransactionPtr transaction, std::uint64_t next_nonce, Height next_height, std::uint64_t now_ms);

  /// What could be included now, in order; nothing is removed. What does not fit `max_bytes` is passed over.
  std::vector<crypto::TransactionPtr> candidates(std::size_t max_count, std::size_t max_bytes) const;
  /// Whether candidates() has anything: a transaction behind a nonce gap does not count.
  bool has_includable() const;

  /// After a block: its transactions go, and whatever the accounts' new nonces have used up.
  void committed(std::span<const Hash256> ids, std::span<const AccountNonce> nonces);
  /// One that failed while a block was built. False if it is not here.
  bool drop(const Hash256& id);
  /// Removes what is past valid_until_height or older than max_age_ms.
  std::vector<Expired> expire(Height next_height, std::uint64_t now_ms);

  bool holds(const Hash256& id) const { return by_id_.contains(id); }
  /// Null if it is not here.
  crypto::TransactionPtr find(const Hash256& id) const;
  /// The nonce after the sender's unbroken run, or `next_nonce` where none waits.
  std::uint64_t next_free_nonce(const Address& sender, std::uint64_t next_nonce) const;
  /// Waiting transactions by arrival, for lists: at most `limit`, after skipping `offset`.
  std::vector<crypto::TransactionPtr> waiting(std::size_t offset, std::size_t limit) const;
  /// The number that the next to arrive gets, and how many wait that have a lower one: in waiting() they come first.
  std::uint64_t next_arrival() const { return arrivals_; }
  std::size_t waiting_before(std::uint64_t arrival) const;
  void set_exempt(std::set<Address> exempt) { exempt_ = std::move(exempt); }

  Stats stats() const;

 private:
  struct Entry {
    crypto::TransactionPtr transaction;
    Lane lane = Lane::other;
    std::uint64_t arrival = 0;  // sequence number
    std::uint64_t arrived_ms = 0;
  };
  using Queue = std::map<std::uint64_t, Entry>;  // by nonce
  struct Sender {
    std::uint64_t next_nonce = 0;  // the chain's
    std::uint64_t run_end = 0;     // first missing nonce from next_nonce on
    Queue queue;
  };
  struct Place {
    Address sender;
    std::uint64_t nonce = 0;
  };
  using HeadKey = std::pair<Lane, std::uint64_t>;  // lane, arrival

  Status check_nonce(const Sender* sender, const crypto::SignedTransaction& transaction, std::uint64_t next_nonce,
                     Height next_height) const;
  Status check_room(const Sender* sender, const crypto::SignedTransaction& transaction, Lane lane) const;
  void enter(Sender& sender, crypto::TransactionPtr transaction, Lane lane, std::uint64_t now_ms);
  void remove(const Place& place);
  void enter_head(const Address& address, const Sender& sender);
  void leave_head(const Sender& sender);
  void raise_nonce(const Address& address, std::uint64_t next_nonce);
  void sweep(const Address& address);  // drops what the account's nonce has used up

  Limits limits_;
  std::set<Address> exempt_;
  std::map<Address, Sender> senders_;
  std::map<Hash256, Place> by_id_;
  std::map<std::uint64_t, Place> by_arrival_;
  std::set<std::pair<Height, std::uint64_t>> by_expiry_;  // valid_until_height, arrival
  std::map<HeadKey, Address> heads_;                      // each sender's next includable transaction
  std::uint64_t arrivals_ = 0;
  Stats counters_;  // all but count and includable
};

}  // namespace lucid::mempool
