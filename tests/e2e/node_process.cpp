#include "tests/e2e/node_process.hpp"

#include <csignal>
#include <fstream>

#include "core/anchoring/manifest.hpp"
#include "core/base/bytes.hpp"
#include "core/crypto/sha256.hpp"

namespace lucid::e2e {

std::vector<std::string> NodeProcessTest::node_arguments() const {
  return {program("lucidd"), "--dev", "--profile", "test", "--data-dir", data().string(), "--engine-port", "0"};
}

void NodeProcessTest::start() {
  const auto ports_file = data() / "ports.json";
  std::filesystem::remove(ports_file);  // a killed node leaves it
  node_ = std::make_unique<Process>(node_arguments(), scratch());
  ASSERT_TRUE(node_->until([&] { return std::filesystem::exists(ports_file); })) << node_->err();
  std::ifstream in(ports_file);
  const auto ports = nlohmann::json::parse(in, nullptr, false);
  ASSERT_TRUE(ports.is_object());
  port_ = ports.at("engine").get<std::uint16_t>();
}

int NodeProcessTest::stop() {
  node_->signal(SIGTERM);
  const auto status = node_->wait(milliseconds(5'000));
  EXPECT_TRUE(status) << "still running five seconds after SIGTERM";
  return status.value_or(-1);
}

void NodeProcessTest::kill_at_once() {
  node_->signal(SIGKILL);
  EXPECT_TRUE(node_->wait(kPatience));
}

nlohmann::json NodeProcessTest::get(const std::string& path, int status) const {
  auto asked = client().get(path);
  if (!asked || asked->status != status) return {};
  return nlohmann::json::parse(asked->body, nullptr, false);
}

Recording::Recording(std::uint64_t number) {
  const Hash256 seed = crypto::sha256(as_bytes("recording " + std::to_string(number)));
  SessionId id;
  std::copy_n(seed.data.begin(), 16, id.data.begin());
  session = to_text(id);
  for (Hash256 block = seed; chunk.size() < 4'096; block = crypto::sha256(block.view()))
    chunk.append(block.data.begin(), block.data.end());
  const Hash256 hash = crypto::sha256(as_bytes(chunk));
  chunk_id = to_hex(hash);
  anchor_json = nlohmann::json{{"session_id", session},
                               {"merkle_root", to_hex(anchoring::session_root(std::span(&hash, 1)))},
                               {"owner_address", "0x" + std::string(40, '7')},
                               {"manifest_data",
                                {{"chunk_count", 1},
                                 {"total_size", chunk.size()},
                                 {"created_at", "2026-01-01T00:00:00Z"},
                                 {"chunks", {chunk_id}}}}}
                    .dump();
}

}  // namespace lucid::e2e
