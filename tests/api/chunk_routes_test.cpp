// Chunks, manifests and the proofs of chunks, by REST.
#include "api/base64.hpp"
#include "api/route.hpp"
#include "tests/api/served_node.hpp"

namespace lucid::test {
namespace {

using nlohmann::json;
using ChunkRoutes = ServedNode;

Bytes some_bytes(std::size_t size) {
  Bytes out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
  return out;
}

TEST_F(ChunkRoutes, BytesAreStoredByTheirHashAndComeBack) {
  const Bytes bytes = some_bytes(300'000);
  const std::string hash = to_hex(FakeNode::hash_of(bytes));
  for (const char* path : {"/api/v1/chunks", "/api/v1/data/store", "/store-data"}) {
    last = *client_->post(std::string(path) + "?session_id=" + std::string(kSession) + "&index=7", bytes,
                          "application/octet-stream");
    ASSERT_EQ(last.status, 201) << last.body;
    const json body = json::parse(last.body);
    EXPECT_EQ(body["chunk_id"], hash);
    EXPECT_EQ(body["hash_value"], hash);
    EXPECT_EQ(body["session_id"], kSession);
    EXPECT_EQ(body["index"], 7);
    EXPECT_EQ(body["size_bytes"], 300'000);
    EXPECT_EQ(body["created_at"], "2026-01-02T03:04:05.678Z");
    EXPECT_EQ(body["metadata"], json::object());
    EXPECT_EQ(body["deduplicated"], std::string(path) != "/api/v1/chunks");
  }
  for (const char* path : {"/api/v1/chunks/", "/api/v1/data/retrieve/"}) {
    const auto response = *client_->get(path + hash);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(to_bytes(response.body_bytes()), bytes);
    EXPECT_EQ(response.header("etag"), "\"" + hash + "\"");
    EXPECT_EQ(response.header("content-type"), "application/octet-stream");
  }
}

TEST_F(ChunkRoutes, JsonCarriesBytesInBase64WithMetadata) {
  const Bytes bytes = some_bytes(1000);
  const json body = post(
      "/api/v1/chunks",
      {{"data", api::to_base64(bytes)}, {"session_id", kSession}, {"index", 3}, {"metadata", {{"b", 1}, {"a", "x"}}}},
      201);
  EXPECT_EQ(body["chunk_id"], to_hex(FakeNode::hash_of(bytes)));
  EXPECT_EQ(body["metadata"], json::parse(R"({"a":"x","b":1})"));
  EXPECT_EQ(body["index"], 3);
  EXPECT_EQ(body["deduplicated"], false);
}

TEST_F(ChunkRoutes, AnUploadInPiecesArrivesWhole) {
  const Bytes bytes = some_bytes(2'000'000);
  const auto source = [&](std::size_t offset, std::size_t max_size) {
    return ByteView(bytes).subspan(offset, std::min<std::size_t>(max_size, 50'000));
  };
  last = *client_->post_stream("/api/v1/chunks", bytes.size(), source, "application/octet-stream");
  ASSERT_EQ(last.status, 201) << last.body;
  EXPECT_EQ(json::parse(last.body)["chunk_id"], to_hex(FakeNode::hash_of(bytes)));
}

TEST_F(ChunkRoutes, AChunkOfTheLargestSizeIsTakenAndOneByteMoreIsNot) {
  EXPECT_EQ(client_->post("/api/v1/chunks", some_bytes(api::kChunkLimit), "application/octet-stream")->status, 201);
  last = *client_->post("/api/v1/chunks", some_bytes(api::kChunkLimit + 1), "application/octet-stream");
  EXPECT_EQ(last.status, 413);
  EXPECT_EQ(error_of(last)["code"], "LUCID_ERR_1002");
  post("/api/v1/chunks", {{"data", api::to_base64(some_bytes(api::kChunkLimit))}}, 201);
  post("/api/v1/chunks", {{"data", api::to_base64(some_bytes(api::kChunkLimit + 1))}}, 413);
  EXPECT_EQ(error_of(last)["code"], "LUCID_ERR_1002");
}

TEST_F(ChunkRoutes, WrongUploadsAreNamed) {
  const std::pair<const char*, const char*> queries[] = {
      {"session_id=x", "session_id"}, {"index=-1", "index"}, {"index=1048576", "index"}, {"index=1&index=2", "index"}};
  for (const auto& [query, field] : queries) {
    last = *client_->post(std::string("/api/v1/chunks?") + query, some_bytes(5), "application/octet-stream");
    EXPECT_EQ(last.status, 400);
    expect_field_error(field);
  }
  post("/api/v1/chunks", json::object(), 422);
  expect_field_error("data");
  post("/api/v1/chunks", {{"data", "Zg="}}, 422);
  expect_field_error("data");
  post("/api/v1/chunks", {{"data", "Zg=="}, {"metadata", 7}}, 422);
  expect_field_error("metadata");
  post("/api/v1/chunks", {{"data", "Zg=="}, {"session_id", "x"}}, 422);
  expect_field_error("session_id");
  last = *client_->post("/api/v1/chunks", Bytes{}, "application/octet-stream");
  EXPECT_EQ(last.status, 422);
  EXPECT_EQ(error_of(last)["code"], "LUCID_ERR_9003");
  last = *client_->post("/api/v1/chunks", some_bytes(5), "application/octet-stream", {{"Content-Encoding", "gzip"}});
  EXPECT_EQ(last.status, 415);
  expect_field_error("Content-Encoding");
}

TEST_F(ChunkRoutes, RangesOfAChunk) {
  const Bytes bytes = some_bytes(1000);
  const std::string path = "/api/v1/chunks/" + to_hex(FakeNode::hash_of(bytes));
  upload("/api/v1/chunks", bytes, "application/octet-stream");
  const auto range = [&](const std::string& header) { return *client_->get(path, {{"Range", header}}); };
  auto response = range("bytes=10-19");
  EXPECT_EQ(response.status, 206);
  EXPECT_EQ(to_bytes(response.body_bytes()), Bytes(bytes.begin() + 10, bytes.begin() + 20));
  EXPECT_EQ(response.header("content-range"), "bytes 10-19/1000");
  response = range("bytes=-5");
  EXPECT_EQ(response.header("content-range"), "bytes 995-999/1000");
  response = range("bytes=990-");
  EXPECT_EQ(response.body.size(), 10U);
  response = range("bytes=0-0,5-9");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body.size(), 1000U);
  for (const char* outside : {"bytes=1000-", "bytes=-0"}) {
    last = range(outside);
    EXPECT_EQ(last.status, 416) << outside;
    EXPECT_EQ(error_of(last)["code"], "LUCID_ERR_1005");
    EXPECT_EQ(last.header("content-range"), "bytes */1000");
  }
  last = range("bytes=x-y");
  EXPECT_EQ(last.status, 416);
  EXPECT_EQ(error_of(last)["code"], "LUCID_ERR_1005");
}

TEST_F(ChunkRoutes, AChunkTheClientHasIsNotSentAgain) {
  const Bytes bytes = some_bytes(100);
  const std::string hash = to_hex(FakeNode::hash_of(bytes));
  upload("/api/v1/chunks", bytes, "application/octet-stream");
  const auto response = *client_->get("/api/v1/chunks/" + hash, {{"If-None-Match", "\"" + hash + "\""}});
  EXPECT_EQ(response.status, 304);
  EXPECT_TRUE(response.body.empty());
  EXPECT_EQ(client_->get("/api/v1/chunks/" + hash, {{"If-None-Match", "\"other\""}})->status, 200);
  EXPECT_EQ(client_->get("/api/v1/chunks/" + std::string(64, 'a'), {{"If-None-Match", "*"}})->status, 404);
}

TEST_F(ChunkRoutes, HeadAndMetaTellWhetherAChunkIsHere) {
  const Bytes bytes = some_bytes(1234);
  const std::string hash = to_hex(FakeNode::hash_of(bytes));
  EXPECT_EQ(client_->head("/api/v1/chunks/" + hash)->status, 404);
  upload("/api/v1/chunks", bytes, "application/octet-stream");
  const auto head = *client_->head("/api/v1/chunks/" + hash);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("content-length"), "1234");
  const json meta = get("/api/v1/chunks/" + hash + "/meta");
  EXPECT_EQ(meta["size_bytes"], 1234);
  EXPECT_EQ(meta["session_id"], nullptr);
  get("/api/v1/chunks/" + std::string(64, 'a') + "/meta", 404);
  EXPECT_EQ(error_of(last)["code"], "LUCID_ERR_9001");
}

TEST_F(ChunkRoutes, IdsThatAreNoneAreNamed) {
  for (const std::string& id : {std::string(63, 'a'), std::string(64, 'x'), std::string("..%2f..%2fetc%2fpasswd")}) {
    SCOPED_TRACE(id);
    for (const std::string& path :
         {"/api/v1/chunks/" + id, "/api/v1/chunks/" + id + "/meta", "/api/v1/data/retrieve/" + id}) {
      if (id.find("%2f") != std::string::npos) {
        get(path, 404);
      } else {
        get(path, 400);
        expect_field_error("chunk_id");
      }
    }
  }
}

TEST_F(ChunkRoutes, ASessionsChunksAreListed) {
  for (std::size_t i = 0; i < 3; ++i)
    upload("/api/v1/chunks?session_id=" + std::string(kSession) + "&index=" + std::to_string(i), some_bytes(10 + i),
           "application/octet-stream");
  const json body = get("/api/v1/chunks?session_id=" + std::string(kSession) + "&limit=2&offset=1");
  EXPECT_EQ(body["total"], 3);
  EXPECT_EQ(body["chunks"].size(), 2U);
  EXPECT_EQ(body["limit"], 2);
  EXPECT_EQ(body["offset"], 1);
  get("/api/v1/chunks", 400);
  expect_field_error("session_id");
  get("/api/v1/chunks?session_id=x", 400);
  expect_field_error("session_id");
  get("/api/v1/chunks?limit=1001&session_id=" + std::string(kSession), 400);
  expect_field_error("limit");
}

TEST_F(ChunkRoutes, AChunkIsDeletedUnlessASessionRefersToIt) {
  const Bytes free = some_bytes(20), held = some_bytes(30);
  upload("/api/v1/chunks", free, "application/octet-stream");
  upload("/api/v1/chunks?session_id=" + std::string(kSession), held, "application/octet-stream");
  last = *client_->erase("/api/v1/chunks/" + to_hex(FakeNode::hash_of(free)));
  EXPECT_EQ(last.status, 204);
  EXPECT_TRUE(last.body.empty());
  last = *client_->erase("/api/v1/chunks/" + to_hex(FakeNode::hash_of(free)));
  EXPECT_EQ(last.status, 404);
  last = *client_->erase("/api/v1/chunks/" + to_hex(FakeNode::hash_of(held)));
  EXPECT_EQ(last.status, 409);
  EXPECT_EQ(error_of(last)["code"], "LUCID_ERR_9004");
}

// ---- manifests and proofs

TEST_F(ChunkRoutes, AManifestComesBackAsItWasPut) {
  const Bytes manifest = some_bytes(5'000'000);
  const std::string path = "/api/v1/sessions/" + std::string(kSession) + "/manifest";
  get(path, 404);
  EXPECT_EQ(error_of(last)["code"], "LUCID_ERR_6001");
  const auto put = *client_->put(path, manifest, "application/octet-stream");
  ASSERT_EQ(put.status, 201) << put.body;
  EXPECT_EQ(json::parse(put.body)["manifest_hash"], to_hex(FakeNode::hash_of(manifest)));
  EXPECT_EQ(json::parse(put.body)["size_bytes"], manifest.size());
  EXPECT_EQ(to_bytes(client_->get(path)->body_bytes()), manifest);
  last = *client_->put(path, Bytes{}, "application/octet-stream");
  EXPECT_EQ(last.status, 400);
  expect_field_error("body");
  last = *client_->put("/api/v1/sessions/x/manifest", manifest, "application/octet-stream");
  EXPECT_EQ(last.status, 400);
  expect_field_error("session_id");
}

TEST_F(ChunkRoutes, AChunksPathToTheAnchoredRoot) {
  const std::string base = "/api/v1/sessions/" + std::string(kSession) + "/chunks/";
  const json body = get(base + "1/proof");
  EXPECT_EQ(body["index"], 1);
  EXPECT_EQ(body["chunk_count"], 2);
  EXPECT_EQ(body["chunk_hash"], std::string(64, '6'));
  EXPECT_EQ(body["merkle_root"], std::string(64, '2'));
  EXPECT_EQ(body["proof_path"], json::array({std::string(64, '7')}));
  EXPECT_EQ(body["block_height"], 3);
  get(base + "2/proof", 404);
  EXPECT_EQ(error_of(last)["code"], "LUCID_ERR_8001");
  for (const char* index : {"-1", "x", "1048576", "99999999999", "1.0"}) {
    get(base + index + "/proof", 400);
    expect_field_error("index");
  }
}

}  // namespace
}  // namespace lucid::test
