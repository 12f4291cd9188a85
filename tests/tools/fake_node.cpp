#include "tests/tools/fake_node.hpp"

namespace lucid::test {
namespace {

constexpr const char* kJson = "application/json";

constexpr const char* kMoving = R"({"moving":true,"summary":"the chain moves: height 13, round 0, waits for a block",
"height":13,"slot":5,"epoch":0,"current_round":0,"leader":"pi-2","participants_count":4,"validators_here":4,"quorum":3,
"signing":"this node signs as 0x11","causes":[{"code":"peer_disk_slow","sentence":"the disk of pi-4 is slow","rule":""}],
"votes":[],"clock":{"tolerance_ms":500,"offsets":[{"node_id":"pi-2","offset_ms":-3}]},
"disk":{"state":"fine","write_ms":2,"others":[{"node_id":"pi-4","state":"slow","write_ms":180}]}})";
constexpr const char* kStalled = R"({"moving":false,"summary":"the chain does not move at height 13: too few",
"height":13,"slot":5,"epoch":0,"current_round":7,"leader":"pi-3","participants_count":4,"validators_here":2,"quorum":3,
"causes":[{"code":"too_few_validators","sentence":"of 4 validators 2 are here","rule":"P-3.4: a block is final when"}],
"votes":[{"round":7,"leader":"pi-3","proposed":false,"node_id":"pi-1","prevote":"abstain","precommit":"none"},
{"round":7,"leader":"pi-3","proposed":false,"node_id":"pi-\u001b[31m2","prevote":"none","precommit":5}]})";
constexpr const char* kSchedule = R"({"open_slot":7,"schedule":[
{"slot":6,"starts_at":"2026-01-01T00:00:00.000Z","primary":"pi-1","fallbacks":["pi-2","pi-3"],"cooldown":["pi-1"],
"result":{"winner":"pi-2","reason":"fallback_success","sentence":"pi-1 got no block through"}},
{"slot":8,"starts_at":"2026-01-01T00:00:24.000Z","primary":null,"fallbacks":[],"cooldown":[],
"result":{"winner":null,"reason":"undetermined","sentence":"the order hangs on blocks before it"}}]})";

ByteView bytes_of(const std::string& text) {
  return as_bytes(text);
}

void answer_error(httplib::Response& response, int status, const std::string& code, const std::string& message) {
  response.status = status;
  response.set_content(
      nlohmann::ordered_json{
          {"error", {{"code", code}, {"message", message}, {"details", nlohmann::ordered_json::object()}}}}
          .dump(),
      kJson);
}

}  // namespace

FakeNode::FakeNode() {
  server_.set_pre_routing_handler([this](const auto&, httplib::Response& response) {
    if (busy_answers <= 0) return httplib::Server::HandlerResponse::Unhandled;
    --busy_answers;
    answer_error(response, 503, "LUCID_ERR_5008", "too much is waiting");
    response.set_header("Retry-After", "0");
    return httplib::Server::HandlerResponse::Handled;
  });
  serve_chunks();
  serve_anchoring();
  serve_status();
  port_ = server_.bind_to_any_port("127.0.0.1");
  thread_ = std::thread([this] { server_.listen_after_bind(); });
  while (!server_.is_running()) std::this_thread::yield();
}

FakeNode::~FakeNode() {
  server_.stop();
  thread_.join();
}

void FakeNode::serve_chunks() {
  server_.Get(R"(/api/v1/chunks/([0-9a-f]{64}))", [this](const httplib::Request& request, httplib::Response& response) {
    const auto found = chunks_.find(request.matches[1]);
    if (found == chunks_.end()) return answer_error(response, 404, "LUCID_ERR_9001", "there is no such chunk");
    std::string bytes = found->second;
    if (damages_chunks) bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    response.set_content(bytes, "application/octet-stream");
  });
  server_.Post("/api/v1/chunks", [this](const httplib::Request& request, httplib::Response& response) {
    ++chunk_posts;
    const std::string hash = to_hex(crypto::sha256(bytes_of(request.body)));
    chunks_[hash] = request.body;
    response.status = 201;
    response.set_content(
        nlohmann::ordered_json{{"chunk_id", hash}, {"hash_value", wrong_hash ? std::string(64, '0') : hash}}.dump(),
        kJson);
  });
  server_.Put(R"(/api/v1/sessions/([^/]+)/manifest)",
              [this](const httplib::Request& request, httplib::Response& response) {
                manifests_[request.matches[1]] = request.body;
                const std::string hash = to_hex(crypto::sha256(bytes_of(request.body)));
                response.status = 201;
                response.set_content(nlohmann::ordered_json{{"manifest_hash", hash}}.dump(), kJson);
              });
  server_.Get(R"(/api/v1/sessions/([^/]+)/manifest)",
              [this](const httplib::Request& request, httplib::Response& response) {
                response.set_content(manifests_[request.matches[1]], "application/octet-stream");
              });
}

