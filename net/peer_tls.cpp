#include "net/peer_tls.hpp"

#include <algorithm>
#include <array>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <string>

#include "net/openssl_errors.hpp"

namespace lucid::net {
namespace {

constexpr std::string_view kExporterLabel = "EXPORTER-lucid-peer-v1";
constexpr long kMaxChainBytes = 4096;            // of the certificates that the other side shows
constexpr std::size_t kRecordBytes = 16 * 1024;  // of plaintext, RFC 8446 section 5.1
constexpr const char* kValidFrom = "19700101000000Z";
constexpr const char* kValidTo = "99991231235959Z";  // RFC 5280 section 4.1.2.5: no end

// A Pi 4 has no instructions for AES; its ChaCha20 is several times as fast.
constexpr const char* kCipherSuites = "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384";
constexpr const char* kGroups = "X25519:P-256";
constexpr const char* kSignatureSchemes = "ed25519";

using PeerKeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using PeerCertificatePtr = std::unique_ptr<X509, decltype(&X509_free)>;

PeerKeyPtr read_peer_key(std::string_view pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(std::min<std::size_t>(pem.size(), 64 * 1024))), BIO_free_all);
  const auto no_password = [](char*, int, int, void*) { return 0; };  // never ask the terminal for one
  return {bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr) : nullptr, EVP_PKEY_free};
}

bool raw_ed25519_key(EVP_PKEY* key, TlsPublicKey& out) {
  std::size_t size = TlsPublicKey::kSize;
  return key != nullptr && EVP_PKEY_get_id(key) == EVP_PKEY_ED25519 &&
         EVP_PKEY_get_raw_public_key(key, out.data.data(), &size) == 1 && size == TlsPublicKey::kSize;
}

/// Nothing in it but the key says anything; Ed25519 signs the same bytes in the same way each time.
PeerCertificatePtr certificate_for(EVP_PKEY* key) {
  PeerCertificatePtr made(X509_new(), X509_free);
  if (!made) return made;
  X509_NAME* const name = X509_get_subject_name(made.get());
  const auto* const title = reinterpret_cast<const unsigned char*>("lucid");
  const bool good = X509_set_version(made.get(), X509_VERSION_3) == 1 &&
                    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1) == 1 &&
                    ASN1_TIME_set_string_X509(X509_getm_notBefore(made.get()), kValidFrom) == 1 &&
                    ASN1_TIME_set_string_X509(X509_getm_notAfter(made.get()), kValidTo) == 1 &&
                    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, title, -1, -1, 0) == 1 &&
                    X509_set_issuer_name(made.get(), name) == 1 && X509_set_pubkey(made.get(), key) == 1 &&
                    X509_sign(made.get(), key, nullptr) > 0;
  if (!good) made.reset();
  return made;
}

bool dates_hold_today(const X509* certificate) {
  return X509_cmp_current_time(X509_get0_notBefore(certificate)) < 0 &&
         X509_cmp_current_time(X509_get0_notAfter(certificate)) > 0;
}

/// TLS 1.3 with certificates of both sides; every connection proves itself anew.
bool restrict_peer_tls(SSL_CTX* context) {
  if (SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1 ||
      SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) != 1 ||
      SSL_CTX_set_ciphersuites(context, kCipherSuites) != 1 || SSL_CTX_set1_groups_list(context, kGroups) != 1 ||
      SSL_CTX_set1_sigalgs_list(context, kSignatureSchemes) != 1 || SSL_CTX_set_num_tickets(context, 0) != 1 ||
      SSL_CTX_set_max_early_data(context, 0) != 1 || SSL_CTX_set_recv_max_early_data(context, 0) != 1)
    return false;
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_max_cert_list(context, kMaxChainBytes);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);  // 34 KiB less for each connection that is silent
  return true;
}

}  // namespace

struct PeerTlsContext::Handle {
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_method()), SSL_CTX_free};
  TlsPublicKey public_key;
};

struct PeerTlsSession::State {
  std::shared_ptr<const PeerTlsContext> context;
  Admits admits;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl{nullptr, SSL_free};
  BIO* arriving = nullptr;  // both belong to ssl
  BIO* leaving = nullptr;
  Bytes outgoing, received;
  std::size_t handshake_bytes = 0;  // that arrived
  bool established = false, closed = false, closed_by_peer = false;
  TlsPublicKey peer_key;
  bool dates_doubtful = false;
  Hash256 exporter;
  std::optional<Error> refused;  // what the certificate was refused for
  std::optional<Error> failed;

  ~State() { OPENSSL_cleanse(exporter.data.data(), exporter.data.size()); }

