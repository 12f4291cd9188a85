#include "actors/block_producer.hpp"

#include <algorithm>

#include "core/codec/codec.hpp"
#include "core/ledger/evidence.hpp"

namespace lucid::actors {

namespace {

constexpr std::chrono::seconds kProducerAskTimeout{5};
constexpr std::chrono::seconds kVerifyTimeout{30};
constexpr std::chrono::seconds kExpireEvery{10};
/// Senders whose nonces are kept in memory.
constexpr std::size_t kMaxNonces = 10'000;
/// Batches that wait for the verifiers; further ones of peers are dropped, and will be offered again.
constexpr std::size_t kMaxBatchesHeard = 16;
/// Looked at for one offer.
constexpr std::size_t kOfferedAtOnce = 256;
/// Evidence that is remembered as put on chain. A validator that contradicts itself more often is banned long before.
constexpr std::size_t kMaxEvidence = 1'024;
constexpr Height kEvidenceValidBlocks = 1'000;

}  // namespace

BlockProducer::BlockProducer(interface::pointer self, Deps deps)
    : self_(self),
      deps_(std::move(deps)),
      pool_(deps_.limits, deps_.exempt),
      desk_([this](const Hash256& id) { return pool_.find(id); }, [this](VerifyPart part) { have_checked(part); }),
      chance_(deps_.seed) {
  act::probe(self_).set_state("waiting for the chain's tip");
  // Batches would wait for a dead verifier in vain; a new block_producer brings new ones.
  for (const auto& verifier : deps_.verifiers)
    act::watch(self_, verifier, [this](const caf::error& reason) { act::quit(self_, from_caf(reason)); });
  act::ask(self_, deps_.ledger, kProducerAskTimeout, GetTip{})
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
      [this](const EvidenceSeen& seen) { put_on_chain(seen.evidence); },
      [this](const PeerConnected& peer) { connected(peer.peer); },
      [this](const PeerGone& peer) { peers_.erase(peer.peer); },
      [this](const TransactionsHeard& heard) { hear(heard); },
      [this](const OfferTurn&) { offer_turn(); },
      [this](const VerifyBlock& wanted) { return verify_block(wanted); },
  };
}

