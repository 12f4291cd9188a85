// Certificates for tests: an authority and what it signs, with any name and any dates.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdexcept>
#include <string>

#include "net/tls.hpp"

namespace lucid::net {

/// A folder that goes with the object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "lucid-net-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class TestAuthority {
 public:
  explicit TestAuthority(std::filesystem::path folder) : folder_(std::move(folder)), key_(make_key()) {
    std::filesystem::create_directories(folder_);
    certificate_ = make_certificate(key_.get(), "authority", {});
    write_certificate(folder_ / "ca.pem", certificate_.get());
  }

  /// Files for one side that expects the other to be called `peer_name`. `expired`: by a year.
  TlsFiles files(const std::string& own_name, const std::string& peer_name = "lucid-node", bool expired = false) {
    const std::string base = own_name + (expired ? "-expired" : "");
    const TlsFiles files{folder_ / "ca.pem", folder_ / (base + ".pem"), folder_ / (base + ".key"), peer_name};
    const auto key = make_key();
    const auto certificate = make_certificate(key.get(), own_name, "DNS:" + own_name, expired);
    write_certificate(files.certificate, certificate.get());
    const File file(files.key);
    check(PEM_write_PrivateKey(file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
    return files;
  }

 private:
  using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
  using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
  class File {
   public:
    explicit File(const std::filesystem::path& path) : file_(std::fopen(path.c_str(), "w"), std::fclose) {
      check(file_ != nullptr);
    }
    std::FILE* get() const { return file_.get(); }

   private:
    std::unique_ptr<std::FILE, decltype(&std::fclose)> file_;
  };

  static void check(bool good) {
    if (!good) throw std::runtime_error("making a test certificate failed");
  }
  static Key make_key() { return {EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), EVP_PKEY_free}; }

  Certificate make_certificate(EVP_PKEY* key, const std::string& name, const std::string& alternative_name,
                               bool expired = false) {
    constexpr long kYear = 365L * 24 * 3600;
    Certificate made(X509_new(), X509_free);
    X509* const x = made.get();
    check(X509_set_version(x, X509_VERSION_3) == 1);
    check(ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial_) == 1);
    check(X509_gmtime_adj(X509_getm_notBefore(x), -2 * kYear) != nullptr);
    check(X509_gmtime_adj(X509_getm_notAfter(x), expired ? -kYear : kYear) != nullptr);
    check(X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                                     reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0) == 1);
    const bool authority = alternative_name.empty();
    check(X509_set_issuer_name(x, X509_get_subject_name(authority ? x : certificate_.get())) == 1);
    check(X509_set_pubkey(x, key) == 1);
    add_extension(x, NID_basic_constraints, authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    if (!authority) add_extension(x, NID_subject_alt_name, alternative_name);
    check(X509_sign(x, key_.get(), nullptr) > 0);
    return made;
  }
  static void add_extension(X509* certificate, int kind, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
        X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()), X509_EXTENSION_free);
    check(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1);
  }
  static void write_certificate(const std::filesystem::path& path, X509* certificate) {
    const File file(path);
    check(PEM_write_X509(file.get(), certificate) == 1);
  }

  std::filesystem::path folder_;
  Key key_;
  Certificate certificate_{nullptr, X509_free};
  long serial_ = 0;
};

}  // namespace lucid::net
