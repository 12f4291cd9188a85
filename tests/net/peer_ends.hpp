// Two ends of a connection between validators without a socket, and an end by OpenSSL alone that may break any rule.
#pragma once

#include <gtest/gtest.h>
#include <memory>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdexcept>
#include <string>
#include <vector>

#include "net/peer_tls.hpp"

namespace lucid::net {

using TestKey = std::shared_ptr<EVP_PKEY>;

inline void must(bool good) {
  if (!good) throw std::runtime_error("OpenSSL refused what a test needs");
}

/// The same key in each run.
inline TestKey ed25519_key(std::uint8_t number) {
  const Bytes secret(32, number);
  return {EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, secret.data(), secret.size()), EVP_PKEY_free};
}
inline TestKey p256_key() {
  return {EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), EVP_PKEY_free};
}

inline TlsPublicKey public_key_of(const TestKey& key) {
  TlsPublicKey out;
  std::size_t size = out.size();
  must(EVP_PKEY_get_raw_public_key(key.get(), out.data.data(), &size) == 1);
  return out;
}

inline std::string pem_of(const TestKey& key, const char* password = nullptr) {
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(BIO_new(BIO_s_mem()), BIO_free_all);
  must(PEM_write_bio_PrivateKey(bio.get(), key.get(), password == nullptr ? nullptr : EVP_aes_256_cbc(), nullptr, 0,
                                nullptr, const_cast<char*>(password)) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

/// Made by its own key, valid from `from_days` to `to_days` from now, with a comment to fill it up.
inline std::shared_ptr<X509> certificate_of(const TestKey& key, long from_days, long to_days,
                                            std::size_t comment_bytes = 0) {
  constexpr long kDay = 24L * 3600;
  std::shared_ptr<X509> made(X509_new(), X509_free);
  must(X509_set_version(made.get(), X509_VERSION_3) == 1);
  must(X509_gmtime_adj(X509_getm_notBefore(made.get()), from_days * kDay) != nullptr);
  must(X509_gmtime_adj(X509_getm_notAfter(made.get()), to_days * kDay) != nullptr);
  must(X509_set_pubkey(made.get(), key.get()) == 1);
  if (comment_bytes > 0) {
    const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> comment(
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_netscape_comment, std::string(comment_bytes, 'x').c_str()),
        X509_EXTENSION_free);
    must(comment != nullptr && X509_add_ext(made.get(), comment.get(), -1) == 1);
  }
  const bool has_own_digest = EVP_PKEY_get_id(key.get()) == EVP_PKEY_ED25519;
  must(X509_sign(made.get(), key.get(), has_own_digest ? nullptr : EVP_sha256()) > 0);
  return made;
}

/// An end that checks nothing and shows what it is told to.
class RawEnd {
 public:
  explicit RawEnd(bool connecting) : connecting_(connecting) { SSL_CTX_set_verify(context(), SSL_VERIFY_PEER, accept); }

  SSL_CTX* context() { return context_.get(); }
  RawEnd& show(const TestKey& key, const std::vector<std::shared_ptr<X509>>& certificates) {
    must(SSL_CTX_use_certificate(context(), certificates.at(0).get()) == 1);
    must(SSL_CTX_use_PrivateKey(context(), key.get()) == 1);
    for (std::size_t i = 1; i < certificates.size(); ++i)
      must(SSL_CTX_add1_chain_cert(context(), certificates[i].get()) == 1);
    return *this;
  }

  SSL* ssl() {
    if (!ssl_) {
      ssl_.reset(SSL_new(context()));
      SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
      connecting_ ? SSL_set_connect_state(ssl_.get()) : SSL_set_accept_state(ssl_.get());
    }
    return ssl_.get();
  }
  /// What it says next, after it has heard this.
  Bytes step(ByteView arrived) {
    if (!arrived.empty()) must(BIO_write(SSL_get_rbio(ssl()), arrived.data(), static_cast<int>(arrived.size())) > 0);
    ERR_clear_error();
    if (SSL_do_handshake(ssl()) == 1) {
      std::uint8_t buffer[1024];
      while (SSL_read(ssl(), buffer, sizeof buffer) > 0) {
      }
    }
    ERR_clear_error();
    return leaving();
  }
  Bytes leaving() {
    Bytes out(BIO_ctrl_pending(SSL_get_wbio(ssl())));
    if (!out.empty()) BIO_read(SSL_get_wbio(ssl()), out.data(), static_cast<int>(out.size()));
    return out;
  }

 private:
  static int accept(int, X509_STORE_CTX*) { return 1; }

  bool connecting_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{SSL_CTX_new(TLS_method()), SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, SSL_free};
};

inline std::shared_ptr<const PeerTlsContext> peer_context(std::uint8_t number) {
  return PeerTlsContext::make(pem_of(ed25519_key(number))).value();
}
inline bool admit_all(const TlsPublicKey&) {
  return true;
}

/// Both ends as nodes have them. The accepting one has key 1, the connecting one key 2.
struct PeerPair {
  explicit PeerPair(PeerTlsSession::Admits accepting_admits = admit_all,
                    PeerTlsSession::Admits connecting_admits = admit_all)
      : accepting(peer_context(1), PeerTlsSession::Side::accepting, std::move(accepting_admits)),
        connecting(peer_context(2), PeerTlsSession::Side::connecting, std::move(connecting_admits)) {}

  /// Carries bytes, `piece` at a time, until neither end has any more to say. What take() answered last is kept.
  void carry(std::size_t piece = 1 << 20) {
    for (bool said = true; said;) {
      said = deliver(connecting.outgoing(), accepting, accepting_says, piece);
      said = deliver(accepting.outgoing(), connecting, connecting_says, piece) || said;
    }
  }

  PeerTlsSession accepting, connecting;
  Status accepting_says, connecting_says;

 private:
  static bool deliver(const Bytes& bytes, PeerTlsSession& to, Status& says, std::size_t piece) {
    for (ByteView rest(bytes); !rest.empty(); rest = rest.subspan(std::min(piece, rest.size())))
      says = to.take(rest.first(std::min(piece, rest.size())));
    return !bytes.empty();
  }
};

}  // namespace lucid::net
