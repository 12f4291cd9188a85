#include "core/crypto/secret_key.hpp"

#include <cstring>

namespace lucid::crypto {

template <class Tag>
void SecretKey<Tag>::wipe() {
  explicit_bzero(bytes_.data(), bytes_.size());
}

template class SecretKey<SigningKeyTag>;
template class SecretKey<VrfSecretKeyTag>;

}  // namespace lucid::crypto
