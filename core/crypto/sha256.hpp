// SHA-256 (FIPS 180-4) by OpenSSL, which uses the processor's SHA instructions where there are any.
//
// Thread-safety: sha256() from any thread; a Sha256 belongs to one thread.
#pragma once

#include <memory>

#include "core/types/ids.hpp"

namespace lucid::crypto {

Hash256 sha256(ByteView bytes);

/// Of bytes that come in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  Sha256& update(ByteView bytes);
  /// The hash of all pieces; the object starts anew.
  Hash256 finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace lucid::crypto
