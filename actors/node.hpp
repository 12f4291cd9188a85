// A whole node in one process: its databases, its actors under one supervisor, and the facade they are asked through.
//
// start() returns when all actors run; from then on the node works by itself. It ends by stop(), or by itself when an
// actor whose loss cannot be mended dies; either way on_stopped says how. Knows nothing of HTTP; no CAF in this header.
//
// Thread-safety: facade() from any thread; the rest from the thread that made the node.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "actors/node_facade.hpp"
#include "config/genesis_file.hpp"
#include "config/key_files.hpp"
#include "config/operator_certs.hpp"
#include "core/types/validator_set.hpp"
#include "storage/data_directory.hpp"

namespace lucid::actors {

/// The network of the validators.
struct PeerOptions {
  std::string bind = "127.0.0.1";
  std::uint16_t port = 0;                 // 0: any free one
  std::vector<config::PeerHint> hints;    // where validators may be found
  std::vector<TlsPublicKey> observers{};  // who else may connect, for blocks alone
};

struct NodeOptions {
  storage::DataDirectory directory;
  Genesis genesis;
  config::NodeKeys keys;
  config::OperatorCerts certificates;
  PeerOptions peers;
  std::uint16_t actors_port = 0;  // 0: any free one; always on loopback
  std::uint64_t chunk_quota_bytes = 0;
  bool open_network = false;  // authentication is off
  std::function<void(const std::string&)> log;
  /// Called once, from a thread of the node: an actor died and the node has stopped, with the reason.
  std::function<void(const std::string& reason)> on_failed;
  std::int64_t clock_offset_ms = 0;  // how far this node's wall clock is off, for localnets and tests
};

struct NodeActors;

class Node {
 public:
  /// Faults: genesis_field (a hint), storage_… (naming the directory), genesis_mismatch, key_invalid, port_in_use,
  /// internal.
  static Result<std::unique_ptr<Node>> start(NodeOptions options);
  ~Node();  // stop()
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  NodeFacade& facade();
  std::uint16_t actors_port() const;
  std::uint16_t peers_port() const;
  /// The actors themselves, for generators and tests (actors/node_actors.hpp).
  NodeActors& actors();

  /// Stops all actors in order, within five seconds. Returns the names of those that did not end: then only leaving the
  /// process gets rid of them, and the caller should, without destructors.
  std::vector<std::string> stop(const std::string& reason);

 private:
  struct Parts;
  explicit Node(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace lucid::actors
