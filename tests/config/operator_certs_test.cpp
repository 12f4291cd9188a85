#include "config/operator_certs.hpp"

#include <gtest/gtest.h>
#include <memory>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include "tests/config/scratch_directory.hpp"

namespace lucid::config {
namespace {

using CertificatePtr = std::unique_ptr<X509, decltype(&X509_free)>;

CertificatePtr read_certificate(const std::filesystem::path& path) {
  const std::string pem = read_whole(path);
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  CertificatePtr certificate(PEM_read_bio_X509(bio, nullptr, nullptr, nullptr), &X509_free);
  BIO_free(bio);
  return certificate;
}

class OperatorCertsTest : public testing::Test {
 protected:
  std::filesystem::path folder() const { return scratch_.path() / "operator"; }
  ScratchDirectory scratch_;
};

TEST_F(OperatorCertsTest, AFirstStartMakesASetThatVerifies) {
  const auto certs = ensure_operator_certs(scratch_.path());
  ASSERT_TRUE(certs) << to_text(certs.error());
  const auto authority = read_certificate(certs->ca_certificate), node = read_certificate(certs->node_certificate);
  ASSERT_TRUE(authority && node);

  X509_STORE* store = X509_STORE_new();
  X509_STORE_add_cert(store, authority.get());
  for (const auto purpose : {X509_PURPOSE_SSL_SERVER, X509_PURPOSE_SSL_CLIENT}) {
    X509_STORE_CTX* context = X509_STORE_CTX_new();
    X509_STORE_CTX_init(context, store, node.get(), nullptr);
    X509_STORE_CTX_set_purpose(context, purpose);
    EXPECT_EQ(X509_verify_cert(context), 1) << X509_verify_cert_error_string(X509_STORE_CTX_get_error(context));
    X509_STORE_CTX_free(context);
  }
  X509_STORE_free(store);
  EXPECT_EQ(X509_check_host(node.get(), kOperatorNodeName, 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_host(node.get(), "other", 0, 0, nullptr), 0);
  EXPECT_EQ(X509_check_ca(node.get()), 0) << "the node's certificate signs no others";
  EXPECT_NE(X509_check_ca(authority.get()), 0);
}

TEST_F(OperatorCertsTest, ASecondStartKeepsTheSet) {
  const auto certs = ensure_operator_certs(scratch_.path()).value();
  const std::string before = read_whole(certs.node_certificate) + read_whole(certs.node_key);
  ASSERT_TRUE(ensure_operator_certs(scratch_.path()));
  EXPECT_EQ(read_whole(certs.node_certificate) + read_whole(certs.node_key), before);
  EXPECT_EQ(find_operator_certs(scratch_.path()).value().node_key, certs.node_key);
}

TEST_F(OperatorCertsTest, FilesAreClosedToOthers) {
  ASSERT_TRUE(ensure_operator_certs(scratch_.path()));
  for (const char* name : {"ca.pem", "ca.key", "node.pem", "node.key"}) {
    struct stat status {};
    ASSERT_EQ(::stat((folder() / name).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0600U) << name;
  }
  ASSERT_EQ(::chmod((folder() / "node.key").c_str(), 0644), 0);
  EXPECT_EQ(ensure_operator_certs(scratch_.path()).error().fault, Fault::file_mode);
  EXPECT_EQ(find_operator_certs(scratch_.path()).error().fault, Fault::file_mode);
}

TEST_F(OperatorCertsTest, ACutWhileTheyWereMadeIsRepaired) {
  ASSERT_TRUE(ensure_operator_certs(scratch_.path()));
  std::filesystem::remove(folder() / "node.pem");
  std::filesystem::remove(folder() / "node.key");
  const auto certs = ensure_operator_certs(scratch_.path());
  EXPECT_TRUE(certs) << to_text(certs.error());
}

TEST_F(OperatorCertsTest, ASetThatDoesNotFitTogetherIsRefused) {
  const ScratchDirectory other;
  ASSERT_TRUE(ensure_operator_certs(scratch_.path()));
  ASSERT_TRUE(ensure_operator_certs(other.path()));
  for (const char* name : {"ca.pem", "node.key"}) {
    const std::string own = read_whole(folder() / name);
    scratch_.write(std::string("operator/") + name, read_whole(other.path() / "operator" / name));
    EXPECT_EQ(ensure_operator_certs(scratch_.path()).error().fault, Fault::file_form) << name;
    scratch_.write(std::string("operator/") + name, own);
  }
  EXPECT_TRUE(ensure_operator_certs(scratch_.path()));
}

TEST_F(OperatorCertsTest, AClientMakesNone) {
  EXPECT_EQ(find_operator_certs(scratch_.path()).error().fault, Fault::file_missing);
  EXPECT_FALSE(std::filesystem::exists(folder()));
}

}  // namespace
}  // namespace lucid::config
