#include "tools/lucid/genesis_maker.hpp"

#include <algorithm>

#include "config/calendar.hpp"
#include "config/chain_claims.hpp"
#include "config/key_files.hpp"
#include "config/numbers.hpp"
#include "config/settings.hpp"
#include "core/params/params.hpp"
#include "tools/lucid/local_files.hpp"
#include "tools/lucid/wall_clock.hpp"

namespace lucid::tools {
namespace {

constexpr std::size_t kMaxPublicFileBytes = 16'384;

/// What stands before and after the first "="; the first part is empty where there is none.
std::pair<std::string, std::string> split(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos) return {"", text};
  return {text.substr(0, equals), text.substr(equals + 1)};
}

Result<ChainParams> chosen_params(const GenesisRequest& request) {
  const auto profile = params::parse_profile(request.profile);
  if (!profile) return fail(Fault::text_form, "--profile", "mainnet, dev, test or bench", request.profile);
  TimeMs start = now_ms();
  if (!request.start_time.empty()) {
    if (const auto milliseconds = config::parse_whole(request.start_time)) {
      start = *milliseconds;
    } else {
      LUCID_TRY_ASSIGN(start, config::parse_time(request.start_time, "--start-time"));
    }
  }
  Result<ChainParams> params{params::profile_params(*profile, start)};
  const auto claims = config::chain_claims_of(config::process_environment());
  LUCID_TRY(config::apply_claims(claims, *params));
  if (!request.chain_id.empty()) {
    const auto chain_id = config::parse_whole(request.chain_id);
    if (!chain_id) return fail(Fault::number_range, "--chain-id", "a whole number below 2^64", request.chain_id);
    params->chain_id = *chain_id;
  }
  if (request.quorum_rule == "two_thirds") {
    params->quorum_rule = QuorumRule::two_thirds;
  } else if (request.quorum_rule != "strict") {
    return fail(Fault::text_form, "--quorum-rule", "strict or two_thirds", request.quorum_rule);
  }
  params->user_signature_required = request.user_signature_required;
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

}  // namespace

Result<config::GenesisFile> make_genesis(const GenesisRequest& request) {
  Result<config::GenesisFile> file{config::GenesisFile{}};
  Genesis& genesis = file->genesis;
  LUCID_TRY_ASSIGN(genesis.params, chosen_params(request));
  std::vector<Validator> members;
  for (const auto& argument : request.validators) {
    LUCID_TRY_ASSIGN(Validator validator, read_validator(argument));
    members.push_back(std::move(validator));
  }
  LUCID_TRY_ASSIGN(genesis.validators, config::make_validator_set(std::move(members), genesis.params.quorum_rule));
  for (const auto& argument : request.owners) {
    LUCID_TRY_ASSIGN(const Owner owner, read_owner(argument, genesis.validators));
    genesis.owners.push_back(owner);
  }
  for (const auto& argument : request.peers) {
    const auto [name, address] = split(argument);
    if (find_by_name(genesis.validators, name) == nullptr) return no_such_validator("--peer", name);
    file->peers.push_back({name, address});
  }
  // Read again what will be written: what the file could not say, and what the chain refuses, is told here.
  return config::parse_genesis(config::genesis_to_json(*file), "this genesis");
}

}  // namespace lucid::tools
