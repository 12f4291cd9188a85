#include "tools/lucid-bench/network.hpp"

#include "core/codec/codec.hpp"
#include "core/crypto/sha256.hpp"

namespace lucid::bench {
namespace {

Hash256 named_hash(const char* name, std::uint64_t number) {
  return crypto::sha256(as_bytes(std::string(name) + " " + std::to_string(number)));
}

}  // namespace

Result<Genesis> make_network(const std::filesystem::path& directory, Profile profile, TimeMs start_time) {
  LUCID_TRY_ASSIGN(const auto publics, config::make_node_keys(directory / "keys"));
  config::GenesisFile file;
  file.genesis.params = params::profile_params(profile, start_time);
  Validator validator;
  validator.name = BoundedString<64>("bench");
  validator.address = publics.validator;
  validator.consensus_key = publics.consensus;
  validator.vrf_key = publics.vrf;
  validator.tls_key = publics.tls;
  LUCID_TRY_ASSIGN(file.genesis.validators, config::make_validator_set({validator}, file.genesis.params.quorum_rule));
  LUCID_TRY(params::check(file.genesis, crypto::secp256k1_scheme()));
  LUCID_TRY(config::write_genesis(directory / "genesis.json", file));
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
  Transaction transaction{chain_.chain_id, number / kAccounts, valid_until, anchor, {}};
  transaction.signature = crypto::secp256k1_scheme().sign_recoverable(keys_[number % kAccounts],
                                                                      crypto::transaction_digest(chain_, transaction));
  return codec::encode(transaction);
}

}  // namespace lucid::bench
