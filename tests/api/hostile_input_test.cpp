// What a broken or hostile client sends: every route × bad bodies and ids; and bytes that no client library would send.
// After each the node must still answer.
#include <algorithm>
#include <thread>

#include "api/http_connection.hpp"
#include "api/route.hpp"
#include "tests/api/served_node.hpp"

namespace lucid::test {
namespace {

using nlohmann::json;

class HostileInput : public ServedNode {
 protected:
  void TearDown() override {
    if (server_) get("/api/v1/chain/height", 200);
    ServedNode::TearDown();
  }
  std::string exchange(std::string_view bytes) {
    RawConnection raw(port());
    raw.send(bytes);
    return raw.answer();
  }
  static void expect_refused(const std::string& answer, int status, const std::string& code) {
    EXPECT_EQ(status_of(answer), status) << answer.substr(0, 400);
    const json body = body_of(answer);
    ASSERT_TRUE(body.is_object() && body.contains("error")) << answer.substr(0, 400);
    EXPECT_EQ(body["error"]["code"], code);
  }
};

// ---- every route × what is no request

/// The pattern with each placeholder replaced.
std::string filled_in(std::string_view pattern, const std::string& with) {
  std::string out(pattern);
  for (std::size_t at = 0; (at = out.find('{', at)) != std::string::npos;)
    out.replace(at, out.find('}', at) - at + 1, with);
  return out;
}

TEST_F(HostileInput, EveryRouteRefusesIdsOfNoForm) {
  std::size_t asked = 0;
  for (const api::Route& route : api::all_routes()) {
    if (route.pattern.find('{') == std::string_view::npos) continue;
    for (const std::string& id :
         {std::string("zz"), std::string(63, 'a'), std::string("%00"), std::string("%ff%fe"), std::string(2000, '9'),
          std::string("-1"), std::string("%7B%7D"), std::string("a%2Fb")}) {
      SCOPED_TRACE(std::string(route.method) + " " + std::string(route.pattern) + " " + id.substr(0, 70));
      RawConnection raw(port());
      raw.send(std::string(route.method) + " " + filled_in(route.pattern, id) +
               " HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx");
      const int status = status_of(raw.answer(route.method == "HEAD"));
      EXPECT_TRUE(status == 400 || status == 404) << status;
      ++asked;
    }
  }
  EXPECT_GE(asked, 100U);
}

struct BadBody {
  const char* what;
  std::string text;
  int status;
};

const std::vector<BadBody>& bad_bodies() {
  static const std::vector<BadBody> kAll{
      {"nothing", "", 400},
      {"a blank", " ", 400},
      {"JSON that ends early", R"({"session_id":"3f25)", 400},
      {"an open object", "{", 400},
      {"two values", "{} {}", 400},
      {"bytes", std::string("\x00\x01\x02\xff", 4), 400},
      {"text that is no UTF-8", "{\"session_id\":\"\xff\xfe\"}", 400},
      {"a name twice", R"({"session_id":1,"session_id":2})", 400},
      {"33 levels", std::string(33, '[') + std::string(33, ']'), 400},
      {"100,000 open brackets", std::string(100'000, '['), 400},
      {"100,000 open objects",
       [] {
         std::string out;
         for (int i = 0; i < 100'000; ++i) out += "{\"a\":";
         return out;
       }(),
       400},
      {"a number beyond a double", R"({"session_id":1e999})", 400},
      {"an array", "[]", 422},
      {"a number", "7", 422},
      {"null", "null", 422},
      {"an empty object", "{}", 422},
      {"wrong types",
       R"({"session_id":{},"merkle_root":[],"manifest_data":"x","block_data":1,"transactions":{},"data":[],"type":0})",
       422},
  };
  return kAll;
}

TEST_F(HostileInput, EveryJsonRouteRefusesBadBodiesNamingAField) {
  std::size_t asked = 0;
  for (const api::Route& route : api::all_routes()) {
    if (route.body != api::BodyKind::json && route.body != api::BodyKind::json_or_bytes) continue;
    for (const BadBody& bad : bad_bodies()) {
      SCOPED_TRACE(std::string(route.pattern) + ": " + bad.what);
      last = *client_->post_json(filled_in(route.pattern, "x"), bad.text);
      EXPECT_EQ(last.status, bad.status) << last.body;
      const json error = error_of(last);
      EXPECT_EQ(error.value("code", ""), "LUCID_ERR_1001");
      ASSERT_TRUE(error["details"].contains("validation_errors")) << last.body;
      for (const auto& one : error["details"]["validation_errors"]) {
        EXPECT_FALSE(one.value("field", "").empty());
        EXPECT_FALSE(one.value("message", "").empty());
      }
      ++asked;
    }
  }
  EXPECT_GE(asked, 150U);
}

TEST_F(HostileInput, EveryRouteWithABodyHasItsLimitAlsoInPieces) {
  std::size_t asked = 0;
  for (const api::Route& route : api::all_routes()) {
    if (route.body == api::BodyKind::none) continue;
    SCOPED_TRACE(std::string(route.method) + " " + std::string(route.pattern));
    const std::string head =
        std::string(route.method) + " " + filled_in(route.pattern, std::string(kSession)) + " HTTP/1.1\r\nHost: x\r\n";
    expect_refused(exchange(head + "Content-Length: " + std::to_string(route.body_limit + 1) + "\r\n\r\n"), 413,
                   "LUCID_ERR_1002");
    expect_refused(exchange(head + "Content-Length: 999999999999999999\r\n\r\n"), 413, "LUCID_ERR_1002");
    // The size of one piece is enough to refuse it, before a byte of it came.
    expect_refused(exchange(head + "Transfer-Encoding: chunked\r\n\r\n7fffffff\r\n"), 413, "LUCID_ERR_1002");
    ++asked;
  }
  EXPECT_GE(asked, 12U);
}

TEST_F(HostileInput, PiecesThatAddUpToMoreThanTheLimitAreRefused) {
  RawConnection raw(port());
  raw.send("POST /api/v1/anchoring/session HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string piece = "10000\r\n" + std::string(0x10000, ' ') + "\r\n";
  for (int i = 0; i < 16; ++i) ASSERT_TRUE(raw.send(piece));
  raw.send("1\r\n \r\n0\r\n\r\n");
  expect_refused(raw.answer(), 413, "LUCID_ERR_1002");
}

TEST_F(HostileInput, ABodyInPiecesIsReadWhole) {
  const std::string body =
      R"({"session_id":"3f2504e0-4f89-41d3-9a0c-0305e82c3301","merkle_root":")" + std::string(64, '2') + "\"}";
  const auto chunked = [&](std::size_t first) {
    std::string out;
    for (const std::string& part : {body.substr(0, first), body.substr(first)}) {
      char size[16];
      std::snprintf(size, sizeof size, "%zX;name=value\r\n", part.size());
      out += size + part + "\r\n";
    }
    return out + "0\r\nTrailer: x\r\n\r\n";
  };
  RawConnection raw(port());
  for (const std::size_t first : {1UL, 10UL, body.size() - 1}) {
    raw.send("POST /api/v1/anchoring/verify HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" +
             chunked(first));
    EXPECT_EQ(body_of(raw.answer())["verified"], true);
  }
}

TEST_F(HostileInput, PiecesThatAreNoneAreRefused) {
  for (const char* pieces : {"x\r\n", "\r\n", "-1\r\n", "5\r\nabcdefg\r\n0\r\n\r\n", "123456789\r\n", "1\nx\r\n",
                             "0x5\r\nabcde\r\n0\r\n\r\n"}) {
    SCOPED_TRACE(pieces);
    const std::string answer = exchange(
        std::string("POST /api/v1/anchoring/verify HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n") +
        pieces);
    expect_refused(answer, 400, "LUCID_ERR_1001");
  }
  const std::string endless = "1;" + std::string(5000, 'x');
  expect_refused(
      exchange("POST /api/v1/anchoring/verify HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + endless),
      400, "LUCID_ERR_1001");
}

// ---- bytes that are no HTTP

TEST_F(HostileInput, RequestsThatCanBeReadInTwoWaysAreRefused) {
  for (const char* headers :
       {"Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: identity\r\n", "Content-Length: -5\r\n", "Content-Length: 5x\r\n", "Content-Length: \r\n",
        "Content-Length: 99999999999999999999\r\n", "Content-Length : 5\r\n", " folded: x\r\n", "no colon\r\n",
        ": no name\r\n", "a\nb: x\r\n", "Content-Length: 5, 5\r\n"}) {
    SCOPED_TRACE(headers);
    expect_refused(
        exchange(std::string("POST /api/v1/anchoring/verify HTTP/1.1\r\nHost: x\r\n") + headers + "\r\nabcde"), 400,
        "LUCID_ERR_1001");
  }
}

TEST_F(HostileInput, RequestLinesThatAreNoneAreRefused) {
  for (const char* line : {"GET", "GET /", "GET / HTTP/2.0", "GET / HTTP/1.1 x", "GET /a?b?c HTTP/1.1"}) {
    SCOPED_TRACE(line);
    expect_refused(exchange(std::string(line) + "\r\nHost: x\r\n\r\n"), 400, "LUCID_ERR_1001");
  }
  expect_refused(exchange("\x16\x03\x01\x02 TLS\r\n\r\n"), 405, "LUCID_ERR_1004");
}

TEST_F(HostileInput, ALineWithoutEndIsRefused) {
  expect_refused(exchange("GET /" + std::string(9000, 'a')), 414, "LUCID_ERR_1001");
  expect_refused(exchange("GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n"), 414, "LUCID_ERR_1001");
  expect_refused(exchange("GET / HTTP/1.1\r\nX: " + std::string(9000, 'a') + "\r\n\r\n"), 431, "LUCID_ERR_1001");
  RawConnection raw(port());
  raw.send("GET / HTTP/1.1\r\nX: ");
  const std::string piece(64 * 1024, 'a');
  for (int i = 0; i < 200 && raw.send(piece); ++i) {
  }
  SUCCEED();  // megabytes into one header; TearDown asks whether the node lives
}

TEST_F(HostileInput, TenThousandHeadersAreRefused) {
  std::string request = "GET / HTTP/1.1\r\n";
  for (int i = 0; i < 10'000; ++i) request += "X-" + std::to_string(i) + ": y\r\n";
  expect_refused(exchange(request + "\r\n"), 431, "LUCID_ERR_1001");
  request = "GET / HTTP/1.1\r\n";
  for (int i = 0; i < 101; ++i) request += "X-" + std::to_string(i) + ": y\r\n";
  expect_refused(exchange(request + "\r\n"), 431, "LUCID_ERR_1001");
}

TEST_F(HostileInput, ARequestThatBreaksOffIsToldSo) {
  RawConnection raw(port());
  raw.send("POST /api/v1/chunks HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nonly this");
  raw.finish_sending();
  const std::string answer = raw.answer();
  expect_refused(answer, 400, "LUCID_ERR_1001");
  EXPECT_NE(answer.find("ends early"), std::string::npos);
  RawConnection head(port());
  head.send("GET /api/v1/chain");
  head.finish_sending();
  EXPECT_TRUE(head.is_closed());
}

TEST_F(HostileInput, AClientThatLeavesBeforeItsAnswerHarmsNobody) {
  node_.gate.close();
  {
    RawConnection raw(port());
    raw.send("GET /api/v1/chain/height HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_TRUE(node_.gate.await_callers(1));
  }
  node_.gate.open();
}

TEST_F(HostileInput, ABodyOnGetDoesNotBecomeTheNextRequest) {
  RawConnection raw(port());
  const std::string smuggled = "GET /api/v1/chain/info HTTP/1.1\r\nHost: x\r\n\r\n";
  raw.send("GET /api/v1/chain/height HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(smuggled.size()) +
           "\r\n\r\n" + smuggled + "GET /api/v1/validation/rules HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(body_of(raw.answer())["height"], 4);
  EXPECT_TRUE(body_of(raw.answer()).contains("rules"));
}

TEST_F(HostileInput, MultipartAndFormsAreJustBytesOrBadJson) {
  for (const char* type :
       {"multipart/form-data; boundary=x", "multipart/form-data", "application/x-www-form-urlencoded"}) {
    SCOPED_TRACE(type);
    last = *client_->post("/api/v1/anchoring/verify", as_bytes("--x\r\nContent-Disposition: form-data\r\n\r\n--x--"),
                          type);
    EXPECT_EQ(last.status, 400);
    expect_field_error("body");
    EXPECT_EQ(client_->post("/api/v1/chunks", as_bytes(std::string("--x ") + type), type)->status, 201);
  }
}

TEST_F(HostileInput, ManyRangesAreServedAsOneWhole) {
  upload("/api/v1/chunks", as_bytes("some bytes"), "application/octet-stream");
  std::string ranges = "bytes=0-";
  for (int i = 0; i < 1500; ++i) ranges += ",0-";
  const auto response =
      *client_->get("/api/v1/chunks/" + to_hex(FakeNode::hash_of(as_bytes("some bytes"))), {{"Range", ranges}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "some bytes");
}

TEST_F(HostileInput, AHeadOfAnyBytesIsAnsweredOrRefused) {
  std::uint64_t state = 4711;
  const auto next = [&] {
    return static_cast<std::uint8_t>((state = state * 6364136223846793005ULL + 1442695040888963407ULL) >> 56);
  };
  for (int round = 0; round < 300; ++round) {
    std::string request =
        "POST /api/v1/anchoring/verify HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nX-Request-ID: a\r\n\r\n{}";
    for (int flips = 0; flips <= round % 4; ++flips) request[next() % request.size()] = static_cast<char>(next());
    RawConnection raw(port());
    raw.send(request);
    raw.finish_sending();
    const std::string answer = raw.answer();
    EXPECT_TRUE(answer.empty() || status_of(answer) >= 200) << "seed 4711, round " << round;
  }
}

}  // namespace
}  // namespace lucid::test
