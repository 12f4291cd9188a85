// A node's secret keys on disk: a directory 0700 with one file 0600 for each key, so that no key serves two purposes:
//
//   consensus.key  secp256k1, 64 hex digits: signs proposals and votes
//   vrf.key        P-256, 64 hex digits: draws the seed
//   account.key    secp256k1, 64 hex digits: signs the transactions that the node sends
//   tls.pem        Ed25519, PKCS#8 PEM: the node's name between validators
//
// Files are opened without following links, must belong to this user, and are refused when group or others may touch
// them. Secrets never stand in an error, an argument, the environment or a log; buffers are wiped.
//
// Thread-safety: functions without shared state; two processes that make keys in one directory are told apart by
// exclusive creation.
#pragma once

#include <filesystem>
#include <string>

#include "core/base/result.hpp"
#include "core/crypto/secret_key.hpp"
#include "core/types/ids.hpp"

namespace lucid::config {

/// Text that is wiped when it goes.
class SecretText {
 public:
  explicit SecretText(std::string text) : text_(std::move(text)) {}
  ~SecretText();
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;
  SecretText(SecretText&& other) noexcept;
  SecretText& operator=(SecretText&&) = delete;

  std::string_view view() const { return text_; }

 private:
  void wipe();
  std::string text_;
};

struct NodeKeys {
  crypto::SigningKey consensus;
  crypto::VrfSecretKey vrf;
  crypto::SigningKey account;
  SecretText tls_pem;
};

/// What others may know of a node's keys.
struct NodePublicKeys {
  ConsensusPublicKey consensus;
  VrfPublicKey vrf;
  TlsPublicKey tls;
  Address validator;  // of the consensus key
  Address account;    // of the account key
  bool operator==(const NodePublicKeys&) const = default;
};

/// True where at least one of the key files is there.
bool has_node_keys(const std::filesystem::path& key_dir);

/// Faults: file_missing, file_mode, file_owner, file_form, file_io, key_invalid; each says what to do.
Result<NodeKeys> read_node_keys(const std::filesystem::path& key_dir);

/// Makes all four keys with OpenSSL's random source. Refuses a directory in which any of them is. Faults as above.
Result<NodePublicKeys> make_node_keys(const std::filesystem::path& key_dir);

Result<NodePublicKeys> public_keys(const NodeKeys& keys);

/// A secp256k1 key of 64 hex digits, under the same rules for the file.
Result<crypto::SigningKey> read_signing_key(const std::filesystem::path& file);

/// The public file that `lucid keygen` writes and `lucid genesis --validator NAME=FILE` takes.
std::string public_keys_to_json(const std::string& name, const NodePublicKeys& keys);
/// Faults: file_form, key_invalid. `source` names the file.
Result<std::pair<std::string, NodePublicKeys>> parse_public_keys(std::string_view json, std::string_view source);

}  // namespace lucid::config
