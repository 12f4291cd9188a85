// Who agrees: the members of one epoch, in validator order (by address, lowest first).
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/bounded.hpp"
#include "core/base/fields.hpp"
#include "core/types/ids.hpp"
#include "core/types/params.hpp"

namespace lucid {

inline constexpr std::size_t kMaxValidators = 128;

struct Validator {
  BoundedString<64> name;
  Address address;  // of consensus_key
  ConsensusPublicKey consensus_key;
  VrfPublicKey vrf_key;
  TlsPublicKey tls_key;
  bool operator==(const Validator&) const = default;
  LUCID_FIELDS(name, address, consensus_key, vrf_key, tls_key)
};

struct ValidatorSet {
  BoundedList<Validator, kMaxValidators> members;  // sorted by address, distinct
  QuorumRule quorum_rule = QuorumRule::strict;
  bool operator==(const ValidatorSet&) const = default;
  LUCID_FIELDS(members, quorum_rule)

  std::size_t size() const { return members.size(); }
  std::optional<std::size_t> index_of(const Address& address) const;
  const Validator* find(const Address& address) const;
  /// Signatures of distinct members that decide. protocol.md section 3.
  std::size_t quorum() const;
  /// f = floor((n-1)/3): how many may lie.
  std::size_t faulty_max() const { return members.empty() ? 0 : (members.size() - 1) / 3; }
};

/// An account whose sessions earn credits, and the validator it belongs to, if any (protocol.md section 5).
struct Owner {
  Address account;
  std::optional<Address> validator;
  bool operator==(const Owner&) const = default;
  LUCID_FIELDS(account, validator)
};

inline constexpr std::size_t kMaxOwners = 4096;

struct Genesis {
  ChainParams params;
  ValidatorSet validators;
  BoundedList<Owner, kMaxOwners> owners;
  bool operator==(const Genesis&) const = default;
  LUCID_FIELDS(params, validators, owners)
};

}  // namespace lucid
