// `lucid anchor FILE…`: makes a session of files, uploads what the node lacks, anchors it and waits until it is final.
#include <iostream>
#include <memory>
#include <openssl/rand.h>
#include <set>
#include <thread>

#include "config/calendar.hpp"
#include "config/genesis_file.hpp"
#include "config/key_files.hpp"
#include "core/anchoring/bundle.hpp"
#include "core/anchoring/manifest.hpp"
#include "core/crypto/verifier.hpp"
#include "tools/lucid/commands.hpp"
#include "tools/lucid/local_files.hpp"
#include "tools/lucid/node_client.hpp"
#include "tools/lucid/progress.hpp"
#include "tools/lucid/recorder.hpp"
#include "tools/lucid/report.hpp"
#include "tools/lucid/wall_clock.hpp"

namespace lucid::tools {
namespace {

constexpr auto kBetweenQuestions = std::chrono::milliseconds(100);

struct AnchorArguments {
  NodeOptions node;
  std::vector<std::string> paths;
  std::string session;
  std::string owner;
  std::string owner_key;
  std::string genesis;
  std::uint64_t timeout_s = 300;
  bool no_wait = false;
  bool bundle = false;
};

struct Uploaded {
  std::uint64_t chunks = 0;
  std::uint64_t bytes = 0;
};

/// A random UUID, version 4 (RFC 9562 section 5.4).
Result<SessionId> new_session() {
  SessionId session;
  if (RAND_bytes(session.data.data(), 16) != 1) return fail(Fault::internal, "session", "random bytes");
  session.data[6] = static_cast<std::uint8_t>((session.data[6] & 0x0f) | 0x40);
  session.data[8] = static_cast<std::uint8_t>((session.data[8] & 0x3f) | 0x80);
  return session;
}

std::uint64_t bytes_in(const std::vector<SessionFile>& files) {
  std::uint64_t sum = 0;
  std::error_code error;
  for (const SessionFile& file : files) {
    const auto size = std::filesystem::file_size(file.path, error);
    if (!error) sum += size;
  }
  return sum;
}

/// One anchor of the command, step by step; what each step learnt stands in the members.
class Anchoring {
 public:
  explicit Anchoring(const AnchorArguments& arguments) : arguments_(arguments) {}

  Result<Json> run() {
    LUCID_TRY_ASSIGN(const auto files, session_files(arguments_.paths));
    LUCID_TRY_ASSIGN(session_,
                     arguments_.session.empty() ? new_session() : parse_uuid(arguments_.session, "--session"));
    LUCID_TRY(choose_owner());
    LUCID_TRY_ASSIGN(NodeClient node, NodeClient::make(arguments_.node.url));
    say("The bytes go up as they are: whoever reads the node's disk can read them. Encrypt before, where that "
        "matters.");
    LUCID_TRY(upload(node, files));
    LUCID_TRY(anchor(node));
    if (!arguments_.no_wait) LUCID_TRY(wait_until_final(node));
    if (arguments_.bundle) LUCID_TRY(write_bundle(node));
    return std::move(result_);
  }

 private:
  void say(const std::string& text) const {
    if (!arguments_.node.json) std::cout << text << "\n" << std::flush;
  }
  std::string path_of(const std::string& rest) const { return "/anchoring/session" + rest; }

  Status choose_owner() {
    if (!arguments_.owner_key.empty()) {
      LUCID_TRY_ASSIGN(auto key, config::read_signing_key(arguments_.owner_key));
      const auto& scheme = crypto::secp256k1_scheme();
      LUCID_TRY_ASSIGN(const auto public_key, scheme.public_key(key));
      LUCID_TRY_ASSIGN(owner_, scheme.address(public_key));
      LUCID_TRY_ASSIGN(const auto genesis, config::read_genesis(arguments_.genesis));
      chain_ = crypto::ChainIdentity{genesis.genesis.params.chain_id, crypto::genesis_hash(genesis.genesis)};
      owner_key_ = std::make_unique<crypto::SigningKey>(std::move(key));
    } else if (!arguments_.owner.empty()) {
      LUCID_TRY_ASSIGN(owner_, parse_address(arguments_.owner, "--owner"));
    }
    return {};
  }

  Status upload(NodeClient& node, const std::vector<SessionFile>& files) {
    Progress progress("uploading", bytes_in(files), !arguments_.node.json);
    std::set<Hash256> sent;  // within this session a chunk may come twice
    const auto sink = [&](const ManifestChunk& chunk, ByteView stored) -> Status {
      const std::string id = to_hex(chunk.hash);
      if (sent.insert(chunk.hash).second) {
        LUCID_TRY_ASSIGN(const bool known, node.has("/chunks/" + id));
        if (!known) {
          LUCID_TRY_ASSIGN(const Json answer, node.post_bytes("/chunks?session_id=" + to_text(session_) +
                                                                  "&index=" + std::to_string(chunk.index),
                                                              stored));
          LUCID_TRY_ASSIGN(const std::string hash, text_field(answer, "hash_value"));
          if (hash != id) return fail(Fault::chunk_hash_mismatch, "chunk " + std::to_string(chunk.index), id, hash);
          ++uploaded_.chunks;
          uploaded_.bytes += stored.size();
        }
      }
      progress.advance(chunk.plain_size_bytes);
      return {};
    };
    LUCID_TRY_ASSIGN(manifest_, record_session(session_, now_ms(), files, sink));
    return {};
  }

