// lucidd as a process with a data directory of its own, on a development network with the quick profile.
#pragma once

#include <gtest/gtest.h>
#include <memory>
#include <nlohmann/json.hpp>

#include "api/client.hpp"
#include "tests/e2e/process.hpp"
#include "tests/fixtures/temporary_directory.hpp"

namespace lucid::e2e {

class NodeProcessTest : public testing::Test {
 protected:
  const std::filesystem::path& scratch() const { return directory_.path(); }
  std::filesystem::path data() const { return scratch() / "data"; }

  std::vector<std::string> node_arguments() const;
  /// Starts lucidd on data() and waits until it serves.
  void start();
  /// SIGTERM; the exit status. Fails the test where it does not end within the five seconds that it has.
  int stop();
  void kill_at_once();

  std::uint16_t port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  api::Client client() const { return api::Client::make(url()).value(); }
  /// The answer's body; null where the status is another or nobody answers.
  nlohmann::json get(const std::string& path, int status = 200) const;
  std::uint64_t height() const { return get("/api/v1/chain/height").value("height", std::uint64_t{0}); }

  test::TemporaryDirectory directory_;
  std::unique_ptr<Process> node_;
  std::uint16_t port_ = 0;
};

/// A session of one chunk of 4 KiB whose content follows from its number.
struct Recording {
  explicit Recording(std::uint64_t number);
  std::string session;
  std::string chunk;  // bytes
  std::string chunk_id;
  std::string anchor_json;
};

}  // namespace lucid::e2e
