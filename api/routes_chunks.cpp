// Chunks by their hash.
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "api/base64.hpp"
#include "api/byte_range.hpp"
#include "api/json_text.hpp"
#include "api/json_writer.hpp"
#include "api/query_reader.hpp"
#include "api/route.hpp"
#include "api/views.hpp"
#include "core/types/session.hpp"

namespace lucid::api {
namespace {

static_assert(kChunkLimit == kMaxChunkBytes);

Result<Hash256> chunk_id(const Call& call) {
  return parse_fixed_hex<Hash256>(call.path[0], "chunk_id");
}

std::string etag(const Hash256& hash) {
  return "\"" + to_hex(hash) + "\"";
}

/// If-None-Match names a chunk's tag, or anything: its bytes never change.
bool has_it_already(const Request& request, const Hash256& hash) {
  return request.if_none_match == "*" || request.if_none_match.find(etag(hash)) != std::string::npos;
}

/// A chunk as JSON: base64 `data`, `session_id`, `index`, `metadata`.
Result<actors::ChunkPut> chunk_of_json(const Call& call, FieldErrors& errors) {
  LUCID_TRY_ASSIGN(const nlohmann::json body, parse_json(call.request.text()));
  JsonReader reader(body, "", errors);
  actors::ChunkPut out;
  out.session = reader.optional_uuid("session_id");
  if (const auto index = reader.optional_number("index", 0, kMaxChunksPerSession - 1))
    out.index = static_cast<std::uint32_t>(*index);
  if (reader.has("metadata")) {
    const auto canonical = canonical_json(reader.object("metadata"), "metadata");
    if (canonical && *canonical != "null") out.metadata_json = *canonical;
    if (!canonical) errors.add(canonical.error());
  }
  const std::string text = reader.text("data", body_limit(*call.route, call.request));
  auto bytes = parse_base64(text, "data");
  if (!bytes) errors.add(bytes.error());
  if (bytes) out.bytes = std::make_shared<const Bytes>(*std::move(bytes));
  return out;
}

actors::ChunkPut chunk_of_bytes(const Call& call, FieldErrors& errors) {
  QueryReader query(call.request, errors);
  actors::ChunkPut out;
  out.session = query.uuid("session_id");
  if (const auto index = query.number("index", 0, kMaxChunksPerSession - 1))
    out.index = static_cast<std::uint32_t>(*index);
  out.bytes = std::make_shared<const Bytes>(std::move(call.request.body));
  return out;
}

Response put_chunk(const Call& call) {
  FieldErrors errors;
  const bool json = is_json(call.request);
  auto chunk = json ? chunk_of_json(call, errors) : chunk_of_bytes(call, errors);
  if (!chunk) {
    errors.add(chunk.error());
    return call.fail(errors, 400);
  }
  if (errors.any()) return call.fail(errors, json ? 422 : 400);
  if (chunk->bytes->size() > kChunkLimit)
    return error_response({{413, kBodyTooLarge},
                           "the body is over the limit",
                           "data",
                           "at most " + std::to_string(kChunkLimit) + " bytes",
                           std::to_string(chunk->bytes->size()) + " bytes",
                           {}},
                          call.request.id);
  const auto meta = call.node.put_chunk(*chunk);
  if (!meta) return call.fail(meta.error());
  JsonWriter out;
  write_chunk_meta(out, *meta);
  return json_response(out, 201);
}

Response get_chunk(const Call& call) {
  const auto id = chunk_id(call);
  if (!id) return call.fail(id.error());
  Response response;
  response.headers = {{"ETag", etag(*id)}, {"Accept-Ranges", "bytes"}, {"Cache-Control", "private, max-age=31536000"}};
  if (has_it_already(call.request, *id)) {
    const auto meta = call.node.chunk_meta(*id);
    if (!meta) return call.fail(meta.error());
    response.status = 304;
    return response;
  }
  auto bytes = call.node.chunk(*id);
  if (!bytes) return call.fail(bytes.error());
  const std::size_t size = (*bytes)->size();
  const auto range = parse_range(call.request.range, size);
  if (!range) {
    Response refusal = error_response({{416, kWrongRange},
                                       "the range lies outside the chunk",
                                       "Range",
                                       range.error().expected,
                                       range.error().actual,
                                       {}},
                                      call.request.id);
    refusal.headers.emplace_back("Content-Range", "bytes */" + std::to_string(size));
    return refusal;
  }
  if (range->partial) {
    response.status = 206;
    response.headers.emplace_back("Content-Range", "bytes " + std::to_string(range->offset) + "-" +
                                                       std::to_string(range->offset + range->length - 1) + "/" +
                                                       std::to_string(size));
  }
  response.content_type = "application/octet-stream";
  response.bytes = *std::move(bytes);
  response.offset = range->offset;
  response.length = range->length;
  return response;
}

Response head_chunk(const Call& call) {
  const auto id = chunk_id(call);
  if (!id) return call.fail(id.error());
  const auto meta = call.node.chunk_meta(*id);
  if (!meta) return call.fail(meta.error());
  Response response;
  response.content_type = "application/octet-stream";
  response.headers = {{"ETag", etag(*id)}, {"Accept-Ranges", "bytes"}};
  response.length = meta->size_bytes;
  return response;
}

Response chunk_meta(const Call& call) {
  const auto id = chunk_id(call);
  if (!id) return call.fail(id.error());
  const auto meta = call.node.chunk_meta(*id);
  if (!meta) return call.fail(meta.error());
  JsonWriter out;
  write_chunk_meta(out, *meta);
  return json_response(out);
}

Response session_chunks(const Call& call) {
  FieldErrors errors;
  QueryReader query(call.request, errors);
  const auto session = query.uuid("session_id");
  actors::Page page;
  page.limit = query.number("limit", 1, 1000).value_or(100);
  page.offset = query.number("offset", 0, kMaxChunksPerSession).value_or(0);
  if (!session && !errors.any()) errors.add("session_id", "a UUID", "nothing", "the parameter is required");
  if (errors.any()) return call.fail(errors, 400);
  const auto found = call.node.session_chunks(*session, page);
  if (!found) return call.fail(found.error());
  JsonWriter out;
  out.begin_object().field("session_id", *session).key("chunks").begin_array();
  for (const auto& meta : found->chunks) write_chunk_meta(out, meta);
  out.end_array().field("total", found->total).field("limit", page.limit).field("offset", page.offset).end_object();
  return json_response(out);
}

Response erase_chunk(const Call& call) {
  const auto id = chunk_id(call);
  if (!id) return call.fail(id.error());
  const auto erased = call.node.erase_chunk(*id);
  if (!erased) return call.fail(erased.error());
  Response response;
  response.status = 204;
  return response;
}

constexpr std::string_view kPutSummary = "Stores a chunk by its SHA-256: the bytes as the body, or JSON with base64";
constexpr std::string_view kPutQuery = "session_id index";

constexpr std::array kChunksRoutes{
    Route{"POST", "/api/v1/chunks", Access::write, BodyKind::json_or_bytes, kChunkLimit, 201, put_chunk, kPutSummary,
          kPutQuery},
    Route{"POST", "/api/v1/data/store", Access::write, BodyKind::json_or_bytes, kChunkLimit, 201, put_chunk,
          kPutSummary, kPutQuery},
    Route{"POST", "/store-data", Access::write, BodyKind::json_or_bytes, kChunkLimit, 201, put_chunk, kPutSummary,
          kPutQuery},
    Route{"GET", "/api/v1/chunks", Access::read, BodyKind::none, 0, 200, session_chunks,
          "What is known of a session's chunks", "session_id limit offset"},
    Route{"GET", "/api/v1/chunks/{chunk_id}", Access::read, BodyKind::none, 0, 200, get_chunk,
          "A chunk's bytes, or a range of them"},
    Route{"GET", "/api/v1/data/retrieve/{chunk_id}", Access::read, BodyKind::none, 0, 200, get_chunk,
          "A chunk's bytes, or a range of them"},
    Route{"HEAD", "/api/v1/chunks/{chunk_id}", Access::read, BodyKind::none, 0, 200, head_chunk,
          "Whether a chunk is here"},
    Route{"DELETE", "/api/v1/chunks/{chunk_id}", Access::admin, BodyKind::none, 0, 204, erase_chunk,
          "Deletes a chunk that no session refers to"},
    Route{"GET", "/api/v1/chunks/{chunk_id}/meta", Access::read, BodyKind::none, 0, 200, chunk_meta,
          "What is known of a chunk"},
};

}  // namespace

std::span<const Route> chunk_routes() {
  return kChunksRoutes;
}

}  // namespace lucid::api
