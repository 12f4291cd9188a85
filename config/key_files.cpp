#include "config/key_files.hpp"

#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include "config/json_reader.hpp"
#include "config/private_files.hpp"
#include "core/crypto/signature_scheme.hpp"
#include "core/crypto/vrf.hpp"

namespace lucid::config {
namespace {

constexpr const char* kConsensusFile = "consensus.key";
constexpr const char* kVrfFile = "vrf.key";
constexpr const char* kAccountFile = "account.key";
constexpr const char* kTlsFile = "tls.pem";
constexpr std::size_t kMaxKeyFileBytes = 4096;
constexpr int kMaxDraws = 16;

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeBio {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};
using NodeKeyPtr = std::unique_ptr<EVP_PKEY, FreeKey>;
using KeyFileBioPtr = std::unique_ptr<BIO, FreeBio>;

void wipe_array(std::array<std::uint8_t, 32>& bytes) {
  explicit_bzero(bytes.data(), bytes.size());
}

/// Reads 64 hex digits and at most one newline. The digits never reach an error.
template <class Key>
Result<Key> read_hex_key(const std::filesystem::path& path) {
  LUCID_TRY_ASSIGN(std::string content, read_private_file(path, kMaxKeyFileBytes));
  const SecretText secret(std::move(content));
  std::string_view digits = secret.view();
  if (digits.ends_with('\n')) digits.remove_suffix(1);
  const auto wrong = [&] {
    return fail(Fault::file_form, path.string(), "64 hex digits and a newline",
                std::to_string(secret.view().size()) + " bytes");
  };
  if (digits.size() != 2 * Key::kSize) return wrong();
  auto parsed = parse_hex(digits, "key");
  if (!parsed) return wrong();
  std::array<std::uint8_t, Key::kSize> bytes{};
  std::copy(parsed->begin(), parsed->end(), bytes.begin());
  explicit_bzero(parsed->data(), parsed->size());
  Key key(bytes);
  wipe_array(bytes);
  return key;
}

/// Draws until `valid` accepts; for these curves the first draw is refused less than once in 2^32.
template <class Key, class Valid>
Result<Key> draw_key(Valid valid) {
  for (int draw = 0; draw < kMaxDraws; ++draw) {
    std::array<std::uint8_t, Key::kSize> bytes{};
    if (RAND_priv_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) break;
    Key key(bytes);
    wipe_array(bytes);
    if (valid(key)) return key;
  }
  return fail(Fault::internal, "OpenSSL's random source", "a key in range");
}

template <class Key>
Status write_hex_key(const std::filesystem::path& path, const Key& key) {
  const SecretText digits(to_hex(key.view()));
  std::string text;
  text.reserve(digits.view().size() + 1);  // growing would leave a copy behind
  text += digits.view();
  text += '\n';
  const SecretText secret(std::move(text));
  return write_new_file(path, secret.view(), false);
}

Result<SecretText> draw_tls_key() {
  const NodeKeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  const KeyFileBioPtr bio(BIO_new(BIO_s_secmem()));
  if (!key || !bio || PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return fail(Fault::internal, "OpenSSL", "an Ed25519 key");
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &data);
  return SecretText(std::string(data, static_cast<std::size_t>(size)));
}

Result<TlsPublicKey> tls_public_key(const SecretText& pem) {
  const KeyFileBioPtr bio(BIO_new_mem_buf(pem.view().data(), static_cast<int>(pem.view().size())));
  const auto no_password = [](char*, int, int, void*) { return 0; };  // never ask the terminal for one
  const NodeKeyPtr key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr) : nullptr);
  TlsPublicKey public_key;
  std::size_t size = TlsPublicKey::kSize;
  if (!key || EVP_PKEY_get_id(key.get()) != EVP_PKEY_ED25519 ||
      EVP_PKEY_get_raw_public_key(key.get(), public_key.data.data(), &size) != 1)
    return fail(Fault::key_invalid, kTlsFile, "an Ed25519 key as PKCS#8 PEM");
  return public_key;
}

