// A node's REST surface as the commands need it: JSON in and out, bytes up and down, a refusal as one sentence. Waits
// and asks again where the node says that it is busy.
//
// Faults of all requests: those of api::Client, node_refused for an answer that is none of success, node_answer for one
// that is not of the form promised. Belongs to one thread.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "api/client.hpp"

namespace CLI {
class App;
}

namespace lucid::tools {

using Json = nlohmann::ordered_json;

class NodeClient {
 public:
  static Result<NodeClient> make(const std::string& url, const api::ClientOptions& options = {});

  /// `path` below /api/v1, beginning with a slash, or a path at the root as it is ("/health").
  Result<Json> get(const std::string& path);
  Result<Bytes> get_bytes(const std::string& path);
  Result<bool> has(const std::string& path);
  Result<Json> post(const std::string& path, const Json& body);
  Result<Json> post_bytes(const std::string& path, ByteView bytes);
  Result<Json> put_bytes(const std::string& path, ByteView bytes);
  /// The answer of whatever status, as /health gives one with 503.
  Result<Json> get_any(const std::string& path);

  const std::string& url() const { return client_.base_url(); }

 private:
  explicit NodeClient(api::Client client) : client_(std::move(client)) {}
  template <class Request>
  Result<api::ClientResponse> patiently(const std::string& path, Request&& request);

  api::Client client_;
};

/// What all commands that ask a node share: --node (or LUCID_NODE) and --json.
struct NodeOptions {
  std::string url = "http://127.0.0.1:8084";
  bool json = false;
};
void add_node_options(CLI::App& command, NodeOptions& options);

/// A field of an answer, of its JSON type. Fault node_answer, naming it.
Result<std::string> text_field(const Json& answer, const std::string& name);
Result<std::uint64_t> number_field(const Json& answer, const std::string& name);

/// An answer for people: a line a field, lists of plain values on one line, objects indented.
void print_fields(const Json& answer);

/// Prints an answer, for people or as JSON, or why there is none; returns the exit status.
int print_answer(const Result<Json>& answer, bool json);

}  // namespace lucid::tools
