// A node's REST surface as far as `lucid` uses it, over a chain that one validator decides at once: the answers are
// those of docs/api.md, and a test may make it misbehave.
#pragma once

#include <httplib.h>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/fixtures/sample_chain.hpp"

namespace lucid::test {

/// As a genesis file gives it: owners in order of their accounts.
inline Genesis filed_genesis(const Members& members) {
  Genesis genesis = sample_genesis(members);
  std::sort(genesis.owners.begin(), genesis.owners.end(),
            [](const Owner& a, const Owner& b) { return a.account < b.account; });
  return genesis;
}

class FakeNode {
 public:
  FakeNode();
  ~FakeNode();
  FakeNode(const FakeNode&) = delete;
  FakeNode& operator=(const FakeNode&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  const Hash256& genesis_hash() const { return chain_.genesis_hash; }
  const Genesis& genesis() const { return genesis_; }

  // What to do wrong; set before a command runs.
  int busy_answers = 0;         // so many requests are answered 503 first
  bool wrong_hash = false;      // of a stored chunk
  bool fails_anchors = false;   // an accepted anchor ends as failed
  bool foreign_proof = false;   // of a chain signed by someone else
  bool damages_chunks = false;  // when they are read
  bool healthy = true;
  bool moves = true;           // its chain
  std::string owner_seen;      // of the last anchor
  std::string schedule_asked;  // path and query
  bool user_signature_holds = false;

  std::size_t chunk_count() const { return chunks_.size(); }
  std::size_t chunk_posts = 0;

 private:
  using Json = nlohmann::ordered_json;
  void serve_chunks();
  void serve_anchoring();
  void serve_status();
  void accept(const Json& body);
  Bytes proof(const SessionId& session) const;

  Members members_{{1}};
  Genesis genesis_ = filed_genesis(members_);
  crypto::ChainIdentity chain_{1337, crypto::genesis_hash(genesis_)};
  std::map<std::string, std::string> chunks_;
  std::map<std::string, std::string> manifests_;
  std::map<std::string, AnchorSession> anchors_;
  httplib::Server server_;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace lucid::test