  Status anchor(NodeClient& node) {
    const Bytes manifest = anchoring::encode_manifest(manifest_);
    AnchorSession anchor = anchoring::anchor_of(manifest_, owner_);
    if (owner_key_)
      anchor.user_signature =
          crypto::secp256k1_scheme().sign_recoverable(*owner_key_, crypto::user_anchor_digest(chain_, anchor));
    const std::string id = to_text(session_);
    say("session   " + id);
    say("files     " + std::to_string(manifest_.files.size()));
    say("chunks    " + std::to_string(anchor.chunk_count) + ", " + size_text(anchor.total_size) + " stored; " +
        std::to_string(uploaded_.chunks) + " (" + size_text(uploaded_.bytes) + ") were new to the node");
    say("root      " + to_hex(anchor.merkle_root));
    LUCID_TRY(node.put_bytes("/sessions/" + id + "/manifest", manifest));
    Json body;
    body["session_id"] = id;
    body["manifest_data"] = {{"chunk_count", anchor.chunk_count},
                             {"total_size", anchor.total_size},
                             {"created_at", config::time_to_text(anchor.started_at)}};
    body["merkle_root"] = to_hex(anchor.merkle_root);
    body["owner_address"] = to_text(anchor.owner);
    if (anchor.user_signature) body["user_signature"] = to_hex(*anchor.user_signature);
    LUCID_TRY_ASSIGN(const Json accepted, node.post(path_of(""), body));
    result_ = Json{{"session_id", id},
                   {"manifest_hash", to_hex(anchor.manifest_hash)},
                   {"merkle_root", to_hex(anchor.merkle_root)},
                   {"owner_address", to_text(anchor.owner)},
                   {"files", manifest_.files.size()},
                   {"chunk_count", anchor.chunk_count},
                   {"uploaded_chunks", uploaded_.chunks},
                   {"total_size", anchor.total_size}};
    result_.update(accepted);
    say("accepted  " + result_.value("submitted_at", std::string("now")) + ", durable on the node");
    return {};
  }

  Status wait_until_final(NodeClient& node) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(arguments_.timeout_s);
    for (;;) {
      LUCID_TRY_ASSIGN(const Json answer, node.get(path_of("/" + to_text(session_))));
      LUCID_TRY_ASSIGN(const std::string status, text_field(answer, "status"));
      if (status == "confirmed") {
        LUCID_TRY_ASSIGN(const std::uint64_t height, number_field(answer, "block_height"));
        LUCID_TRY_ASSIGN(const std::string transaction, text_field(answer, "transaction_id"));
        result_["status"] = status;
        result_["block_height"] = height;
        result_["transaction_id"] = transaction;
        say("final     height " + std::to_string(height) + ", transaction " + transaction);
        return {};
      }
      if (status == "failed")
        return fail(Fault::node_refused, "session " + to_text(session_), "a final anchor", answer.dump());
      if (std::chrono::steady_clock::now() > deadline)
        return fail(Fault::no_answer, "session " + to_text(session_),
                    "a final anchor within " + std::to_string(arguments_.timeout_s) + " s",
                    "\"" + status + "\"; it stays accepted, see lucid session show " + to_text(session_));
      std::this_thread::sleep_for(kBetweenQuestions);
    }
  }

  /// Checks the proof before it says that there is one.
  Status write_bundle(NodeClient& node) {
    LUCID_TRY_ASSIGN(const Bytes bytes, node.get_bytes(path_of("/" + to_text(session_) + "/proof")));
    std::vector<anchoring::FileAtHand> files;
    for (const ManifestFile& file : manifest_.files) files.push_back({file.name, file.size_bytes, file.hash});
    auto report = anchoring::verify_bundle(crypto::secp256k1_scheme(), bytes, std::nullopt, files);
    if (report.refused) return tl::unexpected(std::move(*report.refused));
    const std::string name = to_text(session_) + ".lucid";
    LUCID_TRY(write_whole_file(name, bytes));
    result_["bundle"] = name;
    say("bundle    " + name + ", " + size_text(bytes.size()) + ", verified offline");
    return {};
  }

  const AnchorArguments& arguments_;
  SessionId session_;
  Address owner_;
  crypto::ChainIdentity chain_;
  std::unique_ptr<crypto::SigningKey> owner_key_;
  Manifest manifest_;
  Uploaded uploaded_;
  Json result_;
};

int run_anchor(const AnchorArguments& arguments) {
  const auto result = Anchoring(arguments).run();
  if (!result) return refuse(result.error(), arguments.node.json);
  if (arguments.node.json) std::cout << result->dump(2) << "\n";
  return kExitFine;
}

}  // namespace

void add_anchor(CLI::App& app, int& status) {
  auto arguments = std::make_shared<AnchorArguments>();
  auto* command = app.add_subcommand("anchor", "Anchor files as one session and wait until that is final");
  command->add_option("paths", arguments->paths, "Files, or directories of files")->required();
  command->add_option("--session", arguments->session, "The session's UUID; a random one if not given");
  auto* owner = command->add_option("--owner", arguments->owner, "The owner's address; nobody's if not given");
  auto* genesis = command->add_option("--genesis", arguments->genesis, "The chain's genesis file, for --owner-key");
  command->add_option("--owner-key", arguments->owner_key, "File of the owner's secret key, to sign the anchor with")
      ->needs(genesis)
      ->excludes(owner);
  auto* no_wait = command->add_flag("--no-wait", arguments->no_wait, "End as soon as the anchor is accepted");
  command->add_flag("--bundle", arguments->bundle, "Write the proof to <session id>.lucid here")->excludes(no_wait);
  command->add_option("--timeout-s", arguments->timeout_s, "How long to wait until it is final")->capture_default_str();
  add_node_options(*command, arguments->node);
  command->callback([arguments, &status] { status = run_anchor(*arguments); });
}

}  // namespace lucid::tools
