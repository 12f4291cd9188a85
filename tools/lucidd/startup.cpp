#include "tools/lucidd/startup.hpp"

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/crypto/verifier.hpp"
#include "core/params/params.hpp"

namespace lucid::lucidd {

namespace {

namespace fs = std::filesystem;

TimeMs now_ms() {
  return static_cast<TimeMs>(
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count());
}

/// A network of one validator, whose keys are this node's.
Result<config::GenesisFile> make_dev_network(const config::Settings& settings, const fs::path& genesis_path) {
  if (!config::has_node_keys(settings.key_dir)) {
    if (auto made = config::make_node_keys(settings.key_dir); !made) return tl::unexpected(made.error());
  }
  LUCID_TRY_ASSIGN(const config::NodeKeys keys, config::read_node_keys(settings.key_dir));
  LUCID_TRY_ASSIGN(const config::NodePublicKeys publics, config::public_keys(keys));
  config::GenesisFile file;
  file.genesis.params = params::profile_params(settings.profile, now_ms());
  file.genesis.params.min_validators = 1;
  Validator validator;
  validator.name = BoundedString<64>("dev");
  validator.address = publics.validator;
  validator.consensus_key = publics.consensus;
  validator.vrf_key = publics.vrf;
  validator.tls_key = publics.tls;
  LUCID_TRY_ASSIGN(file.genesis.validators, config::make_validator_set({validator}, file.genesis.params.quorum_rule));
  LUCID_TRY(lucid::params::check(file.genesis, crypto::secp256k1_scheme()));
  LUCID_TRY(config::write_genesis(genesis_path, file));
  return file;
}

/// The genesis that this directory's chain began with; --genesis must be the same, or bring it.
Result<config::GenesisFile> find_genesis(const config::Settings& settings, const fs::path& kept, bool& made) {
  const bool here = fs::exists(kept);
  if (!settings.genesis.empty()) {
    LUCID_TRY_ASSIGN(auto given, config::read_genesis(settings.genesis));
    if (!here) {
      LUCID_TRY(config::write_genesis(kept, given));
      return given;
    }
    LUCID_TRY_ASSIGN(const auto old, config::read_genesis(kept));
    const auto given_hash = crypto::genesis_hash(given.genesis), old_hash = crypto::genesis_hash(old.genesis);
    if (given_hash != old_hash)
      return fail(Fault::genesis_mismatch, settings.genesis.string(),
                  "the genesis of the chain in " + kept.parent_path().string() + " (" + to_hex(old_hash) +
                      "); give that file, or another --data-dir",
                  to_hex(given_hash));
    return given;
  }
  if (here) return config::read_genesis(kept);
  if (!settings.dev)
    return fail(Fault::file_missing, "genesis",
                "--genesis FILE and keys for a node of an existing network, or --dev to make a development network of "
                "one validator",
                "no chain in " + kept.parent_path().string());
  made = true;
  return make_dev_network(settings, kept);
}

Result<std::vector<TlsPublicKey>> read_observers(const std::vector<std::string>& keys) {
  std::vector<TlsPublicKey> out;
  for (const std::string& key : keys) {
    LUCID_TRY_ASSIGN(out.emplace_back(), parse_fixed_hex<TlsPublicKey>(key, "observers"));
  }
  return out;
}

}  // namespace

Result<Prepared> prepare(const config::LoadedSettings& loaded, const std::function<void(const std::string&)>& say) {
  const config::Settings& settings = loaded.settings;
  LUCID_TRY_ASSIGN(auto directory, storage::DataDirectory::open(settings.data_dir));
  bool made = false;
  LUCID_TRY_ASSIGN(auto genesis, find_genesis(settings, settings.data_dir / "genesis.json", made));
  if (made)
    say("made a development network of one validator in " + settings.data_dir.string() +
        ": anyone with its key directory decides alone; never use it for real sessions");
  LUCID_TRY(config::compare_claims(loaded.chain_claims, genesis.genesis.params));
  if (settings.clock_offset_ms != 0 && genesis.genesis.params.profile == Profile::mainnet)
    return fail(Fault::setting_conflict, "clock_offset_ms", "0: the chain is a mainnet, where clocks are not set wrong",
                std::to_string(settings.clock_offset_ms));
  LUCID_TRY_ASSIGN(auto keys, config::read_node_keys(settings.key_dir));
  LUCID_TRY_ASSIGN(auto observers, read_observers(settings.observers));
  LUCID_TRY_ASSIGN(auto certificates, config::ensure_operator_certs(settings.data_dir));
  return Prepared{std::move(directory),    std::move(genesis),   std::move(keys),
                  std::move(certificates), std::move(observers), made};
}

Status write_ports(const fs::path& data_dir, const config::Ports& ports) {
  const nlohmann::json json{
      {"engine", ports.engine}, {"admin", ports.admin}, {"peers", ports.peers}, {"actors", ports.actors}};
  const fs::path path = data_dir / "ports.json", temporary = data_dir / "ports.json.new";
  {
    std::ofstream out(temporary, std::ios::trunc);
    out << json.dump() << "\n";
    if (!out.flush()) return fail(Fault::file_io, temporary.string(), "to be written");
  }
  std::error_code error;
  fs::rename(temporary, path, error);
  if (error) return fail(Fault::file_io, path.string(), "to be written", error.message());
  return {};
}

}  // namespace lucid::lucidd
