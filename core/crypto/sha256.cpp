#include "core/crypto/sha256.hpp"

#include <cstdlib>
#include <openssl/sha.h>

namespace lucid::crypto {
namespace {

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

// EVP costs more than the hash itself where, as nearly always here, a few hundred bytes are hashed: an allocation and
// several calls through tables, each time. These three functions use the same processor instructions; OpenSSL deprecates
// them, but only for hashing without a choice of algorithm, which is what protocol.md asks for.
//
// SHA-256 of memory cannot fail for any input.
void must(int done) {
  if (done != 1) std::abort();
}

class HashState {
 public:
  HashState() { start(); }

  void start() { must(SHA256_Init(&raw_)); }
  void update(ByteView bytes) { must(SHA256_Update(&raw_, bytes.data(), bytes.size())); }
  Hash256 finish() {
    Hash256 hash;
    must(SHA256_Final(hash.data.data(), &raw_));
    return hash;
  }

 private:
  SHA256_CTX raw_;
};

#pragma GCC diagnostic pop

}  // namespace

Hash256 sha256(ByteView bytes) {
  HashState state;
  state.update(bytes);
  return state.finish();
}

struct Sha256::Context : HashState {};

Sha256::Sha256() : context_(std::make_unique<Context>()) {}
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
