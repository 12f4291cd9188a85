#include "core/crypto/sha256.hpp"

#include <cstdlib>
#include <openssl/evp.h>

namespace lucid::crypto {
namespace {

/// Fetched once: a lookup by name costs more than hashing a Merkle node.
const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return fetched;
}

// SHA-256 of memory cannot fail for any input. An OpenSSL without it, or no memory for a context, leaves nothing that
// a node could do.
void must(bool done) {
  if (!done) std::abort();
}

class Context {
 public:
  Context() : raw_(EVP_MD_CTX_new()) { must(raw_ != nullptr && algorithm() != nullptr); }
  ~Context() { EVP_MD_CTX_free(raw_); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  void start() { must(EVP_DigestInit_ex2(raw_, algorithm(), nullptr) == 1); }
  void update(ByteView bytes) { must(EVP_DigestUpdate(raw_, bytes.data(), bytes.size()) == 1); }
  Hash256 finish() {
    Hash256 hash;
    must(EVP_DigestFinal_ex(raw_, hash.data.data(), nullptr) == 1);
    return hash;
  }

 private:
  EVP_MD_CTX* raw_;
};

}  // namespace

Hash256 sha256(ByteView bytes) {
  thread_local Context context;
  context.start();
  context.update(bytes);
  return context.finish();
}

struct Sha256::Context : crypto::Context {};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  context_->start();
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::update(ByteView bytes) {
  context_->update(bytes);
  return *this;
}

Hash256 Sha256::finish() {
  const Hash256 hash = context_->finish();
  context_->start();
  return hash;
}

}  // namespace lucid::crypto
