// `lucid session show|fetch ID`: what became of a session, and its files back.
#include <iostream>
#include <memory>

#include "core/anchoring/bundle.hpp"
#include "core/anchoring/manifest.hpp"
#include "tools/lucid/commands.hpp"
#include "tools/lucid/node_client.hpp"
#include "tools/lucid/progress.hpp"
#include "tools/lucid/report.hpp"
#include "tools/lucid/restorer.hpp"
#include "tools/lucid/trusted.hpp"

namespace lucid::tools {
namespace {

struct SessionArguments {
  NodeOptions node;
  std::string session;
  std::string directory;
  std::string genesis;
};

/// The files that a canonical manifest lists; none of any other.
Json files_of(ByteView manifest_bytes) {
  Json files = Json::array();
  if (anchoring::manifest_form(manifest_bytes) != anchoring::ManifestForm::canonical) return files;
  const auto manifest = anchoring::decode_manifest(manifest_bytes);
  if (!manifest) return files;
  for (const ManifestFile& file : manifest->files)
    files.push_back({{"name", file.name}, {"size_bytes", file.size_bytes}, {"sha256", to_hex(file.hash)}});
  return files;
}

Result<Json> show(const SessionArguments& arguments) {
  LUCID_TRY_ASSIGN(const SessionId session, parse_uuid(arguments.session, "session"));
  LUCID_TRY_ASSIGN(NodeClient node, NodeClient::make(arguments.node.url));
  LUCID_TRY_ASSIGN(Json answer, node.get("/anchoring/session/" + to_text(session)));
  if (const auto manifest = node.get_bytes("/sessions/" + to_text(session) + "/manifest"))
    answer["files"] = files_of(*manifest);
  return answer;
}

/// Trusts the node with nothing: the proof is checked first, and its manifest says what every chunk must be.
Result<Json> fetch(const SessionArguments& arguments) {
  LUCID_TRY_ASSIGN(const SessionId session, parse_uuid(arguments.session, "session"));
  LUCID_TRY_ASSIGN(const auto trusted, trusted_hash(arguments.genesis));
  LUCID_TRY_ASSIGN(NodeClient node, NodeClient::make(arguments.node.url));
  LUCID_TRY_ASSIGN(const Bytes proof, node.get_bytes("/anchoring/session/" + to_text(session) + "/proof"));
  auto report = anchoring::verify_bundle(crypto::secp256k1_scheme(), proof, trusted, {});
  if (report.refused) return tl::unexpected(std::move(*report.refused));
  const AnchorSession& anchor = report.bundle->leaf.anchor;
  if (anchor.session != session)
    return fail(Fault::anchor_mismatch, "session", to_text(session), to_text(anchor.session));
  if (anchoring::manifest_form(report.bundle->manifest) != anchoring::ManifestForm::canonical)
    return fail(Fault::manifest_form, "manifest", "one that lists chunks and files", "one that lists none");
  LUCID_TRY_ASSIGN(const Manifest manifest, anchoring::decode_manifest(report.bundle->manifest));
  Progress progress("downloading", anchor.total_size, !arguments.node.json);
  const auto source = [&](const ManifestChunk& chunk) -> Result<Bytes> {
    LUCID_TRY_ASSIGN(Bytes stored, node.get_bytes("/chunks/" + to_hex(chunk.hash)));
    progress.advance(stored.size());
    return stored;
  };
  const std::string directory = arguments.directory.empty() ? to_text(session) : arguments.directory;
  LUCID_TRY_ASSIGN(const auto restored, restore_session(manifest, directory, source));
  Json out{{"session_id", to_text(session)}, {"verified", true}, {"tied_to_trusted_genesis", report.tied}};
  for (const RestoredFile& file : restored)
    out["files"].push_back({{"name", file.recorded_name}, {"path", file.path.generic_string()}});
  return out;
}

}  // namespace

void add_session(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("session", "Show a session, or fetch its files");
  command->require_subcommand(1);
  auto arguments = std::make_shared<SessionArguments>();

  auto* shown = command->add_subcommand("show", "What became of a session");
  shown->add_option("session", arguments->session, "The session's UUID")->required();
  add_node_options(*shown, arguments->node);
  shown->callback([arguments, &status] { status = print_answer(show(*arguments), arguments->node.json); });

  auto* fetched =
      command->add_subcommand("fetch", "Check a session's proof, download its chunks and restore its files");
  fetched->add_option("session", arguments->session, "The session's UUID")->required();
  fetched->add_option("directory", arguments->directory, "A new directory; named as the session if not given");
  fetched->add_option("--genesis", arguments->genesis, "What you trust: a genesis file, its hash, or a header's");
  add_node_options(*fetched, arguments->node);
  fetched->callback([arguments, &status] { status = print_answer(fetch(*arguments), arguments->node.json); });
}

}  // namespace lucid::tools
