// Anchoring sessions, by REST.
#include "tests/api/served_node.hpp"

namespace lucid::test {
namespace {

using nlohmann::json;
using AnchoringRoutes = ServedNode;

const std::string kRoot(64, '2');

json anchor_body() {
  return {{"session_id", kSession},
          {"merkle_root", kRoot},
          {"owner_address", kOwner},
          {"manifest_data",
           {{"total_size", 3000}, {"created_at", "2026-01-02T03:04:05.678Z"}, {"chunk_count", 2}, {"rate", 2.50}}}};
}

TEST_F(AnchoringRoutes, AnAnchorIsAcceptedAtEachOfItsRoutes) {
  for (const char* path : {"/api/v1/anchoring/session", "/api/v1/session-anchoring", "/anchor-session"}) {
    const json body = post(path, anchor_body(), 202);
    EXPECT_EQ(body["anchoring_id"], "42");
    EXPECT_EQ(body["status"], "pending");
    EXPECT_EQ(body["submitted_at"], "2026-01-02T03:04:05.678Z");
    EXPECT_EQ(body["estimated_confirmation_time"], "2026-01-02T03:04:10.678Z");
  }
  ASSERT_EQ(node_.anchor_requests.size(), 3U);
  const auto& request = node_.anchor_requests[0];
  EXPECT_EQ(to_text(request.session), kSession);
  EXPECT_EQ(to_hex(request.merkle_root), kRoot);
  EXPECT_EQ(to_text(request.owner), kOwner);
  EXPECT_EQ(request.chunk_count, 2U);
  EXPECT_EQ(request.total_size, 3000U);
  EXPECT_EQ(request.started_at, kGenesisTime);
  EXPECT_FALSE(request.user_signature);
  EXPECT_FALSE(request.manifest_hash);
}

TEST_F(AnchoringRoutes, TheManifestDataBecomesItsCanonicalForm) {
  post("/api/v1/anchoring/session", anchor_body(), 202);
  EXPECT_EQ(node_.anchor_requests[0].manifest_json,
            R"({"chunk_count":2,"created_at":"2026-01-02T03:04:05.678Z","rate":2.5,"total_size":3000})");
}

TEST_F(AnchoringRoutes, SignatureAndHashesAreTakenWithOrWithoutPrefix) {
  json body = anchor_body();
  body["user_signature"] = "0x" + std::string(130, 'c');
  body["manifest_hash"] = std::string(64, 'd');
  body["storage_root"] = std::string(64, 'e');
  post("/api/v1/anchoring/session", body, 202);
  EXPECT_EQ(node_.anchor_requests[0].user_signature, filled<RecoverableSignature>(0xcc));
  EXPECT_EQ(node_.anchor_requests[0].manifest_hash, filled<Hash256>(0xdd));
  EXPECT_EQ(node_.anchor_requests[0].storage_root, filled<Hash256>(0xee));
}

TEST_F(AnchoringRoutes, WrongFieldsAreNamedAndNothingIsAnchored) {
  const auto field_error = [&](const json& patch, const std::string& field) {
    SCOPED_TRACE(patch.dump());
    json body = anchor_body();
    body.merge_patch(patch);
    post("/api/v1/anchoring/session", body, 422);
    expect_field_error(field);
  };
  field_error({{"session_id", nullptr}}, "session_id");
  field_error({{"session_id", "3f2504e0-4f89-41d3-9a0c-0305e82c330"}}, "session_id");
  field_error({{"session_id", "3f2504e04f8941d39a0c0305e82c3301"}}, "session_id");
  field_error({{"session_id", 7}}, "session_id");
  field_error({{"merkle_root", std::string(63, '2')}}, "merkle_root");
  field_error({{"merkle_root", std::string(63, '2') + "g"}}, "merkle_root");
  field_error({{"owner_address", "0x1234"}}, "owner_address");
  field_error({{"owner_address", {{"x", 1}}}}, "owner_address");
  field_error({{"user_signature", std::string(128, 'a')}}, "user_signature");
  field_error({{"manifest_hash", "abc"}}, "manifest_hash");
  field_error({{"manifest_data", nullptr}}, "manifest_data");
  field_error({{"manifest_data", "text"}}, "manifest_data");
  field_error({{"manifest_data", {{"chunk_count", nullptr}}}}, "manifest_data.chunk_count");
  field_error({{"manifest_data", {{"chunk_count", "2"}}}}, "manifest_data.chunk_count");
  field_error({{"manifest_data", {{"chunk_count", 0}}}}, "manifest_data.chunk_count");
  field_error({{"manifest_data", {{"chunk_count", 4294967298}}}}, "manifest_data.chunk_count");
  field_error({{"manifest_data", {{"total_size", -1}}}}, "manifest_data.total_size");
  field_error({{"manifest_data", {{"total_size", 1e300}}}}, "manifest_data.total_size");
  field_error({{"manifest_data", {{"created_at", "2026-01-02"}}}}, "manifest_data.created_at");
  field_error({{"manifest_data", {{"files", {{{"size", 9007199254740993}}}}}}}, "manifest_data.files[0].size");
  EXPECT_TRUE(node_.anchor_requests.empty());
}

TEST_F(AnchoringRoutes, OtherContentForAnAnchoredSessionIsAConflict) {
  json body = anchor_body();
  body["merkle_root"] = std::string(64, '3');
  post("/api/v1/anchoring/session", body, 409);
  const json error = error_of(last);
  EXPECT_EQ(error["code"], "LUCID_ERR_6006");
  EXPECT_EQ(error["details"]["field"], "merkle_root");
}

TEST_F(AnchoringRoutes, TheStateOfAnAnchoringHasEveryPromisedField) {
  const json body = get("/api/v1/anchoring/session/" + std::string(kSession));
  EXPECT_EQ(body["session_id"], kSession);
  EXPECT_EQ(body["anchoring_id"], "42");
  EXPECT_EQ(body["status"], "confirmed");
  EXPECT_EQ(body["block_height"], 3);
  EXPECT_EQ(body["transaction_id"], to_hex(node_.anchor_transaction()));
  EXPECT_EQ(body["merkle_root"], kRoot);
  EXPECT_EQ(body["manifest_hash"], std::string(64, '1'));
  EXPECT_EQ(body["owner_address"], kOwner);
  EXPECT_EQ(body["chunk_count"], 2);
  EXPECT_EQ(body["gas_used"], 0);
  for (const char* name : {"submitted_at", "confirmed_at", "started_at"})
    EXPECT_TRUE(body[name].get<std::string>().ends_with("Z")) << name;
}

TEST_F(AnchoringRoutes, TheProofIsTheBundleAsAFile) {
  get("/api/v1/anchoring/session/" + std::string(kSession) + "/proof");
  EXPECT_EQ(last.body, "a bundle");
  EXPECT_EQ(last.header("content-disposition"), "attachment; filename=\"" + std::string(kSession) + ".lucid\"");
}

TEST_F(AnchoringRoutes, UnknownAndMalformedSessionsAreErrors) {
  for (const char* tail : {"", "/proof"}) {
    get(std::string("/api/v1/anchoring/session/00000000-0000-0000-0000-000000000000") + tail, 404);
    EXPECT_EQ(error_of(last)["code"], "LUCID_ERR_6001");
    get(std::string("/api/v1/anchoring/session/not-a-uuid") + tail, 400);
    expect_field_error("session_id");
  }
}

TEST_F(AnchoringRoutes, VerifyTellsAnAnchoredRootFromAnother) {
  json body = post("/api/v1/anchoring/verify", {{"session_id", kSession}, {"merkle_root", kRoot}}, 200);
  EXPECT_EQ(body["verified"], true);
  EXPECT_EQ(body["merkle_proof_valid"], true);
  EXPECT_EQ(body["block_height"], 3);
  EXPECT_EQ(body["confirmation_time"], "2026-01-02T03:04:08.678Z");
  body = post("/api/v1/anchoring/verify", {{"session_id", kSession}, {"merkle_root", std::string(64, '3')}}, 200);
  EXPECT_EQ(body["verified"], false);
  EXPECT_EQ(body["block_height"], nullptr);
  post("/api/v1/anchoring/verify", {{"session_id", "x"}, {"merkle_root", "y"}}, 422);
  expect_field_error("session_id");
  expect_field_error("merkle_root");
}

TEST_F(AnchoringRoutes, TheSummaryIsInSeconds) {
  EXPECT_EQ(get("/api/v1/anchoring/status"),
            json::parse(R"({"status":"healthy","pending_anchorings":1,"processing_anchorings":2,"completed_today":3,
                            "average_confirmation_time":2.5})"));
}

}  // namespace
}  // namespace lucid::test
