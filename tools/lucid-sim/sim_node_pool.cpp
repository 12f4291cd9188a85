// The mempool and the outbox of a machine.
#include "core/codec/codec.hpp"
#include "tools/lucid-sim/client_operation.hpp"
#include "tools/lucid-sim/sim_node.hpp"

namespace lucid::sim {

crypto::TransactionPtr SimNode::sign(Operation operation, std::uint64_t nonce) const {
  const auto& chain = world_.verifier.chain();
  Transaction transaction{chain.chain_id, nonce, kNeverExpires, std::move(operation), {}};
  transaction.signature =
      world_.verifier.scheme().sign_recoverable(account_.secret, crypto::transaction_digest(chain, transaction));
  auto verified = world_.verifier.verify(codec::encode(transaction));
  if (!verified) return nullptr;
  return std::make_shared<const crypto::Verified<crypto::SignedTransaction>>(std::move(*verified));
}

bool SimNode::add(const crypto::TransactionPtr& transaction) {
  const auto nonce = chain_->next_nonce((*transaction)->sender);
  const auto added = pool_->add(transaction, *nonce, plan_.height, clock_.monotonic_ms(world_.events.now()));
  if (added) tell_work();
  return added.has_value();
}

bool SimNode::submit(const crypto::TransactionPtr& transaction) {
  if (!running_) return false;
  const std::uint64_t life = life_;
  const bool added = add(transaction);
  if (added && life == life_)
    tell_all(make_message(TransactionMessage{(*transaction)->encoded}, CheckedTransaction{transaction}));
  return added;
}

void SimNode::accept(Operation operation) {
  if (!running_ || disk_.writes_outbox()) return;  // a client would be told to come again
  const std::uint64_t nonce = std::max(disk_.outbox_nonce(), *chain_->next_nonce(account_.address));
  auto transaction = sign(std::move(operation), nonce);
  if (!transaction) return;
  disk_.begin(transaction);
  after(sync_ms_, [this, transaction] {
    disk_.sync_outbox();
    see(Acknowledged{self_, (*transaction)->id});
    if (!survives()) return;
    const std::uint64_t life = life_;
    submit(transaction);
    if (life == life_) offer_outbox();  // it may have ended meanwhile, and the next life would not begin to offer
  });
}

void SimNode::offer_outbox() {
  if (offering_outbox_) return;
  offering_outbox_ = true;
  after(world_.plan.params.block_interval_ms, [this] {
    offering_outbox_ = false;
    if (disk_.outbox().empty()) return;
    const auto waiting = disk_.outbox();
    const std::uint64_t life = life_;
    for (const auto& transaction : waiting) {
      add(transaction);
      if (life != life_) return;
      tell_all(make_message(TransactionMessage{(*transaction)->encoded}, CheckedTransaction{transaction}));
    }
    offer_outbox();
  });
}

void SimNode::tell_work() {
  const bool waiting = pool_->has_includable();
  if (told_height_ == plan_.height && told_waiting_ == waiting) return;
  if (told_waiting_ != waiting) see(WorkWaits{self_, waiting});
  told_height_ = plan_.height;
  told_waiting_ = waiting;
  take(consensus::WorkWaiting{plan_.height, waiting});
}

void SimNode::drop_committed(const CommittedRow& row) {
  std::vector<Hash256> ids;
  ids.reserve(row.changes->transactions.size());
  for (const auto& record : row.changes->transactions) ids.push_back(record.id);
  pool_->committed(ids, row.changes->accounts);
  pool_->expire(plan_.height, clock_.monotonic_ms(world_.events.now()));
  std::erase_if(disk_.outbox(),
                [&](const crypto::TransactionPtr& kept) { return chain_->has_transaction((*kept)->id); });
}

}  // namespace lucid::sim
