// Secret keys in memory: 32 bytes, wiped when they go, never printed, copied only by clone().
#pragma once

#include <array>
#include <cstdint>

#include "core/base/bytes.hpp"

namespace lucid::crypto {

template <class Tag>
class SecretKey {
 public:
  static constexpr std::size_t kSize = 32;

  explicit SecretKey(const std::array<std::uint8_t, kSize>& bytes) : bytes_(bytes) {}
  ~SecretKey() { wipe(); }
  SecretKey(const SecretKey&) = delete;
  SecretKey& operator=(const SecretKey&) = delete;
  SecretKey(SecretKey&& other) noexcept : bytes_(other.bytes_) { other.wipe(); }
  SecretKey& operator=(SecretKey&& other) noexcept {
    bytes_ = other.bytes_;
    if (this != &other) other.wipe();
    return *this;
  }
  SecretKey clone() const { return SecretKey(bytes_); }

  ByteView view() const { return {bytes_.data(), kSize}; }

 private:
  void wipe();  // explicit_bzero

  std::array<std::uint8_t, kSize> bytes_;
};

/// secp256k1: validators and accounts.
using SigningKey = SecretKey<struct SigningKeyTag>;
/// P-256.
using VrfSecretKey = SecretKey<struct VrfSecretKeyTag>;

}  // namespace lucid::crypto
