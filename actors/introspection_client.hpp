// Asks a running node what its actors do, over the operator's own TLS (design.md section 5, plane 2). For programs:
// this header does not bring CAF with it.
//
// Thread-safety: one thread. Every call blocks until the answer or its deadline.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "actors/actor_view.hpp"
#include "net/tls.hpp"

namespace lucid::actors {

class IntrospectionClient {
 public:
  struct Target {
    net::TlsFiles files;
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;
    std::uint64_t answer_ms = 3'000;
  };

  /// Faults: file_form, no_answer (no node there, or not of this operator), not_ready.
  static Result<std::unique_ptr<IntrospectionClient>> connect(const Target& target);
  ~IntrospectionClient();

  /// In the order in which they started. Faults: no_answer, not_ready.
  Result<std::vector<ActorView>> snapshot();
  /// Faults: as snapshot(), and actor_unknown.
  Result<ActorView> actor(const std::string& name);

 private:
  struct Parts;
  explicit IntrospectionClient(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace lucid::actors
