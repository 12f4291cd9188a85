// The keys of everyone in the simulation: real ones, made once a process, so that a genesis names the same validators
// whether signatures are real or stood in for.
//
// Thread-safety: immutable once made.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "core/crypto/signature_scheme.hpp"

namespace lucid::sim {

/// Keys for machines: members of the genesis, those who join later, and new keys of old members.
inline constexpr std::size_t kMachineKeys = 48;
/// Accounts of clients; each machine's own account comes after them.
inline constexpr std::size_t kClientKeys = 16;

struct MachineKeys {
  crypto::SigningKey consensus;
  ConsensusPublicKey consensus_public;
  Address address;
  crypto::VrfSecretKey vrf;
  VrfPublicKey vrf_public;
  TlsPublicKey tls_public;
};
struct AccountKeys {
  crypto::SigningKey secret;
  ConsensusPublicKey public_key;
  Address address;
};

class KeyTable {
 public:
  /// Made at the first call.
  static const KeyTable& instance();

  const MachineKeys& machine(std::size_t index) const { return machines_[index]; }
  const AccountKeys& client(std::size_t index) const { return accounts_[index]; }
  /// The account that a machine signs its own transactions with.
  const AccountKeys& account_of_machine(std::size_t index) const { return accounts_[kClientKeys + index]; }

  /// Null where the key is not of the table.
  const ConsensusPublicKey* public_key(const crypto::SigningKey& secret) const;
  const Address* address(const ConsensusPublicKey& key) const;
  const VrfPublicKey* vrf_public_key(const crypto::VrfSecretKey& secret) const;
  bool has(const VrfPublicKey& key) const;

 private:
  KeyTable();

  std::vector<MachineKeys> machines_;
  std::vector<AccountKeys> accounts_;
  // By the eight bytes of the key that differ most.
  std::map<std::uint64_t, const ConsensusPublicKey*> by_secret_;
  std::map<std::uint64_t, std::pair<const ConsensusPublicKey*, const Address*>> by_public_;
  std::map<std::uint64_t, const VrfPublicKey*> vrf_by_secret_;
  std::map<std::uint64_t, const VrfPublicKey*> vrf_by_public_;
};

}  // namespace lucid::sim
