// Hashes under a name: SHA-256 over the canonical array [tag, fields…]. The tag keeps a hash of one kind from being
// taken for one of another (docs/protocol.md, "Domain separation").
#pragma once

#include <string_view>

#include "core/codec/codec.hpp"
#include "core/crypto/sha256.hpp"

namespace lucid::crypto {

template <class... Ts>
Hash256 tagged_hash(std::string_view tag, const Ts&... fields) {
  // The bytes live no longer than this call, and it is made for every vote and header: one buffer a thread serves all.
  thread_local Bytes bytes;
  bytes.clear();
  codec::Encoder encoder(bytes);
  encoder.array(1 + sizeof...(Ts));
  codec::write(encoder, tag);
  (codec::write(encoder, fields), ...);
  return sha256(bytes);
}

}  // namespace lucid::crypto
