#include "tools/lucid-sim/workload.hpp"

#include <algorithm>

#include "core/codec/codec.hpp"
#include "tools/lucid-sim/client_operation.hpp"

namespace lucid::sim {

ClientWork::ClientWork(World& world, const std::vector<std::unique_ptr<SimNode>>& nodes, Chance chance)
    : world_(world), nodes_(nodes), chance_(chance) {
  for (std::uint32_t i = 0; i < world.plan.work.clients; ++i)
    clients_.push_back({&KeyTable::instance().client(i), 0, {}});
}

void ClientWork::begin() {
  world_.events.after(chance_.below(world_.plan.params.block_interval_ms), [this] { next(); });
  world_.events.after(2 * world_.plan.params.block_interval_ms, [this] { come_again(); });
}

/// When all machines have the heights that are asked for, no more work is made, so that a run can end.
bool ClientWork::all_high_enough() const {
  return std::all_of(nodes_.begin(), nodes_.end(), [&](const auto& node) {
    return world_.plan.machines[node->self()].lies ||
           (node->running() && node->chain().height() + 1 >= world_.plan.wanted.heights);
  });
}

void ClientWork::next() {
  const Workload& work = world_.plan.work;
  const bool enough = all_high_enough() && world_.events.now() >= world_.plan.healed_at;
  if (!enough) {
    if (chance_.percent(work.anchor_percent)) {
      some_machine().accept(operation());
    } else {
      Client& client = clients_[chance_.below(clients_.size())];
      if (chance_.percent(work.useless_percent))
        send_useless(client);
      else
        send(client);
    }
  }
  world_.events.after(1 + chance_.below(2 * work.gap_ms), [this] { next(); });
}

/// What is not on chain yet is sent again, to another machine.
void ClientWork::come_again() {
  for (Client& client : clients_) {
    std::erase_if(client.open, [&](const auto& transaction) { return on_chain((*transaction)->id); });
    for (const auto& transaction : client.open) some_machine().submit(transaction);
  }
  world_.events.after(4 * world_.plan.params.block_interval_ms, [this] { come_again(); });
}

bool ClientWork::on_chain(const Hash256& id) const {
  return std::any_of(nodes_.begin(), nodes_.end(), [&](const auto& node) {
    return !world_.plan.machines[node->self()].lies && node->chain().has_transaction(id);
  });
}

Operation ClientWork::operation() {
  return client_operation(chance_, world_.plan.params.start_time, made_);
}

crypto::TransactionPtr ClientWork::sign(const Client& client, std::uint64_t nonce, Height valid_until,
                                        Operation operation) const {
  const auto& chain = world_.verifier.chain();
  Transaction transaction{chain.chain_id, nonce, valid_until, std::move(operation), {}};
  transaction.signature =
      world_.verifier.scheme().sign_recoverable(client.keys->secret, crypto::transaction_digest(chain, transaction));
  auto verified = world_.verifier.verify(codec::encode(transaction));
  if (!verified) return nullptr;
  return std::make_shared<const crypto::Verified<crypto::SignedTransaction>>(std::move(*verified));
}

void ClientWork::send(Client& client) {
  std::vector<crypto::TransactionPtr> made;
  const std::size_t count = chance_.percent(world_.plan.work.gap_percent) ? 2 : 1;
  for (std::size_t i = 0; i < count; ++i) made.push_back(sign(client, client.next_nonce++, kNeverExpires, operation()));
  if (count == 2) std::swap(made[0], made[1]);  // the later nonce first: it waits for the other
  for (const auto& transaction : made) {
    if (!transaction) continue;
    some_machine().submit(transaction);
    client.open.push_back(transaction);
  }
}

/// Used up, expired, or (of an account that does nothing else) behind a gap that nobody closes.
void ClientWork::send_useless(const Client& client) {
  const Client nobody{&KeyTable::instance().client(kClientKeys - 1), 0, {}};
  const std::uint64_t kind = chance_.below(3);
  auto transaction = kind == 0   ? sign(nobody, 1 + chance_.below(12), kNeverExpires, operation())
                     : kind == 1 ? sign(client, client.next_nonce, 0, operation())
                                 : sign(client, client.next_nonce / 2, kNeverExpires, operation());
  if (transaction) some_machine().submit(transaction);
}

}  // namespace lucid::sim
