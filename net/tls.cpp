#include "net/tls.hpp"

#include <algorithm>
#include <csignal>
#include <limits>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "net/openssl_errors.hpp"

namespace lucid::net {
namespace {

void ignore_broken_pipes() {
  struct sigaction current = {};
  if (::sigaction(SIGPIPE, nullptr, &current) == 0 && current.sa_handler == SIG_DFL) ::signal(SIGPIPE, SIG_IGN);
}

int as_size(std::size_t size) {
  return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

}  // namespace

struct TlsContext::Handle {
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_method()), SSL_CTX_free};
  std::string peer_name;
};

TlsContext::TlsContext(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
TlsContext::~TlsContext() = default;

Result<std::shared_ptr<const TlsContext>> TlsContext::load(const TlsFiles& files) {
  ignore_broken_pipes();
  ERR_clear_error();
  auto handle = std::make_unique<Handle>();
  handle->peer_name = files.peer_name;
  SSL_CTX* const context = handle->context.get();
  const auto refused = [](const std::filesystem::path& file) {
    return fail(Fault::file_form, file.string(), "PEM that fits the others", newest_openssl_error());
  };
  if (context == nullptr || SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1)
    return fail(Fault::internal, "TLS 1.3", {}, newest_openssl_error());
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1) return refused(files.certificate);
  if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context) != 1)
    return refused(files.key);
  if (SSL_CTX_load_verify_locations(context, files.ca_certificate.c_str(), nullptr) != 1)
    return refused(files.ca_certificate);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_NO_CHECK_TIME);
  // Every connection proves itself anew: nothing of an earlier one is remembered.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return std::shared_ptr<const TlsContext>(new TlsContext(std::move(handle)));
}

struct TlsChannel::Session {
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl;
};

TlsChannel::TlsChannel(std::shared_ptr<const TlsContext> context, int socket, Side side)
    : context_(std::move(context)), session_(new Session{{SSL_new(context_->handle_->context.get()), SSL_free}}) {
  SSL* const ssl = session_->ssl.get();
  const std::string& name = context_->handle_->peer_name;
  failed_ = ssl == nullptr || SSL_set_fd(ssl, socket) != 1 || SSL_set1_host(ssl, name.c_str()) != 1;
  if (failed_) {
    why_failed_ = newest_openssl_error();
    return;
  }
  // The name must stand among the alternative names, as it is: neither the subject nor a wildcard will do.
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_WILDCARDS);
  if (side == Side::accepting)
    SSL_set_accept_state(ssl);
  else
    SSL_set_connect_state(ssl);
}

TlsChannel::TlsChannel(TlsChannel&&) noexcept = default;
TlsChannel::~TlsChannel() = default;

TlsChannel::Progress TlsChannel::judge(int result) {
  const int error = SSL_get_error(session_->ssl.get(), result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return Progress::later;
  const long verdict = SSL_get_verify_result(session_->ssl.get());
  why_failed_ = verdict == X509_V_OK ? newest_openssl_error() : X509_verify_cert_error_string(verdict);
  ERR_clear_error();
  failed_ = true;
  return Progress::failed;
}

TlsChannel::Progress TlsChannel::handshake() {
  if (failed_) return Progress::failed;
  if (established_) return Progress::done;
  ERR_clear_error();
  const int result = SSL_do_handshake(session_->ssl.get());
  if (result != 1) return judge(result);
  established_ = true;
  return Progress::done;
}

TlsChannel::Progress TlsChannel::read(std::span<char> into, std::size_t& count) {
  count = 0;
  if (const Progress progress = handshake(); progress != Progress::done) return progress;
  if (into.empty()) return Progress::later;
  ERR_clear_error();
  const int result = SSL_read(session_->ssl.get(), into.data(), as_size(into.size()));
  if (result <= 0) return judge(result);
  count = static_cast<std::size_t>(result);
  return Progress::done;
}

TlsChannel::Progress TlsChannel::write(std::span<const char> from, std::size_t& count) {
  count = 0;
  if (const Progress progress = handshake(); progress != Progress::done) return progress;
  if (from.empty()) return Progress::later;
  ERR_clear_error();
  const int result = SSL_write(session_->ssl.get(), from.data(), as_size(from.size()));
  if (result <= 0) return judge(result);
  count = static_cast<std::size_t>(result);
  return Progress::done;
}

bool TlsChannel::has_pending() const {
  return established_ && !failed_ && SSL_pending(session_->ssl.get()) > 0;
}

}  // namespace lucid::net
