// A FakeNode behind a real server on free ports of loopback, with a client; and a bare socket for what no client sends.
#pragma once

#include <condition_variable>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "api/client.hpp"
#include "api/server.hpp"
#include "tests/api/fake_node.hpp"

namespace lucid::test {

/// A TCP connection that sends exactly what it is told. Every wait has a deadline of ten seconds.
class RawConnection {
 public:
  explicit RawConnection(std::uint16_t port);
  ~RawConnection();
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  bool connected() const { return socket_ >= 0; }
  /// False if the other end took no more.
  bool send(std::string_view bytes);
  void finish_sending();
  /// The next whole answer: head and, unless it answers HEAD, as much body as its Content-Length says. Empty at the end
  /// of the stream.
  std::string answer(bool to_head = false);
  /// Whether the other end closed, within the deadline.
  bool is_closed();

 private:
  bool more();

  int socket_ = -1;
  std::string in_;
};

int status_of(const std::string& answer);
nlohmann::json body_of(const std::string& answer);

class ServedNode : public ::testing::Test {
 protected:
  void SetUp() override { start({}); }
  void TearDown() override { stop(); }

  /// Starts anew with other options; ports stay free ones.
  void start(api::ServerOptions options);
  void stop();

  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->ports().engine); }
  std::uint16_t port() const { return server_->ports().engine; }

  nlohmann::json get(const std::string& path, int status = 200);
  nlohmann::json post(const std::string& path, const nlohmann::json& body, int status);
  /// Posts bytes that must be taken (201).
  void upload(const std::string& path, ByteView bytes, const std::string& content_type);
  nlohmann::json post_text(const std::string& path, std::string_view body, int status);
  api::ClientResponse last;  // answer of the last get or post

  /// The error of an answer in the one shape that all have; checks that shape.
  static nlohmann::json error_of(const api::ClientResponse& response);
  /// That the last answer is a validation error naming `field`.
  void expect_field_error(const std::string& field);
  std::vector<api::RequestLog> logs();
  /// Waits for a log line that `wanted` likes.
  bool await_log(const std::function<bool(const api::RequestLog&)>& wanted);

  FakeNode node_;
  std::unique_ptr<api::Server> server_;
  std::unique_ptr<api::Client> client_;

 private:
  std::mutex mutex_;
  std::condition_variable logged_;
  std::vector<api::RequestLog> logs_;
};

}  // namespace lucid::test
