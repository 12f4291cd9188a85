#include "tools/lucid/trusted.hpp"

#include "config/genesis_file.hpp"
#include "core/crypto/verifier.hpp"

namespace lucid::tools {

Result<anchoring::TrustedHash> trusted_hash(const std::string& argument) {
  if (argument.empty()) return anchoring::TrustedHash{};
  if (argument.size() == 64 && argument.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos) {
    LUCID_TRY_ASSIGN(const auto hash, parse_fixed_hex<Hash256>(argument, "--genesis"));
    return anchoring::TrustedHash(hash);
  }
  LUCID_TRY_ASSIGN(const auto file, config::read_genesis(argument));
  return anchoring::TrustedHash(crypto::genesis_hash(file.genesis));
}

}  // namespace lucid::tools