Result<SecretText> read_tls_key(const std::filesystem::path& path) {
  LUCID_TRY_ASSIGN(std::string content, read_private_file(path, kMaxKeyFileBytes));
  SecretText pem(std::move(content));
  if (!tls_public_key(pem)) return fail(Fault::file_form, path.string(), "an Ed25519 key as PKCS#8 PEM");
  return pem;
}

Status write_keys(const std::filesystem::path& key_dir, const NodeKeys& keys) {
  LUCID_TRY(ensure_private_directory(key_dir));
  LUCID_TRY(write_hex_key(key_dir / kConsensusFile, keys.consensus));
  LUCID_TRY(write_hex_key(key_dir / kVrfFile, keys.vrf));
  LUCID_TRY(write_hex_key(key_dir / kAccountFile, keys.account));
  return write_new_file(key_dir / kTlsFile, keys.tls_pem.view(), false);
}

/// A power cut leaves either no directory or one with all keys.
Status write_whole_directory(const std::filesystem::path& key_dir, const NodeKeys& keys) {
  const std::filesystem::path unfinished = key_dir.string() + ".unfinished";
  std::error_code error;
  std::filesystem::remove_all(unfinished, error);
  LUCID_TRY(write_keys(unfinished, keys));
  std::filesystem::rename(unfinished, key_dir, error);
  if (error) return fail(Fault::file_io, key_dir.string(), {}, error.message());
  return sync_folder(key_dir.parent_path());
}

/// Says which file holds a key that is none.
template <class T>
Result<T> named(Result<T> result, const std::filesystem::path& path) {
  if (result) return result;
  Error error = result.error();
  error.field = path.string();
  return tl::unexpected(std::move(error));
}

}  // namespace

SecretText::~SecretText() {
  wipe();
}
// A copy, and not a move: what a moved-from short string leaves in its object could not be wiped any more.
SecretText::SecretText(SecretText&& other) noexcept {
  text_ = other.text_;
  other.wipe();
}
void SecretText::wipe() {
  explicit_bzero(text_.data(), text_.size());
  text_.clear();
}

bool has_node_keys(const std::filesystem::path& key_dir) {
  std::error_code error;
  for (const char* name : {kConsensusFile, kVrfFile, kAccountFile, kTlsFile})
    if (std::filesystem::exists(std::filesystem::symlink_status(key_dir / name, error))) return true;
  return false;
}

Result<crypto::SigningKey> read_signing_key(const std::filesystem::path& file) {
  LUCID_TRY_ASSIGN(crypto::SigningKey key, read_hex_key<crypto::SigningKey>(file));
  LUCID_TRY(named(crypto::secp256k1_scheme().public_key(key), file));
  return key;
}

Result<NodeKeys> read_node_keys(const std::filesystem::path& key_dir) {
  LUCID_TRY_ASSIGN(crypto::SigningKey consensus, read_signing_key(key_dir / kConsensusFile));
  LUCID_TRY_ASSIGN(crypto::VrfSecretKey vrf, read_hex_key<crypto::VrfSecretKey>(key_dir / kVrfFile));
  LUCID_TRY(named(crypto::vrf_public_key(vrf), key_dir / kVrfFile));
  LUCID_TRY_ASSIGN(crypto::SigningKey account, read_signing_key(key_dir / kAccountFile));
  LUCID_TRY_ASSIGN(SecretText tls, read_tls_key(key_dir / kTlsFile));
  return NodeKeys{std::move(consensus), std::move(vrf), std::move(account), std::move(tls)};
}

Result<NodePublicKeys> public_keys(const NodeKeys& keys) {
  const auto& scheme = crypto::secp256k1_scheme();
  NodePublicKeys out;
  LUCID_TRY_ASSIGN(out.consensus, scheme.public_key(keys.consensus));
  LUCID_TRY_ASSIGN(out.validator, scheme.address(out.consensus));
  LUCID_TRY_ASSIGN(out.vrf, crypto::vrf_public_key(keys.vrf));
  LUCID_TRY_ASSIGN(out.tls, tls_public_key(keys.tls_pem));
  LUCID_TRY_ASSIGN(const ConsensusPublicKey account, scheme.public_key(keys.account));
  LUCID_TRY_ASSIGN(out.account, scheme.address(account));
  return out;
}

