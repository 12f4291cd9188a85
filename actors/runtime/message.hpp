// Makes a plain struct a message. In the header that defines the structs, in their namespace:
//
//   struct CheckBlock { Height height = 0; std::shared_ptr<const Block> block; LUCID_FIELDS(height, block) };
//   #define LUCID_LEDGER_MESSAGES(X) X(CheckBlock) X(Verdict)
//   LUCID_LEDGER_MESSAGES(LUCID_MESSAGE)
//   void add_ledger_messages(caf::actor_system_config& config);
//
// and in one .cpp that includes actors/runtime/wire.hpp:
//
//   LUCID_DEFINE_MESSAGES(add_ledger_messages, LUCID_LEDGER_MESSAGES)
//
// Within a process a message travels by reference and is never encoded; between processes its bytes are msgpack.
// LUCID_LOCAL_MESSAGE is for structs that must not leave the process (Verified<…> and the like): sending one to
// another process fails, and is counted. Such a list needs no .cpp.
#pragma once

#include <caf/error.hpp>
#include <caf/fwd.hpp>
#include <string>

namespace lucid::actors::wire {
/// Counts the attempt and returns the error.
caf::error refuse_local();
}  // namespace lucid::actors::wire

#define LUCID_MESSAGE(T)                      \
  caf::error inspect(caf::serializer&, T&);   \
  caf::error inspect(caf::deserializer&, T&); \
  std::string to_string(const T&);

#define LUCID_LOCAL_MESSAGE(T)                        \
  inline caf::error inspect(caf::serializer&, T&) {   \
    return ::lucid::actors::wire::refuse_local();     \
  }                                                   \
  inline caf::error inspect(caf::deserializer&, T&) { \
    return ::lucid::actors::wire::refuse_local();     \
  }                                                   \
  inline std::string to_string(const T&) {            \
    return #T;                                        \
  }
