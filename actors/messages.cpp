// The msgpack forms of the messages that may cross a process border, in one place: each costs compile time.
#include "actors/runtime/wire.hpp"
#include "actors/session_messages.hpp"
#include "actors/submit_messages.hpp"

namespace lucid::actors {

LUCID_DEFINE_MESSAGES(add_submit_messages, LUCID_SUBMIT_MESSAGES)
LUCID_DEFINE_MESSAGES(add_session_messages, LUCID_SESSION_MESSAGES)

}  // namespace lucid::actors
