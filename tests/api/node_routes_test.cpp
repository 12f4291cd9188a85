// The node's own routes, and what every answer has.
#include <set>

#include "api/route.hpp"
#include "tests/api/served_node.hpp"

namespace lucid::test {
namespace {

using nlohmann::json;
using NodeRoutes = ServedNode;

TEST_F(NodeRoutes, TheRootListsWhatIsServed) {
  const json body = get("/");
  EXPECT_TRUE(body["message"].is_string());
  EXPECT_EQ(body["version"], "0.1.0");
  EXPECT_EQ(body["docs"], "/docs");
  std::set<std::string> endpoints;
  for (const auto& one : body["endpoints"]) endpoints.insert(one.get<std::string>());
  for (const char* one : {"GET /health", "POST /anchor-session", "POST /store-data", "POST /validate-block",
                          "GET /api/v1/blocks/{block_id}", "DELETE /api/v1/chunks/{chunk_id}"})
    EXPECT_TRUE(endpoints.contains(one)) << one;
}

TEST_F(NodeRoutes, HealthSaysForEachPartWhetherItAnswers) {
  json body = get("/health");
  EXPECT_EQ(body["status"], "healthy");
  EXPECT_EQ(body["service"], "lucid-blocks-engine");
  EXPECT_EQ(body["consensus"], true);
  EXPECT_EQ(body["network"], true);

  node_.health_answer.parts["block_creator"] = false;
  body = get("/health", 503);
  EXPECT_EQ(body["status"], "unhealthy");
  EXPECT_EQ(body["block_creator"], false);
  EXPECT_EQ(last.header("retry-after"), "1");
  EXPECT_EQ(get("/health/liveness")["status"], "alive");
  EXPECT_EQ(get("/health/readiness")["status"], "ready");

  node_.health_answer.ready = false;
  EXPECT_EQ(get("/health/readiness", 503)["status"], "not_ready");
}

TEST_F(NodeRoutes, MetricsAreInThePrometheusFormatWithCountsOfAnswers) {
  node_.metrics_answer = {
      {"lucid_height", "Height of the chain", actors::Metric::Kind::gauge, {}, 5},
      {"lucid_messages_total", "Messages", actors::Metric::Kind::counter, {{"actor", "led\"ger"}}, 7},
      {"9 bad name", "never shown", actors::Metric::Kind::gauge, {}, 1}};
  get("/api/v1/chain/height");
  get("/api/v1/nothing", 404);
  get("/metrics");
  EXPECT_TRUE(last.header("content-type").starts_with("text/plain; version=0.0.4"));
  for (const char* line : {"# TYPE lucid_height gauge", "lucid_height 5", "# TYPE lucid_messages_total counter",
                           "lucid_messages_total{actor=\"led\\\"ger\"} 7",
                           "lucid_http_responses_total{method=\"GET\",route=\"/api/v1/chain/height\",status=\"200\"} 1",
                           "lucid_http_responses_total{method=\"-\",route=\"-\",status=\"404\"} 1"})
    EXPECT_NE(last.body.find(line), std::string::npos) << line << " in\n" << last.body;
  EXPECT_EQ(last.body.find("bad name"), std::string::npos);
}

TEST_F(NodeRoutes, SummariesAreSentencesAndNameNothingOfTheCode) {
  for (const api::Route& route : api::all_routes())
    EXPECT_EQ(route.summary.find('_'), std::string_view::npos) << route.pattern << ": " << route.summary;
}

TEST_F(NodeRoutes, OpenApiDescribesExactlyTheServedRoutes) {
  const json root = get("/");
  const json api = get("/openapi.json");
  EXPECT_EQ(api["openapi"], "3.0.3");
  std::set<std::string> described, served, ids;
  for (const auto& [path, methods] : api["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) {
      std::string upper = method;
      for (char& c : upper) c = static_cast<char>(std::toupper(c));
      described.insert(upper + " " + path);
      EXPECT_TRUE(ids.insert(operation["operationId"].get<std::string>()).second) << operation["operationId"];
      EXPECT_TRUE(operation["responses"].contains("default"));
    }
  }
  for (const auto& one : root["endpoints"]) served.insert(one.get<std::string>());
  EXPECT_EQ(described, served);
  const auto& parameters = api["paths"]["/api/v1/sessions/{session_id}/chunks/{index}/proof"]["get"]["parameters"];
  ASSERT_EQ(parameters.size(), 2U);
  EXPECT_EQ(parameters[0]["name"], "session_id");
  EXPECT_EQ(parameters[1]["in"], "path");
}

TEST_F(NodeRoutes, TheDocsPageListsTheRoutes) {
  get("/docs");
  EXPECT_TRUE(last.header("content-type").starts_with("text/html"));
  EXPECT_NE(last.body.find("/api/v1/anchoring/session/{session_id}/proof"), std::string::npos);
}

TEST_F(NodeRoutes, ActorsAreShownWithWhatTheyDo) {
  for (const char* path : {"/api/v1/monitoring/actors", "/monitoring/actors"}) {
    const json body = get(path);
    ASSERT_EQ(body["actors"].size(), 1U);
    EXPECT_EQ(body["actors"][0]["name"], "ledger");
    EXPECT_EQ(body["actors"][0]["parent"], "supervisor");
    EXPECT_EQ(body["actors"][0]["handled"][0]["type"], "check_block");
    EXPECT_EQ(body["actors"][0]["handled"][0]["count"], 5);
  }
}

TEST_F(NodeRoutes, TheAdminPortAnswersHealthMetricsAndMonitoringOnly) {
  auto admin = *api::Client::make("http://127.0.0.1:" + std::to_string(server_->ports().admin));
  for (const char* path : {"/health", "/health/liveness", "/health/readiness", "/metrics", "/api/v1/monitoring/actors"})
    EXPECT_EQ(admin.get(path)->status, 200) << path;
  for (const char* path : {"/api/v1/chain/info", "/api/v1/blocks/latest", "/"})
    EXPECT_EQ(admin.get(path)->status, 404) << path;
}

TEST_F(NodeRoutes, TheAdminPortAnswersWhileTheEnginePortIsBusy) {
  api::ServerOptions options;
  options.threads = 2;
  start(options);
  node_.gate.close();
  RawConnection one(port()), two(port()), three(port());
  for (RawConnection* raw : {&one, &two, &three}) raw->send("GET /api/v1/chain/height HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(node_.gate.await_callers(2));
  auto admin = *api::Client::make("http://127.0.0.1:" + std::to_string(server_->ports().admin));
  EXPECT_EQ(admin.get("/health")->status, 200);
  node_.gate.open();
  for (RawConnection* raw : {&one, &two, &three}) EXPECT_EQ(status_of(raw->answer()), 200);
}

// ---- every answer

TEST_F(NodeRoutes, TheClientsRequestIdComesBackIfItIsSane) {
  const auto id_of = [&](const std::string& given) {
    const auto response = client_->get("/health", {{"X-Request-ID", given}});
    return std::string(response->header("x-request-id"));
  };
  EXPECT_EQ(id_of("abc-123_x.y"), "abc-123_x.y");
  EXPECT_EQ(id_of(std::string(65, 'a')).size(), 16U);
  EXPECT_EQ(id_of("a b").size(), 16U);
  EXPECT_EQ(id_of("<script>").size(), 16U);
  EXPECT_NE(id_of("\""), id_of("\""));
}

TEST_F(NodeRoutes, EveryRequestIsLoggedWithoutItsBody) {
  last = *client_->get("/api/v1/blocks/3?raw=1", {{"X-Request-ID", "look-for-me"}});
  ASSERT_TRUE(await_log([](const auto& line) { return line.request_id == "look-for-me"; }));
  const auto line = logs().back();
  EXPECT_EQ(line.route, "/api/v1/blocks/{block_id}");
  EXPECT_EQ(line.path, "/api/v1/blocks/3");
  EXPECT_EQ(line.method, "GET");
  EXPECT_EQ(line.status, 200);
  EXPECT_EQ(line.remote_address, "127.0.0.1");

  post_text("/api/v1/anchoring/verify", R"({"session_id":"top secret"})", 422);
  ASSERT_TRUE(await_log([](const auto& one) { return one.status == 422; }));
  for (const auto& one : logs()) EXPECT_EQ((one.path + one.error).find("top secret"), std::string::npos);
}

TEST_F(NodeRoutes, ControlCharactersNeverReachTheLog) {
  get("/%0d%0ainjected%00%1b[31m" + std::string(500, 'x'), 404);
  ASSERT_TRUE(await_log([](const auto& line) { return line.status == 404; }));
  const std::string path = logs().back().path;
  EXPECT_TRUE(path.starts_with("/\\x0d\\x0ainjected\\x00\\x1b[31m")) << path;
  EXPECT_LE(path.size(), 800U);
}

TEST_F(NodeRoutes, AnUnknownRouteIs404AndAnUnknownMethod405) {
  for (const char* path : {"/nothing", "/api/v1", "/api/v1/", "/api/v2/blocks", "/api/v1/blocks/",
                           "/api/v1/consensus/nothing", "/..%2f..%2fetc/passwd", "/%ff%fe"}) {
    get(path, 404);
    EXPECT_EQ(error_of(last)["code"], "LUCID_ERR_1003") << path;
  }
  const std::string paths[] = {"/api/v1/blocks/latest", "/api/v1/transactions/batch", "/health"};
  for (const std::string& path : paths) {
    last = *client_->put(path, as_bytes("{}"), "application/json");
    EXPECT_EQ(last.status, 405) << path;
    EXPECT_EQ(error_of(last)["code"], "LUCID_ERR_1004");
    EXPECT_NE(last.header("allow").find("OPTIONS"), std::string::npos);
  }
  RawConnection raw(port());
  raw.send("BREW /api/v1/blocks HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string answer = raw.answer();
  EXPECT_EQ(status_of(answer), 405);
  EXPECT_EQ(body_of(answer)["error"]["code"], "LUCID_ERR_1004");
}

TEST_F(NodeRoutes, HeadSendsNoBodyAndOptionsNamesTheMethods) {
  const auto head = *client_->head("/api/v1/blocks/latest");
  EXPECT_EQ(head.status, 200);
  EXPECT_TRUE(head.body.empty());
  EXPECT_NE(head.header("content-length"), "0");
  RawConnection raw(port());
  raw.send("OPTIONS /api/v1/chunks/x HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string answer = raw.answer();
  EXPECT_EQ(status_of(answer), 204);
  EXPECT_NE(answer.find("Allow: GET, HEAD, DELETE, OPTIONS"), std::string::npos) << answer;
}

TEST_F(NodeRoutes, AHandlerThatThrowsIsAnswered500WithoutWhatItSaid) {
  node_.throws = true;
  get("/api/v1/chain/info", 500);
  EXPECT_EQ(error_of(last)["code"], "LUCID_ERR_5000");
  EXPECT_EQ(last.body.find("secret"), std::string::npos);
  ASSERT_TRUE(await_log([](const auto& line) { return line.error.find("a secret of the node") != std::string::npos; }));
  node_.throws = false;
  get("/api/v1/chain/info", 200);
}

TEST_F(NodeRoutes, TheNodesOwnFaultsShowNothingButTheRequestId) {
  node_.fail_with = Error{Fault::storage_io, "/var/lib/lucid/chain", "a readable page", "EIO"};
  get("/api/v1/blocks/latest", 500);
  const json error = error_of(last);
  EXPECT_EQ(error["code"], "LUCID_ERR_5000");
  EXPECT_TRUE(error["details"].empty());
  EXPECT_EQ(last.body.find("/var/lib"), std::string::npos);
  ASSERT_TRUE(await_log([](const auto& line) { return line.error.find("/var/lib/lucid/chain") != std::string::npos; }));
}

TEST_F(NodeRoutes, BusyAndSilentPartsAre503And504) {
  for (const Fault fault : {Fault::not_ready, Fault::overloaded, Fault::mempool_full, Fault::storage_full}) {
    node_.fail_with = Error{fault, "", "", ""};
    get("/api/v1/blocks/latest", 503);
    EXPECT_EQ(error_of(last)["code"], "LUCID_ERR_5008");
    EXPECT_EQ(last.header("retry-after"), "1");
  }
  node_.fail_with = Error{Fault::no_answer, "ledger", "", ""};
  get("/api/v1/blocks/latest", 504);
  EXPECT_EQ(error_of(last)["code"], "LUCID_ERR_5011");
}

// ---- who may ask

TEST_F(NodeRoutes, OnlyAllowedHostsAreAnsweredOnceSet) {
  api::ServerOptions options;
  options.allowed_hosts = {"node.example", "127.0.0.1"};
  start(options);
  get("/health", 200);
  last = *client_->get("/health", {{"Host", "NODE.example:8084"}});
  EXPECT_EQ(last.status, 200);
  last = *client_->get("/health", {{"Host", "evil.example"}});
  EXPECT_EQ(last.status, 403);
  EXPECT_EQ(error_of(last)["code"], "LUCID_ERR_2004");
}

TEST_F(NodeRoutes, AStarAllowsEveryHostAndOrigin) {
  api::ServerOptions options;
  options.allowed_hosts = {"*"};
  options.cors_origins = {"*"};
  start(options);
  last = *client_->post("/api/v1/chunks", as_bytes("bytes"), "text/plain",
                        {{"Host", "any.example"}, {"Origin", "https://other.example"}});
  EXPECT_EQ(last.status, 201);
  EXPECT_EQ(last.header("access-control-allow-origin"), "https://other.example");
}

TEST_F(NodeRoutes, CorsHeadersAreForListedOriginsOnly) {
  api::ServerOptions options;
  options.cors_origins = {"https://app.example"};
  start(options);
  last = *client_->get("/health", {{"Origin", "https://app.example"}});
  EXPECT_EQ(last.header("access-control-allow-origin"), "https://app.example");
  EXPECT_EQ(last.header("vary"), "Origin");
  last = *client_->get("/health", {{"Origin", "https://evil.example"}});
  EXPECT_EQ(last.header("access-control-allow-origin"), "");
  RawConnection raw(port());
  raw.send("OPTIONS /api/v1/chunks HTTP/1.1\r\nHost: x\r\nOrigin: https://app.example\r\n\r\n");
  EXPECT_NE(raw.answer().find("Access-Control-Allow-Methods: GET, HEAD, POST, OPTIONS"), std::string::npos);
}

TEST_F(NodeRoutes, PagesOfOtherOriginsMayNotWrite) {
  last = *client_->post("/api/v1/chunks", as_bytes("bytes"), "text/plain", {{"Origin", "https://evil.example"}});
  EXPECT_EQ(last.status, 403);
  EXPECT_EQ(error_of(last)["code"], "LUCID_ERR_2004");
  last = *client_->post("/api/v1/chunks", as_bytes("bytes"), "text/plain", {{"Origin", url()}});
  EXPECT_EQ(last.status, 201);
}

}  // namespace
}  // namespace lucid::test
