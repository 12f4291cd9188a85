#include "net/openssl_errors.hpp"

#include <openssl/err.h>

namespace lucid::net {

std::string newest_openssl_error() {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  return reason == nullptr ? "no reason given" : reason;
}

}  // namespace lucid::net
