// What belongs to a session beside its anchor: the manifest, and the proofs of its chunks.
#include <array>
#include <charconv>
#include <utility>

#include "api/json_writer.hpp"
#include "api/route.hpp"
#include "core/types/transaction.hpp"

namespace lucid::api {
namespace {

Response put_manifest(const Call& call) {
  const auto session = parse_uuid(call.path[0], "session_id");
  if (!session) return call.fail(session.error());
  const auto manifest = std::make_shared<const Bytes>(std::move(call.request.body));
  if (manifest->empty()) return call.fail(Error{Fault::size_wrong, "body", "a manifest", "no bytes"});
  const auto hash = call.node.put_manifest(*session, manifest);
  if (!hash) return call.fail(hash.error());
  JsonWriter out;
  out.begin_object().field("manifest_hash", *hash).field("size_bytes", manifest->size()).end_object();
  return json_response(out, 201);
}

Response get_manifest(const Call& call) {
  const auto session = parse_uuid(call.path[0], "session_id");
  if (!session) return call.fail(session.error());
  auto manifest = call.node.manifest(*session);
  if (!manifest) return call.fail(manifest.error());
  Response response;
  response.content_type = "application/octet-stream";
  response.length = (*manifest)->size();
  response.bytes = *std::move(manifest);
  return response;
}

Result<std::uint32_t> chunk_index(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size() && value < kMaxChunksPerSession) return value;
  return fail(Fault::number_range, "index", "an integer from 0 to " + std::to_string(kMaxChunksPerSession - 1),
              std::string(text.substr(0, 40)));
}

Response chunk_proof(const Call& call) {
  const auto session = parse_uuid(call.path[0], "session_id");
  if (!session) return call.fail(session.error());
  const auto index = chunk_index(call.path[1]);
  if (!index) return call.fail(index.error());
  const auto proof = call.node.chunk_proof(*session, *index);
  if (!proof) return call.fail(proof.error());
  JsonWriter out;
  out.begin_object()
      .field("session_id", proof->session)
      .field("index", proof->index)
      .field("chunk_count", proof->chunk_count)
      .field("chunk_hash", proof->chunk_hash)
      .field("merkle_root", proof->merkle_root)
      .key("proof_path")
      .begin_array();
  for (const Hash256& hash : proof->path) out.value(hash);
  out.end_array().field("block_height", proof->height).end_object();
  return json_response(out);
}

constexpr std::array kSessionsRoutes{
    Route{"PUT", "/api/v1/sessions/{session_id}/manifest", Access::write, BodyKind::bytes, kManifestLimit, 201,
          put_manifest, "Stores the manifest of a session that will be anchored"},
    Route{"GET", "/api/v1/sessions/{session_id}/manifest", Access::read, BodyKind::none, 0, 200, get_manifest,
          "The manifest's bytes"},
    Route{"GET", "/api/v1/sessions/{session_id}/chunks/{index}/proof", Access::read, BodyKind::none, 0, 200,
          chunk_proof, "The Merkle path of a chunk to the session's anchored root"},
};

}  // namespace

std::span<const Route> session_routes() {
  return kSessionsRoutes;
}

}  // namespace lucid::api
