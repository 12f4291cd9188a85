#include "config/genesis_file.hpp"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "config/calendar.hpp"
#include "config/json_reader.hpp"
#include "config/numbers.hpp"
#include "config/private_files.hpp"
#include "core/params/params.hpp"

namespace lucid::config {
namespace {

using Json = nlohmann::ordered_json;

constexpr JsonFaults kFaults{Fault::genesis_form, Fault::genesis_field};

struct NumberField {
  std::string_view name;
  std::uint64_t ChainParams::*member;
};
constexpr NumberField kNumbers[] = {
    {"chain_id", &ChainParams::chain_id},
    {"slot_duration_ms", &ChainParams::slot_duration_ms},
    {"block_interval_ms", &ChainParams::block_interval_ms},
    {"slot_timeout_ms", &ChainParams::slot_timeout_ms},
    {"time_precision_ms", &ChainParams::time_precision_ms},
    {"time_delay_ms", &ChainParams::time_delay_ms},
    {"epoch_slots", &ChainParams::epoch_slots},
    {"leader_window_epochs", &ChainParams::leader_window_epochs},
    {"cooldown_slots", &ChainParams::cooldown_slots},
    {"base_bytes_per_session", &ChainParams::base_bytes_per_session},
    {"max_transactions_per_block", &ChainParams::max_transactions_per_block},
    {"max_block_bytes", &ChainParams::max_block_bytes},
    {"max_transaction_bytes", &ChainParams::max_transaction_bytes},
    {"relay_cap", &ChainParams::relay_cap},
    {"storage_cap", &ChainParams::storage_cap},
    {"validation_cap", &ChainParams::validation_cap},
    {"relay_counterparty_cap", &ChainParams::relay_counterparty_cap},
    {"min_validators", &ChainParams::min_validators},
};

Result<TimeMs> read_start_time(const JsonReader& value) {
  if (value.value().is_number()) return value.number();
  LUCID_TRY_ASSIGN(const std::string text, value.text(32));
  const auto time = parse_time(text, value.path());
  if (!time) return value.wrong("a time such as 2024-01-01T00:00:00Z, or milliseconds since 1970");
  return *time;
}

Result<Fraction> read_fraction(const JsonReader& value) {
  LUCID_TRY_ASSIGN(const std::string text, value.text(48));
  const auto fraction = parse_fraction(text);
  if (!fraction || text.find('/') == std::string::npos) return value.wrong("a fraction such as \"1/5\"");
  return *fraction;
}

Result<QuorumRule> read_quorum_rule(const JsonReader& value) {
  LUCID_TRY_ASSIGN(const std::string text, value.text(32));
  if (text == "strict") return QuorumRule::strict;
  if (text == "two_thirds") return QuorumRule::two_thirds;
  return value.wrong("\"strict\" or \"two_thirds\"");
}

Result<Address> read_address(const JsonReader& value) {
  LUCID_TRY_ASSIGN(const std::string text, value.text(42));
  const auto address = parse_address(text, value.path());
  if (!address) return value.wrong("0x and 40 hex digits");
  return *address;
}

Result<ChainParams> read_params(const JsonReader& in) {
  LUCID_TRY(in.object({"profile",
                       "chain_id",
                       "slot_duration_ms",
                       "block_interval_ms",
                       "slot_timeout_ms",
                       "time_precision_ms",
                       "time_delay_ms",
                       "epoch_slots",
                       "leader_window_epochs",
                       "cooldown_slots",
                       "density_min",
                       "base_bytes_per_session",
                       "max_transactions_per_block",
                       "max_block_bytes",
                       "max_transaction_bytes",
                       "relay_cap",
                       "storage_cap",
                       "validation_cap",
                       "relay_counterparty_cap",
                       "min_validators",
                       "user_signature_required",
                       "quorum_rule",
                       "slot_origin",
                       "start_time"}));
  ChainParams params;
  LUCID_TRY_ASSIGN(const JsonReader profile, in.member("profile"));
  LUCID_TRY_ASSIGN(const std::string profile_name, profile.text(16));
  const auto known_profile = params::parse_profile(profile_name);
  if (!known_profile) return profile.wrong("mainnet, dev, test or bench");
  params.profile = *known_profile;
  for (const auto& field : kNumbers) {
    LUCID_TRY_ASSIGN(const JsonReader value, in.member(field.name));
    LUCID_TRY_ASSIGN(params.*(field.member), value.number());
  }
  LUCID_TRY_ASSIGN(const JsonReader density, in.member("density_min"));
  LUCID_TRY_ASSIGN(params.density_min, read_fraction(density));
  LUCID_TRY_ASSIGN(const JsonReader required, in.member("user_signature_required"));
  LUCID_TRY_ASSIGN(params.user_signature_required, required.boolean());
  LUCID_TRY_ASSIGN(const JsonReader rule, in.member("quorum_rule"));
  LUCID_TRY_ASSIGN(params.quorum_rule, read_quorum_rule(rule));
  LUCID_TRY_ASSIGN(const JsonReader origin, in.member("slot_origin"));
  LUCID_TRY_ASSIGN(params.slot_origin, read_start_time(origin));
  LUCID_TRY_ASSIGN(const JsonReader start, in.member("start_time"));
  LUCID_TRY_ASSIGN(params.start_time, read_start_time(start));
  return params;
}

/// host:port, where the host may be a bracketed IPv6 address.
Result<std::string> read_peer(const JsonReader& value) {
  LUCID_TRY_ASSIGN(std::string text, value.text(255));
  const auto colon = text.rfind(':');
  const auto port = colon == std::string::npos ? std::nullopt : parse_whole(std::string_view(text).substr(colon + 1));
  if (!port || *port == 0 || *port > 65'535 || colon == 0) return value.wrong("host:port");
  return text;
}

Result<Validator> read_validator(const JsonReader& in, std::vector<PeerHint>& peers) {
  LUCID_TRY(in.object({"name", "address", "consensus_key", "vrf_key", "tls_key", "peer"}));
  Validator validator;
  LUCID_TRY_ASSIGN(const JsonReader name, in.member("name"));
  LUCID_TRY_ASSIGN(std::string name_text, name.text(decltype(validator.name)::kMax));
  const auto control = [](unsigned char c) { return c < ' '; };
  if (name_text.empty() || std::any_of(name_text.begin(), name_text.end(), control)) return name.wrong("a name");
  validator.name = decltype(validator.name)(std::move(name_text));
  LUCID_TRY_ASSIGN(const JsonReader consensus, in.member("consensus_key"));
  LUCID_TRY_ASSIGN(validator.consensus_key, consensus.hex<ConsensusPublicKey>());
  LUCID_TRY_ASSIGN(const JsonReader vrf, in.member("vrf_key"));
  LUCID_TRY_ASSIGN(validator.vrf_key, vrf.hex<VrfPublicKey>());
  LUCID_TRY_ASSIGN(const JsonReader tls, in.member("tls_key"));
  LUCID_TRY_ASSIGN(validator.tls_key, tls.hex<TlsPublicKey>());
  const auto computed = crypto::secp256k1_scheme().address(validator.consensus_key);
  if (!computed) return consensus.wrong("a compressed secp256k1 public key");
  validator.address = *computed;
  // The address follows from the key; where a person wrote it beside it, it must be that one.
  if (in.has("address")) {
    LUCID_TRY_ASSIGN(const JsonReader address, in.member("address"));
    LUCID_TRY_ASSIGN(const Address written, read_address(address));
    if (written != validator.address) return address.wrong(to_text(validator.address) + ", that of the consensus_key");
  }
  if (in.has("peer")) {
    LUCID_TRY_ASSIGN(const JsonReader peer, in.member("peer"));
    LUCID_TRY_ASSIGN(std::string hint, read_peer(peer));
    peers.push_back({validator.name, std::move(hint)});
  }
  return validator;
}

Result<Owner> read_owner(const JsonReader& in) {
  LUCID_TRY(in.object({"account", "validator"}));
  Owner owner;
  LUCID_TRY_ASSIGN(const JsonReader account, in.member("account"));
  LUCID_TRY_ASSIGN(owner.account, read_address(account));
  if (in.has("validator")) {
    LUCID_TRY_ASSIGN(const JsonReader validator, in.member("validator"));
    LUCID_TRY_ASSIGN(owner.validator, read_address(validator));
  }
  return owner;
}

Result<GenesisFile> read_file(const JsonReader& in) {
  LUCID_TRY(in.object({"parameters", "validators", "owners"}));
  Result<GenesisFile> file{GenesisFile{}};
  LUCID_TRY_ASSIGN(const JsonReader parameters, in.member("parameters"));
  LUCID_TRY_ASSIGN(file->genesis.params, read_params(parameters));

  LUCID_TRY_ASSIGN(const JsonReader validators, in.member("validators"));
  LUCID_TRY_ASSIGN(const auto validator_entries, validators.entries(kMaxValidators));
  std::vector<Validator> members;
  std::set<std::string> names;
  for (const auto& entry : validator_entries) {
    LUCID_TRY_ASSIGN(Validator validator, read_validator(entry, file->peers));
    if (!names.insert(validator.name).second) return entry.wrong("a name of its own");
    members.push_back(std::move(validator));
  }
  LUCID_TRY_ASSIGN(file->genesis.validators, make_validator_set(std::move(members), file->genesis.params.quorum_rule));

  LUCID_TRY_ASSIGN(const JsonReader owners, in.member("owners"));
  LUCID_TRY_ASSIGN(const auto owner_entries, owners.entries(kMaxOwners));
  for (const auto& entry : owner_entries) {
    LUCID_TRY_ASSIGN(const Owner owner, read_owner(entry));
    file->genesis.owners.push_back(owner);
  }
  const auto by_name = [](const PeerHint& a, const PeerHint& b) { return a.validator < b.validator; };
  std::sort(file->peers.begin(), file->peers.end(), by_name);
  const auto by_account = [](const Owner& a, const Owner& b) { return a.account < b.account; };
  std::sort(file->genesis.owners.begin(), file->genesis.owners.end(), by_account);
  LUCID_TRY(params::check(file->genesis, crypto::secp256k1_scheme()));
  return file;
}

}  // namespace

Result<ValidatorSet> make_validator_set(std::vector<Validator> members, QuorumRule rule) {
  if (members.size() > kMaxValidators)
    return fail(Fault::genesis_field, "validators", "at most " + std::to_string(kMaxValidators),
                std::to_string(members.size()));
  for (auto& member : members) {
    LUCID_TRY_ASSIGN(member.address, crypto::secp256k1_scheme().address(member.consensus_key));
  }
  const auto by_address = [](const Validator& a, const Validator& b) { return a.address < b.address; };
  std::sort(members.begin(), members.end(), by_address);
  Result<ValidatorSet> set{ValidatorSet{}};
  set->members = decltype(set->members)(std::move(members));
  set->quorum_rule = rule;
  return set;
}

Result<GenesisFile> parse_genesis(std::string_view json, std::string_view source) {
  LUCID_TRY_ASSIGN(const auto document, parse_document(json, source, kFaults));
  auto file = read_file(JsonReader(document, "", kFaults));
  if (!file) {
    Error error = file.error();
    error.field = std::string(source) + (error.field.empty() ? "" : " " + error.field);
    return tl::unexpected(std::move(error));
  }
  return file;
}

Result<GenesisFile> read_genesis(const std::filesystem::path& path) {
  std::error_code error;
  const std::string source = "genesis file " + path.string();
  if (!std::filesystem::is_regular_file(path, error)) return fail(Fault::file_missing, source);
  if (std::filesystem::file_size(path, error) > kMaxGenesisBytes)
    return fail(Fault::genesis_form, source, "at most 4 MiB");
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in || !text) return fail(Fault::file_io, source);
  return parse_genesis(text.str(), source);
}

std::string genesis_to_json(const GenesisFile& file) {
  const Genesis& genesis = file.genesis;
  Json parameters;
  parameters["profile"] = params::profile_name(genesis.params.profile);
  for (const auto& field : kNumbers) parameters[std::string(field.name)] = genesis.params.*(field.member);
  parameters["density_min"] = std::to_string(genesis.params.density_min.numerator) + "/" +
                              std::to_string(genesis.params.density_min.denominator);
  parameters["user_signature_required"] = genesis.params.user_signature_required;
  parameters["quorum_rule"] = genesis.params.quorum_rule == QuorumRule::strict ? "strict" : "two_thirds";
  parameters["slot_origin"] = time_to_text(genesis.params.slot_origin);
  parameters["start_time"] = time_to_text(genesis.params.start_time);

  Json validators = Json::array();
  for (const auto& member : genesis.validators.members) {
    Json entry;
    entry["name"] = std::string(member.name);
    entry["address"] = to_text(member.address);
    entry["consensus_key"] = to_hex(member.consensus_key);
    entry["vrf_key"] = to_hex(member.vrf_key);
    entry["tls_key"] = to_hex(member.tls_key);
    const auto same = [&](const PeerHint& hint) { return hint.validator == member.name; };
    const auto hint = std::find_if(file.peers.begin(), file.peers.end(), same);
    if (hint != file.peers.end()) entry["peer"] = hint->address;
    validators.push_back(std::move(entry));
  }
  Json owners = Json::array();
  for (const auto& owner : genesis.owners) {
    Json entry;
    entry["account"] = to_text(owner.account);
    if (owner.validator) entry["validator"] = to_text(*owner.validator);
    owners.push_back(std::move(entry));
  }
  Json document;
  document["parameters"] = std::move(parameters);
  document["validators"] = std::move(validators);
  document["owners"] = std::move(owners);
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Status write_genesis(const std::filesystem::path& path, const GenesisFile& file) {
  return write_new_file(path, genesis_to_json(file), true);
}

}  // namespace lucid::config
