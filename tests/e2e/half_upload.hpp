// A chunk whose upload stops in the middle, with its connection left open.
#pragma once

#include <arpa/inet.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace lucid::e2e {

class HalfUpload {
 public:
  HalfUpload(std::uint16_t port, const std::string& bytes) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) return;
    const std::string text =
        "POST /api/v1/chunks HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
        "\r\nContent-Type: application/octet-stream\r\nContent-Length: " + std::to_string(bytes.size()) + "\r\n\r\n" +
        bytes.substr(0, bytes.size() / 2);
    begun_ = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  }
  ~HalfUpload() { ::close(socket_); }
  HalfUpload(const HalfUpload&) = delete;
  HalfUpload& operator=(const HalfUpload&) = delete;

  /// Half of it was sent, and the node has neither answered nor closed.
  bool underway() const {
    char byte = 0;
    return begun_ && ::recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0;
  }

 private:
  int socket_ = -1;
  bool begun_ = false;
};

}  // namespace lucid::e2e
