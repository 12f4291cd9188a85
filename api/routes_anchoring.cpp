// Anchoring sessions, and their proofs.
#include <array>
#include <nlohmann/json.hpp>

#include "api/json_text.hpp"
#include "api/json_writer.hpp"
#include "api/route.hpp"
#include "api/views.hpp"
#include "core/types/transaction.hpp"

namespace lucid::api {
namespace {

/// Waiting anchors from which on the service calls itself busy.
constexpr std::uint64_t kBusyFrom = 1000;
constexpr std::uint64_t kMaxTotalSize = std::uint64_t{1} << 53;  // that a JSON number holds exactly

/// 0 says "none": the session was anchored through another node.
void write_anchoring_id(JsonWriter& out, std::uint64_t id) {
  out.key("anchoring_id");
  id == 0 ? out.null() : out.value(std::to_string(id));
}

actors::AnchorRequest read_request(const nlohmann::json& body, FieldErrors& errors) {
  JsonReader reader(body, "", errors);
  actors::AnchorRequest out;
  out.session = reader.uuid("session_id");
  out.merkle_root = reader.fixed_hex<Hash256>("merkle_root");
  out.owner = reader.address("owner_address");
  out.user_signature = reader.optional_fixed_hex<RecoverableSignature>("user_signature");
  out.manifest_hash = reader.optional_fixed_hex<Hash256>("manifest_hash");
  out.storage_root = reader.optional_fixed_hex<Hash256>("storage_root");
  const nlohmann::json& data = reader.object("manifest_data");
  if (!data.is_object()) return out;
  JsonReader manifest(data, "manifest_data", errors);
  out.chunk_count = static_cast<std::uint32_t>(manifest.number("chunk_count", 1, kMaxChunksPerSession));
  out.total_size = manifest.number("total_size", 0, kMaxTotalSize);
  out.started_at = manifest.time("created_at");
  auto canonical = canonical_json(data, "manifest_data");
  if (canonical)
    out.manifest_json = *std::move(canonical);
  else
    errors.add(canonical.error());
  return out;
}

Response anchor(const Call& call) {
  const auto body = parse_json(call.request.text());
  if (!body) return call.malformed(body.error());
  FieldErrors errors;
  const actors::AnchorRequest request = read_request(*body, errors);
  if (errors.any()) return call.fail(errors);
  const auto accepted = call.node.anchor_session(request);
  if (!accepted) return call.fail(accepted.error());
  JsonWriter out;
  out.begin_object();
  write_anchoring_id(out, accepted->anchoring_id);
  out.field("session_id", request.session)
      .field("status", to_text(accepted->status))
      .time_field("submitted_at", accepted->submitted_at)
      .time_field("estimated_confirmation_time", accepted->estimated_confirmation_at)
      .end_object();
  return json_response(out, 202);
}

Response anchoring(const Call& call) {
  const auto session = parse_uuid(call.path[0], "session_id");
  if (!session) return call.fail(session.error());
  const auto view = call.node.anchoring(*session);
  if (!view) return call.fail(view.error());
  JsonWriter out;
  out.begin_object().field("session_id", view->session);
  write_anchoring_id(out, view->anchoring_id);
  out.field("status", to_text(view->status));
  if (view->failure)
    out.field("failure", fault_name(*view->failure)).field("failure_reason", fault_text(*view->failure));
  out.time_field("submitted_at", view->submitted_at)
      .time_field("confirmed_at", view->confirmed_at)
      .field("block_height", view->height)
      .field("transaction_id", view->transaction)
      .field("merkle_root", view->anchor.merkle_root)
      .field("manifest_hash", view->anchor.manifest_hash)
      .field("owner_address", view->anchor.owner)
      .time_field("started_at", view->anchor.started_at)
      .field("chunk_count", view->anchor.chunk_count)
      .field("total_size", view->anchor.total_size)
      .field("gas_used", 0)
      .end_object();
  return json_response(out);
}

Response anchor_proof(const Call& call) {
  const auto session = parse_uuid(call.path[0], "session_id");
  if (!session) return call.fail(session.error());
  auto bundle = call.node.anchoring_proof(*session);
  if (!bundle) return call.fail(bundle.error());
  Response response;
  response.content_type = "application/octet-stream";
  response.headers.emplace_back("Content-Disposition", "attachment; filename=\"" + to_text(*session) + ".lucid\"");
  response.length = bundle->size();
  response.bytes = std::make_shared<const Bytes>(*std::move(bundle));
  return response;
}

Response verify(const Call& call) {
  const auto body = parse_json(call.request.text());
  if (!body) return call.malformed(body.error());
  FieldErrors errors;
  JsonReader reader(*body, "", errors);
  const SessionId session = reader.uuid("session_id");
  const auto root = reader.fixed_hex<Hash256>("merkle_root");
  if (errors.any()) return call.fail(errors);
  const auto check = call.node.verify_anchor(session, root);
  if (!check) return call.fail(check.error());
  JsonWriter out;
  out.begin_object()
      .field("verified", check->verified)
      .field("block_height", check->height)
      .field("transaction_id", check->transaction)
      .time_field("confirmation_time", check->confirmed_at)
      .field("merkle_proof_valid", check->merkle_proof_valid)
      .end_object();
  return json_response(out);
}

Response status(const Call& call) {
  const auto summary = call.node.anchoring_summary();
  if (!summary) return call.fail(summary.error());
  const bool busy = summary->pending + summary->processing > kBusyFrom;
  JsonWriter out;
  out.begin_object()
      .field("status", summary->failing ? "error"
                       : busy           ? "busy"
                                        : "healthy")
      .field("pending_anchorings", summary->pending)
      .field("processing_anchorings", summary->processing)
      .field("completed_today", summary->completed_today)
      .field("average_confirmation_time", static_cast<double>(summary->average_confirmation_ms) / 1000)
      .end_object();
  return json_response(out);
}

constexpr std::string_view kAnchorSummary = "Anchors a session; once answered it survives any crash";

constexpr std::array kAnchoringRoutes{
    Route{"POST", "/api/v1/anchoring/session", Access::write, BodyKind::json, kJsonLimit, 202, anchor, kAnchorSummary},
    Route{"POST", "/api/v1/session-anchoring", Access::write, BodyKind::json, kJsonLimit, 202, anchor, kAnchorSummary},
    Route{"POST", "/anchor-session", Access::write, BodyKind::json, kJsonLimit, 202, anchor, kAnchorSummary},
    Route{"GET", "/api/v1/anchoring/session/{session_id}", Access::read, BodyKind::none, 0, 200, anchoring,
          "How the anchoring of a session stands"},
    Route{"GET", "/api/v1/anchoring/session/{session_id}/proof", Access::read, BodyKind::none, 0, 200, anchor_proof,
          "The proof bundle of a session, which verifies offline"},
    Route{"POST", "/api/v1/anchoring/verify", Access::read, BodyKind::json, kJsonLimit, 200, verify,
          "Whether a session is anchored with this root"},
    Route{"GET", "/api/v1/anchoring/status", Access::read, BodyKind::none, 0, 200, status,
          "How many anchorings wait, and how long they take"},
};

}  // namespace

std::span<const Route> anchoring_routes() {
  return kAnchoringRoutes;
}

}  // namespace lucid::api
