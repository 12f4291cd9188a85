#include "storage/outbox.hpp"

#include <algorithm>
#include <deque>
#include <map>

#include "core/crypto/sha256.hpp"
#include "storage/keys.hpp"
#include "storage/rows.hpp"
#include "storage/schema.hpp"
#include "storage/sorted_runs.hpp"

namespace lucid::storage {
namespace {

// Clients choose session ids; hashed, they cannot be chosen alike.
std::uint64_t session_prefix(const SessionId& session) {
  return run_prefix(crypto::sha256(session));
}

std::string in_words(std::uint64_t anchoring_id) {
  return "anchoring_id " + std::to_string(anchoring_id);
}

Result<std::optional<OutboxEntry>> find_entry(const ReadTxn& txn, std::uint64_t anchoring_id) {
  return get_row<OutboxEntry>(txn, outbox::kEntries, Key{}.u64(anchoring_id));
}

Status sign_entry(OutboxEntry& entry, std::uint64_t nonce, const AnchorSigner& sign) {
  LUCID_TRY_ASSIGN(SignedAnchor made, sign(entry.anchor, nonce));
  entry.nonce = nonce;
  entry.valid_until_height = made.valid_until_height;
  entry.transaction = std::move(made.transaction);
  entry.transaction_id = made.transaction_id;
  return {};
}

// Cut between two characters: half of one could not be read back.
BoundedString<256> bounded(std::string_view reason) {
  std::size_t size = std::min<std::size_t>(reason.size(), 256);
  while (size > 0 && size < reason.size() && (static_cast<unsigned char>(reason[size]) & 0xC0) == 0x80) --size;
  return BoundedString<256>(std::string(reason.substr(0, size)));
}

Result<std::vector<OutboxEntry>> pending_in(const ReadTxn& txn, std::uint64_t first, std::size_t limit) {
  std::vector<OutboxEntry> entries;
  LUCID_TRY_ASSIGN(CheckedCursor cursor, CheckedCursor::open(txn, outbox::kOpen));
  LUCID_TRY_ASSIGN(bool here, cursor.seek(Key{}.u64(first)));
  while (here && entries.size() < limit) {
    const std::uint64_t id = read_u64(cursor.key());
    LUCID_TRY_ASSIGN(auto entry, find_entry(txn, id));
    if (!entry) return fail(Fault::storage_not_found, in_words(id));
    entries.push_back(std::move(*entry));
    LUCID_TRY_ASSIGN(here, cursor.next());
  }
  return entries;
}

Result<std::uint64_t> last_id_in(const ReadTxn& txn) {
  LUCID_TRY_ASSIGN(CheckedCursor cursor, CheckedCursor::open(txn, outbox::kEntries));
  LUCID_TRY_ASSIGN(const bool any, cursor.last());
  return any ? read_u64(cursor.key()) : 0;
}

}  // namespace

Result<Outbox> Outbox::open(Store& store) {
  Outbox outbox(store);
  LUCID_TRY_ASSIGN(const auto txn, store.read());
  LUCID_TRY_ASSIGN(outbox.last_id_, last_id_in(*txn));
  LUCID_TRY_ASSIGN(const auto unfinished, pending_in(*txn, 0, SIZE_MAX));
  outbox.pending_count_ = unfinished.size();
  for (const OutboxEntry& entry : unfinished) outbox.raise_next_nonce(entry.nonce + 1);
  return outbox;
}

void Outbox::raise_next_nonce(std::uint64_t account_nonce) {
  next_nonce_ = std::max(next_nonce_, account_nonce);
}

Result<std::vector<OutboxEntry>> Outbox::put(std::span<const OutboxRequest> requests, const AnchorSigner& sign) {
  std::vector<OutboxEntry> entries;
  if (requests.empty()) return entries;
  std::vector<RunEntry> sessions;
  LUCID_TRY_ASSIGN(const auto txn, store_->write());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    OutboxEntry entry;
    entry.anchoring_id = last_id_ + 1 + i;
    entry.anchor = requests[i].anchor;
    entry.submitted_at = requests[i].submitted_at;
    LUCID_TRY(sign_entry(entry, next_nonce_ + i, sign));
    const Key key = Key{}.u64(entry.anchoring_id);
    LUCID_TRY(append_row(*txn, outbox::kEntries, key, entry));
    LUCID_TRY(checked_append(*txn, outbox::kOpen, key, {}));
    sessions.push_back({session_prefix(entry.anchor.session), entry.anchoring_id, 0});
    entries.push_back(std::move(entry));
  }
  LUCID_TRY(append_run(*txn, outbox::kSessionRuns, last_id_ + 1, last_id_ + requests.size(), std::move(sessions)));
  LUCID_TRY(txn->commit());
  last_id_ += requests.size();
  pending_count_ += requests.size();
  next_nonce_ += requests.size();
  return entries;
}

Result<OutboxEntry> Outbox::unfinished(const ReadTxn& txn, std::uint64_t anchoring_id) const {
  LUCID_TRY_ASSIGN(auto entry, find_entry(txn, anchoring_id));
  if (!entry || entry->status != OutboxStatus::pending)
    return fail(Fault::storage_not_found, in_words(anchoring_id), "an unfinished entry", entry ? "finished" : "none");
  return std::move(*entry);
}