Result<NodePublicKeys> make_node_keys(const std::filesystem::path& wanted_dir) {
  // "keys/" and "keys" are one directory, and what stands beside it takes its name.
  const auto key_dir = wanted_dir.has_filename() ? wanted_dir : wanted_dir.parent_path();
  if (has_node_keys(key_dir))
    return fail(Fault::file_io, key_dir.string(), "a directory without keys: nothing is overwritten", "one with keys");
  const auto valid_signing = [](const auto& key) { return crypto::secp256k1_scheme().public_key(key).has_value(); };
  const auto valid_vrf = [](const auto& key) { return crypto::vrf_public_key(key).has_value(); };
  LUCID_TRY_ASSIGN(crypto::SigningKey consensus, draw_key<crypto::SigningKey>(valid_signing));
  LUCID_TRY_ASSIGN(crypto::VrfSecretKey vrf, draw_key<crypto::VrfSecretKey>(valid_vrf));
  LUCID_TRY_ASSIGN(crypto::SigningKey account, draw_key<crypto::SigningKey>(valid_signing));
  LUCID_TRY_ASSIGN(SecretText tls, draw_tls_key());
  const NodeKeys keys{std::move(consensus), std::move(vrf), std::move(account), std::move(tls)};
  std::error_code error;
  if (std::filesystem::exists(key_dir, error)) {
    LUCID_TRY(write_keys(key_dir, keys));
  } else {
    LUCID_TRY(write_whole_directory(key_dir, keys));
  }
  return public_keys(keys);
}

std::string public_keys_to_json(const std::string& name, const NodePublicKeys& keys) {
  nlohmann::ordered_json json;
  json["name"] = name;
  json["address"] = to_text(keys.validator);
  json["account"] = to_text(keys.account);
  json["consensus_key"] = to_hex(keys.consensus);
  json["vrf_key"] = to_hex(keys.vrf);
  json["tls_key"] = to_hex(keys.tls);
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

Result<std::pair<std::string, NodePublicKeys>> parse_public_keys(std::string_view json, std::string_view source) {
  constexpr JsonFaults kFaults{};
  LUCID_TRY_ASSIGN(const auto document, parse_document(json, source, kFaults));
  const JsonReader in(document, std::string(source), kFaults);
  LUCID_TRY(in.object({"name", "address", "account", "consensus_key", "vrf_key", "tls_key"}));
  NodePublicKeys keys;
  LUCID_TRY_ASSIGN(const JsonReader name, in.member("name"));
  LUCID_TRY_ASSIGN(std::string name_text, name.text(64));
  LUCID_TRY_ASSIGN(const JsonReader consensus, in.member("consensus_key"));
  LUCID_TRY_ASSIGN(keys.consensus, consensus.hex<ConsensusPublicKey>());
  const auto computed = crypto::secp256k1_scheme().address(keys.consensus);
  if (!computed) return consensus.wrong("a compressed secp256k1 public key");
  keys.validator = *computed;
  LUCID_TRY_ASSIGN(const JsonReader address, in.member("address"));
  LUCID_TRY_ASSIGN(const std::string address_text, address.text(42));
  const auto written = parse_address(address_text, address.path());
  if (!written || *written != keys.validator)
    return address.wrong(to_text(keys.validator) + ", that of the consensus_key");
  LUCID_TRY_ASSIGN(const JsonReader account, in.member("account"));
  LUCID_TRY_ASSIGN(const std::string account_text, account.text(42));
  LUCID_TRY_ASSIGN(keys.account, parse_address(account_text, account.path()));
  LUCID_TRY_ASSIGN(const JsonReader vrf, in.member("vrf_key"));
  LUCID_TRY_ASSIGN(keys.vrf, vrf.hex<VrfPublicKey>());
  LUCID_TRY_ASSIGN(const JsonReader tls, in.member("tls_key"));
  LUCID_TRY_ASSIGN(keys.tls, tls.hex<TlsPublicKey>());
  return std::pair{std::move(name_text), keys};
}

}  // namespace lucid::config
