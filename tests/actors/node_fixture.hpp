// A whole node in this process, in a directory of its own, on a network of one validator with the quick profile.
#pragma once

#include <chrono>
#include <filesystem>
#include <gtest/gtest.h>
#include <thread>
#include <unistd.h>

#include "actors/node.hpp"
#include "config/genesis_file.hpp"
#include "core/anchoring/manifest.hpp"
#include "core/crypto/sha256.hpp"
#include "core/params/params.hpp"

namespace lucid::actors {

/// Looks again every few milliseconds until `done` or the deadline; says whether it came.
template <class Condition>
bool eventually(Condition done, std::chrono::milliseconds within = std::chrono::seconds(20)) {
  const auto deadline = std::chrono::steady_clock::now() + within;
  while (!done()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

class NodeFixture : public testing::Test {
 protected:
  void SetUp() override {
    const auto pattern = (std::filesystem::temp_directory_path() / "lucid-node-XXXXXX").string();
    std::vector<char> name(pattern.begin(), pattern.end());
    name.push_back('\0');
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name.data();
    ASSERT_TRUE(config::make_node_keys(directory_ / "keys"));
    const auto keys = config::read_node_keys(directory_ / "keys");
    const auto publics = config::public_keys(*keys);
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    genesis_.params = lucid::params::profile_params(
        Profile::test, static_cast<TimeMs>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count()));
    Validator validator;
    validator.name = BoundedString<64>("alone");
    validator.address = publics->validator;
    validator.consensus_key = publics->consensus;
    validator.vrf_key = publics->vrf;
    validator.tls_key = publics->tls;
    genesis_.validators = *config::make_validator_set({validator}, QuorumRule::strict);
  }
  void TearDown() override {
    node_.reset();
    std::filesystem::remove_all(directory_);
  }

  void start() {
    auto directory = storage::DataDirectory::open(directory_);
    ASSERT_TRUE(directory) << to_text(directory.error());
    auto keys = config::read_node_keys(directory_ / "keys");
    ASSERT_TRUE(keys);
    auto certificates = config::ensure_operator_certs(directory_);
    ASSERT_TRUE(certificates);
    NodeOptions options{
        std::move(*directory), genesis_, std::move(*keys), std::move(*certificates), {}, 0, 0, true, {}, {}};
    options.log = [](const std::string&) {};
    options.on_failed = [this](const std::string& reason) {
      const std::lock_guard lock(mutex_);
      failure_ = reason;
    };
    auto node = Node::start(std::move(options));
    ASSERT_TRUE(node) << to_text(node.error());
    node_ = std::move(*node);
  }
  std::string failure() {
    const std::lock_guard lock(mutex_);
    return failure_;
  }

  static SessionId session(std::uint8_t number) {
    SessionId out;
    out.data[0] = number;
    return out;
  }
  /// A session of one chunk, whose bytes are `text`.
  static Manifest manifest_of(const SessionId& session, const std::string& text) {
    Manifest manifest;
    manifest.session = session;
    manifest.started_at = 1'700'000'000'000;
    const ByteView bytes = as_bytes(text);
    const Hash256 hash = crypto::sha256(bytes);
    manifest.files.push_back({BoundedString<1024>("recording"), bytes.size(), hash, 0, 1});
    manifest.chunks.push_back({0, static_cast<std::uint32_t>(bytes.size()), static_cast<std::uint32_t>(bytes.size()),
                               ChunkForm::raw, hash, anchoring::segment_root(bytes)});
    return manifest;
  }
  static AnchorRequest request_of(const Manifest& manifest) {
    AnchorRequest request;
    request.session = manifest.session;
    request.merkle_root = anchoring::session_root(manifest);
    request.owner.data[0] = 7;
    request.chunk_count = static_cast<std::uint32_t>(manifest.chunks.size());
    request.total_size = anchoring::total_size(manifest);
    request.started_at = manifest.started_at;
    request.manifest_json = "{}";
    return request;
  }
  void upload(const Manifest& manifest, const std::string& text) {
    auto& facade = node_->facade();
    const ByteView bytes = as_bytes(text);
    ASSERT_TRUE(facade.put_chunk({std::make_shared<const Bytes>(bytes.begin(), bytes.end()), manifest.session, 0, ""}));
    ASSERT_TRUE(
        facade.put_manifest(manifest.session, std::make_shared<const Bytes>(anchoring::encode_manifest(manifest))));
  }
  bool becomes_final(const SessionId& session) {
    return eventually([&] {
      const auto view = node_->facade().anchoring(session);
      return view && view->status == AnchoringStatus::confirmed;
    });
  }

  std::filesystem::path directory_;
  Genesis genesis_;
  std::unique_ptr<Node> node_;
  std::mutex mutex_;
  std::string failure_;
};

}  // namespace lucid::actors
