// The bridge between CAF's serialisation and the msgpack form of messages. Included only where a family of messages is
// defined (one .cpp each, see message.hpp): it instantiates the encoder and decoder of each of them.
//
// A message larger than kMaxMessageBytes, or bytes that do not decode, give an error, never an exception: an exception
// here would end the process. CAF then delivers an empty message, which the receiver counts as "nothing".
#pragma once

#include <caf/actor_system_config.hpp>
#include <caf/deserializer.hpp>
#include <caf/serializer.hpp>
#include <functional>

#include "actors/runtime/message.hpp"
#include "actors/runtime/msgpack_map.hpp"

namespace lucid::actors::wire {

/// Refusals since the process started.
struct Refusals {
  std::uint64_t on_sending = 0, on_receiving = 0, local = 0;
};
/// Any thread.
Refusals refusals();

/// The bytes as one CAF sequence. Errors: too large, or the sink's own.
caf::error put(caf::serializer& sink, const Bytes& bytes);
/// Gives the bytes of one sequence to `use`, which may refuse them.
caf::error take(caf::deserializer& source, const std::function<Status(ByteView)>& use);

template <class T>
caf::error save(caf::serializer& sink, const T& message) {
  return put(sink, encode(message));
}

template <class T>
caf::error load(caf::deserializer& source, T& message) {
  return take(source, [&](ByteView bytes) -> Status {
    LUCID_TRY_ASSIGN(message, decode<T>(bytes));
    return {};
  });
}

}  // namespace lucid::actors::wire

#define LUCID_DEFINE_MESSAGE(T)                               \
  caf::error inspect(caf::serializer& sink, T& message) {     \
    return ::lucid::actors::wire::save(sink, message);        \
  }                                                           \
  caf::error inspect(caf::deserializer& source, T& message) { \
    return ::lucid::actors::wire::load(source, message);      \
  }                                                           \
  std::string to_string(const T&) {                           \
    return #T;                                                \
  }
#define LUCID_ADD_MESSAGE(T) config.add_message_type<T>(#T);

/// Defines what LUCID_MESSAGE declared for all of LIST, and the function that makes an actor system know them.
#define LUCID_DEFINE_MESSAGES(ADD, LIST)       \
  LIST(LUCID_DEFINE_MESSAGE)                   \
  void ADD(caf::actor_system_config& config) { \
    LIST(LUCID_ADD_MESSAGE)                    \
  }
