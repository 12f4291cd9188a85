#include "actors/signature_desk.hpp"

namespace lucid::actors {

namespace {

/// Signatures checked in one message: about 3 ms, so that no verifier is away for long.
constexpr std::size_t kPartSize = 64;
/// Encoded, of transactions that were checked and wait nowhere else: those of blocks to come, and refused ones.
constexpr std::size_t kRememberedBytes = std::size_t{8} << 20;
/// What several full blocks hold.
constexpr std::size_t kRememberedCommitted = 16'384;

}  // namespace

void SignatureDesk::check(const std::vector<ByteView>& encoded, Turn turn, Done done) {
  auto batch = std::make_shared<Batch>();
  batch->turn = turn;
  batch->done = std::move(done);
  const Result<crypto::TransactionPtr> unanswered = fail(Fault::no_answer, "verifier", "an answer in time");
  batch->checked.assign(encoded.size(), unanswered);
  std::vector<Bytes> unknown;
  std::vector<Hash256> unknown_ids;
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    const Hash256 id = crypto::transaction_id(encoded[i]);
    if (auto here = known(id)) {
      batch->checked[i] = std::move(here);
      continue;
    }
    auto& waiting = in_flight_[id];
    if (waiting.empty()) {
      unknown.emplace_back(encoded[i].begin(), encoded[i].end());
      unknown_ids.push_back(id);
    }
    waiting.emplace_back(batch, i);
    ++batch->open;
  }
  if (turn == Turn::in_order) queue_.push_back(batch);
  if (turn == Turn::at_once && batch->open == 0) return batch->done(std::move(batch->checked));
  send_parts(std::move(unknown), std::move(unknown_ids));
  finish();
}

void SignatureDesk::send_parts(std::vector<Bytes> transactions, std::vector<Hash256> ids) {
  const std::size_t count = transactions.size();
  const auto shared = std::make_shared<const std::vector<Bytes>>(std::move(transactions));
  for (std::size_t from = 0; from < count; from += kPartSize) {
    const std::size_t to = std::min(count, from + kPartSize);
    const auto at = [&](std::size_t index) { return ids.begin() + static_cast<std::ptrdiff_t>(index); };
    parts_[next_part_].assign(at(from), at(to));
    check_part_(VerifyPart{next_part_++, shared, from, to});
  }
}

void SignatureDesk::part_checked(const VerifiedPart& part) {
  auto asked = parts_.extract(part.part);
  if (asked.empty()) return;
  const auto& ids = asked.mapped();
  for (std::size_t i = 0; i < ids.size() && i < part.results.size(); ++i) {
    if (part.results[i]) remember(*part.results[i]);
    settle(ids[i], part.results[i]);
  }
  finish();
}

void SignatureDesk::part_lost(std::uint64_t part) {
  auto asked = parts_.extract(part);
  if (asked.empty()) return;
  for (const auto& id : asked.mapped()) settle(id, fail(Fault::no_answer, "verifier", "an answer in time"));
  finish();
}

void SignatureDesk::settle(const Hash256& id, const Result<crypto::TransactionPtr>& result) {
  auto waiting = in_flight_.extract(id);
  if (waiting.empty()) return;
  for (const auto& [batch, entry] : waiting.mapped()) {
    batch->checked[entry] = result;
    if (--batch->open == 0 && batch->turn == Turn::at_once) batch->done(std::move(batch->checked));
  }
}

void SignatureDesk::finish() {
  while (!queue_.empty() && queue_.front()->open == 0) {
    const auto batch = std::move(queue_.front());
    queue_.pop_front();
    batch->done(std::move(batch->checked));
  }
}

// ---- what is remembered

crypto::TransactionPtr SignatureDesk::known(const Hash256& id) const {
  if (auto held = find_(id)) return held;
  const auto found = remembered_.find(id);
  return found == remembered_.end() ? nullptr : found->second;
}

void SignatureDesk::remember(const crypto::TransactionPtr& transaction) {
  if (!remembered_.emplace((*transaction)->id, transaction).second) return;
  remembered_order_.push_back((*transaction)->id);
  remembered_bytes_ += (*transaction)->encoded.size();
  while (remembered_bytes_ > kRememberedBytes && !remembered_order_.empty()) {
    if (const auto oldest = remembered_.find(remembered_order_.front()); oldest != remembered_.end()) {
      remembered_bytes_ -= (*oldest->second)->encoded.size();
      remembered_.erase(oldest);
    }
    remembered_order_.pop_front();
  }
}

void SignatureDesk::committed(const std::vector<Hash256>& ids) {
  for (const auto& id : ids) {
    if (const auto found = remembered_.find(id); found != remembered_.end()) {
      remembered_bytes_ -= (*found->second)->encoded.size();
      remembered_.erase(found);
    }
    if (committed_.insert(id).second) committed_order_.push_back(id);
  }
  while (!remembered_order_.empty() && !remembered_.contains(remembered_order_.front())) remembered_order_.pop_front();
  for (; committed_order_.size() > kRememberedCommitted; committed_order_.pop_front())
    committed_.erase(committed_order_.front());
}

}  // namespace lucid::actors
