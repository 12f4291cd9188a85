// `lucid genesis`: writes the file that a chain begins with.
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "config/calendar.hpp"
#include "config/chain_claims.hpp"
#include "core/crypto/verifier.hpp"
#include "core/params/params.hpp"
#include "tools/lucid/commands.hpp"
#include "tools/lucid/genesis_maker.hpp"
#include "tools/lucid/report.hpp"

namespace lucid::tools {
namespace {

struct GenesisArguments {
  GenesisRequest request;
  std::string output;
  bool json = false;
};

void print_summary(const config::GenesisFile& file, const GenesisArguments& arguments) {
  const ChainParams& params = file.genesis.params;
  const std::string hash = to_hex(crypto::genesis_hash(file.genesis));
  if (arguments.json) {
    nlohmann::ordered_json out;
    out["file"] = arguments.output;
    out["genesis_hash"] = hash;
    out["profile"] = params::profile_name(params.profile);
    out["chain_id"] = params.chain_id;
    out["start_time"] = config::time_to_text(params.start_time);
    out["validators"] = file.genesis.validators.size();
    std::cout << out.dump(2) << "\n";
    return;
  }
  std::cout << "Wrote " << arguments.output << ": chain " << params.chain_id << ", profile "
            << params::profile_name(params.profile) << ", from " << config::time_to_text(params.start_time) << "\n";
  for (const auto& member : file.genesis.validators.members)
    std::cout << "  validator  " << to_text(member.address) << "  " << std::string(member.name) << "\n";
  std::cout << "  hash       " << hash << "\n"
            << "Every node of the chain starts with this file: lucidd --genesis " << arguments.output << "\n";
}

Status write(const GenesisArguments& arguments) {
  LUCID_TRY_ASSIGN(const config::GenesisFile file, make_genesis(arguments.request));
  LUCID_TRY(config::write_genesis(arguments.output, file));
  print_summary(file, arguments);
  return {};
}

}  // namespace

void add_genesis(CLI::App& app, int& status) {
  auto arguments = std::make_shared<GenesisArguments>();
  auto* command = app.add_subcommand("genesis", "Write the genesis file of a new chain");
  std::string names;
  for (const auto name : config::chain_claim_names()) names += (names.empty() ? "" : ", ") + std::string(name);
  command->footer("Chain parameters are also taken from these environment variables: " + names);
  command->add_option("--profile", arguments->request.profile, "mainnet, dev, test or bench")->required();
  command->add_option("--chain-id", arguments->request.chain_id,
                      "The chain's number; a cluster of one's own sets its own");
  command->add_option("--validator", arguments->request.validators,
                      "[NAME=]FILE: a public file of lucid keygen; once for each");
  command->add_option("--peer", arguments->request.peers,
                      "NAME=HOST:PORT: where a validator may be found (outside the hash)");
  command->add_option("--owner", arguments->request.owners,
                      "ACCOUNT[=NAME]: a registered owner, and its validator if any");
  command->add_option("--start-time", arguments->request.start_time, "ISO 8601 or milliseconds since 1970 [now]");
  command->add_option("--quorum-rule", arguments->request.quorum_rule, "strict (more than two thirds) or two_thirds");
  command->add_flag("--require-user-signature", arguments->request.user_signature_required,
                    "Refuse anchors without the owner's signature");
  command->add_option("-o,--output", arguments->output, "The file to write; an existing one is kept")->required();
  command->add_flag("--json", arguments->json, "Print JSON");
  command->callback([arguments, &status] {
    const Status written = write(*arguments);
    status = written ? kExitFine : refuse(written.error(), arguments->json);
  });
}

}  // namespace lucid::tools
