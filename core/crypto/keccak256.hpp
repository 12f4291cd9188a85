// Keccak-256 with the original padding, as Ethereum uses it (not SHA3-256). Crypto++; OpenSSL 3.0 has none.
#pragma once

#include "core/types/ids.hpp"

namespace lucid::crypto {

Hash256 keccak256(ByteView bytes);

}  // namespace lucid::crypto
