// What the benchmarks anchor with: a network of one validator or more in a directory, and accounts that sign anchors.
//
// Thread-safety: const members from any thread.
#pragma once

#include <filesystem>
#include <vector>

#include "config/genesis_file.hpp"
#include "config/key_files.hpp"
#include "core/crypto/verifier.hpp"
#include "core/params/params.hpp"

namespace lucid::bench {

inline constexpr std::size_t kAccounts = 64;

/// Makes keys and genesis.json in `directory` (which exists) as `lucidd --dev` does. Faults: file_…, key_invalid.
Result<Genesis> make_network(const std::filesystem::path& directory, Profile profile, TimeMs start_time);

/// The same for several, as `lucid localnet up` makes it: data directories node-1, node-2, … below, keys in each.
Result<Genesis> make_localnet(const std::filesystem::path& directory, Profile profile, TimeMs start_time,
                              std::uint32_t validators);

class Accounts {
 public:
  /// Key i is SHA-256 of a name and i: the same in every run.
  explicit Accounts(const crypto::ChainIdentity& chain);

  /// The encoded, signed anchor number `number` of a whole load: by account number mod kAccounts, whose nonces count
  /// from 0. Its session is SHA-256 of the number, so sessions come in random order.
  Bytes anchor(std::uint64_t number, Height valid_until) const;
  /// The same for data that fill `bytes` in all.
  Bytes data(std::uint64_t number, Height valid_until, std::size_t bytes) const;

 private:
  Bytes sign(std::uint64_t number, Height valid_until, Operation operation) const;

  crypto::ChainIdentity chain_;
  std::vector<crypto::SigningKey> keys_;
};

}  // namespace lucid::bench
