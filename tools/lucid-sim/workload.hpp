// The clients of a cluster: they sign transactions with accounts of their own or let a machine sign, go to any machine,
// send nonces out of order and things that cannot be included, and come again where nothing happened.
//
// Thread-safety: one cluster is one thread.
#pragma once

#include <memory>
#include <vector>

#include "tools/lucid-sim/sim_node.hpp"

namespace lucid::sim {

class ClientWork {
 public:
  ClientWork(World& world, const std::vector<std::unique_ptr<SimNode>>& nodes, Chance chance);

  void begin();

 private:
  struct Client {
    const AccountKeys* keys = nullptr;
    std::uint64_t next_nonce = 0;
    std::vector<crypto::TransactionPtr> open;  // not seen on chain yet
  };

  void next();
  void come_again();
  bool all_high_enough() const;
  SimNode& some_machine() { return *nodes_[chance_.below(nodes_.size())]; }
  Operation operation();
  crypto::TransactionPtr sign(const Client& client, std::uint64_t nonce, Height valid_until, Operation operation) const;
  void send(Client& client);
  void send_useless(const Client& client);
  bool on_chain(const Hash256& id) const;

  World& world_;
  const std::vector<std::unique_ptr<SimNode>>& nodes_;
  Chance chance_;
  std::vector<Client> clients_;
  std::uint64_t made_ = 0;
};

}  // namespace lucid::sim
