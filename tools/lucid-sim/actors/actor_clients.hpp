// The clients of a cluster of actors: they sign transactions with accounts of their own, hand them to any machine, and
// come again with what is not on chain yet: an acknowledged transaction is in a durable outbox, and they are that.
//
// Thread-safety: one cluster is one thread.
#pragma once

#include <memory>
#include <vector>

#include "tools/lucid-sim/actors/machine.hpp"

namespace lucid::sim {

class ActorClients {
 public:
  ActorClients(ActorWorld& world, const std::vector<std::unique_ptr<Machine>>& machines, Chance chance);

  void begin();
  bool all_on_chain() const;

 private:
  struct Sent {
    Bytes encoded;
    Hash256 id;
  };
  struct Client {
    std::size_t keys = 0;
    std::uint64_t next_nonce = 0;
    std::vector<Sent> open;  // not seen on chain yet
  };

  void next();
  void come_again();
  bool enough() const;
  void send(Client& client);
  Machine& some_machine() { return *machines_[chance_.below(machines_.size())]; }
  Operation operation();
  bool on_chain(const Hash256& id) const;

  ActorWorld& world_;
  const std::vector<std::unique_ptr<Machine>>& machines_;
  Chance chance_;
  std::vector<Client> clients_;
  std::uint64_t made_ = 0;
};

}  // namespace lucid::sim
