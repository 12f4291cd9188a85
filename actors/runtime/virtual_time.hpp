// A whole actor system in virtual time on the caller's thread: nothing runs unless it is told to, and the same calls
// always run the same way. For the simulator, which may not see CAF.
//
// Thread-safety: one thread. Milliseconds since the system began.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

namespace caf {
class actor_system;
}

namespace lucid::actors {

class VirtualTime {
 public:
  VirtualTime();
  /// All actors must have been told to end; no timer wakes them any more.
  ~VirtualTime();
  VirtualTime(const VirtualTime&) = delete;
  VirtualTime& operator=(const VirtualTime&) = delete;

  caf::actor_system& system();

  /// When the next timer is due, if one runs.
  std::optional<std::uint64_t> next_due_ms() const;
  /// Time goes on to this; timers stay where they are.
  void pass_to(std::uint64_t ms);
  /// The next timer says what it has to say.
  void fire_next();
  /// One actor handles what lies in its mailbox; false where no actor has anything.
  bool run_one();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace lucid::actors
