// Connections: keep-alive, slow clients, limits, ports.
#include <arpa/inet.h>
#include <chrono>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "tests/api/served_node.hpp"

namespace lucid::test {
namespace {

using nlohmann::json;
using Connections = ServedNode;

constexpr std::string_view kHeightRequest = "GET /api/v1/chain/height HTTP/1.1\r\nHost: x\r\n\r\n";

TEST_F(Connections, OneConnectionCarriesManyRequests) {
  RawConnection raw(port());
  for (int i = 0; i < 1000; ++i) {
    raw.send(kHeightRequest);
    ASSERT_EQ(status_of(raw.answer()), 200) << i;
  }
}

TEST_F(Connections, RequestsSentAtOnceAreAnsweredInOrder) {
  RawConnection raw(port());
  std::string all;
  for (int i = 0; i < 100; ++i) {
    all += "GET /api/v1/blocks/" + std::to_string(i % 5) + " HTTP/1.1\r\nHost: x\r\n\r\n";
    all += "POST /api/v1/anchoring/verify HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}";
  }
  raw.send(all);
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(body_of(raw.answer())["height"], i % 5) << i;
    ASSERT_EQ(status_of(raw.answer()), 422) << i;
  }
}

TEST_F(Connections, ARequestInSingleBytesIsAnswered) {
  RawConnection raw(port());
  const std::string request = "POST /api/v1/anchoring/verify HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}";
  for (const char c : request) ASSERT_TRUE(raw.send(std::string_view(&c, 1)));
  EXPECT_EQ(status_of(raw.answer()), 422);
}

TEST_F(Connections, CloseIsHonouredAndSoIsHttp10) {
  RawConnection close(port());
  close.send("GET /api/v1/chain/height HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(status_of(close.answer()), 200);
  EXPECT_TRUE(close.is_closed());
  RawConnection old(port());
  old.send("GET /api/v1/chain/height HTTP/1.0\r\n\r\n");
  EXPECT_EQ(status_of(old.answer()), 200);
  EXPECT_TRUE(old.is_closed());
}

TEST_F(Connections, ExpectContinueIsAnsweredBeforeTheBody) {
  RawConnection raw(port());
  raw.send("POST /api/v1/anchoring/verify HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(status_of(raw.answer()), 100);
  raw.send("{}");
  EXPECT_EQ(status_of(raw.answer()), 422);
}

TEST_F(Connections, SlowAndIdleClientsKeepNobodyWaiting) {
  api::ServerOptions options;
  options.threads = 2;
  start(options);
  std::vector<std::unique_ptr<RawConnection>> slow;
  for (int i = 0; i < 100; ++i) {
    slow.push_back(std::make_unique<RawConnection>(port()));
    ASSERT_TRUE(slow.back()->connected());
    switch (i % 4) {
      case 0:
        break;  // says nothing
      case 1:
        slow.back()->send("GET /api/v1/chain/hei");
        break;  // half a head
      case 2:
        slow.back()->send("POST /anchor-session HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{");
        break;
      default:  // idles after an answer
        slow.back()->send(kHeightRequest);
        EXPECT_EQ(status_of(slow.back()->answer()), 200);
    }
  }
  for (int i = 0; i < 20; ++i) EXPECT_EQ(get("/api/v1/chain/height")["height"], 4);
  slow[1]->send("ght HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(status_of(slow[1]->answer()), 200);
}

TEST_F(Connections, SlowUploadsLeaveThreadsForOthers) {
  api::ServerOptions options;
  options.threads = 4;
  start(options);
  std::vector<std::unique_ptr<RawConnection>> slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(std::make_unique<RawConnection>(port()));
    slow.back()->send("POST /api/v1/chunks HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\nx");
  }
  for (int i = 0; i < 20; ++i) EXPECT_EQ(get("/api/v1/chain/height")["height"], 4);
}

TEST_F(Connections, RefusedClientsThatDoNotLeaveHoldNoThread) {
  api::ServerOptions options;
  options.threads = 1;
  start(options);
  std::vector<std::unique_ptr<RawConnection>> refused;
  for (int i = 0; i < 30; ++i) {
    refused.push_back(std::make_unique<RawConnection>(port()));
    refused.back()->send(i % 2 == 0 ? "NONSENSE\r\n\r\n"
                                    : "POST /api/v1/chunks HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n");
    EXPECT_GE(status_of(refused.back()->answer()), 400);
  }
  for (int i = 0; i < 20; ++i) EXPECT_EQ(get("/api/v1/chain/height")["height"], 4);
}

TEST_F(Connections, AnUploadOverTheLimitGetsItsAnswerThoughItIsSentToTheEnd) {
  RawConnection raw(port());
  raw.send("POST /api/v1/chunks HTTP/1.1\r\nHost: x\r\nContent-Length: 20000000\r\n\r\n");
  EXPECT_TRUE(raw.send(std::string(20'000'000, 'x')));
  EXPECT_EQ(status_of(raw.answer()), 413);
  EXPECT_TRUE(raw.is_closed());
}

TEST_F(Connections, ARequestThatDoesNotComeInTimeIsToldSo) {
  api::ServerOptions options;
  options.read_timeout_ms = 50;
  start(options);
  RawConnection head(port());
  head.send("GET /api/v1/chain");
  EXPECT_EQ(status_of(head.answer()), 408);
  RawConnection upload(port());
  upload.send("POST /api/v1/chunks HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\nx");
  EXPECT_EQ(status_of(upload.answer()), 408);
  RawConnection silent(port());
  EXPECT_TRUE(silent.is_closed());
}

TEST_F(Connections, AnIdleConnectionIsClosedAfterItsTime) {
  api::ServerOptions options;
  options.idle_timeout_ms = 50;
  start(options);
  RawConnection raw(port());
  raw.send(kHeightRequest);
  EXPECT_EQ(status_of(raw.answer()), 200);
  EXPECT_TRUE(raw.is_closed());
}

TEST_F(Connections, TooManyConnectionsAreTurnedAwayAndPlaceIsFreedAgain) {
  api::ServerOptions options;
  options.max_connections = 3;
  start(options);
  std::vector<std::unique_ptr<RawConnection>> open;
  for (int i = 0; i < 3; ++i) {
    open.push_back(std::make_unique<RawConnection>(port()));
    open.back()->send(kHeightRequest);
    EXPECT_EQ(status_of(open.back()->answer()), 200);
  }
  RawConnection over(port());
  const std::string answer = over.answer();
  EXPECT_EQ(status_of(answer), 503);
  EXPECT_EQ(body_of(answer)["error"]["code"], "LUCID_ERR_5008");
  EXPECT_NE(answer.find("Retry-After: 1"), std::string::npos);
  open.clear();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  int status = 0;
  while (status != 200 && std::chrono::steady_clock::now() < deadline) {
    RawConnection again(port());
    again.send(kHeightRequest);
    status = status_of(again.answer());
  }
  EXPECT_EQ(status, 200);
}

TEST_F(Connections, WhatFindsNoPlaceInTheQueueIsTurnedAway) {
  api::ServerOptions options;
  options.threads = 1;
  options.max_waiting = 2;
  start(options);
  node_.gate.close();
  RawConnection busy(port());
  busy.send(kHeightRequest);
  ASSERT_TRUE(node_.gate.await_callers(1));
  std::vector<std::unique_ptr<RawConnection>> others;
  for (int i = 0; i < 3; ++i) {
    others.push_back(std::make_unique<RawConnection>(port()));
    others.back()->send(kHeightRequest);
  }
  // Two wait; whichever came last is refused, with nobody answering yet.
  int refused = 0;
  std::thread opener([&] {
    RawConnection probe(port());
    probe.send(kHeightRequest);
    EXPECT_EQ(status_of(probe.answer()), 503);
    node_.gate.open();
  });
  opener.join();
  for (auto& other : others) refused += status_of(other->answer()) == 503 ? 1 : 0;
  EXPECT_EQ(refused, 1);
  EXPECT_EQ(status_of(busy.answer()), 200);
}

TEST_F(Connections, BodiesTogetherHaveALimitOfMemory) {
  api::ServerOptions options;
  options.max_body_bytes_in_flight = 1'000'000;
  start(options);
  RawConnection first(port());
  first.send("POST /api/v1/chunks HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n");
  int status = 0;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (status != 503 && std::chrono::steady_clock::now() < deadline)
    status = client_->post("/api/v1/chunks", Bytes(500'000), "application/octet-stream")->status;
  EXPECT_EQ(status, 503);
  EXPECT_EQ(client_->post("/api/v1/chunks", Bytes(1000), "application/octet-stream")->status, 201);
  first.send(std::string(900'000, 'x'));
  EXPECT_EQ(status_of(first.answer()), 201);
  EXPECT_EQ(client_->post("/api/v1/chunks", Bytes(500'000), "application/octet-stream")->status, 201);
}

// ---- ports

TEST_F(Connections, APortInUseIsRefusedInWords) {
  api::ServerOptions options;
  options.engine_port = port();
  options.admin_port = 0;
  const auto second = api::Server::start(node_, options, nullptr);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().fault, Fault::port_in_use);
  EXPECT_EQ(second.error().field, "engine_port");
  EXPECT_EQ(second.error().actual, "127.0.0.1:" + std::to_string(port()));

  options.engine_port = 0;
  options.admin_port = server_->ports().admin;
  const auto third = api::Server::start(node_, options, nullptr);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().field, "admin_port");
}

TEST_F(Connections, NoOtherProgramCanTakeThePortEvenIfItAsksToShare) {
  const int other = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(other, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port());
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool bound = ::bind(other, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0 && ::listen(other, 1) == 0;
  ::close(other);
  EXPECT_FALSE(bound);
}

TEST_F(Connections, AnAddressThatIsNoneIsRefused) {
  for (const char* bind : {"", "example.org", "300.1.1.1", "192.0.2.1"}) {
    api::ServerOptions options;
    options.engine_port = options.admin_port = 0;
    options.bind = bind;
    const auto started = api::Server::start(node_, options, nullptr);
    ASSERT_FALSE(started) << bind;
    EXPECT_TRUE(started.error().fault == Fault::setting_value || started.error().fault == Fault::port_refused) << bind;
  }
}

TEST_F(Connections, ThePortIsFreeAgainAfterStopEvenWithConnectionsOpen) {
  const std::uint16_t engine = port();
  RawConnection raw(engine);
  raw.send(kHeightRequest);
  EXPECT_EQ(status_of(raw.answer()), 200);
  stop();
  EXPECT_TRUE(raw.is_closed());
  api::ServerOptions options;
  options.engine_port = engine;
  options.admin_port = 0;
  const auto again = api::Server::start(node_, options, nullptr);
  ASSERT_TRUE(again) << to_text(again.error());
  EXPECT_EQ((*again)->ports().engine, engine);
}

TEST_F(Connections, StopLetsARequestUnderWayFinish) {
  node_.gate.close();
  RawConnection raw(port());
  raw.send(kHeightRequest);
  ASSERT_TRUE(node_.gate.await_callers(1));
  std::thread stopper([&] { server_->stop(); });
  node_.gate.open();
  EXPECT_EQ(status_of(raw.answer()), 200);
  stopper.join();
}

// ---- the client

TEST(Client, UrlsThatAreNoneAreRefused) {
  for (const char* url :
       {"", "127.0.0.1:8084", "https://x", "http://", "http://x:", "http://x:0", "http://x:99999", "http://x:80x",
        "http://x/path", "http://[::1", "http://[::1]x", "http://a b", "http://u@x"}) {
    const auto client = api::Client::make(url);
    ASSERT_FALSE(client) << url;
    EXPECT_EQ(client.error().fault, Fault::text_form);
  }
  for (const char* url : {"http://127.0.0.1:8084", "http://localhost", "http://node.example:80/", "http://[::1]:8084"})
    EXPECT_TRUE(api::Client::make(url)) << url;
}

TEST(Client, ANodeThatIsNotThereIsNamedByItsUrl) {
  FakeNode node;
  std::string url;
  {
    api::ServerOptions options;
    options.engine_port = options.admin_port = 0;
    const auto server = api::Server::start(node, options, nullptr);
    ASSERT_TRUE(server);
    url = "http://127.0.0.1:" + std::to_string((*server)->ports().engine);
  }
  auto client = *api::Client::make(url);
  const auto response = client.get("/health");
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().fault, Fault::no_answer);
  EXPECT_NE(response.error().expected.find(url), std::string::npos);
}

TEST_F(Connections, TheClientGivesUpOnASilentNodeAndOnBodiesBeyondItsLimit) {
  api::ClientOptions options;
  options.read_timeout_ms = 50;
  options.max_body_bytes = 100;
  auto client = *api::Client::make(url(), options);
  node_.gate.close();
  const auto silent = client.get("/api/v1/chain/height");
  node_.gate.open();
  ASSERT_FALSE(silent);
  EXPECT_EQ(silent.error().fault, Fault::no_answer);
  const auto large = client.get("/openapi.json");
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().fault, Fault::decode_bound);
}

TEST_F(Connections, AnErrorAnswerIsExplainedInWords) {
  const auto response = *client_->post_json("/api/v1/anchoring/verify", R"({"session_id":"x"})");
  const std::string text = api::explain(response);
  EXPECT_NE(text.find("LUCID_ERR_1001"), std::string::npos);
  EXPECT_NE(text.find("session_id"), std::string::npos);
  EXPECT_NE(text.find("HTTP 422"), std::string::npos);
  api::ClientResponse other;
  other.status = 502;
  other.body = "<html>";
  EXPECT_EQ(api::explain(other), "HTTP 502");
  EXPECT_EQ(api::url_encode("a b/ü"), "a%20b%2F%C3%BC");
}

}  // namespace
}  // namespace lucid::test
