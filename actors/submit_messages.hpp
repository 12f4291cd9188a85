// Transactions on their way to the engine: from the anchor (which may run on another Pi), from REST, from generators.
// Between processes these are msgpack.
//
// Thread-safety: values.
#pragma once

#include <cstdint>
#include <vector>

#include "actors/runtime/message.hpp"
#include "core/base/fields.hpp"
#include "core/types/ids.hpp"

namespace lucid::actors {

/// Encoded, signed transactions whose signatures are still to be checked.
struct SubmitEncoded {
  std::vector<Bytes> transactions;
  LUCID_FIELDS(transactions)
};
/// For each of them, in order: its id where it was taken, else why not.
struct SubmitResult {
  std::vector<Result<Hash256>> results;
  LUCID_FIELDS(results)
};

struct GetMempoolStats {
  LUCID_FIELDS()
};
struct MempoolStats {
  std::uint64_t count = 0, bytes = 0, includable_senders = 0;
  std::uint64_t accepted = 0, refused = 0, committed = 0, dropped = 0, expired = 0;
  LUCID_FIELDS(count, bytes, includable_senders, accepted, refused, committed, dropped, expired)
};

/// Time to let go of what has waited too long.
struct ExpirePending {
  LUCID_FIELDS()
};

#define LUCID_SUBMIT_MESSAGES(X) X(SubmitEncoded) X(SubmitResult) X(GetMempoolStats) X(MempoolStats) X(ExpirePending)
LUCID_SUBMIT_MESSAGES(LUCID_MESSAGE)
void add_submit_messages(caf::actor_system_config& config);

}  // namespace lucid::actors