  static int judge_certificate(X509_STORE_CTX* shown, void*);
  bool admit(X509_STORE_CTX* shown);

  Status fail_with(Error error);
  Status judge(int result);
  Status shake_hands();
  Status read_all();
  void fetch_leaving();
};

PeerTlsContext::PeerTlsContext(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
PeerTlsContext::~PeerTlsContext() = default;

const TlsPublicKey& PeerTlsContext::public_key() const {
  return handle_->public_key;
}

Result<std::shared_ptr<const PeerTlsContext>> PeerTlsContext::make(std::string_view tls_private_key_pem) {
  ERR_clear_error();
  auto handle = std::make_unique<Handle>();
  const PeerKeyPtr key = read_peer_key(tls_private_key_pem);
  if (!raw_ed25519_key(key.get(), handle->public_key)) {
    ERR_clear_error();
    return fail(Fault::key_invalid, "tls.pem", "an Ed25519 key as PKCS#8 PEM");
  }
  const PeerCertificatePtr certificate = certificate_for(key.get());
  SSL_CTX* const context = handle->context.get();
  if (context == nullptr || !certificate || !restrict_peer_tls(context) ||
      SSL_CTX_use_certificate(context, certificate.get()) != 1 || SSL_CTX_use_PrivateKey(context, key.get()) != 1)
    return fail(Fault::internal, "TLS 1.3 between validators", {}, newest_openssl_error());
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(context, PeerTlsSession::State::judge_certificate, nullptr);
  return std::shared_ptr<const PeerTlsContext>(new PeerTlsContext(std::move(handle)));
}

// ---- one connection

// Stands in for all of OpenSSL's own judgement of certificates: there is no authority. That the other side holds the
// key is proven by its CertificateVerify, which comes next.
int PeerTlsSession::State::judge_certificate(X509_STORE_CTX* shown, void*) {
  auto* const ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(shown, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* const state = static_cast<State*>(SSL_get_app_data(ssl));
  if (state->admit(shown)) {
    X509_STORE_CTX_set_error(shown, X509_V_OK);
    return 1;
  }
  // On the wire bad_certificate, by which the other side knows that it is not admitted.
  X509_STORE_CTX_set_error(shown, X509_V_ERR_CERT_REJECTED);
  return 0;
}

bool PeerTlsSession::State::admit(X509_STORE_CTX* shown) {
  const int count = sk_X509_num(X509_STORE_CTX_get0_untrusted(shown));
  const X509* const certificate = X509_STORE_CTX_get0_cert(shown);
  if (count != 1) {
    refused = Error{Fault::peer_tls, "certificate", "one certificate", std::to_string(count)};
    return false;
  }
  TlsPublicKey key;
  if (certificate == nullptr || !raw_ed25519_key(X509_get0_pubkey(certificate), key)) {
    refused = Error{Fault::peer_tls, "certificate", "an Ed25519 key", "another"};
    return false;
  }
  if (!admits(key)) {
    refused = Error{Fault::peer_unknown_key, "certificate", {}, to_hex(key)};
    return false;
  }
  peer_key = key;
  dates_doubtful = !dates_hold_today(certificate);
  return true;
}

PeerTlsSession::PeerTlsSession(std::shared_ptr<const PeerTlsContext> context, Side side, Admits admits)
    : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.context = std::move(context);
  state.admits = std::move(admits);
  ERR_clear_error();
  state.ssl.reset(SSL_new(state.context->handle_->context.get()));
  state.arriving = BIO_new(BIO_s_mem());
  state.leaving = BIO_new(BIO_s_mem());
  if (!state.ssl || state.arriving == nullptr || state.leaving == nullptr) {
    BIO_free(state.arriving);
    BIO_free(state.leaving);
    (void)state.fail_with({Fault::internal, "TLS", "room for a connection", newest_openssl_error()});
    return;
  }
  SSL_set_bio(state.ssl.get(), state.arriving, state.leaving);
  SSL_set_app_data(state.ssl.get(), &state);
  if (side == Side::accepting) {
    SSL_set_accept_state(state.ssl.get());
  } else {
    SSL_set_connect_state(state.ssl.get());
    (void)state.shake_hands();
  }
}

PeerTlsSession::PeerTlsSession(PeerTlsSession&&) noexcept = default;
PeerTlsSession::~PeerTlsSession() = default;

Status PeerTlsSession::State::fail_with(Error error) {
  failed = std::move(error);
  return tl::unexpected(*failed);
}

Status PeerTlsSession::State::judge(int result) {
  const int error = SSL_get_error(ssl.get(), result);
  if (error == SSL_ERROR_WANT_READ) return {};
  if (error == SSL_ERROR_ZERO_RETURN && established) {
    closed_by_peer = true;
    return {};
  }
  const bool not_admitted = ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_SSLV3_ALERT_BAD_CERTIFICATE;
  const std::string reason = newest_openssl_error();
  if (refused) return fail_with(*refused);
  if (not_admitted) return fail_with({Fault::peer_refused, "handshake", {}, {}});
  return fail_with({Fault::peer_tls, established ? "record" : "handshake", {}, reason});
}

Status PeerTlsSession::State::shake_hands() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl.get());
  fetch_leaving();  // also of a handshake that failed: the other side is told why
  if (result != 1) return judge(result);
  if (SSL_export_keying_material(ssl.get(), exporter.data.data(), exporter.data.size(), kExporterLabel.data(),
                                 kExporterLabel.size(), nullptr, 0, 0) != 1)
    return fail_with({Fault::internal, "TLS exporter", {}, newest_openssl_error()});
  established = true;
  return {};
}