/// The manifest's own figures, held against what the client says of them.
void FakeNode::accept(const Json& body) {
  const std::string id = body.at("session_id");
  const auto manifest = anchoring::decode_manifest(bytes_of(manifests_.at(id))).value();
  AnchorSession anchor =
      anchoring::anchor_of(manifest, parse_address(body.at("owner_address").get<std::string>(), "owner").value());
  if (body.at("merkle_root") != to_hex(anchor.merkle_root) ||
      body.at("manifest_data").at("chunk_count") != anchor.chunk_count ||
      body.at("manifest_data").at("total_size") != anchor.total_size)
    throw std::runtime_error("the figures are not those of the manifest");
  owner_seen = body.at("owner_address");
  if (body.contains("user_signature")) {
    anchor.user_signature = fixed_of<RecoverableSignature>(body.at("user_signature").get<std::string>());
    user_signature_holds =
        crypto::Verifier(crypto::secp256k1_scheme(), chain_).verify_user_signature(anchor).has_value();
  }
  anchors_[id] = anchor;
}

void FakeNode::serve_anchoring() {
  server_.Post("/api/v1/anchoring/session", [this](const httplib::Request& request, httplib::Response& response) {
    try {
      accept(Json::parse(request.body));
    } catch (const std::exception& error) {
      return answer_error(response, 422, "LUCID_ERR_6002", error.what());
    }
    response.status = 202;
    response.set_content(
        Json{{"anchoring_id", "1"}, {"status", "pending"}, {"submitted_at", "2026-01-01T00:00:00.000Z"}}.dump(), kJson);
  });
  server_.Get(R"(/api/v1/anchoring/session/([0-9a-f-]+))",
              [this](const httplib::Request& request, httplib::Response& response) {
                const std::string id = request.matches[1];
                if (anchors_.count(id) == 0)
                  return answer_error(response, 404, "LUCID_ERR_6001", "there is no such anchor");
                Json answer{{"session_id", id}, {"status", fails_anchors ? "failed" : "confirmed"}};
                answer["block_height"] = 12;
                answer["transaction_id"] = std::string(64, '7');
                response.set_content(answer.dump(), kJson);
              });
  server_.Get(R"(/api/v1/anchoring/session/([0-9a-f-]+)/proof)",
              [this](const httplib::Request& request, httplib::Response& response) {
                const Bytes bytes = proof(parse_uuid(std::string(request.matches[1]), "id").value());
                response.set_content(std::string(bytes.begin(), bytes.end()), "application/octet-stream");
              });
}

Bytes FakeNode::proof(const SessionId& session) const {
  const std::string id = to_text(session);
  Bundle bundle;
  bundle.genesis = genesis_;
  bundle.manifest = BoundedBytes<kMaxManifestBytes>(to_bytes(bytes_of(manifests_.at(id))));
  bundle.leaf = {anchors_.at(id), members_.set.members[0].address, 12, filled(0x77)};
  bundle.header.chain_id = 1337;
  bundle.header.height = 12;
  bundle.header.anchor_log_root = anchoring::anchor_leaf_hash(bundle.leaf);
  bundle.header.anchor_log_size = 1;
  bundle.header.validators_hash = crypto::validators_hash(members_.set);
  const Members signer(std::vector<std::uint8_t>{static_cast<std::uint8_t>(foreign_proof ? 2 : 1)});
  bundle.certificate = signer.certify(chain_, bundle.header, {0});
  return codec::encode(bundle);
}

void FakeNode::serve_status() {
  server_.Get("/health", [this](const auto&, httplib::Response& response) {
    response.status = healthy ? 200 : 503;
    response.set_content(Json{{"status", healthy ? "healthy" : "unhealthy"}, {"consensus", healthy}}.dump(), kJson);
  });
  server_.Get("/api/v1/chain/status", [](const auto&, httplib::Response& response) {
    response.set_content(R"({"status":"healthy","current_height":12,"peers":[],"list":[{"a":1}],"none":null})", kJson);
  });
  server_.Get("/api/v1/consensus/status", [this](const auto&, httplib::Response& response) {
    response.set_content(moves ? kMoving : kStalled, kJson);
  });
  server_.Get("/api/v1/consensus/schedule", [this](const httplib::Request& request, httplib::Response& response) {
    schedule_asked = request.target;
    response.set_content(kSchedule, kJson);
  });
  server_.Get("/api/v1/anchoring/status", [](const auto&, httplib::Response& response) {
    response.set_content(R"({"status":"healthy","pending_anchorings":0})", kJson);
  });
  server_.Get(R"(/api/v1/blocks/(\w+))", [](const httplib::Request& request, httplib::Response& response) {
    if (request.matches[1] != "latest") return answer_error(response, 404, "LUCID_ERR_4001", "there is no such block");
    response.set_content(R"({"height":12,"transactions":[],"header":{"round":0}})", kJson);
  });
  server_.Get(R"(/api/v1/transactions/(\w+))", [](const httplib::Request&, httplib::Response& response) {
    response.set_content("no JSON at all", "text/plain");
  });
}

}  // namespace lucid::test
