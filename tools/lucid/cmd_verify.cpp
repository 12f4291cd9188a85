// `lucid verify BUNDLE [FILE…]`: checks a proof with no network and no data directory.
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "config/calendar.hpp"
#include "core/anchoring/bundle.hpp"
#include "tools/lucid/commands.hpp"
#include "tools/lucid/local_files.hpp"
#include "tools/lucid/report.hpp"
#include "tools/lucid/session_files.hpp"
#include "tools/lucid/trusted.hpp"

namespace lucid::tools {
namespace {

using anchoring::BundleReport;
using Json = nlohmann::ordered_json;

// The manifest's limit, and as much again for all else.
constexpr std::size_t kMaxBundleBytes = 2 * kMaxManifestBytes;

struct VerifyArguments {
  std::string bundle;
  std::vector<std::string> files;
  std::string genesis;
  bool json = false;
};

Json facts(const BundleReport& report) {
  Json out;
  if (!report.bundle) return out;
  const AnchorLeaf& leaf = report.bundle->leaf;
  out["session_id"] = to_text(leaf.anchor.session);
  out["merkle_root"] = to_hex(leaf.anchor.merkle_root);
  out["manifest_hash"] = to_hex(leaf.anchor.manifest_hash);
  out["chunk_count"] = leaf.anchor.chunk_count;
  out["total_size"] = leaf.anchor.total_size;
  out["owner_address"] = to_text(leaf.anchor.owner);
  out["account"] = to_text(leaf.account);
  out["transaction_id"] = to_hex(leaf.transaction);
  out["anchored_height"] = leaf.height;
  out["block_height"] = report.bundle->header.height;
  out["block_hash"] = to_hex(report.header_hash);
  out["block_time"] = config::time_to_text(report.bundle->header.time);
  out["chain_id"] = report.bundle->genesis.params.chain_id;
  out["genesis_hash"] = to_hex(report.genesis_hash);
  return out;
}

void print_json(const BundleReport& report) {
  Json out{{"verified", report.holds()}, {"tied_to_trusted_genesis", report.holds() && report.tied}};
  if (report.holds()) out.update(facts(report));
  out["proved"] = Json::array();
  for (const auto& finding : report.proved)
    out["proved"].push_back({{"claim", anchoring::claim_name(finding.claim)}, {"text", finding.text}});
  out["notes"] = report.notes;
  if (report.refused) out["refused"] = error_json(*report.refused);
  std::cout << out.dump(2) << "\n";
}

void print_text(const BundleReport& report) {
  for (const auto& finding : report.proved) std::cout << "  proved  " << finding.text << "\n";
  if (report.refused) {
    std::cout << "not verified: " << to_text(*report.refused) << "\n";
    return;
  }
  for (const std::string& note : report.notes) std::cout << "  note    " << note << "\n";
  std::cout << "verified: session " << to_text(report.bundle->leaf.anchor.session) << " was final at height "
            << report.bundle->leaf.height << ", in the block of " << config::time_to_text(report.bundle->header.time)
            << " at the latest\n";
}

Result<BundleReport> verify(const VerifyArguments& arguments) {
  LUCID_TRY_ASSIGN(const auto trusted, trusted_hash(arguments.genesis));
  LUCID_TRY_ASSIGN(const Bytes bytes, read_whole_file(arguments.bundle, kMaxBundleBytes));
  std::vector<anchoring::FileAtHand> files;
  LUCID_TRY_ASSIGN(const auto named, session_files(arguments.files));
  for (const SessionFile& file : named) {
    LUCID_TRY_ASSIGN(auto hashed, hash_file(file.path));
    files.push_back(std::move(hashed));
  }
  return anchoring::verify_bundle(crypto::secp256k1_scheme(), bytes, trusted, files);
}

int run_verify(const VerifyArguments& arguments) {
  const auto report = verify(arguments);
  if (!report) return refuse(report.error(), arguments.json);
  arguments.json ? print_json(*report) : print_text(*report);
  return report->holds() ? kExitFine : kExitNo;
}

}  // namespace

void add_verify(CLI::App& app, int& status) {
  auto arguments = std::make_shared<VerifyArguments>();
  auto* command = app.add_subcommand("verify", "Check a proof bundle, and files against it, with no network");
  command->add_option("bundle", arguments->bundle, "The proof, a .lucid file")->required();
  command->add_option("files", arguments->files, "Files of the session, or directories of them, to compare");
  command->add_option("--genesis", arguments->genesis,
                      "What you trust: a genesis file, its hash, or the hash of a header of the chain");
  command->add_flag("--json", arguments->json, "Print JSON");
  command->callback([arguments, &status] { status = run_verify(*arguments); });
}

}  // namespace lucid::tools
