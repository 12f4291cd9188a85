// What the chain keeps of an account: the nonce that its next transaction must carry (0 before the first).
#pragma once

#include <cstdint>

#include "core/base/fields.hpp"
#include "core/types/ids.hpp"

namespace lucid {

struct AccountNonce {
  Address account;
  std::uint64_t next_nonce = 0;
  bool operator==(const AccountNonce&) const = default;
  LUCID_FIELDS(account, next_nonce)
};

}  // namespace lucid
