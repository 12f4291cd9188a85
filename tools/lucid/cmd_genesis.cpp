// `lucid genesis`: writes the file that a chain begins with. Chain parameters come from the profile, and from the
// environment names that Lucid's deployments use (SLOT_DURATION_SEC and so on).
#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "config/calendar.hpp"
#include "config/chain_claims.hpp"
#include "config/genesis_file.hpp"
#include "config/key_files.hpp"
#include "config/numbers.hpp"
#include "config/settings.hpp"
#include "core/crypto/verifier.hpp"
#include "core/params/params.hpp"
#include "tools/lucid/commands.hpp"
#include "tools/lucid/local_files.hpp"
#include "tools/lucid/report.hpp"
#include "tools/lucid/wall_clock.hpp"

namespace lucid::tools {
namespace {

constexpr std::size_t kMaxPublicFileBytes = 16'384;

struct GenesisArguments {
  std::string profile;
  std::string chain_id;
  std::vector<std::string> validators;  // [NAME=]FILE
  std::vector<std::string> peers;       // NAME=host:port
  std::vector<std::string> owners;      // ACCOUNT[=NAME]
  std::string start_time;
  std::string quorum_rule = "strict";
  bool user_signature_required = false;
  std::string output;
  bool json = false;
};

/// What stands before and after the first "="; the first part is empty where there is none.
std::pair<std::string, std::string> split(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos) return {"", text};
  return {text.substr(0, equals), text.substr(equals + 1)};
}

Result<ChainParams> chosen_params(const GenesisArguments& arguments) {
  const auto profile = params::parse_profile(arguments.profile);
  if (!profile) return fail(Fault::text_form, "--profile", "mainnet, dev, test or bench", arguments.profile);
  TimeMs start = now_ms();
  if (!arguments.start_time.empty()) {
    if (const auto milliseconds = config::parse_whole(arguments.start_time)) {
      start = *milliseconds;
    } else {
      LUCID_TRY_ASSIGN(start, config::parse_time(arguments.start_time, "--start-time"));
    }
  }
  Result<ChainParams> params{params::profile_params(*profile, start)};
  const auto claims = config::chain_claims_of(config::process_environment());
  LUCID_TRY(config::apply_claims(claims, *params));
  if (!arguments.chain_id.empty()) {
    const auto chain_id = config::parse_whole(arguments.chain_id);
    if (!chain_id) return fail(Fault::number_range, "--chain-id", "a whole number below 2^64", arguments.chain_id);
    params->chain_id = *chain_id;
  }
  if (arguments.quorum_rule == "two_thirds") {
    params->quorum_rule = QuorumRule::two_thirds;
  } else if (arguments.quorum_rule != "strict") {
    return fail(Fault::text_form, "--quorum-rule", "strict or two_thirds", arguments.quorum_rule);
  }
  params->user_signature_required = arguments.user_signature_required;
  return params;
}

Result<Validator> read_validator(const std::string& argument) {
  const auto [name, path] = split(argument);
  LUCID_TRY_ASSIGN(const Bytes bytes, read_whole_file(path, kMaxPublicFileBytes));
  const std::string_view json(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  LUCID_TRY_ASSIGN(const auto read, config::parse_public_keys(json, path));
  Result<Validator> validator{Validator{}};
  validator->name = decltype(validator->name)(name.empty() ? read.first : name);
  validator->address = read.second.validator;
  validator->consensus_key = read.second.consensus;
  validator->vrf_key = read.second.vrf;
  validator->tls_key = read.second.tls;
  return validator;
}

const Validator* find_by_name(const ValidatorSet& set, const std::string& name) {
  const auto same = [&](const Validator& validator) { return validator.name == name; };
  const auto found = std::find_if(set.members.begin(), set.members.end(), same);
  return found == set.members.end() ? nullptr : &*found;
}

tl::unexpected<Error> no_such_validator(std::string_view field, const std::string& name) {
  return fail(Fault::genesis_field, field, "the name of one of the validators", "\"" + name + "\"");
}

Result<Owner> read_owner(const std::string& argument, const ValidatorSet& set) {
  const auto equals = argument.find('=');
  Owner owner;
  LUCID_TRY_ASSIGN(owner.account, parse_address(argument.substr(0, equals), "--owner"));
  if (equals == std::string::npos) return owner;
  const Validator* validator = find_by_name(set, argument.substr(equals + 1));
  if (validator == nullptr) return no_such_validator("--owner", argument.substr(equals + 1));
  owner.validator = validator->address;
  return owner;
}

Result<config::GenesisFile> compose(const GenesisArguments& arguments) {
  Result<config::GenesisFile> file{config::GenesisFile{}};
  Genesis& genesis = file->genesis;
  LUCID_TRY_ASSIGN(genesis.params, chosen_params(arguments));
  std::vector<Validator> members;
  for (const auto& argument : arguments.validators) {
    LUCID_TRY_ASSIGN(Validator validator, read_validator(argument));
    members.push_back(std::move(validator));
  }
  LUCID_TRY_ASSIGN(genesis.validators, config::make_validator_set(std::move(members), genesis.params.quorum_rule));
  for (const auto& argument : arguments.owners) {
    LUCID_TRY_ASSIGN(const Owner owner, read_owner(argument, genesis.validators));
    genesis.owners.push_back(owner);
  }
  for (const auto& argument : arguments.peers) {
    const auto [name, address] = split(argument);
    if (find_by_name(genesis.validators, name) == nullptr) return no_such_validator("--peer", name);
    file->peers.push_back({name, address});
  }
  // Read again what will be written: what the file could not say, and what the chain refuses, is told here.
  return config::parse_genesis(config::genesis_to_json(*file), "this genesis");
}

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
  LUCID_TRY_ASSIGN(const config::GenesisFile file, compose(arguments));
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
  command->add_option("--profile", arguments->profile, "mainnet, dev, test or bench")->required();
  command->add_option("--chain-id", arguments->chain_id, "The chain's number; a cluster of one's own sets its own");
  command->add_option("--validator", arguments->validators,
                      "[NAME=]FILE: a public file of lucid keygen; once for each");
  command->add_option("--peer", arguments->peers, "NAME=HOST:PORT: where a validator may be found (outside the hash)");
  command->add_option("--owner", arguments->owners, "ACCOUNT[=NAME]: a registered owner, and its validator if any");
  command->add_option("--start-time", arguments->start_time, "ISO 8601 or milliseconds since 1970 [now]");
  command->add_option("--quorum-rule", arguments->quorum_rule, "strict (more than two thirds) or two_thirds");
  command->add_flag("--require-user-signature", arguments->user_signature_required,
                    "Refuse anchors without the owner's signature");
  command->add_option("-o,--output", arguments->output, "The file to write; an existing one is kept")->required();
  command->add_flag("--json", arguments->json, "Print JSON");
  command->callback([arguments, &status] {
    const Status written = write(*arguments);
    status = written ? kExitFine : refuse(written.error(), arguments->json);
  });
}

}  // namespace lucid::tools