Result<OutboxEntry> Outbox::resign(std::uint64_t anchoring_id, const AnchorSigner& sign) {
  LUCID_TRY_ASSIGN(const auto txn, store_->write());
  LUCID_TRY_ASSIGN(OutboxEntry entry, unfinished(*txn, anchoring_id));
  LUCID_TRY(sign_entry(entry, entry.nonce, sign));
  LUCID_TRY(put_row(*txn, outbox::kEntries, Key{}.u64(anchoring_id), entry));
  LUCID_TRY(txn->commit());
  return entry;
}

Result<std::vector<OutboxEntry>> Outbox::renumber(std::uint64_t next_nonce, const AnchorSigner& sign) {
  LUCID_TRY_ASSIGN(const auto txn, store_->write());
  LUCID_TRY_ASSIGN(auto entries, pending_in(*txn, 0, SIZE_MAX));
  std::map<std::uint64_t, OutboxEntry> usable;  // by nonce
  std::deque<OutboxEntry> lost;                 // oldest first
  for (OutboxEntry& entry : entries)
    if (entry.nonce < next_nonce)
      lost.push_back(std::move(entry));
    else
      usable.emplace(entry.nonce, std::move(entry));
  std::vector<OutboxEntry> renewed;
  std::uint64_t nonce = next_nonce;
  for (; !lost.empty() || !usable.empty(); ++nonce) {
    if (usable.erase(nonce) > 0) continue;
    if (lost.empty()) {  // the last one fills the gap
      lost.push_back(std::move(usable.rbegin()->second));
      usable.erase(std::prev(usable.end()));
    }
    OutboxEntry& entry = renewed.emplace_back(std::move(lost.front()));
    lost.pop_front();
    LUCID_TRY(sign_entry(entry, nonce, sign));
    LUCID_TRY(put_row(*txn, outbox::kEntries, Key{}.u64(entry.anchoring_id), entry));
  }
  LUCID_TRY(txn->commit());
  next_nonce_ = nonce;
  return renewed;
}

Status Outbox::confirm(std::span<const OutboxConfirmation> confirmations) {
  if (confirmations.empty()) return {};
  std::uint64_t closed = 0;
  LUCID_TRY_ASSIGN(const auto txn, store_->write());
  for (const OutboxConfirmation& confirmation : confirmations) {
    LUCID_TRY_ASSIGN(auto entry, find_entry(*txn, confirmation.anchoring_id));
    if (!entry) return fail(Fault::storage_not_found, in_words(confirmation.anchoring_id));
    if (entry->status == OutboxStatus::confirmed) continue;
    entry->status = OutboxStatus::confirmed;
    entry->transaction.clear();
    entry->transaction_id = confirmation.transaction_id;
    entry->height = confirmation.height;
    entry->confirmed_at = confirmation.confirmed_at;
    entry->reason.clear();
    const Key key = Key{}.u64(confirmation.anchoring_id);
    LUCID_TRY(put_row(*txn, outbox::kEntries, key, *entry));
    LUCID_TRY_ASSIGN(const bool was_open, txn->erase(outbox::kOpen, key));
    closed += was_open ? 1 : 0;
  }
  LUCID_TRY(txn->commit());
  pending_count_ -= closed;
  return {};
}

Status Outbox::mark_failed(std::uint64_t anchoring_id, std::string_view reason) {
  LUCID_TRY_ASSIGN(const auto txn, store_->write());
  LUCID_TRY_ASSIGN(OutboxEntry entry, unfinished(*txn, anchoring_id));
  entry.status = OutboxStatus::failed;
  entry.reason = bounded(reason);
  const Key key = Key{}.u64(anchoring_id);
  LUCID_TRY(put_row(*txn, outbox::kEntries, key, entry));
  LUCID_TRY(txn->erase(outbox::kOpen, key));
  LUCID_TRY(txn->commit());
  --pending_count_;
  return {};
}

Result<std::optional<OutboxEntry>> Outbox::find(std::uint64_t anchoring_id) const {
  LUCID_TRY_ASSIGN(const auto txn, store_->read());
  return find_entry(*txn, anchoring_id);
}

Result<std::optional<OutboxEntry>> Outbox::find_session(const SessionId& session) const {
  LUCID_TRY_ASSIGN(const auto txn, store_->read());
  LUCID_TRY_ASSIGN(const auto candidates, find_in_runs(*txn, outbox::kSessionRuns, session_prefix(session)));
  std::optional<OutboxEntry> newest;
  for (const RunEntry& candidate : candidates) {
    if (newest && newest->anchoring_id > candidate.position) continue;
    LUCID_TRY_ASSIGN(auto entry, find_entry(*txn, candidate.position));
    if (entry && entry->anchor.session == session) newest = std::move(entry);
  }
  return newest;
}

Result<std::vector<OutboxEntry>> Outbox::pending(std::uint64_t first, std::size_t limit) const {
  LUCID_TRY_ASSIGN(const auto txn, store_->read());
  return pending_in(*txn, first, limit);
}

}  // namespace lucid::storage
