#include "core/mempool/mempool.hpp"

#include <algorithm>
#include <queue>

#include "core/base/mutant.hpp"

namespace lucid::mempool {
namespace {

/// How many that do not fit are passed over before a search for smaller ones ends.
constexpr std::size_t kMaxPassedOver = 128;

Error refusal(Fault fault, std::string_view field, std::uint64_t expected, std::uint64_t actual, const char* relation) {
  return {fault, std::string(field), relation + std::to_string(expected), std::to_string(actual)};
}

}  // namespace

Lane lane_of(const Operation& operation) {
  if (has_reserved_room(operation)) return Lane::evidence_and_proofs;
  if (std::holds_alternative<AnchorSession>(operation) || std::holds_alternative<AnchorChunk>(operation) ||
      std::holds_alternative<StoreChunkMetadata>(operation))
    return Lane::anchors;
  return Lane::other;
}

Mempool::Mempool(Limits limits, std::set<Address> exempt) : limits_(limits), exempt_(std::move(exempt)) {}

Status Mempool::add(crypto::TransactionPtr transaction, std::uint64_t next_nonce, Height next_height,
                    std::uint64_t now_ms) {
  const crypto::SignedTransaction& signed_transaction = **transaction;
  if (holds(signed_transaction.id)) {  // before all else: gossip brings each transaction many times
    ++counters_.refused;
    return fail(Fault::transaction_known, "id", "a new transaction", to_hex(signed_transaction.id));
  }
  const Address sender_address = signed_transaction.sender;
  raise_nonce(sender_address, next_nonce);
  sweep(sender_address);
  const auto place = senders_.find(sender_address);
  const Lane lane = lane_of(signed_transaction.transaction.operation);
  Status status =
      check_nonce(place == senders_.end() ? nullptr : &place->second, signed_transaction, next_nonce, next_height);
  if (status) status = check_room(place == senders_.end() ? nullptr : &place->second, signed_transaction, lane);
  if (!status) {
    ++counters_.refused;
    return status;
  }
  Sender& sender = senders_[sender_address];
  if (sender.queue.empty()) sender.next_nonce = sender.run_end = next_nonce;
  leave_head(sender);
  enter(sender, std::move(transaction), lane, now_ms);
  enter_head(sender_address, sender);
  ++counters_.accepted;
  return {};
}

void Mempool::enter(Sender& sender, crypto::TransactionPtr transaction, Lane lane, std::uint64_t now_ms) {
  const crypto::SignedTransaction& entered = **transaction;
  const std::uint64_t nonce = entered.transaction.nonce;
  const std::uint64_t arrival = arrivals_++;
  const Place place{entered.sender, nonce};
  by_id_.emplace(entered.id, place);
  by_arrival_.emplace(arrival, place);
  by_expiry_.emplace(entered.transaction.valid_until_height, arrival);
  counters_.bytes += entered.encoded.size();
  ++counters_.by_lane[static_cast<std::size_t>(lane)];
  auto entry = sender.queue.emplace(nonce, Entry{std::move(transaction), lane, arrival, now_ms}).first;
  // Each transaction is passed once by the end of its run: constant on average.
  for (; entry != sender.queue.end() && entry->first == sender.run_end; ++entry) ++sender.run_end;
}

Status Mempool::check_nonce(const Sender* sender, const crypto::SignedTransaction& transaction,
                            std::uint64_t next_nonce, Height next_height) const {
  const Transaction& content = transaction.transaction;
  if (content.valid_until_height < next_height)
    return tl::unexpected(refusal(Fault::transaction_expired, "valid_until_height", next_height,
                                  content.valid_until_height, "at least "));
  if (content.nonce < next_nonce)
    return tl::unexpected(refusal(Fault::transaction_nonce, "nonce", next_nonce, content.nonce, "at least "));
  if (sender && sender->queue.contains(content.nonce))
    return tl::unexpected(refusal(Fault::mempool_nonce_taken, "nonce", sender->run_end, content.nonce, "for example "));
  const std::uint64_t run_end = sender ? sender->run_end : next_nonce;
  const std::uint64_t gap = exempt_.contains(transaction.sender) ? limits_.max_nonce_gap_exempt : limits_.max_nonce_gap;
  if (content.nonce > run_end && content.nonce - run_end > gap)
    return tl::unexpected(refusal(Fault::mempool_nonce_gap, "nonce", run_end + gap, content.nonce, "at most "));
  return {};
}

Status Mempool::check_room(const Sender* sender, const crypto::SignedTransaction& transaction, Lane lane) const {
  if (sender && sender->queue.size() >= limits_.max_per_sender && !exempt_.contains(transaction.sender))
    return tl::unexpected(
        refusal(Fault::mempool_sender_full, "sender", limits_.max_per_sender, sender->queue.size(), "fewer than "));
  const bool reserved = lane == Lane::evidence_and_proofs;
  const std::size_t count = limits_.max_count + (reserved ? limits_.max_count / kReservedParts : 0);
  const std::size_t bytes = limits_.max_bytes + (reserved ? limits_.max_bytes / kReservedParts : 0);
  if (by_id_.size() >= count)
    return tl::unexpected(refusal(Fault::mempool_full, "count", count, by_id_.size(), "fewer than "));
  const std::size_t after = counters_.bytes + transaction.encoded.size();
  if (after > bytes) return tl::unexpected(refusal(Fault::mempool_full, "bytes", bytes, after, "at most "));
  return {};
}

void Mempool::enter_head(const Address& address, const Sender& sender) {
  if (sender.queue.empty()) return;
  const auto& [nonce, entry] = *sender.queue.begin();
  if (nonce == sender.next_nonce) heads_.emplace(HeadKey{entry.lane, entry.arrival}, address);
}

void Mempool::leave_head(const Sender& sender) {
  if (sender.queue.empty()) return;
  const Entry& entry = sender.queue.begin()->second;
  heads_.erase({entry.lane, entry.arrival});
}

void Mempool::remove(const Place& place) {
  const auto sender_place = senders_.find(place.sender);
  Sender& sender = sender_place->second;
  leave_head(sender);
  const auto entry = sender.queue.find(place.nonce);
  const crypto::SignedTransaction& transaction = **entry->second.transaction;
  by_id_.erase(transaction.id);
  by_arrival_.erase(entry->second.arrival);
  by_expiry_.erase({transaction.transaction.valid_until_height, entry->second.arrival});
  counters_.bytes -= transaction.encoded.size();
  --counters_.by_lane[static_cast<std::size_t>(entry->second.lane)];
  sender.queue.erase(entry);
  if (place.nonce >= sender.next_nonce) sender.run_end = std::min(sender.run_end, place.nonce);
  if (sender.queue.empty())
    senders_.erase(sender_place);
  else
    enter_head(place.sender, sender);
}

void Mempool::raise_nonce(const Address& address, std::uint64_t next_nonce) {
  const auto place = senders_.find(address);
  if (place == senders_.end() || next_nonce <= place->second.next_nonce) return;
  Sender& sender = place->second;
  leave_head(sender);
  sender.next_nonce = next_nonce;
  if (sender.run_end >= next_nonce) return;
  sender.run_end = next_nonce;
  for (auto entry = sender.queue.find(next_nonce); entry != sender.queue.end() && entry->first == sender.run_end;
       ++entry)
    ++sender.run_end;
}

void Mempool::sweep(const Address& address) {
  auto place = senders_.find(address);
  while (place != senders_.end() && place->second.queue.begin()->first < place->second.next_nonce) {
    ++counters_.dropped;
    remove({address, place->second.queue.begin()->first});
    place = senders_.find(address);
  }
  if (place != senders_.end()) enter_head(address, place->second);
}

std::vector<crypto::TransactionPtr> Mempool::candidates(std::size_t max_count, std::size_t max_bytes) const {
  // A merge: the heads of all senders in order, and behind each taken one its sender's next nonce.
  struct Next {
    HeadKey key;
    const Sender* sender;
    Queue::const_iterator entry;
    bool operator<(const Next& other) const { return key > other.key; }  // lowest key on top
  };
  std::priority_queue<Next> successors;
  std::vector<crypto::TransactionPtr> out;
  out.reserve(std::min(max_count, by_id_.size()));
  std::size_t bytes = 0;
  std::size_t passed_over = 0;
  auto head = heads_.begin();
  while (out.size() < max_count && passed_over < kMaxPassedOver && (head != heads_.end() || !successors.empty())) {
    Next next;
    if (head != heads_.end() && (successors.empty() || head->first < successors.top().key)) {
      const Sender& sender = senders_.find(head->second)->second;
      next = {head->first, &sender, sender.queue.begin()};
      ++head;
    } else {
      next = successors.top();
      successors.pop();
    }
    const std::size_t size = (*next.entry->second.transaction)->encoded.size();
    if (bytes + size > max_bytes) {
      ++passed_over;  // and with it what its sender has behind it
      continue;
    }
    bytes += size;
    out.push_back(next.entry->second.transaction);
    const std::uint64_t nonce = next.entry->first;
    if (++next.entry == next.sender->queue.end() || next.entry->first != nonce + 1) continue;
    next.key = {next.entry->second.lane, next.entry->second.arrival};
    successors.push(next);
  }
  return out;
}

bool Mempool::has_includable() const {
  if (LUCID_MUTANT(gap_counts_as_waiting)) return !by_id_.empty();
  return !heads_.empty();
}

void Mempool::committed(std::span<const Hash256> ids, std::span<const AccountNonce> nonces) {
  // Nonces first: a transaction below its account's nonce is no part of a run that its removal would break.
  for (const AccountNonce& account : nonces) raise_nonce(account.account, account.next_nonce);
  for (const Hash256& id : ids) {
    const auto place = by_id_.find(id);
    if (place == by_id_.end()) continue;
    ++counters_.committed;
    const Place copy = place->second;
    remove(copy);
  }
  for (const AccountNonce& account : nonces) sweep(account.account);
}

bool Mempool::drop(const Hash256& id) {
  const auto place = by_id_.find(id);
  if (place == by_id_.end()) return false;
  ++counters_.dropped;
  const Place copy = place->second;
  remove(copy);
  return true;
}

std::vector<Expired> Mempool::expire(Height next_height, std::uint64_t now_ms) {
  std::vector<Expired> out;
  const auto expire_at = [&](std::uint64_t arrival) {
    const Place place = by_arrival_.find(arrival)->second;
    const Entry& entry = senders_.find(place.sender)->second.queue.find(place.nonce)->second;
    out.push_back({(*entry.transaction)->id});
    ++counters_.expired;
    remove(place);
  };
  while (!by_expiry_.empty() && by_expiry_.begin()->first < next_height) expire_at(by_expiry_.begin()->second);
  while (!by_arrival_.empty()) {
    const auto& [arrival, place] = *by_arrival_.begin();
    const Entry& oldest = senders_.find(place.sender)->second.queue.find(place.nonce)->second;
    if (oldest.arrived_ms + limits_.max_age_ms >= now_ms) break;
    expire_at(arrival);
  }
  return out;
}

crypto::TransactionPtr Mempool::find(const Hash256& id) const {
  const auto place = by_id_.find(id);
  if (place == by_id_.end()) return nullptr;
  return senders_.find(place->second.sender)->second.queue.find(place->second.nonce)->second.transaction;
}

std::uint64_t Mempool::next_free_nonce(const Address& sender, std::uint64_t next_nonce) const {
  const auto place = senders_.find(sender);
  return place == senders_.end() ? next_nonce : std::max(next_nonce, place->second.run_end);
}

std::vector<crypto::TransactionPtr> Mempool::waiting(std::size_t offset, std::size_t limit) const {
  std::vector<crypto::TransactionPtr> out;
  for (const auto& [arrival, place] : by_arrival_) {
    if (offset > 0) {
      --offset;
      continue;
    }
    if (out.size() == limit) break;
    out.push_back(senders_.find(place.sender)->second.queue.find(place.nonce)->second.transaction);
  }
  return out;
}

std::size_t Mempool::waiting_before(std::uint64_t arrival) const {
  return static_cast<std::size_t>(std::distance(by_arrival_.begin(), by_arrival_.lower_bound(arrival)));
}

Stats Mempool::stats() const {
  Stats stats = counters_;
  stats.count = by_id_.size();
  stats.includable = heads_.size();
  return stats;
}

}  // namespace lucid::mempool
