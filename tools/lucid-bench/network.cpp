#include "tools/lucid-bench/network.hpp"

#include "config/private_files.hpp"
#include "core/codec/codec.hpp"
#include "core/crypto/sha256.hpp"
#include "tools/lucid/localnet/state.hpp"

namespace lucid::bench {
namespace {

Hash256 named_hash(const char* name, std::uint64_t number) {
  return crypto::sha256(as_bytes(std::string(name) + " " + std::to_string(number)));
}

Validator validator_of(const config::NodePublicKeys& publics, const std::string& name) {
  Validator validator;
  validator.name = BoundedString<64>(name);
  validator.address = publics.validator;
  validator.consensus_key = publics.consensus;
  validator.vrf_key = publics.vrf;
  validator.tls_key = publics.tls;
  return validator;
}

Result<config::GenesisFile> genesis_of(std::vector<Validator> members, Profile profile, TimeMs start_time) {
  Result<config::GenesisFile> file{config::GenesisFile{}};
  Genesis& genesis = file->genesis;
  genesis.params = params::profile_params(profile, start_time);
  LUCID_TRY_ASSIGN(genesis.validators, config::make_validator_set(std::move(members), genesis.params.quorum_rule));
  LUCID_TRY(params::check(genesis, crypto::secp256k1_scheme()));
  return file;
}

}  // namespace

Result<Genesis> make_network(const std::filesystem::path& directory, Profile profile, TimeMs start_time) {
  LUCID_TRY_ASSIGN(const auto publics, config::make_node_keys(directory / "keys"));
  LUCID_TRY_ASSIGN(const auto file, genesis_of({validator_of(publics, "bench")}, profile, start_time));
  LUCID_TRY(config::write_genesis(directory / "genesis.json", file));
  return file.genesis;
}

Result<Genesis> make_localnet(const std::filesystem::path& directory, Profile profile, TimeMs start_time,
                              std::uint32_t validators) {
  const tools::localnet::Home home{directory};
  std::vector<Validator> members;
  for (std::uint32_t number = 1; number <= validators; ++number) {
    LUCID_TRY(config::ensure_private_directory(home.node(number)));
    LUCID_TRY_ASSIGN(const auto publics, config::make_node_keys(home.keys(number)));
    members.push_back(validator_of(publics, tools::localnet::node_name(number)));
  }
  LUCID_TRY_ASSIGN(const auto file, genesis_of(std::move(members), profile, start_time));
  LUCID_TRY(config::write_genesis(home.genesis(), file));
  return file.genesis;
}

Accounts::Accounts(const crypto::ChainIdentity& chain) : chain_(chain) {
  for (std::size_t i = 0; i < kAccounts; ++i) keys_.emplace_back(named_hash("lucid-bench account", i).data);
}

Bytes Accounts::anchor(std::uint64_t number, Height valid_until) const {
  AnchorSession anchor;
  const Hash256 session = named_hash("lucid-bench session", number);
  std::copy_n(session.data.begin(), 16, anchor.session.data.begin());
  anchor.manifest_hash = crypto::sha256(session);
  anchor.merkle_root = crypto::sha256(anchor.manifest_hash);
  anchor.started_at = 1'700'000'000'000 + number;
  std::copy_n(session.data.begin() + 12, Address::kSize, anchor.owner.data.begin());
  anchor.chunk_count = 8;
  anchor.total_size = 8u << 20;
  return sign(number, valid_until, anchor);
}

Bytes Accounts::data(std::uint64_t number, Height valid_until, std::size_t bytes) const {
  Data data;
  data.name = decltype(data.name)("lucid-bench " + std::to_string(number));
  const std::size_t around = sign(number, valid_until, data).size();
  if (bytes > around) data.bytes.assign(bytes - around, static_cast<std::uint8_t>(number));
  return sign(number, valid_until, data);
}

Bytes Accounts::sign(std::uint64_t number, Height valid_until, Operation operation) const {
  Transaction transaction{chain_.chain_id, number / kAccounts, valid_until, std::move(operation), {}};
  transaction.signature = crypto::secp256k1_scheme().sign_recoverable(keys_[number % kAccounts],
                                                                      crypto::transaction_digest(chain_, transaction));
  return codec::encode(transaction);
}

}  // namespace lucid::bench