void BlockProducer::take_tip(const TipChanged& tip) {
  if (tip.state->height + 1 <= next_height_) return;
  next_height_ = tip.state->height + 1;
  if (tip.block) {
    std::vector<Hash256> ids;
    const ledger::ChangeSet& changes = *tip.block->changes;
    ids.reserve(changes.transactions.size());
    for (const auto& record : changes.transactions) ids.push_back(record.id);
    pool_.committed(ids, changes.accounts);
    desk_.committed(ids);
    if (nonces_.size() > kMaxNonces) nonces_.clear();
    for (const auto& account : changes.accounts) nonces_[account.account] = account.next_nonce;
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

Result<std::uint64_t> BlockProducer::next_nonce(const Address& account) {
  const auto known = nonces_.find(account);
  if (known != nonces_.end()) return known->second;
  LUCID_TRY_ASSIGN(const std::uint64_t nonce, deps_.next_nonce(account));
  if (nonces_.size() > kMaxNonces) nonces_.clear();
  nonces_.emplace(account, nonce);
  return nonce;
}

std::optional<Error> BlockProducer::add(const crypto::TransactionPtr& transaction) {
  if (next_height_ == 0) return Error{Fault::not_ready, "chain", "its tip to be known", {}};
  const auto nonce = next_nonce((*transaction)->sender);
  if (!nonce) return nonce.error();
  const auto added = pool_.add(transaction, *nonce, next_height_, deps_.clock.monotonic_ms());
  if (!added) return added.error();
  return std::nullopt;
}

SubmitOutcome BlockProducer::submit(const SubmitVerified& submitted) {
  SubmitOutcome outcome;
  outcome.refused.reserve(submitted.transactions.size());
  std::vector<crypto::TransactionPtr> taken;
  for (const auto& transaction : submitted.transactions) {
    outcome.refused.push_back(add(transaction));
    if (!outcome.refused.back()) taken.push_back(transaction);
  }
  offer(taken, std::nullopt);
  tell_work();
  publish_state();
  return outcome;
}

caf::result<SubmitResult> BlockProducer::submit_encoded(const SubmitEncoded& submitted) {
  if (submitted.transactions.empty()) return SubmitResult{};
  auto promise = self_->template make_response_promise<SubmitResult>();
  desk_.check(
      {submitted.transactions.begin(), submitted.transactions.end()}, SignatureDesk::Turn::in_order,
      [this, promise](const SignatureDesk::Checked& checked) mutable { promise.deliver(take(checked, false)); });
  return promise;
}

/// Out of turn: votes wait for it.
caf::result<BlockVerified> BlockProducer::verify_block(const VerifyBlock& wanted) {
  auto promise = self_->template make_response_promise<BlockVerified>();
  const auto& transactions = wanted.block->transactions;
  desk_.check({transactions.begin(), transactions.end()}, SignatureDesk::Turn::at_once,
              [promise](const SignatureDesk::Checked& checked) mutable {
                BlockVerified out;
                out.transactions.reserve(checked.size());
                for (const auto& one : checked) out.transactions.push_back(one.value_or(nullptr));
                promise.deliver(std::move(out));
              });
  return promise;
}

void BlockProducer::have_checked(VerifyPart part) {
  const auto& verifier = deps_.verifiers[next_verifier_++ % deps_.verifiers.size()];
  const std::uint64_t number = part.part;
  act::ask(self_, verifier, kVerifyTimeout, std::move(part))
      .then([this](const VerifiedPart& done) { desk_.part_checked(done); },
            [this, number](const caf::error&) { desk_.part_lost(number); });
}

SubmitResult BlockProducer::take(const SignatureDesk::Checked& checked, bool from_peer) {
  SubmitResult result;
  result.results.reserve(checked.size());
  std::vector<crypto::TransactionPtr> taken;
  for (const auto& one : checked) {
    if (!one) {
      result.results.push_back(tl::unexpected(one.error()));
    } else if (auto refused = add(*one)) {
      result.results.push_back(tl::unexpected(std::move(*refused)));
    } else {
      result.results.push_back((**one)->id);
      taken.push_back(*one);
    }
  }
  if (!from_peer) offer(taken, std::nullopt);  // what a peer offered, it offers to all by itself
  tell_work();
  publish_state();
  return result;
}

// ---- evidence

void BlockProducer::put_on_chain(const Evidence& evidence) {
  const auto key = ledger::evidence_key(evidence);
  if (!key || !deps_.validator_key || !evidence_.insert(*key).second) return;
  if (evidence_.size() > kMaxEvidence) evidence_.erase(evidence_.begin());
  const auto there = deps_.has_evidence(*key);
  if (there && *there) return;
  const std::string words = "validator " + to_text(key->validator) + " signed twice at height " +
                            std::to_string(key->height) + ", round " + std::to_string(key->round);
  const auto transaction = sign(evidence);
  const auto refused = transaction ? add(*transaction) : transaction.error();
  deps_.log("ALARM evidence: " + words + (refused ? ", and it cannot be put on chain: " + to_text(*refused) : ""));
  if (refused) {
    evidence_.erase(*key);
    return;
  }
  offer({*transaction}, std::nullopt);
  tell_work();
  publish_state();
}

/// A transaction of the validator's own account: no other program takes nonces of it, as the anchor does of the node's.
Result<crypto::TransactionPtr> BlockProducer::sign(const Evidence& evidence) {
  const auto& scheme = deps_.verifier.scheme();
  LUCID_TRY_ASSIGN(const auto public_key, scheme.public_key(*deps_.validator_key));
  LUCID_TRY_ASSIGN(const Address account, scheme.address(public_key));
  LUCID_TRY_ASSIGN(const std::uint64_t nonce, next_nonce(account));
  Transaction transaction;
  transaction.chain_id = deps_.params.chain_id;
  transaction.nonce = pool_.next_free_nonce(account, nonce);
  transaction.valid_until_height = next_height_ + kEvidenceValidBlocks;
  transaction.operation = evidence;
  transaction.signature =
      scheme.sign_recoverable(*deps_.validator_key, crypto::transaction_digest(deps_.verifier.chain(), transaction));
  LUCID_TRY_ASSIGN(auto verified, deps_.verifier.verify(codec::encode(transaction)));
  return std::make_shared<const crypto::Verified<crypto::SignedTransaction>>(std::move(verified));
}

// ---- peers

void BlockProducer::connected(PeerId peer) {
  peers_.insert(peer);
  offer_waiting(peer, pool_.stats().count);
  if (!offering_)
    act::tell_after(self_, act::me<interface>(self_), std::chrono::milliseconds(deps_.offer_every_ms), OfferTurn{});
  offering_ = true;
}

void BlockProducer::hear(const TransactionsHeard& heard) {
  std::vector<ByteView> unknown;
  for (const auto& encoded : heard.transactions) {
    const Hash256 id = crypto::transaction_id(encoded);
    if (!pool_.holds(id) && !desk_.needs_no_check(id)) unknown.push_back(encoded);
  }
  if (unknown.empty() || desk_.batches_open() >= kMaxBatchesHeard) return;
  desk_.check(unknown, SignatureDesk::Turn::in_order,
              [this](const SignatureDesk::Checked& checked) { (void)take(checked, true); });
}

void BlockProducer::offer_turn() {
  offering_ = !peers_.empty();
  if (!offering_) return;
  const auto next = peers_.upper_bound(offered_last_);
  offered_last_ = next == peers_.end() ? *peers_.begin() : *next;
  offer_waiting(offered_last_, overdue());
  act::tell_after(self_, act::me<interface>(self_), std::chrono::milliseconds(deps_.offer_every_ms), OfferTurn{});
}

/// How many have waited so long that a leader who holds them would have included them: the others were offered to all
/// when they came.
std::size_t BlockProducer::overdue() {
  const std::uint64_t now_ms = deps_.clock.monotonic_ms();
  const std::uint64_t patience_ms = 2 * deps_.params.block_interval_ms + deps_.params.slot_timeout_ms;
  arrivals_.emplace_back(now_ms, pool_.next_arrival());
  while (arrivals_.size() > 1 && arrivals_[1].first + patience_ms <= now_ms) arrivals_.pop_front();
  const auto [seen_ms, next_arrival] = arrivals_.front();
  return seen_ms + patience_ms <= now_ms ? pool_.waiting_before(next_arrival) : 0;
}

/// Of the first `count` from a random place on, so that everything has its turn.
void BlockProducer::offer_waiting(PeerId peer, std::size_t count) {
  if (count == 0) return;
  const std::size_t from = count <= kOfferedAtOnce ? 0 : chance_() % count;
  auto waiting = pool_.waiting(from, std::min(count - from, kOfferedAtOnce));
  if (from > 0 && waiting.size() < kOfferedAtOnce)
    for (auto& transaction : pool_.waiting(0, std::min(from, kOfferedAtOnce - waiting.size())))
      waiting.push_back(std::move(transaction));
  std::size_t bytes = 0;
  const auto end = std::find_if(waiting.begin(), waiting.end(), [&](const crypto::TransactionPtr& transaction) {
    bytes += (*transaction)->encoded.size();
    return bytes > kOfferedBytes;
  });
  waiting.erase(end, waiting.end());
  offer(waiting, peer);
}

void BlockProducer::offer(const std::vector<crypto::TransactionPtr>& transactions, std::optional<PeerId> only) {
  if (peers_.empty()) return;
  OfferTransactions out{{}, only};
  std::size_t bytes = 0;
  for (const auto& transaction : transactions) {
    const auto& encoded = (*transaction)->encoded;
    if (bytes + encoded.size() > kOfferedBytes) {
      act::tell(self_, deps_.peers, std::exchange(out, OfferTransactions{{}, only}));
      bytes = 0;
    }
    bytes += encoded.size();
    out.transactions.emplace_back(encoded.begin(), encoded.end());
  }
  if (!out.transactions.empty()) act::tell(self_, deps_.peers, std::move(out));
}

// ---- outcome

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
