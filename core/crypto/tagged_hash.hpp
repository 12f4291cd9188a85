// Hashes under a name: SHA-256 over the canonical array [tag, fields…]. The tag keeps a hash of one kind from being
// taken for one of another (docs/protocol.md, "Domain separation").
#pragma once

#include <string_view>

#include "core/codec/codec.hpp"
#include "core/crypto/sha256.hpp"

namespace lucid::crypto {

template <class... Ts>
Hash256 tagged_hash(std::string_view tag, const Ts&... fields) {
  return sha256(codec::encode_array(tag, fields...));
}

}  // namespace lucid::crypto
