#include "tests/api/served_node.hpp"

#include <arpa/inet.h>
#include <array>
#include <chrono>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace lucid::test {

namespace {
constexpr int kDeadlineMs = 10'000;
}

RawConnection::RawConnection(std::uint16_t port) {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    ::close(socket_);
    socket_ = -1;
  }
}

RawConnection::~RawConnection() {
  if (socket_ >= 0) ::close(socket_);
}

bool RawConnection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void RawConnection::finish_sending() {
  ::shutdown(socket_, SHUT_WR);
}

bool RawConnection::more() {
  pollfd entry{socket_, POLLIN, 0};
  if (::poll(&entry, 1, kDeadlineMs) <= 0) return false;
  std::array<char, 65536> piece;
  const ssize_t count = ::recv(socket_, piece.data(), piece.size(), 0);
  if (count <= 0) return false;
  in_.append(piece.data(), static_cast<std::size_t>(count));
  return true;
}

std::string RawConnection::answer(bool to_head) {
  std::size_t head = std::string::npos;
  while ((head = in_.find("\r\n\r\n")) == std::string::npos) {
    if (!more()) return {};
  }
  std::size_t length = 0;
  const std::size_t at = in_.find("Content-Length: ");
  if (at < head && !to_head) length = std::stoul(in_.substr(at + 16));
  while (in_.size() < head + 4 + length) {
    if (!more()) return {};
  }
  const std::string out = in_.substr(0, head + 4 + length);
  in_.erase(0, out.size());
  return out;
}

bool RawConnection::is_closed() {
  pollfd entry{socket_, POLLIN, 0};
  while (::poll(&entry, 1, kDeadlineMs) > 0) {
    std::array<char, 4096> piece;
    if (::recv(socket_, piece.data(), piece.size(), 0) <= 0) return true;
  }
  return false;
}

int status_of(const std::string& answer) {
  return answer.size() < 12 ? 0 : std::stoi(answer.substr(9, 3));
}

nlohmann::json body_of(const std::string& answer) {
  const std::size_t head = answer.find("\r\n\r\n");
  return nlohmann::json::parse(head == std::string::npos ? std::string() : answer.substr(head + 4), nullptr, false);
}

void ServedNode::start(api::ServerOptions options) {
  stop();
  options.engine_port = 0;
  options.admin_port = 0;
  auto started = api::Server::start(node_, std::move(options), [this](const api::RequestLog& line) {
    const std::lock_guard lock(mutex_);
    logs_.push_back(line);
    logged_.notify_all();
  });
  ASSERT_TRUE(started) << to_text(started.error());
  server_ = *std::move(started);
  client_ = std::make_unique<api::Client>(*api::Client::make(url()));
}

void ServedNode::stop() {
  client_.reset();
  if (server_) server_->stop();
  server_.reset();
}

nlohmann::json ServedNode::get(const std::string& path, int status) {
  auto response = client_->get(path);
  EXPECT_TRUE(response) << path << ": " << (response ? "" : to_text(response.error()));
  if (!response) return {};
  last = *std::move(response);
  EXPECT_EQ(last.status, status) << path << ": " << last.body;
  return nlohmann::json::parse(last.body, nullptr, false);
}

void ServedNode::upload(const std::string& path, ByteView bytes, const std::string& content_type) {
  const auto response = client_->post(path, bytes, content_type);
  ASSERT_TRUE(response);
  ASSERT_EQ(response->status, 201) << response->body;
}

nlohmann::json ServedNode::post(const std::string& path, const nlohmann::json& body, int status) {
  return post_text(path, body.dump(), status);
}

nlohmann::json ServedNode::post_text(const std::string& path, std::string_view body, int status) {
  auto response = client_->post_json(path, body);
  EXPECT_TRUE(response) << path << ": " << (response ? "" : to_text(response.error()));
  if (!response) return {};
  last = *std::move(response);
  EXPECT_EQ(last.status, status) << path << ": " << last.body;
  return nlohmann::json::parse(last.body, nullptr, false);
}

nlohmann::json ServedNode::error_of(const api::ClientResponse& response) {
  const auto json = nlohmann::json::parse(response.body, nullptr, false);
  EXPECT_TRUE(json.is_object() && json.contains("error")) << response.body;
  if (!json.is_object() || !json.contains("error")) return {};
  const auto& error = json["error"];
  for (const char* name : {"code", "message", "request_id", "timestamp", "service", "version"})
    EXPECT_TRUE(error.contains(name) && error[name].is_string()) << name << " in " << response.body;
  EXPECT_TRUE(error.contains("details") && error["details"].is_object());
  EXPECT_EQ(error.value("service", ""), "lucid-blocks");
  EXPECT_EQ(error.value("version", ""), "v1");
  EXPECT_EQ(error.value("request_id", "-"), response.header("x-request-id"));
  return error;
}

void ServedNode::expect_field_error(const std::string& field) {
  const auto error = error_of(last);
  EXPECT_EQ(error.value("code", ""), "LUCID_ERR_1001") << last.body;
  bool named = false;
  if (error.contains("details")) {
    for (const auto& one : error["details"].value("validation_errors", nlohmann::json::array()))
      named = named || one.value("field", "") == field;
  }
  EXPECT_TRUE(named) << "no error names " << field << ": " << last.body;
}

std::vector<api::RequestLog> ServedNode::logs() {
  const std::lock_guard lock(mutex_);
  return logs_;
}

bool ServedNode::await_log(const std::function<bool(const api::RequestLog&)>& wanted) {
  std::unique_lock lock(mutex_);
  return logged_.wait_for(lock, std::chrono::milliseconds(kDeadlineMs),
                          [&] { return std::any_of(logs_.begin(), logs_.end(), wanted); });
}

}  // namespace lucid::test