Status PeerTlsSession::State::read_all() {
  std::array<std::uint8_t, kRecordBytes> record;
  while (!closed_by_peer) {
    ERR_clear_error();
    const int result = SSL_read(ssl.get(), record.data(), static_cast<int>(record.size()));
    if (result <= 0) {
      fetch_leaving();
      return judge(result);
    }
    received.insert(received.end(), record.begin(), record.begin() + result);
  }
  return {};
}

/// After each call that may write, so that OpenSSL's own buffer never holds more than a record.
void PeerTlsSession::State::fetch_leaving() {
  const std::size_t size = BIO_ctrl_pending(leaving);
  if (size == 0) return;
  const std::size_t before = outgoing.size();
  outgoing.resize(before + size);
  std::size_t count = 0;
  BIO_read_ex(leaving, outgoing.data() + before, size, &count);
  outgoing.resize(before + count);
}

Status PeerTlsSession::take(ByteView arrived) {
  State& state = *state_;
  while (!state.failed && !state.closed_by_peer && !arrived.empty()) {
    const std::size_t room = state.established ? arrived.size() : kMaxHandshakeBytes - state.handshake_bytes;
    if (room == 0)
      return state.fail_with(
          {Fault::peer_tls, "handshake", "at most " + std::to_string(kMaxHandshakeBytes) + " bytes", "more"});
    const ByteView piece = arrived.first(std::min(room, arrived.size()));
    arrived = arrived.subspan(piece.size());
    std::size_t written = 0;
    ERR_clear_error();
    if (BIO_write_ex(state.arriving, piece.data(), piece.size(), &written) != 1 || written != piece.size())
      return state.fail_with({Fault::internal, "TLS", "room for what arrived", newest_openssl_error()});
    if (!state.established) {
      state.handshake_bytes += piece.size();
      LUCID_TRY(state.shake_hands());
    }
    if (state.established) LUCID_TRY(state.read_all());
  }
  if (state.failed) return tl::unexpected(*state.failed);
  return {};
}

Bytes PeerTlsSession::outgoing() {
  return std::exchange(state_->outgoing, {});
}

Bytes PeerTlsSession::received() {
  return std::exchange(state_->received, {});
}

Status PeerTlsSession::send(ByteView plain) {
  State& state = *state_;
  if (state.failed) return tl::unexpected(*state.failed);
  if (!state.established || state.closed) return fail(Fault::not_ready, "connection", "an established one");
  while (!plain.empty()) {
    const ByteView record = plain.first(std::min(plain.size(), kRecordBytes));
    ERR_clear_error();
    std::size_t written = 0;
    const int result = SSL_write_ex(state.ssl.get(), record.data(), record.size(), &written);
    state.fetch_leaving();
    if (result != 1) {
      LUCID_TRY(state.judge(result));
      return state.fail_with({Fault::internal, "TLS", "a record written at once", "it would wait"});
    }
    plain = plain.subspan(written);
  }
  return {};
}

void PeerTlsSession::close() {
  State& state = *state_;
  if (state.established && !state.failed && !state.closed) {
    ERR_clear_error();
    SSL_shutdown(state.ssl.get());
    ERR_clear_error();
    state.fetch_leaving();
  }
  state.closed = true;
}

bool PeerTlsSession::established() const {
  return state_->established;
}
bool PeerTlsSession::closed_by_peer() const {
  return state_->closed_by_peer;
}
const TlsPublicKey& PeerTlsSession::peer_key() const {
  return state_->peer_key;
}
bool PeerTlsSession::dates_doubtful() const {
  return state_->dates_doubtful;
}
const Hash256& PeerTlsSession::exporter() const {
  return state_->exporter;
}

}  // namespace lucid::net
