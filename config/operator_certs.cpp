#include "config/operator_certs.hpp"

#include <memory>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string>

#include "config/key_files.hpp"
#include "config/private_files.hpp"

namespace lucid::config {
namespace {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, Freer<X509_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>>;
using NumberPtr = std::unique_ptr<BIGNUM, Freer<BN_free>>;
using BioPtr = std::unique_ptr<BIO, Freer<BIO_free_all>>;

constexpr std::size_t kMaxPemBytes = 16'384;
constexpr const char* kAuthorityName = "lucid-operator";

tl::unexpected<Error> openssl_failed(std::string what) {
  return fail(Fault::internal, "OpenSSL", std::move(what));
}

struct Files {
  explicit Files(const std::filesystem::path& data_dir)
      : folder(data_dir / "operator"),
        ca_certificate(folder / "ca.pem"),
        ca_key(folder / "ca.key"),
        node_certificate(folder / "node.pem"),
        node_key(folder / "node.key") {}
  OperatorCerts certs() const { return {ca_certificate, node_certificate, node_key}; }

  std::filesystem::path folder, ca_certificate, ca_key, node_certificate, node_key;
};

bool add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_serial(X509* certificate) {
  const NumberPtr number(BN_new());
  return number && BN_rand(number.get(), 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

/// From 1970 to 9999: a Pi without a clock battery starts in the past, and an expired certificate would shut the
/// operator out of the node's own actors. Whoever must be shut out gets the folder deleted instead.
bool set_validity(X509* certificate) {
  return ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate), "19700101000000Z") == 1 &&
         ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate), "99991231235959Z") == 1;
}

bool set_name(X509_NAME* name, const char* text) {
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(text), -1, -1,
                                    0) == 1;
}

/// A certificate for `key`, signed by the issuer's key; without issuer it signs itself and is an authority.
CertificatePtr make_certificate(EVP_PKEY* key, const char* name, X509* issuer, EVP_PKEY* issuer_key) {
  CertificatePtr certificate(X509_new());
  X509* const made = certificate.get();
  X509* const signer = issuer == nullptr ? made : issuer;
  const bool authority = issuer == nullptr;
  const std::string subject_name = std::string("DNS:") + name;
  const bool good =
      made != nullptr && X509_set_version(made, X509_VERSION_3) == 1 && set_serial(made) && set_validity(made) &&
      set_name(X509_get_subject_name(made), name) && X509_set_issuer_name(made, X509_get_subject_name(signer)) == 1 &&
      X509_set_pubkey(made, key) == 1 &&
      add_extension(made, signer, NID_basic_constraints,
                    authority ? "critical,CA:TRUE,pathlen:0" : "critical,CA:FALSE") &&
      add_extension(made, signer, NID_key_usage, authority ? "critical,keyCertSign" : "critical,digitalSignature") &&
      add_extension(made, signer, NID_subject_key_identifier, "hash") &&
      (authority || (add_extension(made, signer, NID_authority_key_identifier, "keyid") &&
                     add_extension(made, signer, NID_ext_key_usage, "serverAuth,clientAuth") &&
                     add_extension(made, signer, NID_subject_alt_name, subject_name))) &&
      X509_sign(made, issuer_key, nullptr) > 0;
  if (!good) certificate.reset();
  return certificate;
}

Status write_certificate(const std::filesystem::path& path, X509* certificate) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (!bio || PEM_write_bio_X509(bio.get(), certificate) != 1) return openssl_failed("a certificate as PEM");
  char* data = nullptr;
  const auto size = static_cast<std::size_t>(BIO_get_mem_data(bio.get(), &data));
  return write_new_file(path, {data, size}, false);
}

Status write_key(const std::filesystem::path& path, EVP_PKEY* key) {
  const BioPtr bio(BIO_new(BIO_s_secmem()));
  if (!bio || PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return openssl_failed("a key as PEM");
  char* data = nullptr;
  const auto size = static_cast<std::size_t>(BIO_get_mem_data(bio.get(), &data));
  const SecretText pem(std::string(data, size));
  return write_new_file(path, pem.view(), false);
}

Result<CertificatePtr> read_certificate(const std::filesystem::path& path) {
  LUCID_TRY_ASSIGN(const std::string pem, read_private_file(path, kMaxPemBytes));
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  CertificatePtr certificate(bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr) : nullptr);
  if (!certificate) return fail(Fault::file_form, path.string(), "a certificate as PEM");
  return certificate;
}

Result<KeyPtr> read_key(const std::filesystem::path& path) {
  LUCID_TRY_ASSIGN(std::string content, read_private_file(path, kMaxPemBytes));
  const SecretText pem(std::move(content));
  const BioPtr bio(BIO_new_mem_buf(pem.view().data(), static_cast<int>(pem.view().size())));
  const auto no_password = [](char*, int, int, void*) { return 0; };
  KeyPtr key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr) : nullptr);
  if (!key) return fail(Fault::file_form, path.string(), "a key as PEM");
  return key;
}

tl::unexpected<Error> does_not_fit(const Files& files) {
  return fail(Fault::file_form, files.folder.string(),
              "certificates and keys that fit together (delete the folder and start again: they are made anew)");
}

Status check_set(const Files& files) {
  LUCID_TRY_ASSIGN(const CertificatePtr authority, read_certificate(files.ca_certificate));
  LUCID_TRY_ASSIGN(const CertificatePtr node, read_certificate(files.node_certificate));
  LUCID_TRY_ASSIGN(const KeyPtr key, read_key(files.node_key));
  if (X509_check_private_key(node.get(), key.get()) != 1 ||
      X509_verify(node.get(), X509_get0_pubkey(authority.get())) != 1)
    return does_not_fit(files);
  return {};
}

/// The certificate that makes the set whole is written last: a set without it was cut off and is made anew.
Status make_set(const Files& files) {
  LUCID_TRY(ensure_private_directory(files.folder));
  for (const auto& path : {files.ca_key, files.ca_certificate, files.node_key}) {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
  const KeyPtr ca_key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  const KeyPtr node_key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  if (!ca_key || !node_key) return openssl_failed("an Ed25519 key");
  const CertificatePtr authority = make_certificate(ca_key.get(), kAuthorityName, nullptr, ca_key.get());
  if (!authority) return openssl_failed("a certificate");
  const CertificatePtr node = make_certificate(node_key.get(), kOperatorNodeName, authority.get(), ca_key.get());
  if (!node) return openssl_failed("a certificate");
  LUCID_TRY(write_key(files.ca_key, ca_key.get()));
  LUCID_TRY(write_certificate(files.ca_certificate, authority.get()));
  LUCID_TRY(write_key(files.node_key, node_key.get()));
  return write_certificate(files.node_certificate, node.get());
}

}  // namespace

Result<OperatorCerts> ensure_operator_certs(const std::filesystem::path& data_dir) {
  const Files files(data_dir);
  std::error_code error;
  if (!std::filesystem::exists(files.node_certificate, error)) {
    LUCID_TRY(make_set(files));
  } else {
    LUCID_TRY(ensure_private_directory(files.folder));
  }
  LUCID_TRY(check_set(files));
  return files.certs();
}

Result<OperatorCerts> find_operator_certs(const std::filesystem::path& data_dir) {
  const Files files(data_dir);
  LUCID_TRY(check_set(files));
  return files.certs();
}

}  // namespace lucid::config
