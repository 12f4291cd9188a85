#include "tools/lucid-sim/actors/actor_clients.hpp"

#include <algorithm>

#include "core/codec/codec.hpp"
#include "tools/lucid-sim/client_operation.hpp"
#include "tools/lucid-sim/key_table.hpp"

namespace lucid::sim {

ActorClients::ActorClients(ActorWorld& world, const std::vector<std::unique_ptr<Machine>>& machines, Chance chance)
    : world_(world), machines_(machines), chance_(chance) {
  for (std::uint32_t i = 0; i < world.plan.work.clients; ++i) clients_.push_back({i, 0, {}});
}

void ActorClients::begin() {
  world_.events.after(chance_.below(world_.plan.params.block_interval_ms), [this] { next(); });
  world_.events.after(2 * world_.plan.params.block_interval_ms, [this] { come_again(); });
}

bool ActorClients::all_on_chain() const {
  return std::all_of(clients_.begin(), clients_.end(), [](const Client& client) { return client.open.empty(); });
}

/// When all machines have the heights that are asked for, no more work is made, so that a run can end.
bool ActorClients::enough() const {
  return world_.events.now() >= world_.plan.healed_at &&
         std::all_of(machines_.begin(), machines_.end(), [&](const auto& machine) {
           return machine->running() && machine->height() + 1 >= world_.plan.wanted.heights;
         });
}

void ActorClients::next() {
  if (!enough()) send(clients_[chance_.below(clients_.size())]);
  world_.events.after(1 + chance_.below(2 * world_.plan.work.gap_ms), [this] { next(); });
}

/// Sometimes the later nonce first: it waits for the other.
void ActorClients::send(Client& client) {
  const auto& keys = KeyTable::instance().client(client.keys);
  const std::size_t count = chance_.percent(world_.plan.work.gap_percent) ? 2 : 1;
  std::vector<Sent> made;
  for (std::size_t i = 0; i < count; ++i) {
    const auto& chain = world_.verifier.chain();
    Transaction transaction{chain.chain_id, client.next_nonce++, kNeverExpires, operation(), {}};
    transaction.signature =
        world_.verifier.scheme().sign_recoverable(keys.secret, crypto::transaction_digest(chain, transaction));
    Bytes encoded = codec::encode(transaction);
    const Hash256 id = crypto::transaction_id(encoded);
    made.push_back({std::move(encoded), id});
  }
  std::reverse(made.begin(), made.end());
  for (auto& sent : made) {
    Machine& machine = some_machine();
    world_.watch.see(Acknowledged{machine.self(), sent.id});
    machine.submit(sent.encoded);
    client.open.push_back(std::move(sent));
  }
}

void ActorClients::come_again() {
  for (Client& client : clients_) {
    std::erase_if(client.open, [&](const Sent& sent) { return on_chain(sent.id); });
    for (const Sent& sent : client.open) some_machine().submit(sent.encoded);
  }
  world_.events.after(4 * world_.plan.params.block_interval_ms, [this] { come_again(); });
}

bool ActorClients::on_chain(const Hash256& id) const {
  return std::any_of(machines_.begin(), machines_.end(),
                     [&](const auto& machine) { return machine->has_transaction(id); });
}

Operation ActorClients::operation() {
  return client_operation(chance_, world_.plan.params.start_time, made_);
}

}  // namespace lucid::sim
