// The anchor actor's outbox: what was promised to a client and must become final. An entry is durable when put()
// returns; the answer 202 may be given then, and not before.
//
// Entries are numbered from 1 (anchoring_id). Unfinished ones stand in a table of their own, so a start reads only
// those. Session → entry goes by sorted runs (sorted_runs.hpp) and, for the newest, by memory: no random key is
// written. Nonces are assigned here, one after the other.
//
// Thread-safety: belongs to one thread (one actor).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "core/base/bounded.hpp"
#include "core/base/fields.hpp"
#include "core/types/block.hpp"
#include "storage/kv.hpp"

namespace lucid::storage {

enum class OutboxStatus : std::uint8_t { pending, confirmed, failed };
constexpr OutboxStatus last_of(OutboxStatus) {
  return OutboxStatus::failed;
}

struct OutboxEntry {
  std::uint64_t anchoring_id = 0;
  AnchorSession anchor;
  OutboxStatus status = OutboxStatus::pending;
  std::uint64_t nonce = 0;
  Height valid_until_height = 0;
  EncodedTransaction transaction;  // as signed last; emptied once it is confirmed (the chain has it)
  Hash256 transaction_id;
  TimeMs submitted_at = 0;
  std::optional<TimeMs> confirmed_at;
  std::optional<Height> height;
  BoundedString<256> reason;  // why it failed
  bool operator==(const OutboxEntry&) const = default;
  LUCID_FIELDS(anchoring_id, anchor, status, nonce, valid_until_height, transaction, transaction_id, submitted_at,
               confirmed_at, height, reason)
};

struct OutboxRequest {
  AnchorSession anchor;
  TimeMs submitted_at = 0;
};

/// What signing makes of an anchor and its nonce.
struct SignedAnchor {
  EncodedTransaction transaction;
  Hash256 transaction_id;
  Height valid_until_height = 0;
};
using AnchorSigner = std::function<Result<SignedAnchor>(const AnchorSession& anchor, std::uint64_t nonce)>;

struct OutboxConfirmation {
  std::uint64_t anchoring_id = 0;
  Height height = 0;
  Hash256 transaction_id;
  TimeMs confirmed_at = 0;
};

class Outbox {
 public:
  /// Reads the unfinished entries, never all. `store` is environment outbox and must outlive it.
  static Result<Outbox> open(Store& store);

  /// The nonce that the next entry gets: above those of all unfinished entries.
  std::uint64_t next_nonce() const { return next_nonce_; }
  /// Tells the account's nonce on chain: at the start, and when another program used the account. Never lowers.
  void raise_next_nonce(std::uint64_t account_nonce);

  /// All of them in one synced transaction, numbered and with nonces in this order. On an error none is kept and no
  /// number or nonce is used.
  Result<std::vector<OutboxEntry>> put(std::span<const OutboxRequest> requests, const AnchorSigner& sign);
  /// Signs an unfinished entry anew, with the nonce it has (it expired). Synced. Faults: storage_not_found (there is no
  /// such unfinished entry), those of `sign`.
  Result<OutboxEntry> resign(std::uint64_t anchoring_id, const AnchorSigner& sign);
  /// After a gap (an entry failed before it was on chain), or when the account was used elsewhere: gives the unfinished
  /// entries the nonces from `next_nonce` on, without gaps, and returns those that were signed anew for it. As few as
  /// can be: others may still include what they were offered before, and then the newer one fails on chain. One synced
  /// transaction.
  Result<std::vector<OutboxEntry>> renumber(std::uint64_t next_nonce, const AnchorSigner& sign);
  /// Entries that a block made final, in one synced transaction. One that is confirmed already stays as it is. Fault
  /// storage_not_found.
  Status confirm(std::span<const OutboxConfirmation> confirmations);
  /// Of an unfinished entry; its nonce is lost. Synced. Fault storage_not_found.
  Status mark_failed(std::uint64_t anchoring_id, std::string_view reason);

  /// Absent: no such entry.
  Result<std::optional<OutboxEntry>> find(std::uint64_t anchoring_id) const;
  /// The newest entry of the session.
  Result<std::optional<OutboxEntry>> find_session(const SessionId& session) const;
  /// Unfinished ones in order of anchoring_id, from `first` on.
  Result<std::vector<OutboxEntry>> pending(std::uint64_t first = 0, std::size_t limit = SIZE_MAX) const;
  std::uint64_t pending_count() const { return pending_count_; }
  std::uint64_t count() const { return last_id_; }

 private:
  explicit Outbox(Store& store) : store_(&store) {}
  Result<OutboxEntry> unfinished(const ReadTxn& txn, std::uint64_t anchoring_id) const;

  Store* store_;
  std::uint64_t last_id_ = 0;
  std::uint64_t pending_count_ = 0;
  std::uint64_t next_nonce_ = 0;
};

}  // namespace lucid::storage
