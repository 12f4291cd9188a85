#include "tools/lucid-sim/key_table.hpp"

#include <cstring>

namespace lucid::sim {
namespace {

enum class Kind : std::uint8_t { consensus = 1, vrf = 2, account = 3, tls = 4 };

/// Below both group orders, and never 0.
std::array<std::uint8_t, 32> secret_bytes(Kind kind, std::size_t number) {
  std::array<std::uint8_t, 32> bytes{};
  bytes[0] = static_cast<std::uint8_t>(kind);
  bytes[24] = 0x5e;
  bytes[30] = static_cast<std::uint8_t>(number >> 8);
  bytes[31] = static_cast<std::uint8_t>(number + 1);
  return bytes;
}

template <class Key>
std::uint64_t last_bytes(const Key& key) {
  std::uint64_t out = 0;
  const ByteView view = key.view();
  std::memcpy(&out, view.data() + view.size() - sizeof out, sizeof out);
  return out;
}

}  // namespace

const KeyTable& KeyTable::instance() {
  static const KeyTable table;
  return table;
}

KeyTable::KeyTable() {
  const auto& scheme = crypto::secp256k1_scheme();
  machines_.reserve(kMachineKeys);
  accounts_.reserve(kClientKeys + kMachineKeys);
  for (std::size_t i = 0; i < kMachineKeys; ++i) {
    crypto::SigningKey consensus(secret_bytes(Kind::consensus, i));
    crypto::VrfSecretKey vrf(secret_bytes(Kind::vrf, i));
    const ConsensusPublicKey consensus_public = scheme.public_key(consensus).value();
    const Address address = scheme.address(consensus_public).value();
    const VrfPublicKey vrf_public = scheme.vrf_public_key(vrf).value();
    TlsPublicKey tls;
    tls.data = secret_bytes(Kind::tls, i);
    machines_.push_back({std::move(consensus), consensus_public, address, std::move(vrf), vrf_public, tls});
  }
  for (std::size_t i = 0; i < kClientKeys + kMachineKeys; ++i) {
    crypto::SigningKey secret(secret_bytes(Kind::account, i));
    const ConsensusPublicKey key = scheme.public_key(secret).value();
    accounts_.push_back({std::move(secret), key, scheme.address(key).value()});
  }
  for (const MachineKeys& keys : machines_) {
    by_secret_.emplace(last_bytes(keys.consensus) ^ keys.consensus.view()[0], &keys.consensus_public);
    by_public_.emplace(last_bytes(keys.consensus_public), std::pair(&keys.consensus_public, &keys.address));
    vrf_by_secret_.emplace(last_bytes(keys.vrf), &keys.vrf_public);
    vrf_by_public_.emplace(last_bytes(keys.vrf_public), &keys.vrf_public);
  }
  for (const AccountKeys& keys : accounts_) {
    by_secret_.emplace(last_bytes(keys.secret) ^ keys.secret.view()[0], &keys.public_key);
    by_public_.emplace(last_bytes(keys.public_key), std::pair(&keys.public_key, &keys.address));
  }
}

const ConsensusPublicKey* KeyTable::public_key(const crypto::SigningKey& secret) const {
  const auto found = by_secret_.find(last_bytes(secret) ^ secret.view()[0]);
  return found == by_secret_.end() ? nullptr : found->second;
}

const Address* KeyTable::address(const ConsensusPublicKey& key) const {
  const auto found = by_public_.find(last_bytes(key));
  return found == by_public_.end() || *found->second.first != key ? nullptr : found->second.second;
}

const VrfPublicKey* KeyTable::vrf_public_key(const crypto::VrfSecretKey& secret) const {
  const auto found = vrf_by_secret_.find(last_bytes(secret));
  return found == vrf_by_secret_.end() ? nullptr : found->second;
}

bool KeyTable::has(const VrfPublicKey& key) const {
  const auto found = vrf_by_public_.find(last_bytes(key));
  return found != vrf_by_public_.end() && *found->second == key;
}

}  // namespace lucid::sim
