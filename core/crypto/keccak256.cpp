#include "core/crypto/keccak256.hpp"

#include <cryptopp/keccak.h>

namespace lucid::crypto {

Hash256 keccak256(ByteView bytes) {
  CryptoPP::Keccak_256 keccak;
  Hash256 hash;
  if (!bytes.empty()) keccak.Update(bytes.data(), bytes.size());
  keccak.Final(hash.data.data());
  return hash;
}

}  // namespace lucid::crypto
