#include "actors/block_producer.hpp"

namespace lucid::actors {

namespace {

constexpr std::chrono::seconds kAskTimeout{5};
constexpr std::chrono::seconds kVerifyTimeout{30};
constexpr std::chrono::seconds kExpireEvery{10};
/// Signatures checked in one message: about 3 ms, so that no verifier is away for long.
constexpr std::size_t kPartSize = 64;
/// Senders whose nonces are kept in memory.
constexpr std::size_t kMaxNonces = 10'000;

}  // namespace

/// A batch on its way through the verifiers. Parts come back in any order; transactions enter the mempool in theirs.
struct BlockProducer::Batch {
  std::vector<Result<crypto::TransactionPtr>> verified;
  std::size_t parts_open = 0;
  caf::typed_response_promise<SubmitResult> promise;
};

BlockProducer::BlockProducer(interface::pointer self, Deps deps)
    : self_(self), deps_(std::move(deps)), pool_(deps_.limits, deps_.exempt) {
  act::probe(self_).set_state("waiting for the chain's tip");
  // Batches would wait for a dead verifier in vain; a new block_producer brings new ones.
  for (const auto& verifier : deps_.verifiers)
    act::watch(self_, verifier, [this](const caf::error& reason) { act::quit(self_, from_caf(reason)); });
  act::ask(self_, deps_.ledger, kAskTimeout, GetTip{})
      .then([this](const TipChanged& tip) { take_tip(tip); }, [](const caf::error&) {});
  act::tell_after(self_, act::me<interface>(self_), kExpireEvery, ExpirePending{});
}

BlockProducer::interface::behavior_type BlockProducer::make_behavior() {
  return {
      [this](const TipChanged& tip) { take_tip(tip); },
      [this](const BuildBlock& wanted) { build(wanted); },
      [this](const SubmitVerified& submitted) { return submit(submitted); },
      [this](const SubmitEncoded& submitted) { return submit_encoded(submitted); },
      [this](const GetPending& query) {
        return PendingTransactions{pool_.waiting(query.offset, query.limit), pool_.stats().count};
      },
      [this](const FindPending& query) { return FoundPending{pool_.find(query.id)}; },
      [this](const GetMempoolStats&) {
        const auto stats = pool_.stats();
        return MempoolStats{stats.count,   stats.bytes,     stats.includable, stats.accepted,
                            stats.refused, stats.committed, stats.dropped,    stats.expired};
      },
      [this](const ExpirePending&) {
        expire();
        act::tell_after(self_, act::me<interface>(self_), kExpireEvery, ExpirePending{});
      },
  };
}

void BlockProducer::take_tip(const TipChanged& tip) {
  if (tip.state->height + 1 <= next_height_) return;
  next_height_ = tip.state->height + 1;
  if (tip.block) {
    std::vector<Hash256> ids;
    ids.reserve(tip.block->transactions.size());
    for (const auto& record : tip.block->transactions) ids.push_back(record.id);
    pool_.committed(ids, tip.block->accounts);
    if (nonces_.size() > kMaxNonces) nonces_.clear();
    for (const auto& account : tip.block->accounts) nonces_[account.account] = account.next_nonce;
  }
  tell_work();
  publish_state();
}

void BlockProducer::build(const BuildBlock& wanted) {
  if (wanted.height != next_height_) return;  // decided meanwhile
  BuildCandidate job{wanted.height,      wanted.round,
                     wanted.time,        wanted.max_bytes,
                     wanted.last_commit, pool_.candidates(deps_.params.max_transactions_per_block, wanted.max_bytes)};
  act::ask(self_, deps_.ledger, kVerifyTimeout, std::move(job))
      .then([this, wanted](const CandidateBuilt& candidate) { built(wanted, candidate); },
            [this, wanted](const caf::error& error) {
              deps_.log("no block could be made for height " + std::to_string(wanted.height) + ": " +
                        to_text(from_caf(error)));
            });
}

void BlockProducer::built(const BuildBlock& wanted, const CandidateBuilt& candidate) {
  for (const auto& dropped : candidate.dropped) {
    pool_.drop(dropped.id);
    deps_.log("transaction " + to_hex(dropped.id) + " can no longer be included: " + to_text(dropped.reason));
  }
  act::tell(self_, deps_.validator,
            BlockBuilt{wanted.height, wanted.round, candidate.hash, candidate.block, candidate.size_bytes});
}

std::optional<Error> BlockProducer::add(const crypto::TransactionPtr& transaction) {
  if (next_height_ == 0) return Error{Fault::not_ready, "chain", "its tip to be known", {}};
  const Address& sender = (*transaction)->sender;
  auto known = nonces_.find(sender);
  if (known == nonces_.end()) {
    const auto nonce = deps_.next_nonce(sender);
    if (!nonce) return nonce.error();
    if (nonces_.size() > kMaxNonces) nonces_.clear();
    known = nonces_.emplace(sender, *nonce).first;
  }
  const auto added = pool_.add(transaction, known->second, next_height_, deps_.clock.monotonic_ms());
  if (!added) return added.error();
  return std::nullopt;
}

SubmitOutcome BlockProducer::submit(const SubmitVerified& submitted) {
  SubmitOutcome outcome;
  outcome.refused.reserve(submitted.transactions.size());
  for (const auto& transaction : submitted.transactions) outcome.refused.push_back(add(transaction));
  tell_work();
  publish_state();
  return outcome;
}

caf::result<SubmitResult> BlockProducer::submit_encoded(const SubmitEncoded& submitted) {
  const std::size_t count = submitted.transactions.size();
  if (count == 0) return SubmitResult{};
  auto batch = std::make_shared<Batch>();
  const Result<crypto::TransactionPtr> unanswered = fail(Fault::no_answer, "verifier", "an answer in time");
  batch->verified.assign(count, unanswered);
  batch->parts_open = (count + kPartSize - 1) / kPartSize;
  batch->promise = self_->template make_response_promise<SubmitResult>();
  const auto shared = std::make_shared<const std::vector<Bytes>>(submitted.transactions);
  for (std::size_t from = 0; from < count; from += kPartSize) {
    const std::uint64_t part = next_part_++;
    const auto& verifier = deps_.verifiers[part % deps_.verifiers.size()];
    act::ask(self_, verifier, kVerifyTimeout, VerifyPart{part, shared, from, std::min(count, from + kPartSize)})
        .then([this, batch](const VerifiedPart& done) { part_verified(batch, done); },
              [this, batch](const caf::error&) {
                if (--batch->parts_open == 0) finish(batch);
              });
  }
  return batch->promise;
}

void BlockProducer::part_verified(const std::shared_ptr<Batch>& batch, const VerifiedPart& part) {
  for (std::size_t i = 0; i < part.results.size(); ++i) batch->verified[part.from + i] = part.results[i];
  if (--batch->parts_open == 0) finish(batch);
}

void BlockProducer::finish(const std::shared_ptr<Batch>& batch) {
  SubmitResult result;
  result.results.reserve(batch->verified.size());
  for (const auto& verified : batch->verified) {
    if (!verified) {
      result.results.push_back(tl::unexpected(verified.error()));
      continue;
    }
    if (auto refused = add(*verified))
      result.results.push_back(tl::unexpected(std::move(*refused)));
    else
      result.results.push_back((**verified)->id);
  }
  batch->promise.deliver(std::move(result));
  tell_work();
  publish_state();
}

void BlockProducer::tell_work() {
  if (next_height_ == 0) return;
  const bool waiting = pool_.has_includable();
  if (told_height_ == next_height_ && told_waiting_ == waiting) return;
  told_height_ = next_height_;
  told_waiting_ = waiting;
  act::tell(self_, deps_.validator, WorkWaiting{next_height_, waiting});
}

void BlockProducer::expire() {
  for (const auto& gone : pool_.expire(next_height_, deps_.clock.monotonic_ms()))
    deps_.log("transaction " + to_hex(gone.id) + " left the queue: " + std::string(fault_text(gone.reason)));
  tell_work();
  publish_state();
}

void BlockProducer::publish_state() {
  const auto stats = pool_.stats();
  act::probe(self_).set_state(std::to_string(stats.count) + " transactions (" + std::to_string(stats.bytes) +
                              " bytes) wait for height " + std::to_string(next_height_));
}

}  // namespace lucid::actors
